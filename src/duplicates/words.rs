//! An article's words in two forms: as they are written, for exact duplicates, and reduced to what every channel keeps, for
//! near ones.
//!
//! A *reduced* word has lost all that one copy of an article may have and another lack: every alif (bare, with hamza, with
//! madda: it is typed, typed bare, or deleted), `ء ئ ؤ ة ى` (deleted by the damage), and then every `ه` and `ي` at the end of what is
//! left (what careless or preprocessed writing puts for `ة` and `ى`, and `ي` is deleted where it was typed `ى`). So the intact,
//! the stripped, the normalised and the softly misspelt copy of a word are equal: `بيئة`, `بي`, `بيئه` are all `ب`.
//!
//! Invariant: a word of which nothing is left is no word, in any copy. Numbers, marks and letters of other scripts are none
//! either: the damage deletes them, and a word before and a word behind are neighbours.

use crate::arabic::{code, encode_letter, is_mark};

const TATWEEL: char = '\u{640}';
/// An odd number with irregular bits (2^64 divided by the golden ratio).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes 64 bits so that every bit of the result depends on every bit given (the finaliser of `MurmurHash3`).
pub(super) fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ (bits >> 33)
}

/// One hash of two, in order.
pub(super) fn chain(before: u64, next: u64) -> u64 {
    mix(before.wrapping_mul(STEP).wrapping_add(next))
}

/// What becomes of a letter when a word is reduced.
enum Fate {
    /// It is in every copy.
    Kept,
    /// It goes where no kept letter follows.
    KeptInside,
    /// It goes.
    Dropped,
}

fn fate(letter: u8) -> Fate {
    use code::{ALIF, ALIF_HAMZA, ALIF_HAMZA_BELOW, ALIF_MADDA, HA, HAMZA, MAQSURA, TA_MARBUTA, WAW_HAMZA, YA, YA_HAMZA};
    match letter {
        ALIF | ALIF_HAMZA | ALIF_HAMZA_BELOW | ALIF_MADDA | HAMZA | WAW_HAMZA | YA_HAMZA | TA_MARBUTA | MAQSURA => {
            Fate::Dropped
        }
        HA | YA => Fate::KeptInside,
        _ => Fate::Kept,
    }
}

/// Hashes the letters of one word as they are kept.
#[derive(Clone, Copy, Default)]
struct Reduction {
    /// Up to the last letter that is certainly kept.
    kept: u64,
    /// With the letters behind it that are kept only if another follows.
    run: u64,
}

impl Reduction {
    fn push(&mut self, letter: u8) {
        let fate = fate(letter);
        if matches!(fate, Fate::Dropped) {
            return;
        }
        self.run = (self.run ^ u64::from(letter)).wrapping_mul(STEP).rotate_left(23);
        if matches!(fate, Fate::Kept) {
            self.kept = self.run;
        }
    }

    /// The hash of the reduced word; `None` where nothing is left.
    fn hash(self) -> Option<u64> {
        (self.kept != 0).then(|| mix(self.kept))
    }
}

/// Reads tokens: gathers the words as written, and gives each reduced one.
#[derive(Default)]
pub(super) struct WordReader {
    written: Vec<u8>,
    reduced: Reduction,
    inside: bool,
}

impl WordReader {
    /// A reader with room for an article of a usual length.
    pub(super) fn new() -> Self {
        Self { written: Vec::with_capacity(8 << 10), ..Self::default() }
    }

    /// Reads one token, which may hold several words (`المعهد.ومن`), and hands the hash of each reduced word to `found`.
    pub(super) fn read(&mut self, token: &str, mut found: impl FnMut(u64)) {
        for c in token.chars() {
            let letter = encode_letter(c);
            if let Some(letter) = letter {
                self.reduced.push(letter);
            }
            if letter.is_some() || (c.is_alphabetic() && !is_mark(c) && c != TATWEEL) {
                self.write(c);
            } else if !is_mark(c) && c != TATWEEL {
                self.end_word(&mut found);
            }
        }
        self.end_word(&mut found);
    }

    fn write(&mut self, c: char) {
        if !self.inside && !self.written.is_empty() {
            self.written.push(b' ');
        }
        self.inside = true;
        self.written.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn end_word(&mut self, found: &mut impl FnMut(u64)) {
        self.inside = false;
        if let Some(hash) = std::mem::take(&mut self.reduced).hash() {
            found(hash);
        }
    }

    /// The words as they are written, parted by single spaces (UTF-8).
    pub(super) fn written(&self) -> &[u8] {
        &self.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(text: &str) -> Vec<u64> {
        let (mut reader, mut hashes) = (WordReader::new(), Vec::new());
        text.split_whitespace().for_each(|token| reader.read(token, |hash| hashes.push(hash)));
        hashes
    }

    fn written(text: &str) -> String {
        let mut reader = WordReader::new();
        text.split_whitespace().for_each(|token| reader.read(token, |_| ()));
        String::from_utf8(reader.written().to_vec()).expect("letters")
    }

    #[test]
    fn the_copies_of_a_word_are_equal() {
        for (copies, why) in [
            ("المدرسة المدرس المدرسه", "a final ة is deleted or typed ه"),
            ("على عل علي", "a final ى is deleted or typed ي"),
            ("كتابي كتاب كتابى", "a final ي typed ى is deleted"),
            ("أسعار اسعار سعار آسعار", "an alif with hamza is typed, bare or deleted"),
            ("بيئة بي بيئه", "what stands before a deleted letter becomes final"),
            ("وجهة وجه وجهه", "so does a ه"),
            ("شيء شي شىء", "hamza at the end"),
            ("مسؤولية مسولي مسؤوليه", "hamza inside"),
            ("إلى ل ال الى الي", "what is left of the commonest word"),
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
    fn what_the_damage_deletes_whole_is_no_word() {
        assert!(reduced("2017 ٣٫٥ FIFA ، هي آ").is_empty());
        assert_eq!(reduced("بلغ 35 ألفا"), reduced("بلغ لف"));
        assert_eq!(reduced("المعهد.ومن"), reduced("المعهد ومن"), "a token may hold two words");
    }

    #[test]
    fn words_as_written_keep_their_spelling() {
        assert_eq!(written("  قالَ: «نعم» في 2017 -  FIFA.لن"), "قال نعم في FIFA لن");
        assert_ne!(written("أحمد"), written("احمد"), "another spelling is another text");
    }
}
