//! How common words are: the one thing that tagging wants to know of the model.
//!
//! Compiled from the lexicon and the language model's unigrams. Invariant: a word is kept as a 64-bit hash of its letters, so that half a
//! million words take ten bytes each; two words that share a hash would share a frequency, and the chance of that is one in
//! a hundred million.

use std::collections::HashMap;
use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use crate::model::{ModelError, ModelFile};
use crate::repair::language_model::COST_STEP;
use crate::repair::lexicon::Lexicon;

/// The cost, in units of [`crate::repair::habit::UNITS_PER_NAT`], that halves a frequency.
pub const HALVING: i32 = 177;

/// The words of the model by frequency.
#[derive(Debug, Default)]
pub struct WordFrequencies {
    steps: HashMap<u64, u8, FxBuildHasher>,
}

impl WordFrequencies {
    /// Reads the sections `lexicon` and `unigrams`.
    ///
    /// # Errors
    /// Where one is missing or damaged.
    pub fn new(model: &ModelFile) -> Result<Self, ModelError> {
        let lexicon = Lexicon::read(&mut model.section("lexicon")?)?;
        let mut section = model.section("unigrams")?;
        let count = section.u32()? as usize;
        let (unigrams, _) = section.bytes(count * 2)?.as_chunks::<2>();
        let words = lexicon.words().zip(unigrams).skip(1);
        Ok(Self { steps: words.map(|(word, [step, _])| (hash(word), *step)).collect() })
    }

    /// The negative logarithm of a word's share of all words (letter codes), in units; `None` for a word that the model lacks.
    #[must_use]
    pub fn cost(&self, word: &[u8]) -> Option<i32> {
        self.steps.get(&hash(word)).map(|step| i32::from(*step) * COST_STEP)
    }
}

fn hash(word: &[u8]) -> u64 {
    FxBuildHasher.hash_one(word)
}
