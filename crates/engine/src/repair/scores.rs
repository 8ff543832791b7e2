//! The scores of candidates before decoding: the writer's typing profile, a leaning to leave words alone, and the encoder's
//! judgement, which takes in the whole article.
//!
//! All are log-linear terms, added to [`Candidate::cost`]; the decoder adds the language model's. Invariant: a word with one
//! candidate is passed over, since nothing can change its choice.

use super::article_word::ArticleWord;
use super::channel::Channel;
use super::costs::{HALVING, UNITS_PER_NAT};
use super::form_cache::FormCache;
use super::language_model::LanguageModel;
use super::lattice::{Candidate, Lattice};
use super::lexicon::UNKNOWN;
use super::typing_profile::{ProfileEstimate, TypingProfile};
use crate::encoder::{Encoder, EncoderScratch};

/// Weight of the encoder's scores beside the language model's (`LANGUAGE_WEIGHT` in `repairer.rs`); chosen on the
/// development sets.
const ENCODER_WEIGHT: f64 = 1.0;
/// Bonus for leaving a word as it stands: 0.8 nats. Both models change a little more than they should; this prevents a quarter of
/// the harmful changes, for at most one error more in two thousand words.
const LEFT_ALONE: i32 = 200;
/// Penalty of a candidate that the lexicon lacks: half as probable.
const UNLISTED: i32 = HALVING;

/// Adds the cost of each candidate's channel events under the article's typing profile.
pub(super) fn add_profile_costs(words: &[ArticleWord], lattice: &mut Lattice, model: &LanguageModel) {
    let profile_of = |channel: Channel| {
        let slots = (0..words.len()).filter(|slot| words[*slot].channel == Some(channel));
        estimate_profile(slots, lattice, model)
    };
    // An article in two states of writing was put together from two sources: two writers.
    let (stripped, folded) = (profile_of(Channel::Stripped), profile_of(Channel::Folded));
    for (slot, word) in words.iter().enumerate() {
        let profile = if word.channel == Some(Channel::Stripped) { &stripped } else { &folded };
        for candidate in contested(lattice, slot) {
            candidate.cost += profile.cost(&candidate.events);
        }
    }
}

/// The typing profile estimated from the best candidate of each of some words, judged without context under the average
/// profile.
pub(super) fn estimate_profile(
    slots: impl Iterator<Item = usize>,
    lattice: &Lattice,
    model: &LanguageModel,
) -> TypingProfile {
    let average = TypingProfile::average();
    let mut estimate = ProfileEstimate::default();
    for slot in slots {
        let alone = |candidate: &&Candidate| model.unigram(candidate.word) + average.cost(&candidate.events);
        // A form without a listed word in it has no frequency to be judged by.
        let listed = lattice.candidates(slot).iter().filter(|candidate| candidate.word != UNKNOWN);
        if let Some(likeliest) = listed.min_by_key(alone) {
            estimate.observe(&likeliest.events);
        }
    }
    estimate.profile()
}

/// Adds the encoder's score of each candidate; the encoder has read the article into `scratch`.
pub(super) fn add_encoder_costs(
    words: &[ArticleWord],
    lattice: &mut Lattice,
    forms: &FormCache,
    encoder: &Encoder,
    scratch: &mut EncoderScratch,
) {
    for (slot, word) in words.iter().enumerate() {
        let Some(form) = word.form.map(|form| forms.form(form)) else { continue };
        for candidate in contested(lattice, slot) {
            let number = usize::from(candidate.number);
            candidate.cost += encoder_cost(encoder.score(slot, form.candidate_rows[number], scratch));
            if number == form.unchanged {
                candidate.cost -= LEFT_ALONE;
            }
            if candidate.word == UNKNOWN {
                candidate.cost += UNLISTED;
            }
        }
    }
}

/// Lets the encoder read the article again, once it is told how probable each candidate is by what is known so far: typing profile and
/// first pass.
pub(super) fn read_again(
    words: &[ArticleWord],
    lattice: &Lattice,
    forms: &FormCache,
    encoder: &Encoder,
    scratch: &mut EncoderScratch,
) {
    let mut weights: Vec<f64> = Vec::new();
    for (slot, word) in words.iter().enumerate() {
        let Some(form) = word.form.map(|form| forms.form(form)) else { continue };
        let rows = |candidate: &Candidate| form.candidate_rows[usize::from(candidate.number)];
        let candidates = lattice.candidates(slot);
        weights.clear();
        weights.extend(candidates.iter().map(|candidate| {
            // A single candidate has no cost yet that would say anything.
            let profile = if candidates.len() > 1 { f64::from(candidate.cost) / UNITS_PER_NAT } else { 0.0 };
            f64::from(encoder.score(slot, rows(candidate), scratch)) - profile
        }));
        let most = weights.iter().copied().fold(f64::MIN, f64::max);
        for weight in &mut weights {
            *weight = libm::exp(*weight - most);
        }
        let total: f64 = weights.iter().sum();
        for (candidate, weight) in candidates.iter().zip(&weights) {
            #[expect(clippy::cast_possible_truncation, reason = "a probability")]
            encoder.expect(slot, rows(candidate), (weight / total) as f32, scratch);
        }
    }
    encoder.read_again(scratch);
}

/// The candidates of a word, if there are several; none otherwise.
fn contested(lattice: &mut Lattice, slot: usize) -> &mut [Candidate] {
    match lattice.candidates_mut(slot) {
        [_] => &mut [],
        candidates => candidates,
    }
}

/// The encoder's score of a candidate, in nats, as a weighted cost.
#[expect(clippy::cast_possible_truncation, reason = "a few dozen nats")]
fn encoder_cost(score: f32) -> i32 {
    -libm::rint(f64::from(score) * ENCODER_WEIGHT * UNITS_PER_NAT) as i32
}
