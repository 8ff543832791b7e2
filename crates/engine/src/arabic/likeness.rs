//! How unlike Arabic a text is, judged by its characters: tells the right decoding of bytes from a wrong one, also in a
//! headline of two words.
//!
//! A wrong decoding puts letters where Arabic has few of them, marks where no letter bears them, and Latin letters beside
//! Arabic ones. Characters of ASCII read the same in every encoding in question, so they do not count.

use super::{is_digit, is_letter, is_mark};

/// What each letter costs: the negative logarithm of its share in newspaper text, in hundredths of a nat.
const LETTERS: [(char, u32); 36] = [
    ('ا', 208),
    ('ل', 212),
    ('ي', 266),
    ('م', 276),
    ('و', 281),
    ('ن', 288),
    ('ر', 300),
    ('ت', 310),
    ('ب', 332),
    ('ة', 335),
    ('ع', 338),
    ('د', 351),
    ('ه', 351),
    ('ف', 358),
    ('س', 365),
    ('ق', 377),
    ('أ', 377),
    ('ك', 382),
    ('ح', 391),
    ('ج', 420),
    ('ش', 451),
    ('ط', 461),
    ('ص', 461),
    ('ى', 461),
    ('خ', 471),
    ('إ', 471),
    ('ض', 496),
    ('ذ', 496),
    ('ز', 512),
    ('ث', 512),
    ('غ', 530),
    ('ئ', 552),
    ('ء', 552),
    ('ظ', 581),
    ('ؤ', 650),
    ('آ', 650),
];
/// A mark or a tatweel after a letter, and one after anything else.
const MARK: u32 = 350;
const STRAY_MARK: u32 = 900;
/// Punctuation, digits and invisible characters of Arabic text, and such a character in the middle of a word.
const PUNCTUATION: u32 = 400;
const INNER_PUNCTUATION: u32 = 700;
/// A Latin letter beyond ASCII in a word that has ASCII letters, and in one that has none.
const LATIN: u32 = 450;
const BARE_LATIN: u32 = 800;
/// A letter of one script beside one of the other.
const MIXED: u32 = 1100;
const CONTROL: u32 = 1200;
const ANYTHING_ELSE: u32 = 900;
/// Text that is Arabic costs about 300 a character, a wrong decoding of it 600 and more.
const MOST_IF_ARABIC: u32 = 460;

/// The mean cost of a text's characters beyond ASCII, in hundredths of a nat; `None` without such a character.
#[must_use]
pub fn unlikeness(text: &str) -> Option<u32> {
    let (mut total, mut count) = (0_u64, 0_u64);
    let (mut before, mut rest) = (' ', text.chars().peekable());
    while let Some(c) = rest.next() {
        if !c.is_ascii() {
            total += u64::from(cost(before, c, rest.peek().copied().unwrap_or(' ')));
            count += 1;
        }
        before = c;
    }
    u32::try_from(total.checked_div(count)?).ok()
}

/// Whether a text reads as Arabic as far as its characters beyond ASCII tell.
#[must_use]
pub fn reads_as_arabic(text: &str) -> bool {
    text.contains(is_letter) && unlikeness(text).is_some_and(|cost| cost <= MOST_IF_ARABIC)
}

fn cost(before: char, c: char, after: char) -> u32 {
    let beside = |is: fn(char) -> bool| is(before) || is(after);
    let is_between_letters = || [before, after].iter().all(|c| is_letter(*c));
    match c {
        _ if is_letter(c) && beside(is_latin) => MIXED,
        _ if is_letter(c) => LETTERS.iter().find(|(letter, _)| *letter == c).map_or(ANYTHING_ELSE, |(_, cost)| *cost),
        _ if is_mark(c) || c == '\u{640}' => {
            if is_letter(before) || is_mark(before) || before == '\u{640}' {
                MARK
            } else {
                STRAY_MARK
            }
        }
        _ if is_latin(c) && beside(is_letter) => MIXED,
        _ if is_latin(c) => {
            if beside(|c| c.is_ascii_alphabetic()) {
                LATIN
            } else {
                BARE_LATIN
            }
        }
        '،' | '؛' | '؟' | '«' | '»' | '\u{2010}'..='\u{2026}' | '\u{a0}' | '٪' | '٫' | '٬' => {
            if is_between_letters() { INNER_PUNCTUATION } else { PUNCTUATION }
        }
        '\u{200b}'..='\u{200f}' | '\u{feff}' => PUNCTUATION,
        _ if is_digit(c) => PUNCTUATION,
        _ if c.is_control() => CONTROL,
        _ => ANYTHING_ELSE,
    }
}

fn is_latin(c: char) -> bool {
    c.is_alphabetic() && c < '\u{250}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_is_told_from_wrong_decodings_of_it() {
        for text in ["في", "كتــاب", "مُدَرِّسة", "خبر", "قال: «نعم»…", "زار مدينة Orléans و garçon", "صحیفة النهار؟"]
        {
            assert!(reads_as_arabic(text), "{text}: {:?}", unlikeness(text));
        }
        for text in [
            "Où est né le garçon à la fenêtre élevée ?",
            "أظنوت èزارة",
            "ط£ط¹ظ„ظ†طھ",
            "ÃÚáäÊ",
            "Größe",
            "École",
            "plain",
            "",
        ] {
            assert!(!reads_as_arabic(text), "{text}: {:?}", unlikeness(text));
        }
    }
}
