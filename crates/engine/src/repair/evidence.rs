//! What is known of each candidate before decoding: the writer's habit, a leaning to leave words alone, and the encoder's reading of
//! the whole article. And what the encoder says of the places between words, for splitting.
//!
//! Invariant: evidence is added to [`Candidate::cost`], in units of [`UNITS_PER_NAT`]; a word with one candidate is passed over.

use super::ArticleWord;
use super::channel::Channel;
use super::forms::FormCache;
use super::habit::{Habit, HabitEstimate, UNITS_PER_NAT};
use super::language_model::LanguageModel;
use super::lattice::{Candidate, Lattice};
use super::lexicon::UNKNOWN;
use super::repaired::PlaceOdds;
use crate::encoder::{Encoder, EncoderScratch, QUESTIONS};

/// Weight of the encoder's scores, joined log-linearly with the language model; chosen on the development sets.
const CONTEXT_WEIGHT: f64 = 1.0;
/// What speaks for leaving a word as it stands, in units: 1.2 nats. Both models change a little more than they should; this
/// takes four tenths of the harm away, for one error more in two thousand words.
const LEFT_ALONE: i32 = 300;
/// What speaks against taking a word that has candidates for one that the lexicon lacks, in units: half as likely.
const UNLISTED: i32 = 177;

/// Adds what each candidate's traces cost a writer of the article's habit.
pub(super) fn weigh_habits(words: &[ArticleWord], lattice: &mut Lattice, model: &LanguageModel) {
    let habit_of = |channel: Channel| {
        let slots = (0..words.len()).filter(|slot| words[*slot].channel == Some(channel));
        estimate_habit(slots, lattice, model)
    };
    // Two sources in one article are two writers.
    let (stripped, folded) = (habit_of(Channel::Stripped), habit_of(Channel::Folded));
    for (slot, word) in words.iter().enumerate() {
        let habit = if word.channel == Some(Channel::Stripped) { &stripped } else { &folded };
        for candidate in contested(lattice, slot) {
            candidate.cost += habit.cost(&candidate.traces);
        }
    }
}

/// The habit that the likeliest candidate of each of some words, taken alone, speaks for.
pub(super) fn estimate_habit(slots: impl Iterator<Item = usize>, lattice: &Lattice, model: &LanguageModel) -> Habit {
    let average = Habit::average();
    let mut estimate = HabitEstimate::default();
    for slot in slots {
        let alone = |candidate: &&Candidate| model.unigram(candidate.word) + average.cost(&candidate.traces);
        let listed = lattice.candidates(slot).iter().filter(|candidate| candidate.word != UNKNOWN);
        if let Some(likeliest) = listed.min_by_key(alone) {
            estimate.observe(&likeliest.traces);
        }
    }
    estimate.habit()
}

/// Adds what the encoder, which has read the article into `scratch`, says of each candidate.
pub(super) fn weigh_context(
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
            candidate.cost += context_cost(encoder.score(slot, form.candidate_rows[number], scratch));
            if number == form.unchanged {
                candidate.cost -= LEFT_ALONE;
            }
            if candidate.word == UNKNOWN {
                candidate.cost += UNLISTED;
            }
        }
    }
}

/// The candidates of a word that has several, or none.
fn contested(lattice: &mut Lattice, slot: usize) -> &mut [Candidate] {
    match lattice.candidates_mut(slot) {
        [_] => &mut [],
        candidates => candidates,
    }
}

/// What the encoder says of a candidate, in nats, as a weighted cost.
#[expect(clippy::cast_possible_truncation, reason = "a few dozen nats")]
fn context_cost(score: f32) -> i32 {
    -libm::rint(f64::from(score) * CONTEXT_WEIGHT * UNITS_PER_NAT) as i32
}

/// What the encoder's answers, one for each word, say of the place after each token. Where tokens without a word follow a word
/// (numbers, marks, other scripts), what was answered for it holds for the place after the last of them.
pub(super) fn places(tokens: usize, words: &[ArticleWord], answers: &[[f32; QUESTIONS]]) -> Vec<PlaceOdds> {
    let mut places = vec![PlaceOdds::UNLIKELY; tokens];
    for (index, (word, [sentence_end, missing_number, clause_end])) in words.iter().zip(answers).enumerate() {
        let next = words.get(index + 1).map_or(tokens, |next| next.token);
        if next > word.token {
            places[next - 1] = PlaceOdds::new(*sentence_end, *missing_number, *clause_end);
        }
    }
    places
}
