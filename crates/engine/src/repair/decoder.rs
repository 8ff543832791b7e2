//! The decoder: the posterior probability of every candidate, by the forward–backward algorithm (Rabiner 1989, §III) over the
//! lattice.
//!
//! A state is a pair of neighbouring candidates, so trigrams are exact. Two neighbouring words with one candidate each fix
//! the whole history of what follows, so the chain falls apart there into independent runs. Words with one candidate
//! therefore cost next to nothing, and memory is bounded by the longest ambiguous run, not by the article.
//!
//! A candidate of two words that had run together is entered with its first word and left with its second: the step into it
//! costs both trigrams, and the two are the whole history of the next word, so it needs no extra state.
//!
//! Invariant: costs are integers until one table turns them into weights, and sums run in a fixed order, so posteriors are
//! the same on every machine.

use std::ops::Range;

use super::channel::ChannelEvents;
use super::costs::{NAT, UNITS_PER_NAT};
use super::language_model::{Bigram, LanguageModel};
use super::lattice::{Candidate, Lattice};
use super::lexicon::UNKNOWN;

/// Costs above the best by more than this (40 nats) weigh nothing: far below the rounding of a confidence.
const MAX_COST: i32 = 40 * NAT;

/// The decoder: immutable, shared by all workers.
#[derive(Debug)]
pub struct Decoder {
    /// `exp(-inverse temperature · cost)` by cost.
    weights: Vec<f64>,
    /// Weight of the language model's costs, in 1/256.
    language_weight: i32,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct DecoderScratch {
    /// Forward weights of the states (previous candidate, this candidate), row by row, position after position.
    forward: Vec<f64>,
    backward: Vec<f64>,
    /// Weight of each transition (a, b) → c, in the order of [`Decoder::step_costs`].
    transitions: Vec<f64>,
    bigrams: Vec<Bigram>,
    previous_bigrams: Vec<Bigram>,
    costs: Vec<i32>,
    /// Start of each position's states and transitions, and the end of the last.
    starts: Vec<(usize, usize)>,
}

impl Decoder {
    /// A decoder that multiplies the language model's costs by `language_weight` (in 1/256) and counts the lattice's in full.
    /// An `inverse_temperature` below 1 flattens the posteriors, one above 1 sharpens them; it is how they are calibrated.
    #[must_use]
    pub fn new(language_weight: i32, inverse_temperature: f64) -> Self {
        // Not the system's `exp`, whose last bit differs between machines.
        let weight = |cost: i32| libm::exp(-f64::from(cost) / UNITS_PER_NAT * inverse_temperature);
        Self { weights: (0..=MAX_COST).map(weight).collect(), language_weight }
    }

    /// Posterior probability of every candidate of the lattice, in the lattice's order, into `posteriors`.
    pub fn decode(&self, lattice: &Lattice, model: &LanguageModel, scratch: &mut DecoderScratch, posteriors: &mut Vec<f64>) {
        posteriors.clear();
        // Words outside the runs have one candidate each, which is certain.
        posteriors.resize(lattice.candidate_count(), 1.0);
        // The places beyond the article count as unambiguous words.
        let single = |slot: usize| slot >= lattice.len() || lattice.candidates(slot).len() == 1;
        let mut slot = 0;
        while slot < lattice.len() {
            if single(slot) {
                slot += 1;
                continue;
            }
            let mut end = slot + 1;
            // It takes two in a row to end a run, because a state is a pair of words.
            while !(single(end) && single(end + 1)) {
                end += 1;
            }
            // The two words after the run are scored by trigrams that reach into it.
            self.decode_ambiguous_run(lattice, slot..(end + 2).min(lattice.len()), model, scratch, posteriors);
            slot = end;
        }
    }

    /// Posteriors of one run; the two words before it and its last two are unambiguous, or beyond the article.
    fn decode_ambiguous_run(
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
                // States lie pair by pair with this word's candidate as the inner index, hence the remainder.
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
        let first = slots.start;
        let (far, near) =
            (candidates_or_nothing(lattice, first.checked_sub(2)), candidates_or_nothing(lattice, first.checked_sub(1)));
        pair_bigrams(model, far, near, previous_bigrams);
        enter_joined(model, far, near, previous_bigrams);
        for slot in slots {
            let (far, near) =
                (candidates_or_nothing(lattice, slot.checked_sub(2)), candidates_or_nothing(lattice, slot.checked_sub(1)));
            let here = lattice.candidates(slot);
            pair_bigrams(model, near, here, bigrams);
            let states = forward.len();
            starts.push((states, transitions.len()));
            forward.resize(states + near.len() * here.len(), 0.0);
            self.step_costs(model, [far, near, here], [previous_bigrams, bigrams], costs);
            // Weights are relative to the best transition, so that no position underflows; posteriors are ratios anyway.
            let least = costs.iter().copied().min().unwrap_or_default();
            let previous = if slot == first { None } else { Some(starts[starts.len() - 2].0) };
            for (index, cost) in costs.iter().enumerate() {
                let (pair, c) = (index / here.len(), index % here.len());
                let weight = self.weight(cost - least);
                // Both words before the run are unambiguous, so there is one state to come from.
                let reached = previous.map_or(1.0, |start| forward[start + pair]);
                transitions.push(weight);
                forward[states + (pair % near.len()) * here.len() + c] += reached * weight;
            }
            normalise(&mut forward[states..]);
            // Not before the costs of this step, which need the bigrams as they lead into the slot.
            enter_joined(model, near, here, bigrams);
            std::mem::swap(bigrams, previous_bigrams);
        }
        starts.push((forward.len(), transitions.len()));
    }

    /// The cost of each transition (a, b) → c, in that order, given the bigrams of (a, b) and of (b, c).
    fn step_costs(
        &self,
        model: &LanguageModel,
        [far, near, here]: [&[Candidate]; 3],
        [before, last]: [&[Bigram]; 2],
        costs: &mut Vec<i32>,
    ) {
        costs.clear();
        for (a, two_back) in far.iter().enumerate() {
            for (b, one_back) in near.iter().enumerate() {
                // Two words that had run together are the whole history; the slot before them is out of reach.
                let history = if one_back.is_joined() { one_back.word } else { two_back.last() };
                for (c, candidate) in here.iter().enumerate() {
                    let pair = last[b * here.len() + c];
                    let words = [history, one_back.last(), candidate.word];
                    let mut context = model.trigram(words, before[a * near.len() + b], pair);
                    if candidate.is_joined() {
                        let words = [one_back.last(), candidate.word, candidate.second];
                        context += model.trigram(words, pair, model.bigram(candidate.word, candidate.second));
                    }
                    costs.push(context * self.language_weight / 256 + candidate.cost);
                }
            }
        }
    }

    fn weight(&self, cost: i32) -> f64 {
        usize::try_from(cost).ok().and_then(|cost| self.weights.get(cost)).copied().unwrap_or(0.0)
    }
}

/// The history before the article: one unknown word.
const NOTHING: [Candidate; 1] =
    [Candidate { number: 0, word: UNKNOWN, second: UNKNOWN, events: ChannelEvents::NONE, cost: 0 }];

fn candidates_or_nothing(lattice: &Lattice, slot: Option<usize>) -> &[Candidate] {
    slot.map_or(&NOTHING, |slot| lattice.candidates(slot))
}

/// The bigrams of every pair of candidates of two neighbouring slots.
fn pair_bigrams(model: &LanguageModel, first: &[Candidate], second: &[Candidate], bigrams: &mut Vec<Bigram>) {
    bigrams.clear();
    for left in first {
        bigrams.extend(second.iter().map(|right| model.bigram(left.last(), right.word)));
    }
}

/// Turns the bigrams that lead into a slot into those that lead on from it: for two words that had run together, that is the
/// bigram inside them.
fn enter_joined(model: &LanguageModel, first: &[Candidate], second: &[Candidate], bigrams: &mut [Bigram]) {
    for (c, candidate) in second.iter().enumerate().filter(|(_, candidate)| candidate.is_joined()) {
        let inside = model.bigram(candidate.word, candidate.second);
        for b in 0..first.len() {
            bigrams[b * second.len() + c] = inside;
        }
    }
}

fn run_backward(lattice: &Lattice, slots: Range<usize>, scratch: &mut DecoderScratch) {
    let DecoderScratch { forward, backward, transitions, starts, .. } = scratch;
    backward.clear();
    backward.resize(forward.len(), 0.0);
    let positions = slots.len();
    // No trigram that reaches beyond the last word depends on the run any more.
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

/// Scales weights to a sum of one; if all vanished, they become uniform.
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
