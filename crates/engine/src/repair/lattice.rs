//! The lattice: for each word of an article, the candidates that the damage allows, with their scores.
//!
//! Invariant: a slot has at least one candidate and at most [`MAX_CANDIDATES`]; each is explained by the channel or is the
//! word as it stands. All scores but the language model's are summed in [`Candidate::cost`], so the decoder reads one number
//! per candidate.

use super::channel::ChannelEvents;
use super::lexicon::{UNKNOWN, WordId};

/// Candidates kept per slot; 99.99 % of the corpus's tokens have fewer.
pub const MAX_CANDIDATES: usize = 12;

/// One form that a word may have had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its index among the forms that the damaged word can stand for; pruning keeps it.
    pub number: u8,
    /// The lexicon's word, [`UNKNOWN`] if the lexicon lacks it.
    pub word: WordId,
    /// The second of two words that had run together; otherwise [`UNKNOWN`].
    pub second: WordId,
    /// What the channel did to it.
    pub events: ChannelEvents,
    /// Sum of all costs but the language model's ([`super::costs`]).
    pub cost: i32,
}

impl Candidate {
    /// The word that is history for the next: the second of two that had run together.
    #[must_use]
    pub fn last(&self) -> WordId {
        if self.is_joined() { self.second } else { self.word }
    }

    /// Whether it is two words that had run together.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        self.second != UNKNOWN
    }
}

/// The candidates of one word, as a range of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    start: usize,
    end: usize,
}

/// Candidates of consecutive words.
#[derive(Clone, Debug, Default)]
pub struct Lattice {
    slots: Vec<Slot>,
    candidates: Vec<Candidate>,
}

impl Lattice {
    /// Removes all words; memory is kept for the next article.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.candidates.clear();
    }

    /// Adds the next word; `candidates` come most frequent first, and those beyond [`MAX_CANDIDATES`] are dropped.
    ///
    /// # Panics
    /// If there is no candidate.
    pub fn push(&mut self, candidates: impl IntoIterator<Item = Candidate>) {
        let start = self.candidates.len();
        self.candidates.extend(candidates.into_iter().take(MAX_CANDIDATES));
        assert!(self.candidates.len() > start, "a word has at least the candidate to leave it as it stands");
        self.slots.push(Slot { start, end: self.candidates.len() });
    }

    /// The number of words.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether it holds no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The candidates of a word.
    #[must_use]
    pub fn candidates(&self, slot: usize) -> &[Candidate] {
        let Slot { start, end } = self.slots[slot];
        &self.candidates[start..end]
    }

    /// The candidates of a word, for adding scores.
    pub fn candidates_mut(&mut self, slot: usize) -> &mut [Candidate] {
        let Slot { start, end } = self.slots[slot];
        &mut self.candidates[start..end]
    }

    /// Drops the candidates of each word that cost more than `margin` above its cheapest.
    pub fn prune(&mut self, margin: i32) {
        let mut kept = 0;
        for Slot { start, end } in &mut self.slots {
            let candidates = &self.candidates[*start..*end];
            let least = candidates.iter().map(|candidate| candidate.cost).min().unwrap_or_default();
            let first = kept;
            for index in *start..*end {
                if self.candidates[index].cost - least <= margin {
                    // `kept` never overtakes `index`, so this only overwrites candidates that were dropped.
                    self.candidates.swap(kept, index);
                    kept += 1;
                }
            }
            (*start, *end) = (first, kept);
        }
        self.candidates.truncate(kept);
    }

    /// Index of a word's first candidate among all candidates.
    #[must_use]
    pub fn offset(&self, slot: usize) -> usize {
        self.slots[slot].start
    }

    /// The number of candidates of all words.
    #[must_use]
    pub fn candidate_count(&self) -> usize {
        self.candidates.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pruning_keeps_what_is_near_the_cheapest_in_order() {
        let candidate =
            |number: u8, cost: i32| Candidate { number, word: 1, second: UNKNOWN, events: ChannelEvents::NONE, cost };
        let mut lattice = Lattice::default();
        lattice.push([candidate(0, 90), candidate(1, 10), candidate(2, 30)]);
        lattice.push([candidate(0, 7)]);
        lattice.push([candidate(0, 500), candidate(1, 480), candidate(2, 0)]);
        lattice.prune(20);
        let numbers = |slot: usize| lattice.candidates(slot).iter().map(|candidate| candidate.number).collect::<Vec<_>>();
        assert_eq!([numbers(0), numbers(1), numbers(2)], [vec![1, 2], vec![0], vec![2]]);
        assert_eq!((lattice.offset(2), lattice.candidate_count()), (3, 4));
    }
}
