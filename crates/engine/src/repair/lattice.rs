//! The lattice: for each word of an article, the candidates that the damage allows, with the costs known without context.
//!
//! Invariant: a slot has at least one candidate, and at most [`MAX_CANDIDATES`]; each is either explained by the channel or is
//! the word as it stands. What is known beyond the language model is added up in
//! [`Candidate::cost`] first; the decoder then reads one number per candidate.

use super::channel::Traces;
use super::lexicon::{UNKNOWN, WordId};

/// The most candidates a slot keeps; 99.99 % of the corpus's tokens have fewer.
pub const MAX_CANDIDATES: usize = 12;

/// One reading of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its place among the forms that the damaged word can stand for.
    pub number: u8,
    /// The lexicon's word, [`UNKNOWN`] where it is not in the lexicon.
    pub word: WordId,
    /// Where two words had run together, the second; otherwise [`UNKNOWN`].
    pub second: WordId,
    /// How the channel made the damaged form of it.
    pub traces: Traces,
    /// Cost without context, in units of [`super::habit::UNITS_PER_NAT`].
    pub cost: i32,
}

impl Candidate {
    /// The word as the words after it see it: two that had run together are entered with the first and left with the second.
    #[must_use]
    pub fn last(&self) -> WordId {
        if self.is_joined() { self.second } else { self.word }
    }

    /// Whether two words had run together.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        self.second != UNKNOWN
    }
}

/// Where one word's candidates lie in [`Lattice::candidates`].
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
    /// Empties the lattice and keeps its memory.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.candidates.clear();
    }

    /// Adds the next word; `candidates` come most frequent first.
    ///
    /// # Panics
    /// Where there is no candidate.
    pub fn push(&mut self, candidates: impl IntoIterator<Item = Candidate>) {
        let start = self.candidates.len();
        self.candidates.extend(candidates.into_iter().take(MAX_CANDIDATES));
        assert!(self.candidates.len() > start, "a word has at least the candidate that it stands as it is");
        self.slots.push(Slot { start, end: self.candidates.len() });
    }

    /// How many words there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no word.
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

    /// The candidates of a word, for scorers.
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
                    self.candidates.swap(kept, index);
                    kept += 1;
                }
            }
            (*start, *end) = (first, kept);
        }
        self.candidates.truncate(kept);
    }

    /// The place of a word's first candidate among all candidates.
    #[must_use]
    pub fn offset(&self, slot: usize) -> usize {
        self.slots[slot].start
    }

    /// How many candidates there are in all.
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
        let candidate = |number: u8, cost: i32| Candidate { number, word: 1, second: UNKNOWN, traces: Traces::NONE, cost };
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
