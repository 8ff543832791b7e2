//! The Arabic script as this program sees it: letters, marks, digits, and two ways to compare words.
//!
//! Invariant: a [`Word`] holds nothing but the 36 letters U+0621–U+063A and U+0641–U+064A, one byte a letter, so that a
//! lexicon of hundreds of thousands of forms stays small and alignments run over bytes.
//!
//! *Folding* (for matching) and *repair* (for output) are opposites and stay apart: [`fold_letter`] merges exactly the
//! letters that repair restores, and folded text is never written out.

pub mod clitics;
pub mod inflection;

/// The letters that the cleaning script left standing (design: the 28 plain letters of the alphabet).
#[cfg(test)]
const PLAIN: &str = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي";

/// Letter codes, as [`encode_letter`] gives them, that repair reasons about by name.
pub mod code {
    use super::encode_const;
    /// A space between two words that were run together; no letter, and in no [`super::Word`].
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

/// One letter's code before U+0621, so that codes begin at 1 and 0 is free for "no letter".
const BASE: u32 = 0x0620;

#[expect(clippy::cast_possible_truncation, reason = "letters lie within 42 of the base")]
const fn encode_const(letter: char) -> u8 {
    (letter as u32 - BASE) as u8
}

/// The code of an Arabic letter, `None` for every other character.
#[must_use]
pub fn encode_letter(letter: char) -> Option<u8> {
    is_letter(letter).then(|| encode_const(letter))
}

/// The letter of a code made by [`encode_letter`], or the space of [`code::SPACE`].
#[must_use]
pub fn decode_letter(code: u8) -> char {
    if code == code::SPACE {
        return ' ';
    }
    char::from_u32(BASE + u32::from(code)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Whether `c` is one of the 36 Arabic letters (no marks, digits, tatweel or letters of other languages).
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

/// Whether `c` ends a sentence wherever it stands at a token's end.
#[must_use]
pub fn is_sentence_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '؟' | '…')
}

/// White space that parts tokens.
///
/// Unicode `White_Space` and the four ASCII separators U+001C–U+001F, which Python's `str.split` also splits on: rows are
/// re-split by readers, and both sides must find the same tokens.
#[must_use]
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// Whether a letter code is one of the 28 plain letters, which the damage leaves standing.
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

/// The folded letter codes of a text; everything but Arabic letters is left out.
#[must_use]
pub fn folded_codes(text: &str) -> Vec<u8> {
    text.chars().filter_map(encode_letter).map(fold_letter).collect()
}

/// A word (letter codes) with every alif bare; all else stays, since `علي` is a name and `على` is none.
#[must_use]
pub fn with_plain_alif(word: &[u8]) -> Vec<u8> {
    word.iter().map(|letter| if is_hamzated_alif(*letter) { code::ALIF } else { *letter }).collect()
}

/// The letter that careless or preprocessed writing puts for `code`: `أ إ آ` → `ا`, `ى` → `ي`, `ة` → `ه`.
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
    /// The word of `text`; `None` where it holds anything but Arabic letters, or nothing.
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
        assert_eq!(Word::new("ما قورن"), None, "a space is in no word");
        assert_eq!(Word::new(""), None);
    }

    #[test]
    fn folding_merges_what_repair_restores() {
        let folded =
            |text: &str| text.chars().filter_map(encode_letter).map(fold_letter).map(decode_letter).collect::<String>();
        assert_eq!(folded("أنشئت"), "انشئت");
        assert_eq!(folded("المدرسة"), "المدرسه");
        assert_eq!(folded("على"), "علي");
    }
}
