//! A damaged word that recurs in an article tends to be the same word each time ("one sense per discourse", Gale, Church &
//! Yarowsky 1992): an article about jazz says `الجاز` again. So the posteriors of its other occurrences are evidence for each.
//!
//! Invariant: no occurrence counts as evidence for itself, and all are updated from the posteriors as they were before any
//! update.

use super::article_word::ArticleWord;
use super::form_cache::FormId;
use super::lattice::{Lattice, MAX_CANDIDATES};

/// Exponent of the other occurrences' mean probability of a candidate; chosen on the development sets.
const WEIGHT: f64 = 0.5;
/// Added to each candidate's sum, in occurrences: one other occurrence must not decide alone.
const SMOOTHING: f64 = 0.1;
/// Shorter words (in letters) are particles, and may be a different word each time.
const LEAST_LETTERS: usize = 3;

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub(super) struct RecurrenceScratch {
    occurrences: Vec<(FormId, usize)>,
    before: Vec<f64>,
}

/// Multiplies each posterior of a recurring word by the support of its other occurrences, and normalises.
/// `posteriors` are in the lattice's order.
pub(super) fn add_recurrence(
    words: &[ArticleWord],
    lattice: &Lattice,
    posteriors: &mut [f64],
    scratch: &mut RecurrenceScratch,
) {
    let RecurrenceScratch { occurrences, before } = scratch;
    occurrences.clear();
    for (slot, word) in words.iter().enumerate().filter(|(_, word)| word.span.codes.len() >= LEAST_LETTERS) {
        occurrences.extend(word.form.map(|form| (form, slot)));
    }
    // Sorted by form, then by slot, so that sums run in a fixed order.
    occurrences.sort_unstable();
    before.clear();
    before.extend_from_slice(posteriors);
    for occurrences in occurrences.chunk_by(|a, b| a.0 == b.0).filter(|occurrences| occurrences.len() > 1) {
        let mut sums = [0.0; MAX_CANDIDATES];
        for (_, slot) in occurrences {
            for (index, candidate) in lattice.candidates(*slot).iter().enumerate() {
                // By number, not by index: pruning may have kept other candidates at another occurrence.
                sums[usize::from(candidate.number)] += before[lattice.offset(*slot) + index];
            }
        }
        for (_, slot) in occurrences {
            let candidates = lattice.candidates(*slot);
            let own = &mut posteriors[lattice.offset(*slot)..][..candidates.len()];
            for (posterior, candidate) in own.iter_mut().zip(candidates) {
                // Rounding could leave a negative remainder.
                let others = (sums[usize::from(candidate.number)] - *posterior).max(0.0);
                *posterior *= support(others, occurrences.len() - 1, candidates.len());
            }
            let total: f64 = own.iter().sum();
            for posterior in own {
                *posterior /= total;
            }
        }
    }
}

/// The factor for a candidate whose probabilities at `count` other occurrences add up to `sum`.
#[expect(clippy::cast_precision_loss, reason = "a few thousand occurrences")]
fn support(sum: f64, count: usize, candidates: usize) -> f64 {
    libm::pow((sum + SMOOTHING) / (count as f64 + SMOOTHING * candidates as f64), WEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_others_say_counts_and_cannot_decide_alone() {
        assert!(support(0.9, 1, 2) > support(0.1, 1, 2));
        assert!(support(1.0, 1, 2) / support(0.0, 1, 2) < 4.0, "one other occurrence");
        assert!(support(9.0, 9, 2) / support(0.0, 9, 2) > 8.0, "nine of them");
    }
}
