//! Word frequencies for tagging, read from the model that repair has opened.
//!
//! Invariant: nothing is stored twice. The lexicon and the language model are shared with repair.

use std::fmt;
use std::sync::Arc;

use super::channel::Channel;
use super::indexed_lexicon::IndexedLexicon;
use super::language_model::LanguageModel;
use super::lexicon::{UNKNOWN, WordId};

/// Frequencies of the model's words, as costs ([`super::costs`]). The default knows no word.
#[derive(Clone, Default)]
pub struct WordFrequencies {
    model: Option<(Arc<IndexedLexicon>, Arc<LanguageModel>)>,
}

impl WordFrequencies {
    /// The frequencies of a model's words.
    #[must_use]
    pub fn new(lexicon: &Arc<IndexedLexicon>, language_model: &Arc<LanguageModel>) -> Self {
        Self { model: Some((Arc::clone(lexicon), Arc::clone(language_model))) }
    }

    /// The lexicon's id of a word (letter codes); `None` if the model lacks it.
    #[must_use]
    pub fn id(&self, word: &[u8]) -> Option<WordId> {
        let (lexicon, _) = self.model.as_ref()?;
        Some(lexicon.id(word)).filter(|id| *id != UNKNOWN)
    }

    /// The unigram cost of a word (letter codes); `None` if the model lacks it.
    #[must_use]
    pub fn cost(&self, word: &[u8]) -> Option<i32> {
        let (_, language_model) = self.model.as_ref()?;
        self.id(word).map(|id| language_model.unigram(id))
    }

    /// The cost of the most frequent word that a word (letter codes) can be, however carelessly spelt (`مدرسه` for `مدرسة`).
    #[must_use]
    pub fn cost_however_spelt(&self, word: &[u8]) -> Option<i32> {
        let (lexicon, language_model) = self.model.as_ref()?;
        let spelt = lexicon.words_for(Channel::Folded, word).into_iter().map(|(id, _)| language_model.unigram(id));
        spelt.chain(self.cost(word)).min()
    }

    /// Pointwise mutual information of two neighbouring words, in units of cost; 0 if the model stores no such pair.
    #[must_use]
    pub fn association(&self, first: &[u8], second: &[u8]) -> i32 {
        let Some((_, language_model)) = &self.model else { return 0 };
        let (Some(first), Some(second)) = (self.id(first), self.id(second)) else { return 0 };
        let pair = language_model.bigram(first, second);
        // The cost of a pair that is not stored is a back-off: it says nothing about the two together.
        if pair.backoff.is_some() { language_model.unigram(second) - pair.cost } else { 0 }
    }
}

impl fmt::Debug for WordFrequencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WordFrequencies").finish_non_exhaustive()
    }
}
