//! The words of an article in two forms: as written, including numbers, for exact duplicates; and reduced to the letters that every state
//! of writing keeps, for near duplicates.
//!
//! A *reduced* word lacks every letter that one copy of an article may have and another not: all kinds of alif (typed, typed bare, or
//! deleted), `ء ئ ؤ ة ى` (deleted by the damage), and then every `ه` and `ي` at the end of what remains (careless writing puts them for
//! `ة` and `ى`; and `ي` is deleted if it was typed as `ى`). So the intact, stripped, normalised and misspelt copies of a word are equal:
//! `بيئة`, `بي`, `بيئه` are all `ب`.
//!
//! Invariant: a word of which nothing remains does not count, in any copy. Nor do numbers, marks and letters of other scripts: the damage
//! deletes them, so the words around them are neighbours.

use crate::arabic::{TATWEEL, code, encode_letter, is_digit, is_mark};

/// An odd number with irregular bits: 2^64 divided by the golden ratio, as in Fibonacci hashing.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes 64 bits so that each bit of the result depends on all bits (the finaliser of `MurmurHash3`).
pub(super) fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ (bits >> 33)
}

/// Combines two hashes into one; their order matters.
pub(super) fn chain(before: u64, next: u64) -> u64 {
    mix(before.wrapping_mul(STEP).wrapping_add(next))
}

/// Letters that one copy of a word may have and another not: a bit per letter code.
const DROPPED: u64 = set(&[
    code::ALIF,
    code::ALIF_HAMZA,
    code::ALIF_HAMZA_BELOW,
    code::ALIF_MADDA,
    code::HAMZA,
    code::WAW_HAMZA,
    code::YA_HAMZA,
    code::TA_MARBUTA,
    code::MAQSURA,
]);
/// Letters that are kept only if a letter follows that is always kept.
const KEPT_INSIDE: u64 = set(&[code::HA, code::YA]);

const fn set(mut letters: &[u8]) -> u64 {
    let mut bits = 0;
    while let [letter, rest @ ..] = letters {
        // Letter codes are below 64 (36 letters within 42 code points), so a set of them fits one word.
        bits |= 1 << *letter;
        letters = rest;
    }
    bits
}

/// The hash of a reduced word, letter by letter.
#[derive(Clone, Copy, Default)]
struct Reduction {
    /// The hash up to the last letter that is always kept.
    kept: u64,
    /// The hash including the letters after it that are kept only if another follows.
    run: u64,
}

impl Reduction {
    /// Adds a letter. Written without branches, since a processor cannot predict the next letter.
    fn push(&mut self, letter: u8) {
        let bit = 1u64 << letter;
        // The rotation brings the well-mixed high bits down, where the next letter is added.
        let longer = (self.run ^ u64::from(letter)).wrapping_mul(STEP).rotate_left(23);
        self.run = if DROPPED & bit != 0 { self.run } else { longer };
        self.kept = if (DROPPED | KEPT_INSIDE) & bit != 0 { self.kept } else { self.run };
    }

    /// The hash of the reduced word; `None` if nothing remains.
    fn hash(self) -> Option<u64> {
        (self.kept != 0).then(|| mix(self.kept))
    }
}

/// Bytes of written words that are hashed together.
const HASHED: usize = 64 << 10;

/// Reads tokens: hashes the words as written, and passes on the hash of each reduced word.
#[derive(Default)]
pub(super) struct WordReader {
    /// The words as written, separated by single spaces (UTF-8), from the last that were hashed on.
    written: Vec<u8>,
    /// Of those before; made when there are any, since most articles are hashed at once.
    hasher: Option<Box<blake3::Hasher>>,
    reduced: Reduction,
    inside: bool,
}

impl WordReader {
    /// Reads one token, which may hold several words (`المعهد.ومن`), and calls `found` with the hash of each reduced word.
    pub(super) fn read(&mut self, token: &str, mut found: impl FnMut(u64)) {
        // The first byte that is not yet written.
        let mut start = 0;
        for (at, c) in token.char_indices() {
            if let Some(letter) = encode_letter(c) {
                self.reduced.push(letter);
                continue;
            }
            if is_digit(c) {
                self.end_reduced(&mut found);
                continue;
            }
            // Diacritics and tatweel stand inside a word: they are not written, but the word goes on after them.
            let inside = is_mark(c) || c == TATWEEL;
            if !inside && c.is_alphabetic() {
                continue;
            }
            self.write(&token[start..at]);
            start = at + c.len_utf8();
            if !inside {
                self.end_word(&mut found);
            }
        }
        self.write(&token[start..]);
        self.end_word(&mut found);
    }

    fn write(&mut self, letters: &str) {
        if letters.is_empty() {
            return;
        }
        let is_first = self.written.is_empty() && self.hasher.is_none();
        if !self.inside && !is_first {
            self.written.push(b' ');
        }
        self.inside = true;
        self.written.extend_from_slice(letters.as_bytes());
        if self.written.len() >= HASHED {
            self.hasher.get_or_insert_default().update(&self.written);
            self.written.clear();
        }
    }

    fn end_word(&mut self, found: &mut impl FnMut(u64)) {
        self.inside = false;
        self.end_reduced(found);
    }

    fn end_reduced(&mut self, found: &mut impl FnMut(u64)) {
        if let Some(hash) = std::mem::take(&mut self.reduced).hash() {
            found(hash);
        }
    }

    /// The hash of the words as written; `None` if there were none.
    pub(super) fn hash_of_written(&self) -> Option<blake3::Hash> {
        match &self.hasher {
            None if self.written.is_empty() => None,
            None => Some(blake3::hash(&self.written)),
            Some(hasher) => Some(hasher.clone().update(&self.written).finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(text: &str) -> Vec<u64> {
        let (mut reader, mut hashes) = (WordReader::default(), Vec::new());
        text.split_whitespace().for_each(|token| reader.read(token, |hash| hashes.push(hash)));
        hashes
    }

    fn written(text: &str) -> String {
        let mut reader = WordReader::default();
        text.split_whitespace().for_each(|token| reader.read(token, |_| ()));
        String::from_utf8(reader.written).expect("letters")
    }

    #[test]
    fn the_copies_of_a_word_are_equal() {
        for (copies, why) in [
            ("المدرسة المدرس المدرسه", "a final ة is deleted or typed ه"),
            ("على عل علي", "a final ى is deleted or typed ي"),
            ("كتابي كتاب كتابى", "a final ي typed ى is deleted"),
            ("أسعار اسعار سعار آسعار", "an alif with hamza is typed, bare or deleted"),
            ("بيئة بي بيئه", "a letter before a deleted one becomes final"),
            ("وجهة وجه وجهه", "so does a ه"),
            ("شيء شي شىء", "hamza at the end"),
            ("مسؤولية مسولي مسؤوليه", "hamza inside"),
            ("إلى ل ال الى الي", "all copies of the most frequent word"),
            ("مُدَرِّسـة", "diacritics and tatweel are no letters"),
        ] {
            let hashes = reduced(copies);
            assert_eq!(hashes.len(), copies.split(' ').count(), "{why}");
            assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{copies}: {why}");
        }
        assert_ne!(reduced("بيت"), reduced("بنت"), "an inner ي counts");
        assert_ne!(reduced("شهر"), reduced("شر"), "an inner ه counts");
        assert_ne!(reduced("درب"), reduced("برد"), "order counts");
    }

    #[test]
    fn tokens_that_the_damage_deletes_are_no_words() {
        assert!(reduced("2017 ٣٫٥ FIFA ، هي آ").is_empty());
        assert_eq!(reduced("بلغ 35 ألفا"), reduced("بلغ لف"));
        assert_eq!(reduced("المعهد.ومن"), reduced("المعهد ومن"), "a token may hold two words");
    }

    #[test]
    fn a_long_text_has_the_hash_of_the_whole() {
        let text = "قال نعم، ".repeat(20_000);
        let mut reader = WordReader::default();
        text.split_whitespace().for_each(|token| reader.read(token, |_| ()));
        assert!(reader.hasher.is_some(), "longer than what is hashed at once");
        let words = text.replace('،', "");
        assert_eq!(reader.hash_of_written(), Some(blake3::hash(words.trim_end().as_bytes())));
        assert_eq!(WordReader::default().hash_of_written(), None);
    }

    #[test]
    fn words_as_written_keep_their_spelling() {
        assert_eq!(written("  قالَ: «نعم» في 2017 -  FIFA.لن"), "قال نعم في 2017 FIFA لن");
        assert_ne!(written("أحمد"), written("احمد"), "another spelling is another text");
    }
}
