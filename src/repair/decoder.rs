//! The decoder: posterior probability of every candidate, by the forward–backward algorithm over the lattice.
//!
//! A state is a pair of neighbouring candidates, so trigrams are exact. The chain comes apart wherever two neighbouring words
//! have one candidate each: nothing before can then say anything about what comes after. The decoder cuts there, so words
//! with one candidate cost next to nothing and memory is bounded by the longest ambiguous stretch, not by the article.
//!
//! Invariant: scores are integers until one table turns them into weights, and sums run in a fixed order, so posteriors are
//! equal on every machine.

use std::ops::Range;

use super::habit::UNITS_PER_NAT;
use super::language_model::{Bigram, LanguageModel};
use super::lattice::Lattice;
use super::lexicon::UNKNOWN;

/// Costs beyond this many units weigh nothing (exp(-40)).
const MAX_COST: i32 = 40 * 256;

/// Turns integer costs into weights, `exp(-sharpness * cost)`.
#[derive(Debug)]
pub struct Decoder {
    weights: Vec<f64>,
    /// Weight of the language model's costs, in 1/256.
    language_weight: i32,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct DecoderScratch {
    /// Per state of each position, row by row: state (previous candidate, this candidate).
    forward: Vec<f64>,
    backward: Vec<f64>,
    /// Weight of each transition (a, b) → c, in the order of the loops.
    transitions: Vec<f64>,
    bigrams: Vec<Bigram>,
    previous_bigrams: Vec<Bigram>,
    costs: Vec<i32>,
    /// Start of each position's states and transitions.
    starts: Vec<(usize, usize)>,
}

impl Decoder {
    /// A decoder that counts the language model's costs with `language_weight` (1/256 each) and the lattice's in full, and whose posteriors are flattened (below 1) or sharpened (above 1) by `sharpness`, so that they mean what they say.
    #[must_use]
    pub fn new(language_weight: i32, sharpness: f64) -> Self {
        let weight = |cost: i32| libm::exp(-f64::from(cost) / UNITS_PER_NAT * sharpness);
        Self { weights: (0..=MAX_COST).map(weight).collect(), language_weight }
    }

    /// Posterior probability of every candidate of the lattice, in the lattice's order, into `posteriors`.
    pub fn decode(&self, lattice: &Lattice, model: &LanguageModel, scratch: &mut DecoderScratch, posteriors: &mut Vec<f64>) {
        posteriors.clear();
        posteriors.resize(lattice.candidate_count(), 1.0);
        let single = |slot: usize| slot >= lattice.len() || lattice.candidates(slot).len() == 1;
        let mut slot = 0;
        while slot < lattice.len() {
            if single(slot) {
                slot += 1;
                continue;
            }
            let mut end = slot + 1;
            while !(single(end) && single(end + 1)) {
                end += 1;
            }
            self.decode_stretch(lattice, slot..(end + 2).min(lattice.len()), model, scratch, posteriors);
            slot = end;
        }
    }

    /// Posteriors of one stretch; the words before it and its last two are unambiguous or beyond the article.
    fn decode_stretch(
        &self,
        lattice: &Lattice,
        slots: Range<usize>,
        model: &LanguageModel,
        scratch: &mut DecoderScratch,
        posteriors: &mut [f64],
    ) {
        self.run_forward(lattice, slots.clone(), model, scratch);
        run_backward(lattice, slots.clone(), scratch);
        for (position, slot) in slots.enumerate() {
            let here = lattice.candidates(slot).len();
            let (states, _) = scratch.starts[position];
            let (end, _) = scratch.starts[position + 1];
            let target = &mut posteriors[lattice.offset(slot)..][..here];
            target.fill(0.0);
            for state in states..end {
                target[(state - states) % here] += scratch.forward[state] * scratch.backward[state];
            }
            normalise(target);
        }
    }

    fn run_forward(&self, lattice: &Lattice, slots: Range<usize>, model: &LanguageModel, scratch: &mut DecoderScratch) {
        let DecoderScratch { forward, transitions, bigrams, previous_bigrams, costs, starts, .. } = scratch;
        forward.clear();
        transitions.clear();
        starts.clear();
        let word = |slot: Option<usize>, index: usize| slot.map_or(UNKNOWN, |slot| lattice.candidates(slot)[index].word);
        let width = |slot: Option<usize>| slot.map_or(1, |slot| lattice.candidates(slot).len());
        let first = slots.start;
        let before = |slot: usize, steps: usize| slot.checked_sub(steps);
        pair_bigrams(model, width(before(first, 2)), width(before(first, 1)), previous_bigrams, |a, b| {
            [word(before(first, 2), a), word(before(first, 1), b)]
        });
        for slot in slots {
            let (two_back, one_back) = (before(slot, 2), before(slot, 1));
            let (far, near, here) = (width(two_back), width(one_back), width(Some(slot)));
            pair_bigrams(model, near, here, bigrams, |b, c| [word(one_back, b), word(Some(slot), c)]);
            let states = forward.len();
            starts.push((states, transitions.len()));
            forward.resize(states + near * here, 0.0);
            costs.clear();
            for a in 0..far {
                for b in 0..near {
                    for c in 0..here {
                        let words = [word(two_back, a), word(one_back, b), word(Some(slot), c)];
                        let context = model.trigram(words, previous_bigrams[a * near + b], bigrams[b * here + c]);
                        costs.push(context * self.language_weight / 256 + lattice.candidates(slot)[c].cost);
                    }
                }
            }
            let least = costs.iter().copied().min().unwrap_or_default();
            let previous = if slot == first { None } else { Some(starts[starts.len() - 2].0) };
            for (index, cost) in costs.iter().enumerate() {
                let (pair, c) = (index / here, index % here);
                let weight = self.weight(cost - least);
                let reached = previous.map_or(1.0, |start| forward[start + pair]);
                transitions.push(weight);
                forward[states + (pair % near) * here + c] += reached * weight;
            }
            normalise(&mut forward[states..]);
            std::mem::swap(bigrams, previous_bigrams);
        }
        starts.push((forward.len(), transitions.len()));
    }

    fn weight(&self, cost: i32) -> f64 {
        usize::try_from(cost).ok().and_then(|cost| self.weights.get(cost)).copied().unwrap_or(0.0)
    }
}

fn pair_bigrams(
    model: &LanguageModel,
    first: usize,
    second: usize,
    bigrams: &mut Vec<Bigram>,
    words: impl Fn(usize, usize) -> [u32; 2],
) {
    bigrams.clear();
    for a in 0..first {
        for b in 0..second {
            let [left, right] = words(a, b);
            bigrams.push(model.bigram(left, right));
        }
    }
}

fn run_backward(lattice: &Lattice, slots: Range<usize>, scratch: &mut DecoderScratch) {
    let DecoderScratch { forward, backward, transitions, starts, .. } = scratch;
    backward.clear();
    backward.resize(forward.len(), 0.0);
    let positions = slots.len();
    backward[starts[positions - 1].0..].fill(1.0);
    for position in (1..positions).rev() {
        let here = lattice.candidates(slots.start + position).len();
        let near = lattice.candidates(slots.start + position - 1).len();
        let (states, first) = starts[position];
        let (_, end) = starts[position + 1];
        let (previous, _) = starts[position - 1];
        for (index, weight) in transitions[first..end].iter().enumerate() {
            let (pair, c) = (index / here, index % here);
            backward[previous + pair] += weight * backward[states + (pair % near) * here + c];
        }
        normalise(&mut backward[previous..states]);
    }
}

/// Scales to a sum of one; a distribution that has vanished becomes even.
#[expect(clippy::cast_precision_loss, reason = "a handful of candidates")]
fn normalise(weights: &mut [f64]) {
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 {
        for weight in weights {
            *weight /= sum;
        }
    } else {
        let even = 1.0 / weights.len() as f64;
        weights.fill(even);
    }
}
