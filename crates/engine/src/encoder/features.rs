//! What the encoder sees of a word: hashed features of its letters, and the embedding rows that they own.
//!
//! Invariant: training and repair call the same functions, so they cannot drift apart. A row belongs to one feature,
//! identified by its 32-bit hash. Features too rare to own a row contribute nothing; a word that never occurred in training
//! is represented by its other features, as in fastText (Bojanowski et al. 2017).

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::arabic::clitics::{FUTURE, is_conjunction, is_preposition};
use crate::arabic::{code, is_hamzated_alif, is_plain};
use crate::model::{ModelError, SectionReader, SectionWriter};

/// Features of a damaged word.
pub const WORD_FEATURES: usize = 8;
/// Features of a candidate.
pub const CANDIDATE_FEATURES: usize = 7;
/// The features that identify a damaged word: its stem and itself.
pub const NAMING_WORD: Range<usize> = WORD_FEATURES - 2..WORD_FEATURES;
/// The features that identify a candidate: its stem and itself.
pub const NAMING_CANDIDATE: Range<usize> = CANDIDATE_FEATURES - 2..CANDIDATE_FEATURES;

/// Letters that must be left when proclitics are removed.
const LEAST_STEM: usize = 3;

/// The feature hashes of a damaged word (letter codes): itself, its first and last letters, itself without proclitics, and
/// the letters that it may have lost. By the last, a rare word that can only be `تنمية` shows its neighbours that it is
/// feminine.
#[must_use]
pub fn word_features<'a>(codes: &[u8], candidates: impl ExactSizeIterator<Item = &'a [u8]>) -> [u32; WORD_FEATURES] {
    // The number of candidates (up to 3) and the lost letters of the two most frequent, separated by 0.
    let mut choice = vec![u8::try_from(candidates.len().min(3)).unwrap_or(3)];
    for candidate in candidates.take(2) {
        choice.extend(lost_letters(candidate));
        choice.push(0);
    }
    [
        // Trained rows are found by these hashes: with another template number the model forgets the feature.
        hash(0, &choice),
        hash(2, head(codes, 2)),
        hash(3, head(codes, 3)),
        hash(4, tail(codes, 2)),
        hash(5, tail(codes, 3)),
        hash(6, tail(codes, 4)),
        // These two stay last: `NAMING_WORD` points at them by position.
        hash(7, without_proclitics(codes)),
        hash(1, codes),
    ]
}

/// The feature hashes of a candidate (letter codes): how well it is known (`standing`), which letters the damage takes and
/// where, its first and last letters, itself without proclitics, and itself.
#[must_use]
pub fn candidate_features(codes: &[u8], standing: [u8; 2]) -> [u32; CANDIDATE_FEATURES] {
    let lost = lost_letters(codes);
    [
        hash(14, &standing),
        hash(9, &lost),
        // The 0, which is no letter, keeps the end of the word apart from the lost letters.
        hash(10, &[tail(codes, 2), &[0], &lost].concat()),
        hash(11, tail(codes, 3)),
        hash(12, head(codes, 3)),
        // These two stay last: `NAMING_CANDIDATE` points at them by position.
        hash(13, without_proclitics(codes)),
        hash(8, codes),
    ]
}

/// The letters of a candidate that the damage can take: the last, the first alif, and those inside.
fn lost_letters(codes: &[u8]) -> Vec<u8> {
    // A final `ي` is plain, but it is lost too if the writer typed it as `ى`.
    let ending = codes.last().copied().filter(|c| !is_plain(*c) || *c == code::YA).unwrap_or(0);
    // Four letters reach the first letter behind `وال`.
    let alif = codes.iter().take(4).copied().find(|c| is_hamzated_alif(*c) || *c == code::ALIF).unwrap_or(0);
    let inside = codes.get(1..codes.len().saturating_sub(1)).unwrap_or_default();
    let mut lost = vec![ending, alif];
    lost.extend(inside.iter().filter(|c| !is_plain(**c)));
    lost
}

fn head(codes: &[u8], length: usize) -> &[u8] {
    &codes[..codes.len().min(length)]
}

fn tail(codes: &[u8], length: usize) -> &[u8] {
    &codes[codes.len().saturating_sub(length)..]
}

/// The word without a leading `و ف`, then `ب ك ل س`, then the article, as long as enough letters are left.
fn without_proclitics(codes: &[u8]) -> &[u8] {
    let mut rest = codes;
    if rest.len() > LEAST_STEM && is_conjunction(rest[0]) {
        rest = &rest[1..];
    }
    if rest.len() > LEAST_STEM && (is_preposition(rest[0]) || rest[0] == FUTURE) {
        rest = &rest[1..];
    }
    match rest {
        [code::ALIF, code::LAM, stem @ ..] if stem.len() >= LEAST_STEM => stem,
        // A lone `ل` is the article's only if a proclitic was taken off before it, as in `للصناعة`.
        [code::LAM, stem @ ..] if stem.len() >= LEAST_STEM && codes.len() > rest.len() => stem,
        _ => rest,
    }
}

/// FNV-1a with a final mix; `template` keeps features of different kinds apart.
fn hash(template: u32, codes: &[u8]) -> u32 {
    // Only hashes that training chose own rows, and those are few beside 2^32, so collisions are rare and harmless.
    let start = 0x811c_9dc5 ^ template.wrapping_mul(0x9e37_79b9);
    let letters = codes.iter().fold(start, |hash, code| (hash ^ u32::from(*code)).wrapping_mul(0x0100_0193));
    let mixed = (letters ^ (letters >> 15)).wrapping_mul(0x2c1b_3c6d);
    mixed ^ (mixed >> 13)
}

/// The features that own an embedding row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeatureRows {
    hashes: Vec<u32>,
    rows: FxHashMap<u32, u32>,
}

impl FeatureRows {
    /// Rows 1, 2, … for the features of these hashes. Row 0 is for all other features, and stays zero.
    #[must_use]
    pub fn new(hashes: Vec<u32>) -> Self {
        let rows = hashes.iter().copied().zip(1..).collect();
        Self { hashes, rows }
    }

    /// Writes the owners of the rows.
    pub fn write(&self, section: &mut SectionWriter) {
        section.u32(u32::try_from(self.hashes.len()).expect("fewer than 2^32 rows"));
        self.hashes.iter().for_each(|hash| section.u32(*hash));
    }

    /// Reads what [`Self::write`] wrote.
    ///
    /// # Errors
    /// If the section is too short.
    pub fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        let count = section.u32()? as usize;
        let hashes = section.bytes(count * 4)?.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        Ok(Self::new(hashes))
    }

    /// The owners of rows 1, 2, ….
    #[must_use]
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// The number of rows, including row 0.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len() + 1
    }

    /// Whether no feature owns a row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The row of each feature.
    #[must_use]
    pub fn of<const N: usize>(&self, features: [u32; N]) -> [u32; N] {
        features.map(|feature| self.rows.get(&feature).copied().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::{Word, decode_word};

    fn stem(text: &str) -> String {
        decode_word(without_proclitics(Word::new(text).expect("Arabic letters").codes()))
    }

    #[test]
    fn proclitics_are_taken_off_as_far_as_a_word_is_left() {
        assert_eq!(stem("والصناعات"), "صناعات");
        assert_eq!(stem("وبالصناعة"), "صناعة");
        assert_eq!(stem("للصناعة"), "صناعة");
        assert_eq!(stem("ولد"), "ولد");
        assert_eq!(stem("على"), "على");
    }

    #[test]
    fn features_without_a_row_share_row_zero() {
        let rows = FeatureRows::new(vec![70, 50]);
        assert_eq!(rows.of([50, 60, 70]), [2, 0, 1]);
        assert_eq!(rows.len(), 3);
    }
}
