//! The words inside a token: its maximal runs of Arabic letters and diacritics, as letter codes.
//!
//! Tokens are delimited by white space and carry their punctuation; the lexicon knows bare words. Diacritics are kept beside
//! a word's letters, and put back onto its repaired form (`diacritics.rs`).

use std::ops::Range;

use crate::arabic::{encode_letter, is_letter, is_mark};

/// A longer run of letters is no word: `ههههه…`, or text without spaces. It is left as it is, like a foreign name, because the
/// time to find candidates grows with the square of the length.
const LONGEST_WORD: usize = 64;

/// A longer token (in bytes) is no text: it has no words, since each would take some hundred bytes of memory.
const LONGEST_TOKEN: usize = 64 << 10;

/// A diacritic inside a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diacritic {
    /// Letters of the word before it; at least one.
    pub letters_before: usize,
    /// The character.
    pub mark: char,
}

/// A word inside a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordSpan {
    /// Bytes in the token.
    pub bytes: Range<usize>,
    /// Its letters without diacritics, as letter codes.
    pub codes: Vec<u8>,
    /// Its diacritics, in order.
    pub diacritics: Vec<Diacritic>,
}

impl WordSpan {
    /// Whether most letters carry a diacritic, as in scripture and schoolbooks: such words were spelt with care.
    #[must_use]
    pub fn is_vocalised(&self) -> bool {
        self.diacritics.len() * 2 > self.codes.len()
    }
}

/// The words of a token, in order.
#[must_use]
pub fn words_of(token: &str) -> Vec<WordSpan> {
    let mut words: Vec<WordSpan> = Vec::new();
    if token.len() > LONGEST_TOKEN {
        return words;
    }
    let mut open = false;
    for (at, c) in token.char_indices() {
        let end = at + c.len_utf8();
        match (encode_letter(c), words.last_mut()) {
            (Some(letter), Some(word)) if open => {
                word.codes.push(letter);
                word.bytes.end = end;
            }
            (Some(letter), _) => {
                words.push(WordSpan { bytes: at..end, codes: vec![letter], diacritics: Vec::new() });
                open = true;
            }
            (None, Some(word)) if open && is_mark(c) => {
                word.diacritics.push(Diacritic { letters_before: word.codes.len(), mark: c });
                word.bytes.end = end;
            }
            // A diacritic before any letter comes here too: it belongs to no word.
            _ => open = false,
        }
    }
    words.retain(|word| word.codes.len() <= LONGEST_WORD && !belongs_to_another_script(token, &word.bytes));
    words
}

/// Whether a letter that Arabic lacks (`پ`, `گ`, a Latin letter) touches the word: then it is a foreign name.
fn belongs_to_another_script(token: &str, word: &Range<usize>) -> bool {
    let foreign = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !is_letter(c) && !is_mark(c));
    foreign(token[..word.start].chars().next_back()) || foreign(token[word.end..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(token: &str) -> Vec<&str> {
        words_of(token).into_iter().map(|word| &token[word.bytes]).collect()
    }

    #[test]
    fn words_are_found_inside_tokens() {
        assert_eq!(texts("«الاقتصاد،والتجارة»."), ["الاقتصاد", "والتجارة"]);
        assert_eq!(texts("150/120"), Vec::<&str>::new());
        assert_eq!(texts("ب3ر5"), ["ب", "ر"]);
        assert_eq!(texts("چاد"), Vec::<&str>::new());
    }

    #[test]
    fn an_endless_run_of_letters_is_no_word() {
        assert_eq!(texts(&format!("{}،نعم", "ه".repeat(10_000))), ["نعم"]);
    }

    #[test]
    fn an_endless_token_has_no_words() {
        assert_eq!(texts(&"نعم،".repeat(100)).len(), 100);
        assert!(texts(&"نعم،".repeat(100_000)).is_empty());
    }

    #[test]
    fn marks_belong_to_their_word() {
        let words = words_of("مُحمَّد،");
        assert_eq!(words[0].codes.len(), 4);
        let marks: Vec<(usize, char)> = words[0].diacritics.iter().map(|mark| (mark.letters_before, mark.mark)).collect();
        assert_eq!(marks, [(1, '\u{64f}'), (3, '\u{64e}'), (3, '\u{651}')]);
        assert!(words[0].is_vocalised());
        assert!(!words_of("ايضاً")[0].is_vocalised());
    }
}
