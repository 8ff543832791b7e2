//! Which parts of a text are in another language than Arabic: in another script, or in Persian, Urdu, Kurdish or Pashto, which
//! share Arabic's.
//!
//! Every word gives some evidence: words that one of the languages uses all the time and Arabic hardly ever, or the other way round
//! (`foreign_words.txt`), letters that only one of them has, the article `ال`. A hidden Markov model with two states adds it up and
//! finds the runs of foreign words; a change of state costs more evidence than names and quotations bring together.
//!
//! Invariant: a text without an Arabic letter is foreign throughout; short texts with some are Arabic unless several of their words
//! speak against it. A foreign text that passes for Arabic costs a few wrong repairs, an Arabic one that does not is lost.

use std::ops::Range;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::token::{Gap, Span, TokenRule, spans_of};
use super::unify::unify_token;
use crate::arabic::{is_letter, is_mark, is_sentence_mark};

/// The evidence of words, in tenths of a nat: positive for another language.
static WORDS: LazyLock<FxHashMap<&'static str, i32>> = LazyLock::new(|| {
    let lines = include_str!("foreign_words.txt").lines().filter(|line| !line.starts_with('#'));
    let weighed = lines.filter_map(|line| line.split_once(' ')).flat_map(|(weight, words)| {
        let weight: i32 = weight.parse().expect("a number before each list of words");
        words.split_whitespace().map(move |word| (word, weight))
    });
    weighed.collect()
});

/// The article, also after clitics.
const ARTICLES: [&str; 6] = ["ال", "وال", "بال", "فال", "كال", "لل"];
const ARTICLE: i32 = -20;
/// Letters that Persian and Urdu spell differently or hardly have, and vowel signs.
const ARABIC_LETTER: i32 = -20;
const TA_MARBUTA: i32 = -25;
const VOCALISED: i32 = -15;
/// A word in another script. Arabic texts quote some; nine and more in a row are no quotation.
const OTHER_SCRIPT: i32 = 7;
/// The evidence of one word, at most.
const MOST: i32 = 30;
/// What a text must bring forward to be foreign from its first word on.
const AT_START: i32 = 45;
/// What a change must bring forward: at the end of a line or a sentence, and elsewhere.
const CHANGE_AT_END: i32 = 70;
const CHANGE: i32 = 120;

/// How much of a long text is looked at to name its language, in bytes.
const LOOKED_AT: usize = 1 << 20;

/// How many words of a text are in another language than Arabic, and how many there are; of a long text, at its beginning.
#[must_use]
pub fn foreign_words(text: &str) -> (usize, usize) {
    let text = &text[..text.floor_char_boundary(LOOKED_AT)];
    let spans = spans_of(text, TokenRule::Text);
    (foreign_runs(text, &spans).iter().map(ExactSizeIterator::len).sum(), spans.len())
}

/// The runs of foreign tokens, in order.
pub(super) fn foreign_runs(decoded: &str, spans: &[Span]) -> Vec<Range<usize>> {
    let text = |span: &Span| &decoded[span.source.clone()];
    if spans.is_empty() {
        return Vec::new();
    }
    if !decoded.contains(|c| is_letter(c) || is_presentation_form(c)) {
        return std::iter::once(0..spans.len()).collect();
    }
    let evidence: Vec<i32> = spans.iter().map(|span| evidence_of(text(span))).collect();
    // Nearly every text: nothing in it speaks for another language.
    if evidence.iter().filter(|evidence| **evidence > 0).sum::<i32>() <= AT_START {
        return Vec::new();
    }
    let change = |token: usize| {
        let Some(before) = token.checked_sub(1) else { return AT_START };
        let is_end = spans[before].gap != Gap::Space || text(&spans[before]).ends_with(is_sentence_mark);
        if is_end { CHANGE_AT_END } else { CHANGE }
    };
    cheapest_runs(&evidence, change)
}

/// The runs in the foreign state on the cheapest path (Viterbi's algorithm): in that state a word costs less by its evidence.
fn cheapest_runs(evidence: &[i32], change: impl Fn(usize) -> i32) -> Vec<Range<usize>> {
    let (mut arabic, mut foreign) = (0_i64, 0_i64);
    // For each token and state, whether the best way there comes from the other state.
    let mut changed = Vec::with_capacity(evidence.len());
    for (token, evidence) in evidence.iter().enumerate() {
        let change = i64::from(change(token));
        // Before the first token the text is in no state yet, and only the foreign one has a price.
        let (to_arabic, to_foreign) = if token == 0 { (foreign, change) } else { (foreign + change, arabic + change) };
        changed.push((to_arabic < arabic, token > 0 && to_foreign < foreign));
        (arabic, foreign) = (arabic.min(to_arabic), if token == 0 { change } else { foreign.min(to_foreign) });
        foreign -= i64::from(*evidence);
    }
    let mut is_foreign = foreign < arabic;
    let mut runs: Vec<Range<usize>> = Vec::new();
    for token in (0..evidence.len()).rev() {
        match runs.last_mut().filter(|run| run.start == token + 1) {
            _ if !is_foreign => {}
            Some(run) => run.start = token,
            None => runs.push(token..token + 1),
        }
        let (to_arabic, to_foreign) = changed[token];
        is_foreign ^= if is_foreign { to_foreign } else { to_arabic };
    }
    runs.reverse();
    runs
}

/// What a token says about its language.
fn evidence_of(token: &str) -> i32 {
    let token = token.trim_matches(|c: char| !c.is_alphabetic() && !is_mark(c));
    let is_arabic_script = |c: char| ('\u{620}'..='\u{77f}').contains(&c) || is_presentation_form(c);
    if !token.contains(is_arabic_script) {
        let letters = token.chars().filter(|c| c.is_alphabetic()).count();
        return if letters >= 2 { OTHER_SCRIPT } else { 0 };
    }
    let mut unified = String::with_capacity(token.len());
    unify_token(token, &mut unified);
    let as_written = WORDS.get(token).or_else(|| WORDS.get(unified.as_str())).copied().unwrap_or(0);
    let has_article =
        ARTICLES.iter().any(|article| unified.strip_prefix(article).is_some_and(|rest| rest.chars().count() >= 2));
    let marks = unified.chars().filter(|c| is_mark(*c)).count();
    let letters = token.chars().map(letter_evidence).max().unwrap_or(0);
    let against = [
        if has_article { ARTICLE } else { 0 },
        if unified.contains('ة') { TA_MARBUTA } else { 0 },
        if unified.contains(['أ', 'إ']) { ARABIC_LETTER } else { 0 },
        if marks >= 2 { VOCALISED } else { 0 },
    ];
    // The strongest on each side, not their sum: the letters of one word are no independent witnesses.
    as_written.max(letters).clamp(0, MOST) + as_written.min(against.into_iter().min().unwrap_or(0)).min(0)
}

/// What a letter says that Arabic does not have: much if no Arabic writer uses it, little if some do in names or out of habit.
fn letter_evidence(c: char) -> i32 {
    match c {
        'ں' | 'ے' | 'ۓ' | 'ٹ' | 'ڈ' | 'ڑ' | 'ڕ' | 'ڵ' | 'ۆ' | 'ێ' | 'ښ' | 'ځ' | 'څ' | 'ډ' | 'ړ' | 'ږ' | 'ګ' | 'ڼ' | 'ټ' => {
            30
        }
        'ژ' | 'ۇ' | 'ۋ' | 'ڭ' | 'ۈ' | 'ڠ' | 'ڽ' | 'ڄ' | 'ڃ' | 'ٺ' | 'ڪ' => 20,
        'ہ' | 'ې' | 'ۍ' => 15,
        'گ' | 'چ' | 'پ' | 'ە' => 8,
        'ی' | 'ک' => 4,
        'ھ' => 2,
        _ => 0,
    }
}

fn is_presentation_form(c: char) -> bool {
    matches!(c, '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

#[cfg(test)]
mod tests {
    use super::super::Document;

    fn foreign(text: &str) -> bool {
        let document = Document::from_text("t", text);
        let tokens: usize = document.foreign().iter().map(ExactSizeIterator::len).sum();
        assert!(tokens == 0 || tokens == document.tokens().len(), "in part: {text}");
        tokens > 0
    }

    #[test]
    fn other_languages_are_recognised() {
        for text in [
            "The ministry announced a new plan. It starts tomorrow.",
            "Hello",
            "Le ministre a annoncé un nouveau plan.",
            "Министр объявил новый план",
            "2016 / 12",
            "وزیر صنعت دیروز از برنامه‌ای تازه برای پشتیبانی از صنایع کوچک خبر داد. او گفت که اجرای آن از فردا آغاز می‌شود.",
            "وزير صنعت ديروز از برنامه اي تازه براي پشتيباني از صنايع كوچك خبر داد",
            "رئیس جمهور در نشست خبری خود گفت که این طرح به زودی اجرا می‌شود",
            "افزایش قیمت نفت در بازارهای جهانی پس از نشست اوپک",
            "وزیر صنعت نے کل چھوٹی صنعتوں کی مدد کے لیے ایک نئے منصوبے کا اعلان کیا",
            "پاکستان کے وزیر اعظم نے کہا ہے کہ حکومت عوام کو سہولتیں دے گی",
            "وەزیری پیشەسازی دوێنێ پلانێکی نوێی بۆ پشتگیریی پیشەسازییە بچووکەکان ڕاگەیاند",
            "د صنایعو وزیر پرون د کوچنیو صنعتونو د ملاتړ لپاره د نوي پلان خبر ورکړ چې سبا به پیل شي",
        ] {
            assert!(foreign(text), "{text}");
        }
    }

    #[test]
    fn arabic_is_never_called_foreign() {
        for text in [
            "أعلنت وزارة الصناعة أمس عن خطة جديدة لدعم الصناعات الصغيرة",
            "تطرقنا في كثر من مر لهمي الصناعات الصغير والمتوسط بالنسب لاقتصاديات دول المجلس",
            "محمد احمد علي حسن سالم خالد ناصر راشد سعيد حمد عمر",
            "فاز Real Madrid على Manchester United في نهائي Champions League",
            "شلونك عيني چانت اگلك هواي زين وين رايح اليوم يمعود",
            "إيه ده يا عم مش كده خالص عايز أروح البيت",
            "بِسْمِ اللَّهِ الرَّحْمَٰنِ الرَّحِيمِ ٱلْحَمْدُ لِلَّهِ رَبِّ ٱلْعَٰلَمِينَ",
            "قفا نبك من ذكرى حبيب ومنزل بسقط اللوى بين الدخول فحومل",
            "اعلن وزیر الصناعة فی مؤتمر صحفی ان الخطة تشمل قروضا میسرة لکل المصانع",
            "كرد سوريا وتركيا",
            "تعادل برشلونة وريال مدريد",
            "iPhone جديد",
            "خبر",
            "ﺧﺒﺮ ﻋﺎﺟﻞ",
        ] {
            assert!(!foreign(text), "{text}");
        }
    }

    #[test]
    fn a_foreign_paragraph_is_found_within_an_article() {
        let arabic = "أعلنت وزارة الصناعة أمس عن خطة جديدة لدعم الصناعات الصغيرة في البلاد.";
        let english = "The ministry announced yesterday a new plan for the support of small and medium industries in the country, which \
                       will start at the beginning of the next month.";
        let count = |text: &str| text.split_whitespace().count();
        let document = Document::from_text("t", &format!("{arabic}\n{english}\n{arabic}"));
        let start = count(arabic);
        let expected = start..start + count(english);
        assert_eq!(document.foreign(), std::slice::from_ref(&expected));
        assert_eq!(document.token_text(start), "The");
    }

    #[test]
    fn foreign_text_keeps_its_letters() {
        let persian = "وزیر صنعت دیروز از برنامه‌ای تازه برای پشتیبانی از صنایع کوچک خبر داد";
        assert_eq!(Document::from_text("t", persian).text(), persian);
    }
}
