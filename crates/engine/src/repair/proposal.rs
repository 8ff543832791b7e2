//! A proposal: a form that a damaged word may have had, and how it is put together from the lexicon's words.

use super::channel::ChannelEvents;
use super::costs::NAT;
use super::lexicon::{UNKNOWN, WordId};

/// The rank that words of the custom lexicon are lifted to if they are rarer, in bits: that of a word met now and then. So
/// they outrank rare words and unrepaired tokens, but not a common word that fits its context.
pub(super) const CUSTOM_RANK_BITS: u32 = 13;

/// How a form is put together from the lexicon's words.
///
/// The discriminants are features of the encoder: their order is part of the trained model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// It is a word of the lexicon.
    Whole,
    /// A proclitic before a word.
    Proclitic,
    /// A word with another proclitic than the one listed.
    Exchanged,
    /// A word with an ending.
    Suffixed,
    /// An unlisted word with a letter restored as such words are spelt.
    Respelt,
    /// Two words that had run together.
    Joined,
    /// A word of the custom lexicon.
    Custom,
    /// A verb that is listed in the third person, in the first.
    FirstPerson,
}

impl Derivation {
    /// The cost of such a form; chosen on the development sets.
    ///
    /// The costs are low because the encoder sees the derivation of each candidate and has learnt most of what it says. Two
    /// words that had run together cost nothing here, since the language model counts both.
    pub(super) fn cost(self) -> i32 {
        match self {
            Self::Whole | Self::Custom | Self::Joined => 0,
            Self::Proclitic => NAT / 3,
            Self::Suffixed => NAT / 2,
            Self::Exchanged | Self::Respelt | Self::FirstPerson => NAT,
        }
    }
}

/// A form that a damaged word may have had; the channel explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The lexicon's word in it, the first of two that had run together; [`UNKNOWN`] for [`Derivation::Respelt`] and for
    /// custom words that the lexicon lacks.
    pub word: WordId,
    /// The second of two words that had run together, or [`UNKNOWN`].
    pub second: WordId,
    /// How it is put together.
    pub derivation: Derivation,
    /// What the channel did to it.
    pub events: ChannelEvents,
    /// Cost without context ([`super::costs`]).
    pub cost: i32,
    /// The letters, if they are not those of `word` alone.
    pub(super) letters: Option<Box<[u8]>>,
}

impl Proposal {
    /// A word of the lexicon.
    pub(super) fn whole(word: WordId, events: ChannelEvents) -> Self {
        Self { word, second: UNKNOWN, derivation: Derivation::Whole, events, cost: 0, letters: None }
    }

    /// How well the form is known, as the encoder sees it: its derivation, and the magnitude of its word's rank.
    #[must_use]
    pub fn standing(&self) -> [u8; 2] {
        let magnitude = magnitude(self.word);
        let (derivation, magnitude) = match self.derivation {
            // Training saw no custom words, so they pass for listed words of the rank that they are lifted to.
            Derivation::Custom => (Derivation::Whole, magnitude.min(CUSTOM_RANK_BITS)),
            derivation => (derivation, magnitude),
        };
        [derivation as u8, u8::try_from(magnitude).unwrap_or(u8::MAX)]
    }
}

/// A form that the lexicon may lack, before the channel has been asked.
#[derive(Debug)]
pub(super) struct UnlistedForm {
    pub letters: Vec<u8>,
    pub word: WordId,
    pub second: WordId,
    pub derivation: Derivation,
}

/// The number of bits of a rank: by Zipf's law, one more bit is half the frequency.
pub(super) fn magnitude(word: WordId) -> u32 {
    WordId::BITS - word.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_words_stand_like_listed_words_of_their_rank() {
        let standing = |word, derivation| Proposal { derivation, ..Proposal::whole(word, ChannelEvents::NONE) }.standing();
        assert_eq!(standing(300_000, Derivation::Custom), [0, 13]);
        assert_eq!(standing(9, Derivation::Custom), standing(9, Derivation::Whole));
        assert_eq!(standing(300_000, Derivation::Joined), [5, 19]);
    }
}
