"""Makes the articles of the examples: invented news of two years, damaged as the corpora are, as JSONL.

    python make_articles.py data/raw
"""

import json
import random
import re
import sys
from datetime import date, timedelta
from pathlib import Path

FIRST_DAY = date(2012, 1, 1)
DAYS = 731
ARTICLES = 600

# What the corpora have lost: eight letters, all digits and all punctuation.
DELETED = re.compile(r"[ةىأإآءئؤ0-9،؛؟:.!]")
MARKS = re.compile(r"[0-9،؛؟:.!]")

SENTENCES = {
    "economy": [
        "ارتفعت أسعار النفط في الأسواق العالمية بنسبة {number} في المئة، وتوقع خبراء أن يستمر الصعود حتى نهاية العام.",
        "أعلنت شركة {company} عن أرباح قياسية بلغت {number} مليون درهم خلال الربع الأخير من العام.",
        "وقعت وزارة الاقتصاد اتفاقية مع {country} لزيادة الصادرات الصناعية وتشجيع الاستثمار الأجنبي.",
        "قال رئيس غرفة التجارة إن المشاريع الصغيرة تحتاج إلى تمويل ميسر وإجراءات أسرع.",
        "تبدأ محطة الطاقة الشمسية الجديدة في {city} إنتاج الكهرباء مطلع الشهر المقبل.",
        "أوضح مدير المصنع أن إنتاج الأسمنت زاد على الرغم من ارتفاع تكاليف الوقود.",
        "ناقش رجال الأعمال في {city} أثر الرسوم الجمركية على التجارة مع {country}.",
        "قرر البنك المركزي خفض سعر الفائدة، فانتعشت البورصة وارتفعت الأسهم.",
        "طالبت جمعية حماية المستهلك بتشديد الرقابة على الأسواق بعد زيادة أسعار المواد الغذائية.",
        "هل تكفي هذه القروض لإنقاذ الشركات من الإفلاس؟",
        "وصلت السفينة الأولى إلى الميناء الجديد محملة بآلاف الأطنان من مواد البناء.",
        "تدرس الحكومة إعفاء المصانع الناشئة من الضرائب {number} أعوام.",
    ],
    "education": [
        "افتتح الوزير مدرسة في {city} تضم {number} فصلا ومختبرا للعلوم.",
        "وقعت الجامعة اتفاقية مع مؤسسة بحثية في {country} لتبادل الطلاب والأساتذة.",
        "أدى طلاب الثانوية العامة امتحان الرياضيات أمس، وشكا بعضهم من صعوبة الأسئلة.",
        "قالت معلمة من {city} إن القراءة في المكتبة تنمي خيال الأطفال.",
        "أعدت الوزارة مناهج دراسية جديدة في اللغة العربية والعلوم.",
        "حصلت طالبة من {city} على منحة دراسية لتعلم الهندسة في {country}.",
        "تطالب الأسر بخفض رسوم المدارس الخاصة قبل بداية العام الدراسي.",
        "دعا مدير المدرسة أولياء الأمور إلى اجتماع لمناقشة نتائج أبنائهم.",
        "نظمت المدرسة رحلة إلى المتحف، وكتب التلاميذ عنها قصصا قصيرة.",
        "لماذا يترك بعض الطلاب الجامعة قبل التخرج؟",
        "أكد باحث من {country} أن الأسرة شريكة في تعليم القراءة والكتابة.",
        "أهدت شركة {company} مكتبة المدرسة {number} كتابا.",
    ],
    "health": [
        "أجرى أطباء مستشفى {city} عملية جراحية نادرة لطفل عمره {number} أعوام.",
        "حذرت وزارة الصحة من انتشار الإنفلونزا، ودعت كبار السن إلى أخذ اللقاح.",
        "أظهرت دراسة أعدت في {country} أن التدخين يزيد خطر الإصابة بأمراض القلب.",
        "افتتحت عيادة جديدة لطب الأسنان تقدم العلاج مجانا لطلاب المدارس.",
        "وصلت شحنة من الأدوية إلى المستشفى بعد تأخر دام {number} يوما.",
        "قالت طبيبة في {city} إن التغذية السليمة تبدأ من الأسرة.",
        "يحتاج مرضى السكري إلى فحص دوري وإلى غذاء متوازن.",
        "أطلقت الهيئة حملة للتبرع بالدم شارك فيها مئات الموظفين.",
        "هل تصل سيارات الإسعاف إلى القرى البعيدة في الوقت المناسب؟",
        "ألغت شركة {company} للتأمين شرط الموافقة المسبقة على الدواء.",
        "بدأت الممرضات دورة تدريبية على رعاية المواليد.",
        "يعمل باحثون في جامعة {city} على لقاح ضد الملاريا.",
    ],
    "sport": [
        "فاز منتخب {country} على ضيفه بهدفين نظيفين في تصفيات كأس العالم.",
        "أنهى الفريق مباراته أمام متصدر الدوري بالتعادل، وأضاع ركلة جزاء في الدقيقة {number}.",
        "قال المدرب إن أداء اللاعبين تحسن كثيرا بعد فترة الإعداد.",
        "أحرزت سباحة من {country} ميدالية ذهبية في بطولة آسيا.",
        "ألغى الحكم هدفا صحيحا، فاحتجت جماهير الفريق طويلا.",
        "وقع الحارس عقدا مع النادي مدته {number} أعوام.",
        "تستضيف {city} سباق الدراجات الهوائية بمشاركة مئة متسابق.",
        "أصيب المهاجم في الركبة، ونقل إلى المستشفى لإجراء الفحوص.",
        "هل يستطيع الفريق أن يحافظ على صدارة الدوري؟",
        "نظمت إدارة النادي بطولة للمدارس شارك فيها {number} فريقا.",
        "توقفت المباراة ساعة كاملة بسبب الأمطار، ثم عادت على ملعب مبتل.",
        "رعت شركة {company} بطولة الشطرنج للناشئين في {city}.",
    ],
}

# A subject that spreads over the two years, so that there is a trend to find: libraries.
RISING = {
    "economy": [
        "تبرع تاجر من {city} بثمن الكتب التي ستضمها المكتبة.",
        "اشترت شركة {company} أجهزة حديثة للمكتبة العامة.",
    ],
    "education": [
        "تفتح المكتبة أبوابها للطلاب حتى التاسعة مساء.",
        "أعارت المكتبة {number} كتابا في أسبوع واحد.",
    ],
    "health": [
        "زارت المكتبة المتنقلة الأطفال في مستشفى {city}.",
        "يقرأ المرضى كتبا من المكتبة التي افتتحها المستشفى.",
    ],
    "sport": [
        "جمع النادي صور أبطاله في المكتبة الوطنية.",
        "وزعت المكتبة قصصا عن الرياضة على اللاعبين الناشئين.",
    ],
}

SLOTS = {
    "city": ["الشارقة", "مسقط", "الدوحة", "المنامة", "القاهرة", "بيروت", "صنعاء"],
    "country": ["الكويت", "الأردن", "اليابان", "ألمانيا", "إيطاليا", "المغرب", "البرازيل"],
    "company": ["الواحة", "المرسى", "السنبلة", "البيادر"],
    "number": [str(number) for number in range(3, 40)],
}


def intact_articles():
    """The articles before the damage, by day."""
    generator = random.Random(2012)
    for number in range(ARTICLES):
        day = number * DAYS // ARTICLES
        section = generator.choice(list(SENTENCES))
        sentences = generator.sample(SENTENCES[section], generator.randint(3, 5))
        if generator.random() < 0.6 * day / DAYS:
            sentences.insert(generator.randint(1, 2), generator.choice(RISING[section]))
        fillers = {slot: generator.choice(words) for slot, words in SLOTS.items()}
        yield {
            "id": f"{number:03}",
            "date": str(FIRST_DAY + timedelta(days=day)),
            "section": section,
            "text": " ".join(sentences).format(**fillers),
        }


def damaged(text):
    """A text as the corpora have it."""
    return " ".join(DELETED.sub("", text).split())


def true_tokens(text):
    """The tokens of a text before the damage: without its marks, and without those of which nothing is left."""
    return [MARKS.sub("", token) for token in text.split() if damaged(token)]


def write_articles(folder):
    """Writes the damaged articles to `articles.jsonl` in a folder."""
    lines = [
        json.dumps(article | {"text": damaged(article["text"])}, ensure_ascii=False) + "\n" for article in intact_articles()
    ]
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / "articles.jsonl").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write_articles(sys.argv[1] if len(sys.argv) > 1 else "data/raw")
