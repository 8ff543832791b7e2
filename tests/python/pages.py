"""Pages as newspapers' systems write them, made from a seed: the words of each article, and of nothing else, are known.

A page is a frame (a content management system, or a layout by tables as before 2005), an article in it whose paragraphs are
marked up in one of many ways, and what stands around it: menus, cookie notices, teasers, comments, captions. `Article.words` is
what a reader sees as the article's text, in order.
"""

import random
from dataclasses import dataclass, field

SUBJECTS = """وزير الصناعة|رئيس المجلس البلدي|المتحدثة باسم الشرطة|مدير المستشفى المركزي|وفد من رجال الأعمال|فريق من الباحثين|اللجنة المنظمة|نقيب المهندسين
أمين عام الغرفة التجارية|مدرب المنتخب الوطني|الهيئة العامة للأرصاد|سكان الحي القديم|رئيسة الجامعة|محافظ البنك المركزي|اتحاد الكتاب|مصدر في الجمارك""".replace("\n", "|").split("|")
VERBS = """أعلن عن|ناقش أمس|استعرض في مؤتمر صحفي|أكد أهمية|دعا إلى|طالب بمراجعة|رحب بقرار|شدد على ضرورة|كشف تفاصيل|انتقد تأخر|بحث مع نظيره|وعد بتنفيذ""".split("|")
OBJECTS = """خطة دعم المنشآت الصغيرة|توسعة الميناء الشرقي|مشروع الإسكان الجديد|برنامج التطعيم الموسمي|إصلاح شبكة المياه|تطوير المناهج الدراسية|معرض الكتاب الدولي
تعديل قانون الاستثمار|ترميم السوق القديم|إنشاء محطة للطاقة الشمسية|تنظيم بطولة الشباب|زيادة رحلات القطار|حماية الشواطئ من التلوث|رقمنة أرشيف الصحيفة""".replace("\n", "|").split("|")
TAILS = """في العاصمة|خلال الأسبوع المقبل|قبل نهاية العام|بمشاركة خبراء من عشر دول|بعد دراسة استمرت ثلاث سنوات|رغم ضعف الميزانية|على هامش الاجتماع الدوري
بحضور عدد من المسؤولين|وفق ما نقلته وكالات الأنباء|في ظل ارتفاع الأسعار|تلبية لمطالب المواطنين|بعد موافقة اللجنة المالية""".replace("\n", "|").split("|")
CLAUSES = """مشيرا إلى أن النتائج ستظهر قريبا|وأضاف أن العمل يجري على قدم وساق|موضحا أن التكلفة لم تحدد بعد|وقال إن الأولوية للسكان|ولم يذكر مزيدا من التفاصيل
مؤكدا أن الأبواب مفتوحة أمام الجميع|ونفى وجود أي خلافات|واعتبر أن المرحلة الأولى كانت ناجحة""".replace("\n", "|").split("|")
NAMES = ["سالم الرحبي", "ليلى منصور", "عمر الفارس", "هند العلي", "مازن قاسم", "سلمى الحداد"]
MONTHS = ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"]
HEADLINES = ["وزير النقل يتفقد المحطة", "ارتفاع طفيف في الحرارة", "اختتام مهرجان المسرح", "الفريق الأول يستعد للقمة", "أسعار الذهب تتراجع"]


@dataclass
class Page:
    """A page, and what is to be found in it."""

    name: str
    html: str
    title: str
    words: list
    published: str | None = None
    byline: str | None = None
    head_words: set = field(default_factory=set)


class Writer:
    """Writes one page; every choice comes from its generator."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.seed = seed

    def one_of(self, *choices):
        return self.random.choice(choices)

    def chance(self, share):
        return self.random.random() < share

    def sentence(self):
        parts = [self.random.choice(bank) for bank in (SUBJECTS, VERBS, OBJECTS, TAILS)]
        clause = f"، {self.random.choice(CLAUSES)}" if self.chance(0.5) else ""
        return " ".join(parts) + clause + "."

    def paragraph(self):
        return " ".join(self.sentence() for _ in range(self.random.randint(1, 3)))

    # ---------------------------------------------------------------- inside a paragraph

    def inline(self, text):
        """The same visible words, with markup that a reader does not see: emphasis, links, parts of words, soft breaks."""
        return " ".join(self.marked(word) for word in text.split())

    def marked(self, word):
        if not self.chance(0.12) or len(word) < 4:
            return word
        cut = self.random.randint(1, len(word) - 2)
        head, tail = word[:cut], word[cut:]
        return self.one_of(
            f"<b>{word}</b>",
            f"<a href='/t/{len(word)}'>{word}</a>",
            f"<span class=x>{head}</span>{tail}",
            f"{head}<wbr>{tail}",
            f"{head}&shy;{tail}",
            f"{head}<!-- قص -->{tail}",
            f"{head}\u200b{tail}",
            f"<font color=red>{head}</font><i>{tail}</i>",
            f"<strong>{word}</strong>&nbsp;",
            "".join(f"&#{ord(c)};" for c in word),
        )

    # ---------------------------------------------------------------- the article's paragraphs

    def body(self, paragraphs):
        """One way to mark up paragraphs; the lines that a reader sees are added to `self.lines`."""
        self.style = self.one_of(*(name for name in dir(self) if name.startswith("body_")))
        self.lines.extend(paragraphs)
        return getattr(self, self.style)([self.inline(text) for text in paragraphs])

    def body_paragraphs(self, texts):
        return "\n".join(f"<p>{text}</p>" for text in texts)

    def body_unclosed(self, texts):
        return "".join(f"<P>{text}\n" for text in texts)

    def body_two_breaks(self, texts):
        return self.one_of("<br><br>", "<br/>\n<br/>", "<BR>&nbsp;<BR>").join(texts)

    def body_one_break(self, texts):
        return "<br>".join(texts)

    def body_mixed_breaks(self, texts):
        return "".join(text + self.one_of("<br>", "<br><br>", "<p>", "<hr>") for text in texts)

    def body_divs(self, texts):
        return "".join(f"<div>{text}</div>" for text in texts)

    def body_deep_divs(self, texts):
        return "".join("<div>" * depth + text + "</div>" * depth for text in texts for depth in [self.random.randint(1, 4)])

    def body_spans(self, texts):
        return "".join(f'<p class="MsoNormal" dir="RTL"><span lang="AR-SA" style="font-size:14pt">{text}</span></p>' for text in texts)

    def body_fonts(self, texts):
        return "<font size=4 face=Arial>" + "<br><br>".join(f"<font color=#000>{text}</font>" for text in texts) + "</font>"

    def body_rows(self, texts):
        return "<table width=100%>" + "".join(f"<tr><td>{text}</td></tr>" for text in texts) + "</table>"

    def body_cells_with_breaks(self, texts):
        half = len(texts) // 2 or 1
        cells = ["<br>".join(part) for part in (texts[:half], texts[half:]) if part]
        return "<table>" + "".join(f"<tr><td align=right>{cell}</td></tr>" for cell in cells) + "</table>"

    def body_sections(self, texts):
        parts = []
        for at in range(0, len(texts), 2):
            parts.append("<section>" + "".join(f"<p>{text}</p>" for text in texts[at : at + 2]) + "</section>")
        return "".join(parts)

    def body_mixture(self, texts):
        """Bare text, breaks, paragraphs, a quotation and a list side by side."""
        ways = ["{}<br>", "<p>{}</p>", "<blockquote>{}</blockquote>", "<ul><li>{}</li></ul>", "<div>{}</div>", "<center>{}</center>"]
        return "".join(self.random.choice(ways).format(text) for text in texts)

    def body_definitions(self, texts):
        return "<dl>" + "".join(f"<dd>{text}</dd>" for text in texts) + "</dl>"

    def body_preformatted(self, texts):
        return "<pre>" + "\n\n".join(texts) + "</pre>"

    def body_with_headings(self, texts):
        parts = []
        for text in texts:
            if self.chance(0.3):
                heading = self.random.choice(OBJECTS)
                self.lines.insert(self.lines.index(self.plain[text]), heading)
                parts.append(f"<h3>{heading}</h3>")
            parts.append(f"<p>{text}</p>")
        return "".join(parts)

    # ---------------------------------------------------------------- what stands around it

    def menu(self):
        links = "".join(f"<li><a href='/{n}'>{name}</a></li>" for n, name in enumerate(["الرئيسية", "سياسة", "اقتصاد", "رياضة", "ثقافة", "منوعات"]))
        return self.one_of(f"<nav><ul>{links}</ul></nav>", f"<div class='main-menu'><ul>{links}</ul></div>", f"<ul id=topnav>{links}</ul>")

    def cookies(self):
        return "<div id='cookie-bar'><p>نستخدم ملفات الارتباط لتحسين تجربتك في الموقع، وبمتابعة التصفح فإنك توافق على سياسة الخصوصية.</p><button>موافق</button></div>"

    def share(self):
        links = " ".join(f"<a href='https://x/{name}'>{name}</a>" for name in ("فيسبوك", "تويتر", "واتساب", "طباعة"))
        return self.one_of(f"<div class='share-buttons'><span>شارك الخبر</span> {links}</div>", f"<ul class='social'><li>{links}</li></ul>", f"<p>{links}</p>")

    def teasers(self):
        """Other articles: headlines as links, sometimes with the first words of each."""
        with_text = self.chance(0.5)
        items = "".join(
            f"<div class=item><h4><a href='/n/{n}'>{headline}</a></h4>" + (f"<p>{self.sentence()}</p>" if with_text else "") + "</div>"
            for n, headline in enumerate(self.random.sample(HEADLINES, 3))
        )
        title = self.one_of("مواضيع ذات صلة", "اقرأ أيضا", "الأكثر قراءة", "أخبار أخرى")
        name = self.one_of("related-posts", "sidebar", "widget most-read", "block-views more-news")
        return f"<div class='{name}'><h3>{title}</h3>{items}</div>"

    def comments(self):
        texts = [self.sentence() for _ in range(self.random.randint(1, 5))]
        items = "".join(f"<li><b>{self.random.choice(NAMES)}</b><p>{text}</p></li>" for text in texts)
        return self.one_of(f"<div id=comments><h3>التعليقات</h3><ol>{items}</ol></div>", f"<section class='comments-area'><h2>تعليقات القراء</h2><ul>{items}</ul></section>")

    def caption(self):
        return self.one_of("<figure><img src=a.jpg><figcaption>جانب من الاجتماع، تصوير سامي</figcaption></figure>", "<div class='wp-caption'><img src=b.jpg><p class='wp-caption-text'>جانب من الحضور</p></div>", "<img src=c.jpg alt='صورة'>")

    def advert(self):
        return self.one_of("<div class='ads'>إعلان</div>", "<div class='advertisement'><a href='/ad'>اشترك الآن واحصل على خصم كبير</a></div>", "<ins class='adsbygoogle'></ins>")

    def footer(self):
        return self.one_of("<footer><p>جميع الحقوق محفوظة لصحيفة المرسى 2020</p></footer>", "<div id=footer>جميع الحقوق محفوظة &copy; المرسى</div>", "<center><font size=1>جميع الحقوق محفوظة</font></center>")

    def pagination(self):
        return "<div class='pagination'><a href='?p=1'>1</a> <a href='?p=2'>2</a> <a href='?p=2'>التالي</a></div>"

    def tags(self):
        return "<div class='tags'>وسوم: <a href='/t/1'>الوزارة</a> <a href='/t/2'>البلدية</a></div>"

    # ---------------------------------------------------------------- the head of the article

    def head(self):
        """Date and author as a reader sees them, in the text's own container or above it."""
        if self.chance(0.4):
            return ""
        day, month, year = self.random.randint(13, 28), self.random.randint(1, 12), self.random.randint(2005, 2022)
        self.page.published = f"{year}-{month:02}-{day:02}"
        date = self.one_of(f"{day} {MONTHS[month - 1]} {year}", f"{day}/{month}/{year}", f"نشر في: {day} {MONTHS[month - 1]} {year}")
        author = self.random.choice(NAMES) if self.chance(0.5) else None
        self.page.byline = author
        self.page.head_words |= set(date.split()) | ({"كتب:", "بقلم:", *author.split()} if author else set())
        line = f"{self.one_of('كتب:', 'بقلم:')} {author}" if author else ""
        return self.one_of(
            f"{date}<br>{line}<br><br>" if line else f"{date}<br><br>",
            f"<p>{date}</p>" + (f"<p>{line}</p>" if line else ""),
            f"<div class=meta><span class='date'>{date}</span>" + (f" <span class='author'>{line}</span>" if line else "") + "</div>",
        )

    # ---------------------------------------------------------------- frames

    def around(self, *parts):
        return "".join(part() for part in parts if self.chance(0.6))

    def frame_wordpress(self, body):
        return f"""<body class="post-template single has-sidebar">{self.around(self.cookies, self.menu)}<div id="page"><div id="content"><article class="post hentry category-news">
<header class="entry-header"><h1 class="entry-title">{self.page.title}</h1></header>{self.around(self.caption)}<div class="entry-content">{body}{self.around(self.share)}</div>
{self.around(self.tags)}</article>{self.around(self.comments)}</div>{self.around(self.teasers)}</div>{self.footer()}</body>"""

    def frame_drupal(self, body):
        return f"""<body class="html node-type-article">{self.around(self.menu)}<div id="main-wrapper"><div class="region region-content"><h1 class="title" id="page-title">{self.page.title}</h1>
<div class="node node-article clearfix"><div class="content"><div class="field field-name-body"><div class="field-items"><div class="field-item even" property="content:encoded">{body}</div></div></div></div>
{self.around(self.tags, self.share)}</div>{self.around(self.comments)}</div><div class="region region-sidebar-first sidebar">{self.around(self.teasers)}</div></div>{self.footer()}</body>"""

    def frame_joomla(self, body):
        return f"""<body>{self.around(self.menu)}<div class="item-page"><h2 itemprop="name">{self.page.title}</h2><div itemprop="articleBody">{body}</div>{self.around(self.share)}
<ul class="pager"><li><a href="/1">السابق</a></li><li><a href="/2">التالي</a></li></ul></div>{self.around(self.teasers)}{self.footer()}</body>"""

    def frame_blogger(self, body):
        return f"""<body>{self.around(self.cookies)}<div class="main section"><div class="widget Blog"><div class="blog-posts hfeed"><div class="post hentry"><h3 class="post-title">{self.page.title}</h3>
<div class="post-body entry-content" id="post-body-123">{body}</div><div class="post-footer">{self.around(self.share)}</div></div></div>{self.around(self.comments)}</div></div>{self.around(self.teasers)}</body>"""

    def frame_tables(self, body):
        menu = "<br>".join(f"<a href='{n}.htm'>{headline}</a>" for n, headline in enumerate(HEADLINES))
        return f"""<BODY bgcolor=#ffffff><TABLE width=770><TR><TD colspan=3><A href=/>الرئيسية</A> | <A href=/s>رياضة</A></TD></TR><TR><TD width=150>{menu}</TD>
<TD width=470><FONT size=5><B>{self.page.title}</B></FONT><BR>{body}</TD><TD width=150>{self.around(self.share)}</TD></TR><TR><TD colspan=3>{self.footer()}</TD></TR></TABLE></BODY>"""

    def frame_nested_tables(self, body):
        return f"""<body><table><tr><td><table><tr><td>{self.around(self.menu)}</td></tr></table></td></tr><tr><td><table><tr><td><h1>{self.page.title}</h1></td></tr>
<tr><td class="text">{body}</td></tr></table></td></tr></table>{self.footer()}</body>"""

    def frame_bare(self, body):
        return f"<body>{body}</body>"

    def frame_form(self, body):
        return f"""<body><form id="aspnetForm" method=post>{self.around(self.menu)}<div id="ctl00_Main"><span id="ctl00_lblTitle">{self.page.title}</span><br><span id="ctl00_lblBody">{body}</span></div>
{self.around(self.teasers)}{self.footer()}</form></body>"""

    def frame_microdata(self, body):
        return f"""<body>{self.around(self.menu)}<main><div itemscope itemtype="http://schema.org/NewsArticle"><h1 itemprop="headline">{self.page.title}</h1>{self.around(self.caption, self.advert)}
<div itemprop="articleBody">{body}</div></div>{self.around(self.share)}</main><aside>{self.around(self.teasers)}</aside>{self.footer()}</body>"""

    def frame_unnamed(self, body):
        """Class names that say nothing, as scripts make them."""
        return f"""<body><div class="c1x9">{self.around(self.menu)}<div class="k3"><div class="z7a"><h1>{self.page.title}</h1><div class="q0">{body}</div></div></div>{self.around(self.teasers, self.comments)}
{self.footer()}</div></body>"""

    def write(self):
        """The page."""
        frame = self.one_of(*(name for name in dir(self) if name.startswith("frame_")))
        title = f"{self.random.choice(SUBJECTS)} و{self.random.choice(OBJECTS)}"
        self.page = Page(name="", html="", title=title, words=[])
        self.lines, texts = [], [self.paragraph() for _ in range(self.random.randint(2, 7))]
        inlined = [self.inline(text) for text in texts]
        self.plain = dict(zip(inlined, texts))
        self.inline = lambda text, known=dict(zip(texts, inlined)): known[text]
        head, body = self.head(), self.body(texts)
        html = getattr(self, frame)(head + body)
        site = self.one_of("", " | المرسى", " - صحيفة المرسى")
        self.page.name = f"{self.seed:03}-{frame[6:]}-{self.style[5:]}"
        self.page.words = " ".join(self.lines).split()
        self.page.head_words |= set(title.split())
        self.page.html = f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title}{site}</title></head>{html}</html>'
        return self.page


def pages(count):
    """The pages of the first seeds."""
    return [Writer(seed).write() for seed in range(count)]
