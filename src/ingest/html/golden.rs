//! Pages as newspapers have them with the expected articles, and hostile pages.
//!
//! The pages are in `tests/data/pages`, each with the expected text.

use std::path::Path;
use std::time::{Duration, Instant};

use encoding_rs::WINDOWS_1256;
use proptest::prelude::*;

use super::*;

struct Case {
    name: &'static str,
    why: &'static str,
    title: Option<&'static str>,
    byline: Option<&'static str>,
    published: Option<&'static str>,
    section: Option<&'static str>,
    encoding: Encoding,
}

const CASES: &[Case] = &[
    Case {
        name: "modern",
        why: "an article among cookie notice, navigation, sharing, caption, related links and comments",
        title: Some("افتتاح الحديقة العامة الجديدة وسط المدينة"),
        byline: Some("سلمى الحداد"),
        published: Some("2016-03-07T10:00:00+04:00"),
        section: Some("محليات"),
        encoding: Encoding::Utf8,
    },
    Case {
        name: "breaks",
        why: "paragraphs made by two line breaks; the date is only to be seen",
        title: Some("أسعار الزيتون ترتفع في أسواق الجملة"),
        byline: None,
        published: Some("نشر في: 12 تشرين الثاني 2014"),
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "table_layout",
        why: "a page laid out with tables, unclosed paragraphs, Windows-1256",
        title: Some("الضيف يحسم مباراة القمة في الدقائق الأخيرة"),
        byline: None,
        published: None,
        section: None,
        encoding: Encoding::Windows1256,
    },
    Case {
        name: "windows_1256",
        why: "XHTML with the charset in http-equiv and the author and date in meta",
        title: Some("بدء حملة التطعيم الموسمية"),
        byline: Some("مراسل الشؤون الصحية"),
        published: Some("5/10/2009"),
        section: None,
        encoding: Encoding::Windows1256,
    },
    Case {
        name: "amp",
        why: "AMP, with an advertisement in the text and two authors",
        title: Some("خبراء يناقشون تخزين مياه السيول"),
        byline: Some("هند العلي، مازن قاسم"),
        published: Some("2021-11-02"),
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "json_ld_only",
        why: "the text is in JSON-LD only, in a graph",
        title: Some("رواية رابعة عن القرية والنهر"),
        byline: Some("نادر سليم"),
        published: Some("2019-05-20T08:00:00Z"),
        section: Some("ثقافة"),
        encoding: Encoding::Utf8,
    },
    Case {
        name: "headings",
        why: "subheadings, a quotation, a list, a pointer to another article",
        title: Some("تقرير: الحديقة والسوق في أسبوع واحد"),
        byline: Some("ليلى منصور"),
        published: Some("2018-01-15T12:00:00+00:00"),
        section: Some("تقارير"),
        encoding: Encoding::Utf8,
    },
    Case {
        name: "div_paragraphs",
        why: "paragraphs made of div, one of them hidden",
        title: Some("مباراة مثيرة في ختام الأسبوع"),
        byline: None,
        published: Some("2012-04-09"),
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "short",
        why: "a news item shorter than the cookie notice",
        title: Some("المجلس يدرس الملاحظات"),
        byline: None,
        published: None,
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "data_table",
        why: "a table of figures; longer comments",
        title: Some("حملة التطعيم في أرقام"),
        byline: Some("قسم الأخبار"),
        published: None,
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "form_page",
        why: "the whole page is a form, lines are separated by one break; its title is the site's, so the headline is only known as text",
        title: Some("صحيفة المرسى"),
        byline: None,
        published: Some("14/11/2011"),
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "wordpress",
        why: "classes of the body and of wrappers that sound like noise; comments that are article elements",
        title: Some("موسم الأنفلونزا والسيول"),
        byline: Some("عمر الفارس"),
        published: Some("2017-10-01T09:00:00+03:00"),
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "standfirst",
        why: "a standfirst outside the body, galleries between its parts",
        title: Some("رواية النهر"),
        byline: None,
        published: None,
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "teasers",
        why: "teasers of other articles, as long as paragraphs",
        title: Some("حديقة لكل الناس"),
        byline: None,
        published: None,
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "long_comments",
        why: "comments much longer than the article",
        title: Some("مؤتمر السيول"),
        byline: Some("وكالات"),
        published: None,
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "interview",
        why: "short questions and answers",
        title: Some("حوار مع الكاتب حول روايته الجديدة"),
        byline: None,
        published: None,
        section: Some("حوارات"),
        encoding: Encoding::Utf8,
    },
    Case {
        name: "no_charset",
        why: "Windows-1256 that says nothing, font in font",
        title: Some("مباراة القمة"),
        byline: None,
        published: None,
        section: None,
        encoding: Encoding::Windows1256,
    },
    Case {
        name: "sections",
        why: "a body in sections, with links and emphasis; no heading to cut the title by",
        title: Some("خبر الحديقة - أخبار المدينة"),
        byline: None,
        published: None,
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "fragment",
        why: "no html element, no title element",
        title: Some("الزيتون في الأسواق"),
        byline: None,
        published: None,
        section: None,
        encoding: Encoding::Utf8,
    },
    Case {
        name: "entities",
        why: "entities in text and JSON-LD; a body in JSON-LD that is cut off",
        title: Some("\"الأنفلونزا\" تعود"),
        byline: Some("وكالة المرسى"),
        published: None,
        section: None,
        encoding: Encoding::Utf8,
    },
];

fn stored(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pages").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(html: &str) -> Page {
    read_page(html.as_bytes(), None).expect("a page that can be read")
}

#[test]
fn all_of_the_article_and_nothing_else() {
    for case in CASES {
        let page = read_page(&stored(&format!("{}.html", case.name)), None).expect("a page that can be read");
        let text = String::from_utf8(stored(&format!("{}.txt", case.name))).expect("UTF-8");
        assert_eq!(page.fields.text.as_deref(), Some(text.trim_end()), "{}: {}", case.name, case.why);
        let found = (
            page.fields.title.as_deref(),
            page.fields.byline.as_deref(),
            page.fields.published.as_deref(),
            page.fields.section.as_deref(),
            page.encoding,
        );
        assert_eq!(found, (case.title, case.byline, case.published, case.section, case.encoding), "{}", case.name);
    }
}

#[test]
fn a_page_is_read_the_same_each_time() {
    for case in CASES {
        let bytes = stored(&format!("{}.html", case.name));
        assert_eq!(read_page(&bytes, None), read_page(&bytes, None), "{}", case.name);
    }
}

const SENTENCE: &str = "قال رئيس المجلس في كلمة قصيرة إن المشروع جاء تلبية لمطالب السكان، وإن الأشجار اختيرت بعناية.";

#[test]
fn encodings_are_found_or_refused() {
    let page = |meta: &str| format!("<html><head>{meta}<title>خبر</title></head><body><p>{SENTENCE}</p></body></html>");
    let windows = |meta: &str| WINDOWS_1256.encode(&page(meta)).0.into_owned();
    let utf8 = |meta: &str| page(meta).into_bytes();
    let marked = |meta: &str| ["\u{feff}".as_bytes(), &utf8(meta)].concat();
    let declared = |encoding| Some(DeclaredEncoding(encoding));
    for (bytes, declared, encoding, why) in [
        (windows("<meta charset=windows-1256>"), None, Encoding::Windows1256, "as the page says"),
        (
            windows("<META HTTP-EQUIV='content-type' CONTENT='text/html; charset = CP1256'>"),
            None,
            Encoding::Windows1256,
            "an alias, blanks",
        ),
        (
            windows("<!-- <meta charset=utf-8> --><meta charset=\"windows-1256\"/>"),
            None,
            Encoding::Windows1256,
            "comments say nothing",
        ),
        (windows(""), None, Encoding::Windows1256, "as the bytes look"),
        (
            windows("<meta charset=iso-8859-1>"),
            declared(Encoding::Windows1256),
            Encoding::Windows1256,
            "declared beats the page",
        ),
        (utf8("<meta charset=windows-1256>"), None, Encoding::Utf8, "converted when saved, the meta left standing"),
        (utf8("<meta charset=utf-16>"), None, Encoding::Utf8, "no page that says so in ASCII is UTF-16"),
        (marked("<meta charset=windows-1256>"), None, Encoding::Utf8, "a mark beats all"),
        (utf8("<meta charset=iso-8859-1>"), None, Encoding::Utf8, "the page is wrong about itself"),
        (utf8("<meta charset=iso-8859-6>"), None, Encoding::Utf8, "likewise"),
        (utf8("<meta charset=klingon>"), None, Encoding::Utf8, "an unknown name"),
        (windows("<meta charset=utf-8>"), None, Encoding::Windows1256, "the page is wrong about itself"),
        (windows("<meta charset=iso-8859-1>"), None, Encoding::Windows1256, "likewise"),
        (windows("<meta charset=iso-8859-6>"), None, Encoding::Windows1256, "likewise"),
        (windows("<?xml version='1.0' encoding='utf-8'?>"), None, Encoding::Windows1256, "an XML declaration, too"),
    ] {
        let page = read_page(&bytes, declared).unwrap_or_else(|fault| panic!("{why}: {fault:?}"));
        assert_eq!((page.fields.text.as_deref(), page.encoding), (Some(SENTENCE), encoding), "{why}");
    }
    let french =
        "<html><head><meta charset=iso-8859-1></head><body><p>\u{c9}t\u{e9} \u{e0} No\u{eb}l, \u{c9}cole.</p></body></html>";
    let latin1: Vec<u8> = french.chars().map(|c| u8::try_from(c).expect("Latin-1")).collect();
    assert_eq!(read_page(&latin1, None).expect_err("not Arabic").code, "unsupported_charset");
    let cut = [utf8("<meta charset=windows-1256>"), vec![0xd8]].concat();
    assert_eq!(read_page(&cut, None).expect_err("damaged UTF-8 is no other encoding").code, "broken_encoding");
}

#[test]
fn pages_without_an_article_are_empty() {
    for html in [
        "",
        " ",
        "<html></html>",
        "<!-- -->",
        "<body><nav><a href=x>خبر</a></nav></body>",
        "<frameset><frame src=x></frameset>",
    ] {
        assert_eq!(read(html).fields.text.as_deref(), Some(""), "{html}");
    }
}

#[test]
fn the_text_is_read_where_a_parser_of_html_would_not_see_it() {
    const XHTML: &str = "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'><html><head><title>عنوان</title>";
    let p = format!("<p>{SENTENCE}</p>");
    for (html, why) in [
        (format!("{XHTML}<script src='a.js'/></head><body>{p}"), "a script that ends in its own tag"),
        (format!("{XHTML}<style type='text/css'/></head><body>{p}"), "a style"),
        (format!("{XHTML}</head><body><textarea/><iframe src='a'/><div/><a name='x'/>{p}"), "others, in the body"),
        (
            format!("<title>عنوان</title><frameset><frame src=a><noframes>{p}</noframes></frameset>"),
            "for readers without frames",
        ),
        (format!("<title>عنوان</title><frameset><frame src=a></frameset><noframes><body>{p}</body></noframes>"), "the same"),
    ] {
        let fields = read(&html).fields;
        assert_eq!((fields.text.as_deref(), fields.title.as_deref()), (Some(SENTENCE), Some("عنوان")), "{why}");
    }
}

#[test]
fn a_page_whose_text_is_only_in_a_script_is_told() {
    for (script, why) in [
        (
            format!("<script id='__NEXT_DATA__' type='application/json'>{{\"body\":\"{SENTENCE}\"}}</script>"),
            "data of a framework",
        ),
        (format!("<script>window.state={{\"html\":\"<p>{SENTENCE}</p>\"}}</script>"), "the state of a program"),
    ] {
        let html = format!("<html><head><title>عنوان</title></head><body><div id=app></div>{script}</body></html>");
        let fault = read_page(html.as_bytes(), None).expect_err(why);
        assert_eq!(fault.code, "empty");
        assert!(fault.message.contains("data of its scripts"), "{}", fault.message);
        assert_eq!(
            read(&html.replace("<div id=app>", &format!("<div id=app><p>{SENTENCE}</p>"))).fields.text.as_deref(),
            Some(SENTENCE)
        );
    }
}

#[test]
fn hostile_pages_end_soon() {
    let p = format!("<p>{SENTENCE}</p>");
    let fonts: Vec<String> = (0..3000).map(|id| format!("<font id=a{id}>")).collect();
    let attributes: Vec<String> = (0..20_000).map(|id| format!(" a{id}=1")).collect();
    for (name, html, fault) in [
        ("100,000 nested divs", format!("{}{p}", "<div>".repeat(100_000)), Some("html_too_complex")),
        ("deep, then closed", format!("{}{p}{}{p}", "<div>".repeat(900), "</div>".repeat(900)), Some("html_too_complex")),
        ("end tags that do not match", format!("{}{p}", "<div></span>".repeat(100_000)), Some("html_too_complex")),
        ("nested tables", format!("{}{p}", "<table><tr><td>".repeat(50_000)), Some("html_too_complex")),
        ("nested in svg", format!("<svg><title>{}{p}", "<div>".repeat(100_000)), Some("html_too_complex")),
        ("fonts left open", format!("{}{}", fonts.concat(), p.repeat(3000)), Some("html_too_complex")),
        ("deep but bearable", format!("{}{p}{}", "<div>".repeat(400), "</div>".repeat(400)), None),
        ("20,000 paragraphs", p.repeat(20_000), None),
        ("30,000 spans", format!("<p>{}</p>", "<span>كلمة</span> ".repeat(30_000)), None),
        (
            "20,000 noisy classes in each other's way",
            format!("{}{p}", "<div class=share><p>خبر</p></div>".repeat(20_000)),
            None,
        ),
        ("20,000 attributes", format!("<div{}>{p}</div>", attributes.concat()), None),
        (
            "20,000 standfirsts",
            format!("<h2>خبر</h2>{}{p}", "<p class=lead>خبر قصير من المدينة اليوم</p>".repeat(20_000)),
            None,
        ),
        ("20,000 dates", format!("{}{p}", "<span class=date>7 مارس 2016</span>".repeat(20_000)), None),
        ("noise in noise", format!("{}{p}", "<div class=related>".repeat(450)).repeat(3), Some("html_too_complex")),
        (
            "noise in noise, closed",
            format!("{}{p}{}", "<div class=related>".repeat(450), "</div>".repeat(450)).repeat(30),
            None,
        ),
        ("a comment left open", format!("{p}<!-- {}", "<div>".repeat(50_000)), None),
        ("JSON nested deep", format!("<script type='application/ld+json'>{}</script>{p}", "[".repeat(50_000)), None),
        (
            "an address cut in a character",
            format!("<iframe src='ملف/youtube.com'></iframe><embed src='\u{20ac}youtube.com'>{p}"),
            None,
        ),
    ] {
        let start = Instant::now();
        let result = read_page(html.as_bytes(), None);
        assert_eq!(result.err().map(|fault| fault.code), fault, "{name}");
        // Generous: what is wrong here takes minutes.
        assert!(start.elapsed() < Duration::from_secs(20), "{name}");
    }
}

#[test]
fn lines_at_the_head_that_repeat_are_dropped_and_sentences_are_not() {
    for (lines, expected, why) in [
        (&["عنوان الخبر", "سلمى الحداد", "نشر في: 7 مارس 2016 - 10:30", "نص"][..], 3, "title, author, date"),
        (&["\"عُنوان\" الخبر", "نص"][..], 0, "vowel signs make another title: kept rather than lost"),
        (&["«عنوان» الخبر!", "نص"][..], 1, "other marks"),
        (&["توفي الشاعر في 7 مارس 2016 في بيروت", "نص"][..], 0, "a sentence that holds a date"),
        (&["يوم 7 مارس 2016 بدأ كل شيء.", "نص"][..], 0, "a sentence that begins with one"),
        (&["نص", "عنوان الخبر"][..], 0, "only at the head"),
    ] {
        let head = Head::of(lines.iter().copied(), Some("عنوان الخبر"), Some("سلمى الحداد"));
        assert_eq!(head.lines, expected, "{why}");
    }
}

#[test]
fn json_with_bare_line_breaks_is_read() {
    let html = format!(
        "<script type=\"application/ld+json\">[{{\"@type\":\"NewsArticle\",\n\"headline\":\"عنوان\",\"articleBody\":\"{SENTENCE}\n{SENTENCE}\"}}]</script>"
    );
    let page = read(&html);
    assert_eq!(page.fields.title.as_deref(), Some("عنوان"));
    assert_eq!(page.fields.text, Some(format!("{SENTENCE}\n\n{SENTENCE}")));
}

proptest! {
    #[test]
    fn no_soup_of_tags_panics(
        pieces in proptest::collection::vec("</?(div|p|table|td|tr|b|font|a|h1|article|svg|math|select|template|title|li|form)( (class|id|style|href)='?(share|ad|comments|[^<>]{0,6}))?>?|[^<]{0,12}|<br>|&[a-z#0-9]{0,4};?|<!--|-->|قال رئيس المجلس في كلمة قصيرة إن المشروع جاء تلبية لمطالب السكان", 0..60)
    ) {
        let html = pieces.concat();
        let once = read_page(html.as_bytes(), None);
        prop_assert_eq!(&once, &read_page(html.as_bytes(), None));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let page = read_page(&bytes, None);
        prop_assert!(page.is_ok() || page.is_err_and(|fault| !fault.message.is_empty()));
    }
}
