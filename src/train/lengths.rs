//! Learning how long sentences are: the corpus counted, its neighbouring lengths smoothed.

use super::corpus::{Corpus, STOP, is_word};
use crate::repair::habit::UNITS_PER_NAT;
use crate::split::lengths::{LONGEST, LengthModel};

/// Version of this stage of training: raised whenever it would learn something else from equal input.
pub(super) const VERSION: u32 = 1;

/// Lengths on each side that a length's share is averaged with.
const SPREAD: usize = 2;

/// The negative log share of each length, in units.
#[expect(clippy::cast_possible_truncation, reason = "costs are below a few thousand")]
pub(super) fn learn(corpus: &Corpus) -> LengthModel {
    let counts = counts(corpus);
    let smoothed = |at: usize| {
        let near = at.saturating_sub(SPREAD)..(at + SPREAD + 1).min(LONGEST);
        counts[near.clone()].iter().sum::<f64>() / f64::from(u32::try_from(near.len()).unwrap_or(1))
    };
    let total: f64 = (0..LONGEST).map(smoothed).sum();
    let cost = |at: usize| libm::rint(-libm::log(smoothed(at) / total) * UNITS_PER_NAT) as i32;
    LengthModel { costs: (0..LONGEST).map(cost).collect() }
}

/// Sentences by their number of words, each counted once more than it was seen.
fn counts(corpus: &Corpus) -> Vec<f64> {
    let mut counts = vec![1.0; LONGEST];
    for article in corpus.articles() {
        let mut length = 0_usize;
        for symbol in article.iter().chain([&STOP]) {
            if is_word(*symbol) {
                length += 1;
            } else if *symbol == STOP && length > 0 {
                counts[length.min(LONGEST) - 1] += 1.0;
                length = 0;
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::corpus::Symbol;

    #[test]
    fn the_usual_length_is_the_cheapest() {
        let sentence = |words: usize| std::iter::repeat_n(0, words).chain([STOP]).collect::<Vec<Symbol>>();
        let mut corpus = Corpus::default();
        corpus.words.push(vec![1]);
        corpus.symbols = [sentence(20).repeat(50), sentence(3), vec![crate::train::corpus::END]].concat();
        let costs = learn(&corpus).costs;
        assert_eq!(costs.iter().min(), Some(&costs[19]));
        assert!(costs[2] < costs[60]);
    }
}
