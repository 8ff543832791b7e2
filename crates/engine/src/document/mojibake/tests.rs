use proptest::prelude::*;

use super::*;
use encoding_rs::{IBM866, KOI8_R, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254, WINDOWS_1256};
use oem_cp::code_table::{DECODING_TABLE_CP437, DECODING_TABLE_CP850};

const TEXT: &str = "أعلنت وزارة الصناعة أمس عن خطة جديدة لدعم الصناعات الصغيرة، وأضافت «أن التنفيذ يبدأ غدا».";

fn by(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

fn by_table(table: &[char; 128], bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { table[usize::from(*byte) - 128] }).collect()
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn undone(text: &str) -> (String, Vec<String>) {
    match examine(text) {
        Condition::Undone { text, misreadings } => (text, misreadings.into_iter().map(Misreading::name).collect()),
        other => panic!("{text}: {other:?}"),
    }
}

fn windows_1256(text: &str) -> Vec<u8> {
    WINDOWS_1256.encode(text).0.into_owned()
}

#[test]
fn every_common_kind_is_undone_and_named() {
    let utf8 = TEXT.as_bytes();
    let twice = by(WINDOWS_1252, by(WINDOWS_1252, utf8).as_bytes());
    let thrice = by(WINDOWS_1252, twice.as_bytes());
    let cyrillic_twice = by(WINDOWS_1251, by(WINDOWS_1251, utf8).as_bytes());
    let dos_twice = by_table(&DECODING_TABLE_CP437, by_table(&DECODING_TABLE_CP437, utf8).as_bytes());
    let both = by(WINDOWS_1252, by(WINDOWS_1252, &windows_1256(TEXT)).as_bytes());
    let references = "&#1582;&#1576;&#x631; &#1593;&#x627;&#1580;&#1604;".to_owned();
    for (spoiled, written, names) in [
        (by(WINDOWS_1252, utf8), TEXT, vec!["utf-8 read as windows-1252"]),
        (latin1(utf8), TEXT, vec!["utf-8 read as iso-8859-1"]),
        (by(WINDOWS_1256, utf8), TEXT, vec!["utf-8 read as windows-1256"]),
        (by(MACINTOSH, utf8), TEXT, vec!["utf-8 read as macintosh"]),
        (by_table(&DECODING_TABLE_CP437, utf8), TEXT, vec!["utf-8 read as cp437"]),
        (by_table(&DECODING_TABLE_CP850, utf8), TEXT, vec!["utf-8 read as cp850"]),
        (by(WINDOWS_1252, &windows_1256(TEXT)), TEXT, vec!["windows-1256 read as windows-1252"]),
        (by(MACINTOSH, &windows_1256(TEXT)), TEXT, vec!["windows-1256 read as macintosh"]),
        (by_table(&DECODING_TABLE_CP437, &windows_1256(TEXT)), TEXT, vec!["windows-1256 read as cp437"]),
        (by_table(&DECODING_TABLE_CP850, &windows_1256(TEXT)), TEXT, vec!["windows-1256 read as cp850"]),
        (by(WINDOWS_1251, utf8), TEXT, vec!["utf-8 read as windows-1251"]),
        (by(WINDOWS_1250, utf8), TEXT, vec!["utf-8 read as windows-1250"]),
        (by(KOI8_R, utf8), TEXT, vec!["utf-8 read as koi8-r"]),
        (by(IBM866, utf8), TEXT, vec!["utf-8 read as cp866"]),
        (by(WINDOWS_1250, &windows_1256(TEXT)), TEXT, vec!["windows-1256 read as windows-1250"]),
        (by(WINDOWS_1251, &windows_1256(TEXT)), TEXT, vec!["windows-1256 read as windows-1251"]),
        (by(WINDOWS_1254, &windows_1256(TEXT)), TEXT, vec!["windows-1256 read as windows-1254"]),
        (by(KOI8_R, &windows_1256(TEXT)), TEXT, vec!["windows-1256 read as koi8-r"]),
        (by(IBM866, &windows_1256(TEXT)), TEXT, vec!["windows-1256 read as cp866"]),
        (twice, TEXT, vec!["utf-8 read as windows-1252"; 2]),
        (thrice, TEXT, vec!["utf-8 read as windows-1252"; 3]),
        (cyrillic_twice, TEXT, vec!["utf-8 read as windows-1251"; 2]),
        (dos_twice, TEXT, vec!["utf-8 read as cp437"; 2]),
        (both, TEXT, vec!["utf-8 read as windows-1252", "windows-1256 read as windows-1252"]),
        (by(WINDOWS_1252, "خبر".as_bytes()), "خبر", vec!["utf-8 read as windows-1252"]),
        (by(WINDOWS_1256, "خبر عاجل".as_bytes()), "خبر عاجل", vec!["utf-8 read as windows-1256"]),
        (by(WINDOWS_1252, &windows_1256("خبر")), "خبر", vec!["windows-1256 read as windows-1252"]),
        (references, "خبر عاجل", vec!["html character references"]),
        ("\\u062e\\u0628\\u0631 \\u0639\\u0627\\u062c\\u0644".to_owned(), "خبر عاجل", vec!["json escapes"]),
        ("قال â€œنعمâ€\u{9d} وذهب".to_owned(), "قال “نعم” وذهب", vec!["utf-8 read as windows-1252"]),
    ] {
        assert_eq!(undone(&spoiled), (written.to_owned(), names.iter().map(ToString::to_string).collect()), "{spoiled}");
    }
}

/// The bytes of a text beyond ASCII, each written by `write`.
fn written(text: &str, write: fn(u8) -> String) -> String {
    text.bytes().map(|byte| if byte.is_ascii() { char::from(byte).to_string() } else { write(byte) }).collect()
}

#[test]
fn letters_written_as_numbers_are_read() {
    let each = |write: fn(u32) -> String| {
        let one = |c: char| if c.is_ascii() { c.to_string() } else { write(c.into()) };
        TEXT.chars().map(one).collect::<String>()
    };
    let percent = written(TEXT, |byte| format!("%{byte:02X}"));
    let printable = written(TEXT, |byte| format!("={byte:02X}"));
    for (spoiled, name, why) in [
        (each(|code| format!("&#x{code:x};")), "html character references", "of a page"),
        (each(|code| format!("&amp;#{code};")), "html character references", "escaped twice"),
        (each(|code| format!("\\u{code:04x}")), "json escapes", "of JSON"),
        (each(|code| format!("\\\\u{code:04x}")), "json escapes", "escaped twice"),
        (each(|code| format!("%u{code:04X}")), "percent-encoding", "by JavaScript"),
        (each(|code| format!("<U+{code:04X}>")), "r escapes", "printed by R"),
        (percent.clone(), "percent-encoding", "of an address"),
        (percent.replace(' ', "%20"), "percent-encoding", "with its spaces"),
        (percent.replace(' ', "+"), "percent-encoding", "of a form"),
        (printable.clone(), "quoted-printable", "of a letter"),
        (printable.replace(' ', " =\n"), "quoted-printable", "wrapped at a fixed width"),
        (printable.replace(' ', " =\r\n"), "quoted-printable", "with the line ends of mail"),
        (written(TEXT, |byte| format!("\\x{byte:02x}")), "hex escapes", "printed by Python"),
    ] {
        assert_eq!(undone(&spoiled), (TEXT.to_owned(), vec![name.to_owned()]), "{why}");
    }
    let bytes: String = windows_1256(TEXT).iter().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
    let Condition::Lost(loss) = examine(&bytes) else { panic!("bytes of Windows-1256") };
    assert!(loss.message().contains("percent-encoding"));
    let address = "http://example.com/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1";
    for sound in [address.to_owned(), format!("{TEXT} {percent}"), "a=DE, 50%DE".to_owned()] {
        assert_eq!(examine(&sound), Condition::Sound, "{sound}");
    }
}

#[test]
fn letters_in_visual_order_are_turned_round() {
    let turned = |text: &str| text.lines().map(|line| line.chars().rev().collect()).collect::<Vec<String>>().join("\n");
    let brackets = "أعلنت وزارة الصناعة (أمس) عن الخطة";
    for (text, why) in [
        (TEXT, "letters and punctuation"),
        ("وزارة الصحة تعلن", "a headline"),
        ("دوائر وقيادات جديدة", "one letter that only ends a word"),
        ("رئيس النساء والاجتماع", "articles"),
        ("علنت الوزار عن الخط في المدين وكد من جهته\nتطرقنا في كثر من مر لهمي الصناعات", "stripped"),
        ("مُدَرِّسةُ اللغةِ في المدرسة على", "vowel signs"),
        ("أعلنت وزارة الصناعة\nخطط جديد", "a line that shows nothing"),
        (brackets, "brackets as they were"),
    ] {
        assert_eq!(undone(&turned(text)), (text.to_owned(), vec!["visual order".to_owned()]), "{why}");
    }
    let mirrored = turned(brackets).replace(')', "<").replace('(', ")").replace('<', "(");
    assert_eq!(undone(&mirrored).0, brackets, "brackets as they are seen");
    for other in ["2010", "CNN"] {
        let text = format!("أعلنت وزارة الصناعة {other} عن الخطة");
        let Condition::Lost(loss) = examine(&turned(&text)) else { panic!("{text}") };
        assert!(loss.message().contains("visual order"));
    }
}

#[test]
fn one_encoding_of_arabic_read_as_the_other_is_undone() {
    let iso: Vec<u8> = TEXT
        .replace(['«', '»'], "\"")
        .chars()
        .map(|c| u8::try_from(if c.is_ascii() { u32::from(c) } else { u32::from(c) - 0x560 }).expect("in the table"))
        .collect();
    for (spoiled, name) in [
        (by(WINDOWS_1256, &iso), "iso-8859-6 read as windows-1256"),
        (by(WINDOWS_1252, &iso), "iso-8859-6 read as windows-1252"),
    ] {
        assert_eq!(undone(&spoiled), (TEXT.replace(['«', '»'], "\""), vec![name.to_owned()]), "{spoiled}");
    }
}

#[test]
fn a_part_of_a_text_is_undone_and_the_rest_untouched() {
    let spoiled =
        format!("{TEXT}\n{}\nElysée, {}\n", by(WINDOWS_1252, &windows_1256(TEXT)), by(WINDOWS_1256, "خبر".as_bytes()));
    let (text, names) = undone(&spoiled);
    assert_eq!(text, format!("{TEXT}\n{TEXT}\nElysée, خبر\n"));
    assert_eq!(names.len(), 2, "{names:?}");
    let quoted = format!("«{}» …{}", by(WINDOWS_1256, "خبر عاجل".as_bytes()), by(WINDOWS_1256, "خبر".as_bytes()));
    assert_eq!(undone(&quoted).0, "«خبر عاجل» …خبر", "sound marks around misread words");
    let cut = by(WINDOWS_1252, &"خبر عاجل".as_bytes()[..14]);
    assert_eq!(undone(&cut).0, "خبر عاجÙ", "a title cut in the middle of a letter");
}

#[test]
fn what_has_lost_letters_is_told() {
    let without_controls: String = by(WINDOWS_1252, TEXT.as_bytes()).chars().filter(|c| !c.is_control()).collect();
    let kind = |text: &str| match examine(text) {
        Condition::Lost(loss) => loss.message(),
        other => panic!("{text}: {other:?}"),
    };
    assert!(kind(&without_controls).contains("utf-8 read as windows-1252"));
    assert!(kind("??????? ????? ??? CNN ?????? ???? ???? ?????").contains("question marks"));
    for text in [
        "?????",
        "?????,???;?????",
        "(????) ?????? 2010",
        "؟؟؟؟؟",
        "؟؟ ؟؟",
        "¿¿¿¿ ¿¿¿",
        "CNN: ?????",
        "????? BBC ?",
        "قال ؟؟؟؟؟ ؟؟؟؟ إن ؟؟؟ ؟؟؟؟؟؟",
    ] {
        assert!(kind(text).contains("question marks"), "{text}");
    }
    for text in
        ["\u{fffd}\u{fffd}\u{fffd}", "\u{fffd}\u{fffd}, \u{fffd} 2010", "BBC \u{fffd}\u{fffd}\u{fffd}", "ï¿½ï¿½ï¿½ ï¿½ï¿½"]
    {
        assert!(kind(text).contains("U+FFFD"), "{text}");
    }
    assert!(kind("قال \u{fffd}\u{fffd}وزير \u{fffd}مس").contains("U+FFFD"));
    for text in ["?????", "؟؟؟؟؟ (2010)", "\u{fffd}\u{fffd}"] {
        assert_eq!(examine_text(text), Condition::Sound, "{text}: as the text of an article, it is not Arabic");
    }
    assert!(matches!(examine_text("CNN: ?????"), Condition::Lost(Loss::QuestionMarks)));
}

#[test]
fn sound_text_is_left_alone() {
    for text in [
        TEXT,
        "ط، ظ؛ حظ… ط¹",
        "قال؟! هل؟؟ نعم??",
        "زار مدينة Orléans و São Paulo و Zürich",
        "Où est né le garçon à la fenêtre élevée ?",
        "ÉCOLE ÉTÉ À ÔÉ",
        "Þórður Ægir ÐÞÆ",
        "Ελληνικά Русский 中文",
        "НОВОСТИ РОССИИ И МИРА СЕГОДНЯ",
        "Министр сказал: «НОВЫЙ ПЛАН ШЫ»",
        "Hello, what??? Really??",
        "Who? When? Where?",
        "لماذا ؟؟؟",
        "هل من مزيد ؟؟",
        "قليلا جميلا طويلا كاملا رجالا أجيالا",
        "مثلا أولا لا حلا ولا حولا",
        "عم نم",
        "خلاف للطلاب واستهلاك الدولاب",
        "الة ةال",
        "كتب ة كلمة ى",
        "ىا اخى ىوم الجمعة فى المدىنة",
        "╔════╗\n║ خبر ║\n╚════╝",
        "°±²³ ½¼¾ «» ÷×",
        "رقم &#1571; في صفحة",
        "كلمة\u{fffd} بين عشر كلمات من النص الذي بقي كما كان فيه",
        "",
    ] {
        assert_eq!(examine(text), Condition::Sound, "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_undone_was_that(words in prop::collection::vec("[ابتثجحخدذرزسشصضطظعغفقكلمنهويأإآءئؤ][ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآءئؤ]{2,6}", 2..8)) {
        let text = words.join(" ");
        prop_assert_eq!(examine(&text), Condition::Sound);
        for spoiled in [by(WINDOWS_1252, text.as_bytes()), by(WINDOWS_1256, text.as_bytes()), by(MACINTOSH, text.as_bytes())] {
            prop_assert_eq!(undone(&spoiled).0, text.clone());
        }
    }
}
