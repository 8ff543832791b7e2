//! How common words are: what tagging wants to know of the model that repair has opened.
//!
//! Invariant: nothing is stored twice. The lexicon and the language model are repair's, shared.

use std::fmt;
use std::sync::Arc;

use crate::repair::candidates::Candidates;
use crate::repair::channel::Channel;
use crate::repair::language_model::LanguageModel;
use crate::repair::lexicon::{UNKNOWN, WordId};

/// The cost, in units of [`crate::repair::habit::UNITS_PER_NAT`], that halves a frequency.
pub const HALVING: i32 = 177;

/// The words of the model by frequency. The default knows no word.
#[derive(Clone, Default)]
pub struct WordFrequencies {
    model: Option<(Arc<Candidates>, Arc<LanguageModel>)>,
}

impl WordFrequencies {
    /// The frequencies of a model's words.
    #[must_use]
    pub fn new(candidates: &Arc<Candidates>, language_model: &Arc<LanguageModel>) -> Self {
        Self { model: Some((Arc::clone(candidates), Arc::clone(language_model))) }
    }

    /// The lexicon's id of a word (letter codes); `None` for a word that the model lacks.
    #[must_use]
    pub fn id(&self, word: &[u8]) -> Option<WordId> {
        let (candidates, _) = self.model.as_ref()?;
        Some(candidates.id(word)).filter(|id| *id != UNKNOWN)
    }

    /// The negative logarithm of a word's share of all words (letter codes), in units; `None` for a word that the model lacks.
    #[must_use]
    pub fn cost(&self, word: &[u8]) -> Option<i32> {
        let (_, language_model) = self.model.as_ref()?;
        self.id(word).map(|id| language_model.unigram(id))
    }

    /// The cost of the most frequent word that a word (letter codes) is, however carelessly it is spelt (`مدرسه` for `مدرسة`).
    #[must_use]
    pub fn cost_however_spelt(&self, word: &[u8]) -> Option<i32> {
        let (candidates, language_model) = self.model.as_ref()?;
        let spelt = candidates.words_for(Channel::Folded, word).into_iter().map(|(id, _)| language_model.unigram(id));
        spelt.chain(self.cost(word)).min()
    }

    /// The logarithm of how much likelier a word is after another than by itself, in units; 0 where the model knows no such pair.
    #[must_use]
    pub fn association(&self, first: &[u8], second: &[u8]) -> i32 {
        let Some((_, language_model)) = &self.model else { return 0 };
        let (Some(first), Some(second)) = (self.id(first), self.id(second)) else { return 0 };
        let pair = language_model.bigram(first, second);
        if pair.backoff.is_some() { language_model.unigram(second) - pair.cost } else { 0 }
    }
}

impl fmt::Debug for WordFrequencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WordFrequencies").finish_non_exhaustive()
    }
}
