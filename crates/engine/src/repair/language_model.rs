//! The language model: how probable a word is after the two before it.
//!
//! A back-off trigram model with interpolated absolute discounting (Chen & Goodman 1999, §2.4), pruned by weighted difference
//! (Seymore & Rosenfeld 1996). Invariant: if a trigram is stored, both its bigrams are, so a missing bigram saves the
//! look-up of the trigram.
//!
//! An n-gram is stored as a 24-bit fingerprint in a bucket by its hash, with its cost in 8 bits (and its back-off cost in 8
//! more, for bigrams). About one look-up in two million finds the wrong n-gram. That costs a little accuracy and never
//! a wrong letter, since candidates come from the lexicon, not from here.

use super::lexicon::WordId;
use crate::model::{ModelError, ModelFile, SectionReader, SectionWriter};

/// Units of cost per step of a stored cost: 255 steps reach 19.9 nats.
pub const COST_STEP: i32 = 20;
/// Units of cost per step of a stored back-off cost: 255 steps reach 5 nats.
pub const BACKOFF_STEP: i32 = 5;

/// One n-gram ready to be stored; costs are in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredNgram {
    /// [`bigram_key`] or [`trigram_key`].
    pub key: u64,
    /// In steps of [`COST_STEP`].
    pub cost: u8,
    /// In steps of [`BACKOFF_STEP`]; bigrams only.
    pub backoff: u8,
}

/// The identity of a bigram; ids are below 2^20.
#[must_use]
pub fn bigram_key(first: WordId, second: WordId) -> u64 {
    (u64::from(first) << 20) | u64::from(second)
}

/// The identity of a trigram; ids are below 2^20.
#[must_use]
pub fn trigram_key(first: WordId, second: WordId, third: WordId) -> u64 {
    (u64::from(first) << 40) | bigram_key(second, third)
}

/// The finaliser of `SplitMix64` (Steele et al. 2014): every bit of the key moves every bit of the hash.
fn mix(key: u64) -> u64 {
    let a = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    b ^ (b >> 31)
}

/// Writes a table of n-grams: the bits of a bucket number (u32), the start of each bucket (u32) and the end of the last,
/// then per n-gram its fingerprint (3 bytes), its cost (1) and, for bigrams, its back-off cost (1).
pub fn write_table(section: &mut SectionWriter, mut ngrams: Vec<StoredNgram>, with_backoff: bool) {
    // Some eight n-grams to a bucket: a start costs 4 bytes, and a scan of eight stays in one cache line.
    let bits = (ngrams.len() / 8).next_power_of_two().trailing_zeros().max(1);
    // The bucket is the top bits and the fingerprint the low 24, so that neither repeats the other.
    let place = |ngram: &StoredNgram| (mix(ngram.key) >> (64 - bits), mix(ngram.key) & 0xff_ffff);
    ngrams.sort_unstable_by_key(place);
    section.u32(bits);
    let mut next = 0;
    for bucket in 0..=(1_u64 << bits) {
        while next < ngrams.len() && place(&ngrams[next]).0 < bucket {
            next += 1;
        }
        section.u32(u32::try_from(next).expect("fewer than 2^32 n-grams"));
    }
    for ngram in &ngrams {
        section.bytes(&place(ngram).1.to_le_bytes()[..3]);
        section.u8(ngram.cost);
        if with_backoff {
            section.u8(ngram.backoff);
        }
    }
}

/// A table of n-grams, `WIDTH` bytes each.
#[derive(Debug)]
struct Table<const WIDTH: usize> {
    bits: u32,
    starts: Vec<u32>,
    ngrams: Vec<[u8; WIDTH]>,
}

impl<const WIDTH: usize> Table<WIDTH> {
    fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        let bits = section.u32()?;
        if !(1..32).contains(&bits) {
            return Err(section.corrupt("impossible number of buckets"));
        }
        let starts = section.bytes(((1 << bits) + 1) * 4)?;
        let (starts, _) = starts.as_chunks::<4>();
        let starts: Vec<u32> = starts.iter().map(|s| u32::from_le_bytes(*s)).collect();
        let count = starts.last().copied().unwrap_or_default();
        // Checked once, so that `find` can slice by any two neighbours.
        if !starts.is_sorted() {
            return Err(section.corrupt("bucket starts out of order"));
        }
        let (ngrams, _) = section.bytes(count as usize * WIDTH)?.as_chunks::<WIDTH>();
        Ok(Self { bits, starts, ngrams: ngrams.to_vec() })
    }

    /// The bytes stored after an n-gram's fingerprint.
    fn find(&self, key: u64) -> Option<&[u8]> {
        let hash = mix(key);
        let bucket = usize::try_from(hash >> (64 - self.bits)).expect("a bucket index");
        let ngrams = &self.ngrams[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        let fingerprint = hash.to_le_bytes();
        ngrams.iter().find(|ngram| ngram[..3] == fingerprint[..3]).map(|ngram| &ngram[3..])
    }
}

/// A bigram as the decoder needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bigram {
    /// Cost of the second word after the first.
    pub cost: i32,
    /// Cost of falling back to a bigram after the two; `None` if no trigram begins with them.
    pub backoff: Option<i32>,
}

/// The model, ready for look-up. All costs are in units of [`super::costs`].
#[derive(Debug)]
pub struct LanguageModel {
    /// Per word, its cost and its back-off cost, in steps.
    unigrams: Vec<[u8; 2]>,
    bigrams: Table<5>,
    trigrams: Table<4>,
}

impl LanguageModel {
    /// Reads the sections `unigrams`, `bigrams` and `trigrams`.
    ///
    /// # Errors
    /// If a section is missing or damaged.
    pub fn new(model: &ModelFile) -> Result<Self, ModelError> {
        let mut section = model.section("unigrams")?;
        let count = section.u32()? as usize;
        let (unigrams, _) = section.bytes(count * 2)?.as_chunks::<2>();
        Ok(Self {
            unigrams: unigrams.to_vec(),
            bigrams: Table::read(&mut model.section("bigrams")?)?,
            trigrams: Table::read(&mut model.section("trigrams")?)?,
        })
    }

    /// Cost of a word by itself.
    #[must_use]
    pub fn unigram(&self, word: WordId) -> i32 {
        i32::from(self.unigrams[word as usize][0]) * COST_STEP
    }

    /// Cost of `second` after `first`.
    #[must_use]
    pub fn bigram(&self, first: WordId, second: WordId) -> Bigram {
        if let Some(&[cost, backoff]) = self.bigrams.find(bigram_key(first, second)) {
            return Bigram { cost: i32::from(cost) * COST_STEP, backoff: Some(i32::from(backoff) * BACKOFF_STEP) };
        }
        let backoff = i32::from(self.unigrams[first as usize][1]) * BACKOFF_STEP;
        Bigram { cost: backoff + self.unigram(second), backoff: None }
    }

    /// Cost of `third` after `first` and `second`, given the two bigrams that the three words make.
    #[must_use]
    pub fn trigram(&self, words: [WordId; 3], before: Bigram, last: Bigram) -> i32 {
        let Some(backoff) = before.backoff else { return last.cost };
        // A back-off cost marks a stored bigram, and without both bigrams no trigram is stored.
        let stored = last.backoff.and_then(|_| self.trigrams.find(trigram_key(words[0], words[1], words[2])));
        stored.map_or(backoff + last.cost, |found| i32::from(found[0]) * COST_STEP)
    }

    /// The number of word ids, including that of the unknown word.
    #[must_use]
    pub fn vocabulary(&self) -> usize {
        self.unigrams.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_table_finds_what_it_stores(keys in proptest::collection::btree_set(0_u64..1 << 60, 0..200)) {
            let ngrams: Vec<StoredNgram> = keys.iter().zip(0_u8..).map(|(key, cost)| StoredNgram { key: *key, cost, backoff: 7 }).collect();
            let mut section = SectionWriter::default();
            write_table(&mut section, ngrams.clone(), true);
            let bytes = section.into_bytes();
            let table = Table::<5>::read(&mut SectionReader::new("bigrams", &bytes)).expect("readable");
            for ngram in ngrams {
                prop_assert_eq!(table.find(ngram.key), Some(&[ngram.cost, 7][..]));
            }
        }
    }
}
