//! The best segmentation of a run of tokens, given the odds of its boundaries and the usual lengths of sentences.
//!
//! The weight of a segmentation is the product of the odds of its cuts and the length ratios of its sentences: a semi-Markov model
//! (Sarawagi & Cohen 2004, "Semi-Markov Conditional Random Fields for Information Extraction"). The forward-backward algorithm sums
//! over all segmentations and gives the marginal probability of each cut, so that a cut also depends on its neighbours
//! ([`marginals`]). Decoding then maximises the expected gain, a minimum Bayes risk decision: each cut gains its probability minus
//! the least probability worth a cut ([`best_ends`]). The most probable segmentation would cut too rarely, since it must be right as a
//! whole.
//!
//! Invariant: no sentence is longer than the limit. Sums and products run in a fixed order, so they are equal on every machine.

/// Sums are rescaled once in this many tokens. Only powers of two are used, so rescaling loses no bit.
const RESCALE_EVERY: usize = 16;
/// The odds of a boundary are clamped to this range, so that the sums of [`RESCALE_EVERY`] tokens stay finite.
const ODDS: std::ops::RangeInclusive<f64> = 1e-9..=1e6;
/// A sentence of one token needs at least this probability of a cut on both sides.
const CERTAIN: f64 = 0.9;

/// Numbers with a separate binary exponent each, so that products over a long text neither overflow nor vanish.
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

/// Fills `marginals` with the probability that a sentence ends after each token of a run; the last is 1. `log_odds` has the log-odds of
/// each boundary taken alone. `ratios[n - 1]` is the length ratio of a sentence of `n` tokens; its length is the limit.
pub(super) fn marginals(log_odds: &[f64], ratios: &[f64], scratch: &mut SegmentScratch, marginals: &mut Vec<f64>) {
    let SegmentScratch { odds, forward, backward, .. } = scratch;
    odds.clear();
    odds.extend(log_odds.iter().map(|place| libm::exp(*place).clamp(*ODDS.start(), *ODDS.end())));
    // The run ends after its last token in every segmentation, so this boundary must not weigh.
    odds.last_mut().into_iter().for_each(|last| *last = 1.0);
    forward.run(odds.iter().copied(), ratios);
    // Backward is forward on the reversed run; a boundary moves by one, since it follows one token and precedes the other.
    let reversed = odds.iter().rev().skip(1).copied().chain([1.0]);
    backward.run(reversed, ratios);
    let count = odds.len();
    let total = (forward.numbers[count], forward.exponents[count]);
    marginals.clear();
    marginals.extend((1..=count).map(|end| {
        let product = forward.numbers[end] * backward.numbers[count - end] / total.0;
        let exponent = forward.exponents[end] + backward.exponents[count - end] - total.1;
        // Both directions include the odds of the boundary itself: divide by it once.
        let odds = if end == count { 1.0 } else { odds[end - 1] };
        // Rounding can bring a certain cut slightly above 1, where the calibration's log-odds are not defined.
        (libm::scalbn(product, exponent) / odds).min(1.0)
    }));
}

impl Scaled {
    /// The summed weights of all segmentations of each prefix.
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
            // A new number takes the exponent of the one before: `starts` all share it, and so does their sum.
            self.exponents.push(*self.exponents.last().expect("at least one"));
        }
    }

    /// Rescales the numbers that are still needed, from `first` on, so that the largest is about 1.
    fn rescale(&mut self, first: usize) {
        // Never 0: the exponent of 0 is no number to shift by.
        let largest = self.numbers[first..].iter().fold(f64::MIN_POSITIVE, |most, number| most.max(*number));
        let shift = libm::ilogb(largest);
        // All numbers in use must keep sharing one exponent: `run` adds them up without looking at it.
        for (number, exponent) in self.numbers[first..].iter_mut().zip(&mut self.exponents[first..]) {
            *number = libm::scalbn(*number, -shift);
            *exponent += shift;
        }
    }
}

/// Fills `ends` with the ends (exclusive) of the best segmentation, in which the cut after each token gains its probability minus the `least` of that token. If those cuts
/// leave a sentence longer than `max_tokens`, it is cut at the boundaries that lose least.
pub(super) fn best_ends(
    marginals: &[f64],
    least: impl Fn(usize) -> f64,
    max_tokens: usize,
    scratch: &mut SegmentScratch,
    ends: &mut Vec<usize>,
) {
    let count = marginals.len();
    let best = &mut scratch.best;
    best.clear();
    best.push((0.0, 0));
    for end in 1..=count {
        // The end of the run is no choice: it is in every segmentation, so it can gain nothing.
        let gain = if end == count { 0.0 } else { marginals[end - 1] - least(end - 1) };
        // With a limit of one token, a minimum of two would leave no segmentation at all.
        let least_tokens = if max_tokens == 1 || stands_alone(marginals, end) { 1 } else { 2 };
        let starts = end.saturating_sub(max_tokens)..(end + 1).saturating_sub(least_tokens);
        // On a tie, the segmentation with the longest last sentence wins; without a rule, the result would depend on the search.
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

/// Whether the token before `end` can be a sentence by itself.
fn stands_alone(marginals: &[f64], end: usize) -> bool {
    marginals[end - 1] >= CERTAIN && end.checked_sub(2).is_none_or(|before| marginals[before] >= CERTAIN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The probability of each cut, by enumerating all segmentations.
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
        best_ends(marginals, |_| 0.4, max_tokens, &mut SegmentScratch::default(), &mut ends);
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
        fn without_a_least_probability_sentences_have_two_or_three_tokens(
            marginals in prop::collection::vec(0.01..0.89_f64, 2..200),
        ) {
            let mut ends = Vec::new();
            best_ends(&marginals, |_| 0.0, 120, &mut SegmentScratch::default(), &mut ends);
            let starts = [0].into_iter().chain(ends.iter().copied());
            prop_assert!(starts.zip(&ends).all(|(start, end)| (2..=3).contains(&(end - start))), "{ends:?}");
        }
    }

    #[test]
    fn a_sentence_of_one_token_needs_strong_evidence() {
        assert_eq!(ends_of(&[0.1, 0.6, 0.6, 0.1, 0.1], 9), [2, 5]);
        assert_eq!(ends_of(&[0.1, 0.95, 0.95, 0.1, 0.1], 9), [2, 3, 5]);
        assert_eq!(ends_of(&[0.6, 0.1, 0.1], 9), [3], "nor is the first");
        assert_eq!(ends_of(&[1.0], 9), [1], "except in an article of one");
        assert_eq!(ends_of(&[0.1, 0.1, 0.1], 2), [1, 3], "and where the limit leaves no choice");
    }
}
