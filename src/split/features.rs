//! What the boundary model sees of a place between two tokens: the words around it, their pairs, their first and last letters.
//!
//! Invariant: training and splitting call the same [`features_at`], so they cannot drift apart. A word is seen in its repaired
//! form, folded, so that a hamza that repair got wrong does not hide it.

use crate::arabic::{encode_letter, fold_letter};

/// A feature's identity: a hash of its template and its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature(pub u32);

impl Feature {
    /// Weights lie in this many buckets, as a power of two.
    pub const BUCKET_BITS: u32 = 21;

    /// Where the feature's weight lies, if it has one.
    #[must_use]
    pub fn bucket(self) -> usize {
        (self.0 >> (32 - Self::BUCKET_BITS)) as usize
    }

    /// Tells the features of one bucket apart.
    #[must_use]
    pub fn fingerprint(self) -> u8 {
        self.0.to_le_bytes()[0]
    }
}

/// How many features a place has.
pub const FEATURES: usize = 23;

/// Tokens before a place that are looked at.
const BEFORE: usize = 3;
/// Tokens after a place that are looked at.
const AFTER: usize = 3;

/// A token as features see it: hashes of its folded letters and of their ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordShape {
    word: u32,
    prefix2: u32,
    prefix3: u32,
    suffix2: u32,
    suffix3: u32,
}

impl WordShape {
    /// The shape of a repaired token; everything but its Arabic letters is left out.
    #[must_use]
    pub fn new(token: &str) -> Self {
        let codes: Vec<u8> = token.chars().filter_map(encode_letter).map(fold_letter).collect();
        Self::of_codes(&codes)
    }

    fn of_codes(codes: &[u8]) -> Self {
        let head = |length: usize| hash(1, &codes[..codes.len().min(length)]);
        let tail = |length: usize| hash(2, &codes[codes.len().saturating_sub(length)..]);
        Self { word: hash(0, codes), prefix2: head(2), prefix3: head(3), suffix2: tail(2), suffix3: tail(3) }
    }
}

fn hash(seed: u32, codes: &[u8]) -> u32 {
    codes.iter().fold(0x811c_9dc5 ^ seed.wrapping_mul(0x9e37_79b9), |h, c| (h ^ u32::from(*c)).wrapping_mul(0x0100_0193))
}

fn feature(template: u32, parts: [u32; 3]) -> Feature {
    let start = template.wrapping_mul(0x9e37_79b9);
    let mixed = parts.iter().fold(start, |h, part| (h ^ part).rotate_left(13).wrapping_mul(0x85eb_ca6b));
    let last = (mixed ^ (mixed >> 15)).wrapping_mul(0xc2b2_ae35);
    Feature(last ^ (last >> 16))
}

/// The features that speak about the place after `token`; places beyond the article count as empty words.
#[must_use]
pub fn features_at(shapes: &[WordShape], token: usize) -> [Feature; FEATURES] {
    let at =
        |offset: usize| (token + offset).checked_sub(BEFORE - 1).and_then(|i| shapes.get(i)).copied().unwrap_or_default();
    let window: [WordShape; BEFORE + AFTER] = std::array::from_fn(at);
    let [far, before, last, first, after, beyond] = window;
    let parts: [[u32; 3]; FEATURES] = [
        [far.word, 0, 0],
        [before.word, 0, 0],
        [last.word, 0, 0],
        [first.word, 0, 0],
        [after.word, 0, 0],
        [beyond.word, 0, 0],
        [last.word, first.word, 0],
        [before.word, last.word, 0],
        [first.word, after.word, 0],
        [before.word, first.word, 0],
        [last.word, after.word, 0],
        [after.word, beyond.word, 0],
        [before.word, last.word, first.word],
        [last.word, first.word, after.word],
        [first.word, after.word, beyond.word],
        [last.suffix2, first.prefix2, 0],
        [last.suffix3, 0, 0],
        [first.prefix2, 0, 0],
        [first.prefix3, after.suffix2, 0],
        [last.suffix2, first.word, 0],
        [last.suffix3, first.prefix3, after.prefix2],
        [first.prefix2, after.prefix2, after.suffix2],
        [before.suffix2, last.suffix2, first.word],
    ];
    let mut template = 0;
    parts.map(|parts| {
        template += 1;
        feature(template, parts)
    })
}
