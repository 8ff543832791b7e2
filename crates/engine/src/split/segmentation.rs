//! The best segmentation of a run of tokens, from the odds of its places and the usual lengths of sentences.
//!
//! A segmentation's weight is the product of its cuts' odds and its sentences' length ratios: a semi-Markov model (Sarawagi & Cohen
//! 2004). Forward and backward sums over all segmentations give the probability of each cut, with what its neighbours say of it;
//! the segmentation of the highest expected gain is then chosen, where a right cut gains what a wrong one may cost. Invariant: no
//! sentence is longer than the limit; the sums are plain products in a fixed order, so they are equal on every machine.

/// Sums are brought back to the size of 1 once in so many tokens, by powers of two.
const RESCALE_EVERY: usize = 16;
/// Odds of a place are kept within these, so that sums of [`RESCALE_EVERY`] tokens stay finite.
const ODDS: std::ops::RangeInclusive<f64> = 1e-9..=1e6;
/// A sentence of one token needs this much certainty on both sides.
const CERTAIN: f64 = 0.9;

/// Numbers with exponents of two of their own, so that products over a long text stay in range.
#[derive(Debug, Default)]
struct Scaled {
    numbers: Vec<f64>,
    exponents: Vec<i32>,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub(super) struct SegmentScratch {
    odds: Vec<f64>,
    forward: Scaled,
    backward: Scaled,
    best: Vec<(f64, usize)>,
}

/// Fills `marginals` with the probability that a sentence ends after each token of a run; the last is 1. `log_odds` are those of
/// the places by themselves; `ratios` are by length, and as many as the longest sentence has tokens.
pub(super) fn marginals(log_odds: &[f64], ratios: &[f64], scratch: &mut SegmentScratch, marginals: &mut Vec<f64>) {
    let SegmentScratch { odds, forward, backward, .. } = scratch;
    odds.clear();
    odds.extend(log_odds.iter().map(|place| libm::exp(*place).clamp(*ODDS.start(), *ODDS.end())));
    odds.last_mut().into_iter().for_each(|last| *last = 1.0);
    forward.run(odds.iter().copied(), ratios);
    // Backward is forward on the reversed run: the place between two tokens is before the one as it is after the other.
    let reversed = odds.iter().rev().skip(1).copied().chain([1.0]);
    backward.run(reversed, ratios);
    let count = odds.len();
    let total = (forward.numbers[count], forward.exponents[count]);
    marginals.clear();
    marginals.extend((1..=count).map(|end| {
        let product = forward.numbers[end] * backward.numbers[count - end] / total.0;
        let exponent = forward.exponents[end] + backward.exponents[count - end] - total.1;
        // Both directions count the odds of the place itself.
        let odds = if end == count { 1.0 } else { odds[end - 1] };
        (libm::scalbn(product, exponent) / odds).min(1.0)
    }));
}

impl Scaled {
    /// Sums of the weights of all segmentations of each prefix.
    fn run(&mut self, odds: impl Iterator<Item = f64>, ratios: &[f64]) {
        self.numbers.clear();
        self.exponents.clear();
        self.numbers.push(1.0);
        self.exponents.push(0);
        for (index, odds) in odds.enumerate() {
            let end = index + 1;
            let first = end.saturating_sub(ratios.len());
            if end.is_multiple_of(RESCALE_EVERY) {
                self.rescale(first);
            }
            let starts = self.numbers[first..end].iter().rev();
            let sum: f64 = starts.zip(ratios).map(|(start, ratio)| start * ratio).sum();
            self.numbers.push(sum * odds);
            self.exponents.push(*self.exponents.last().expect("at least one"));
        }
    }

    /// Brings the numbers that are still needed, from `first` on, back to the size of 1.
    fn rescale(&mut self, first: usize) {
        let largest = self.numbers[first..].iter().fold(f64::MIN_POSITIVE, |most, number| most.max(*number));
        let shift = libm::ilogb(largest);
        // All numbers in use share one exponent, that of the last.
        for (number, exponent) in self.numbers[first..].iter_mut().zip(&mut self.exponents[first..]) {
            *number = libm::scalbn(*number, -shift);
            *exponent += shift;
        }
    }
}

/// Fills `ends` with the ends (exclusive) of the best segmentation: each cut gains its probability less `least`. Where the most
/// gainful cuts leave no sentence too long, they are the answer; else the limit is met at the best places inside.
pub(super) fn best_ends(
    marginals: &[f64],
    least: f64,
    max_tokens: usize,
    scratch: &mut SegmentScratch,
    ends: &mut Vec<usize>,
) {
    let count = marginals.len();
    let best = &mut scratch.best;
    best.clear();
    best.push((0.0, 0));
    for end in 1..=count {
        let gain = if end == count { 0.0 } else { marginals[end - 1] - least };
        let least_tokens = if max_tokens == 1 || stands_alone(marginals, end) { 1 } else { 2 };
        let starts = end.saturating_sub(max_tokens)..(end + 1).saturating_sub(least_tokens);
        // Of equal segmentations the one with the longest last sentence wins.
        let better = |a: usize, b: usize| if best[b].0 > best[a].0 { b } else { a };
        let chosen = starts.reduce(better).map_or((f64::NEG_INFINITY, 0), |start| (best[start].0 + gain, start));
        best.push(chosen);
    }
    ends.clear();
    let mut end = count;
    while end > 0 {
        ends.push(end);
        end = best[end].1;
    }
    ends.reverse();
}

/// Whether the token before `end` can be a sentence of its own.
fn stands_alone(marginals: &[f64], end: usize) -> bool {
    marginals[end - 1] >= CERTAIN && end.checked_sub(2).is_none_or(|before| marginals[before] >= CERTAIN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The probability of each cut by adding up all segmentations, one by one.
    fn by_enumeration(log_odds: &[f64], ratios: &[f64]) -> Vec<f64> {
        let count = log_odds.len();
        let mut sums = vec![0.0; count];
        let mut total = 0.0;
        for cuts in 0..1_u32 << (count - 1) {
            let is_cut = |place: usize| place + 1 == count || cuts >> place & 1 == 1;
            let (mut weight, mut start) = (1.0, 0);
            for place in (0..count).filter(|place| is_cut(*place)) {
                weight *= ratios.get(place - start).copied().unwrap_or(0.0);
                weight *= if place + 1 == count { 1.0 } else { libm::exp(log_odds[place]) };
                start = place + 1;
            }
            total += weight;
            (0..count).filter(|place| is_cut(*place)).for_each(|place| sums[place] += weight);
        }
        sums.iter().map(|sum| sum / total).collect()
    }

    fn marginals_of(log_odds: &[f64], ratios: &[f64]) -> Vec<f64> {
        let mut found = Vec::new();
        marginals(log_odds, ratios, &mut SegmentScratch::default(), &mut found);
        found
    }

    fn ends_of(marginals: &[f64], max_tokens: usize) -> Vec<usize> {
        let mut ends = Vec::new();
        best_ends(marginals, 0.4, max_tokens, &mut SegmentScratch::default(), &mut ends);
        ends
    }

    proptest! {
        #[test]
        fn marginals_are_sums_over_all_segmentations(
            log_odds in prop::collection::vec(-6.0..6.0_f64, 1..10),
            ratios in prop::collection::vec(0.01..5.0_f64, 3..10),
        ) {
            for (found, expected) in marginals_of(&log_odds, &ratios).iter().zip(by_enumeration(&log_odds, &ratios)) {
                prop_assert!((found - expected).abs() < 1e-9, "{found} {expected}");
            }
        }

        #[test]
        fn no_sentence_is_longer_than_the_limit(
            marginals in prop::collection::vec(0.0..1.0_f64, 1..200),
            max_tokens in 1_usize..30,
        ) {
            let ends = ends_of(&marginals, max_tokens);
            prop_assert_eq!(ends.last(), Some(&marginals.len()));
            let starts = [0].into_iter().chain(ends.iter().copied());
            prop_assert!(starts.zip(&ends).all(|(start, end)| start < *end && end - start <= max_tokens));
        }
    }

    #[test]
    fn a_very_long_run_stays_finite() {
        for log_odds in [-9.0, 0.0, 9.0] {
            let found = marginals_of(&vec![log_odds; 20_000], &[0.01, 0.5, 3.0, 1.5]);
            assert!(found.iter().all(|probability| (0.0..=1.0).contains(probability)), "at {log_odds}");
            assert!((found[9_000] - found[11_000]).abs() < 1e-9, "the middle is the same everywhere");
        }
    }

    #[test]
    fn the_limit_is_met_at_the_best_place() {
        let mut marginals = vec![0.01; 12];
        marginals[6] = 0.3;
        assert_eq!(ends_of(&marginals, 20), [12], "no cut is worth it");
        assert_eq!(ends_of(&marginals, 10), [7, 12], "but one is needed");
    }

    proptest! {
        #[test]
        fn where_no_cut_is_too_improbable_sentences_are_of_two_and_three_tokens(
            marginals in prop::collection::vec(0.01..0.89_f64, 2..200),
        ) {
            let mut ends = Vec::new();
            best_ends(&marginals, 0.0, 120, &mut SegmentScratch::default(), &mut ends);
            let starts = [0].into_iter().chain(ends.iter().copied());
            prop_assert!(starts.zip(&ends).all(|(start, end)| (2..=3).contains(&(end - start))), "{ends:?}");
        }
    }

    #[test]
    fn one_token_is_no_sentence_without_strong_evidence() {
        assert_eq!(ends_of(&[0.1, 0.6, 0.6, 0.1, 0.1], 9), [2, 5]);
        assert_eq!(ends_of(&[0.1, 0.95, 0.95, 0.1, 0.1], 9), [2, 3, 5]);
        assert_eq!(ends_of(&[0.6, 0.1, 0.1], 9), [3], "nor is the first");
        assert_eq!(ends_of(&[1.0], 9), [1], "but for an article of one");
        assert_eq!(ends_of(&[0.1, 0.1, 0.1], 2), [1, 3], "and where the limit leaves no choice");
    }
}
