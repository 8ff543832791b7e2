//! The Arabic script: letters, marks, digits, and folding.
//!
//! Invariant: a [`Word`] consists of the 36 letters U+0621–U+063A and U+0641–U+064A, one byte each, so that a lexicon of
//! hundreds of thousands of forms stays small and alignments run over bytes.
//!
//! *Folding* (for matching) and *repair* (for output) are opposites and stay apart: [`fold_letter`] conflates exactly the
//! letters that repair restores, and folded text is never written out.

pub mod abbreviations;
pub mod clitics;
pub mod inflection;
pub mod light_stem;
pub mod likeness;
mod punctuation_mark;

pub use punctuation_mark::PunctuationMark;

/// The letters that the cleaning script did not delete: the 28 of the alphabet.
#[cfg(test)]
const PLAIN: &str = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي";

/// The letter codes ([`encode_letter`]) that code refers to by name.
pub mod code {
    use super::encode_const;
    /// A space between two words that had run together; no letter, and in no [`super::Word`].
    pub const SPACE: u8 = 0;
    /// `ء`
    pub const HAMZA: u8 = encode_const('ء');
    /// `آ`
    pub const ALIF_MADDA: u8 = encode_const('آ');
    /// `أ`
    pub const ALIF_HAMZA: u8 = encode_const('أ');
    /// `ؤ`
    pub const WAW_HAMZA: u8 = encode_const('ؤ');
    /// `إ`
    pub const ALIF_HAMZA_BELOW: u8 = encode_const('إ');
    /// `ئ`
    pub const YA_HAMZA: u8 = encode_const('ئ');
    /// `ا`
    pub const ALIF: u8 = encode_const('ا');
    /// `ة`
    pub const TA_MARBUTA: u8 = encode_const('ة');
    /// `ت`
    pub const TA: u8 = encode_const('ت');
    /// `س`
    pub const SIN: u8 = encode_const('س');
    /// `ب`
    pub const BA: u8 = encode_const('ب');
    /// `ف`
    pub const FA: u8 = encode_const('ف');
    /// `ك`
    pub const KAF: u8 = encode_const('ك');
    /// `م`
    pub const MIM: u8 = encode_const('م');
    /// `ل`
    pub const LAM: u8 = encode_const('ل');
    /// `ن`
    pub const NUN: u8 = encode_const('ن');
    /// `ه`
    pub const HA: u8 = encode_const('ه');
    /// `و`
    pub const WAW: u8 = encode_const('و');
    /// `ى`
    pub const MAQSURA: u8 = encode_const('ى');
    /// `ي`
    pub const YA: u8 = encode_const('ي');
}

/// The stroke that widens a word. At a word's edge it spells something: `1445هـ`, `لـ«`.
pub const TATWEEL: char = '\u{640}';

/// The code point before the first letter, so that letter codes begin at 1 and 0 is free for [`code::SPACE`].
const BASE: u32 = 0x0620;

#[expect(clippy::cast_possible_truncation, reason = "letters lie within 42 of the base")]
const fn encode_const(letter: char) -> u8 {
    (letter as u32 - BASE) as u8
}

/// The code of an Arabic letter; `None` for any other character.
#[must_use]
pub fn encode_letter(letter: char) -> Option<u8> {
    is_letter(letter).then(|| encode_const(letter))
}

/// The letter of a code from [`encode_letter`], or a space for [`code::SPACE`].
#[must_use]
pub fn decode_letter(code: u8) -> char {
    if code == code::SPACE {
        return ' ';
    }
    char::from_u32(BASE + u32::from(code)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Whether `c` is one of the 36 Arabic letters; marks, digits, tatweel and letters of other languages are not.
#[must_use]
pub fn is_letter(c: char) -> bool {
    matches!(c, '\u{621}'..='\u{63a}' | '\u{641}'..='\u{64a}')
}

/// Whether `c` is a vowel sign or another mark written above or below a letter.
#[must_use]
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{610}'..='\u{61a}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}')
}

/// Whether `c` is a decimal digit of the kinds that Arabic text uses (ASCII, Arabic-Indic, extended Arabic-Indic).
#[must_use]
pub fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}')
}

/// Whether `c` ends a sentence if it is at a token's end.
#[must_use]
pub fn is_sentence_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '؟' | '…')
}

/// Whether `c` is a zero-width character, direction mark or soft hyphen: it affects how text is drawn, not how it is spelt.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

/// Whether `c` separates tokens.
///
/// Unicode `White_Space` and the four ASCII separators U+001C–U+001F, which Python's `str.split` also splits on: rows are
/// re-split by readers, and both sides must find the same tokens.
#[must_use]
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// Whether a letter code is one of the 28 plain letters, which the cleaning script does not delete.
#[must_use]
pub fn is_plain(code: u8) -> bool {
    use code::{ALIF_HAMZA, ALIF_HAMZA_BELOW, ALIF_MADDA, HAMZA, MAQSURA, TA_MARBUTA, WAW_HAMZA, YA_HAMZA};
    !matches!(code, HAMZA | ALIF_MADDA | ALIF_HAMZA | WAW_HAMZA | ALIF_HAMZA_BELOW | YA_HAMZA | TA_MARBUTA | MAQSURA)
}

/// Whether a letter code is an alif that carries a hamza or a madda.
#[must_use]
pub fn is_hamzated_alif(code: u8) -> bool {
    matches!(code, code::ALIF_HAMZA | code::ALIF_HAMZA_BELOW | code::ALIF_MADDA)
}

/// A word (letter codes), each letter folded.
#[must_use]
pub fn fold_word(word: &[u8]) -> Vec<u8> {
    word.iter().copied().map(fold_letter).collect()
}

/// The folded letter codes of a text, without everything that is no Arabic letter.
#[must_use]
pub fn folded_codes(text: &str) -> Vec<u8> {
    text.chars().filter_map(encode_letter).map(fold_letter).collect()
}

/// A word (letter codes) with every alif bare. Unlike folding, it keeps `ى`: `علي` is a name and `على` is not.
#[must_use]
pub fn with_plain_alif(word: &[u8]) -> Vec<u8> {
    word.iter().map(|letter| if is_hamzated_alif(*letter) { code::ALIF } else { *letter }).collect()
}

/// The bare twin of a letter, which careless or normalised writing puts for it: `أ إ آ` → `ا`, `ى` → `ي`, `ة` → `ه`.
#[must_use]
pub fn fold_letter(code: u8) -> u8 {
    match code {
        code::ALIF_HAMZA | code::ALIF_HAMZA_BELOW | code::ALIF_MADDA => code::ALIF,
        code::MAQSURA => code::YA,
        code::TA_MARBUTA => code::HA,
        other => other,
    }
}

/// A word of Arabic letters, one byte a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word(Vec<u8>);

impl Word {
    /// The word of `text`; `None` if it is empty or holds anything but Arabic letters.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let codes: Option<Vec<u8>> = text.chars().map(encode_letter).collect();
        codes.filter(|codes| !codes.is_empty()).map(Self)
    }

    /// The letter codes.
    #[must_use]
    pub fn codes(&self) -> &[u8] {
        &self.0
    }
}

/// Letter codes as text.
#[must_use]
pub fn decode_word(codes: &[u8]) -> String {
    codes.iter().copied().map(decode_letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_letters_are_the_28_of_the_alphabet() {
        let plain: String = (1..=0x2a).filter(|c| is_letter(decode_letter(*c)) && is_plain(*c)).map(decode_letter).collect();
        let mut expected: Vec<char> = PLAIN.chars().collect();
        expected.sort_unstable();
        assert_eq!(plain.chars().collect::<Vec<_>>(), expected);
        assert_eq!(expected.len(), 28);
    }

    #[test]
    fn a_word_survives_encoding() {
        let word = Word::new("مسؤولية").expect("Arabic letters only");
        assert_eq!(decode_word(word.codes()), "مسؤولية");
        assert_eq!(Word::new("abc"), None);
        assert_eq!(Word::new("ما قورن"), None, "no word holds a space");
        assert_eq!(Word::new(""), None);
    }

    #[test]
    fn folding_conflates_what_repair_restores() {
        let folded =
            |text: &str| text.chars().filter_map(encode_letter).map(fold_letter).map(decode_letter).collect::<String>();
        assert_eq!(folded("أنشئت"), "انشئت");
        assert_eq!(folded("المدرسة"), "المدرسه");
        assert_eq!(folded("على"), "علي");
    }
}
