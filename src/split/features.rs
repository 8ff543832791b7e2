//! What the boundary model sees of a place between two tokens: the words around it, their pairs, their first and last letters.
//!
//! Invariant: training and splitting call the same [`features_at`], so they cannot drift apart. A word is seen in its repaired
//! form, folded, so that a hamza that repair got wrong does not hide it.

use crate::arabic::{encode_letter, fold_letter};
use crate::linear::{Feature, hash_letters};

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
        let head = |length: usize| hash_letters(1, &codes[..codes.len().min(length)]);
        let tail = |length: usize| hash_letters(2, &codes[codes.len().saturating_sub(length)..]);
        Self { word: hash_letters(0, codes), prefix2: head(2), prefix3: head(3), suffix2: tail(2), suffix3: tail(3) }
    }
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
        Feature::new(template, parts)
    })
}
