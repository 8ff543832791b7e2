//! Selection of keyphrases: scores the candidates, and chooses between those that overlap.
//!
//! The score of a phrase is a product: term frequency (its square root, since ten mentions are not ten times as informative as one),
//! inverse document frequency of its words, a weight of its length, its first position (as in KP-Miner, El-Beltagy and Rafea 2009), and
//! factors for signs that it is not whole. The constants are round numbers, chosen on one half of 400 articles with hand-picked
//! keyphrases and confirmed on the other half; none is fitted.
//!
//! Invariant: only sums, products, quotients and square roots in a fixed order, so that scores are equal on every machine.

use std::cmp::Reverse;

use rustc_hash::FxHashSet;

use super::candidates::{Candidates, LONGEST, Occurrence, Phrase, PhraseId};
use super::phrase_words::StemId;

/// How many candidates are compared with each other; comparing is quadratic.
const POOL: usize = 80;
/// Weight of a phrase by the number of its words.
const LENGTH: [f64; LONGEST + 1] = [0.0, 1.0, 1.3, 1.1, 0.7];
/// A phrase that first occurs after this many words has its score divided by the square root of 2.
const POSITION: f64 = 40.0;
/// The share of its score that a phrase loses if all its occurrences have a noun right before or after, begin with an adjective, lack
/// the second half of a construct or an adjective, or have a pronoun.
const NOUN_BEFORE: f64 = 0.1;
const NOUN_AFTER: f64 = 0.2;
const MODIFIER: f64 = 0.8;
const CONSTRUCT: f64 = 0.5;
const ADJECTIVE: f64 = 0.25;
const POSSESSED: f64 = 0.6;
/// The same for a phrase that may be two, divided by its count: what is repeated is hardly an accident.
const SEAM: f64 = 0.5;
/// Factors for phrases that occur once: with three words or more, and with a noun right after.
const ONCE_LONG: f64 = 0.4;
const ONCE_NOUN_AFTER: f64 = 0.8;
/// Factor for a phrase that occurs only within the same longer one.
const SUBSUMED: f64 = 0.5;

/// A phrase that was chosen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    pub(super) phrase: PhraseId,
    pub(super) score: f64,
}

fn score(phrase: &Phrase) -> f64 {
    let count = f64::from(phrase.count);
    let size = phrase.words.min(LONGEST);
    let share = |occurrences: u32| f64::from(occurrences) / count;
    let cuts = phrase.cuts;
    let mut score = libm::sqrt(count) * LENGTH[size] * as_float(size) / as_float(phrase.words) * phrase.idf;
    score /= libm::sqrt(1.0 + as_float(phrase.first) / POSITION);
    score *= 1.0 - NOUN_BEFORE * share(cuts.noun_before);
    score *= 1.0 - NOUN_AFTER * share(cuts.noun_after);
    score *= 1.0 - MODIFIER * share(cuts.modifier);
    score *= 1.0 - CONSTRUCT * share(cuts.construct);
    score *= 1.0 - ADJECTIVE * share(cuts.adjective);
    score *= 1.0 - POSSESSED * share(cuts.possessed);
    // Divided by the count once more than the others: neighbours by accident are not repeated.
    score *= 1.0 - SEAM * share(cuts.seam) / count;
    if phrase.count == 1 {
        score *= if size >= 3 { ONCE_LONG } else { 1.0 };
        score *= if cuts.noun_after > 0 { ONCE_NOUN_AFTER } else { 1.0 };
    }
    score
}

#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn as_float(count: usize) -> f64 {
    count as f64
}

/// A candidate in the pool.
struct Pooled {
    phrase: PhraseId,
    score: f64,
    stems: Vec<StemId>,
}

/// At most `most` phrases, best first. A phrase that occurs only within a longer one is demoted, and one that a chosen phrase covers is
/// dropped.
pub(super) fn select(candidates: &Candidates, most: usize) -> Vec<Chosen> {
    let mut pool = pool_of(candidates);
    demote_subsumed(&mut pool, candidates);
    let mut chosen: Vec<&Pooled> = Vec::new();
    let mut covered: FxHashSet<usize> = FxHashSet::default();
    let occurrences_of =
        |phrase| candidates.occurrences.iter().filter(move |occurrence: &&Occurrence| occurrence.phrase == phrase);
    for pooled in &pool {
        if chosen.len() == most {
            break;
        }
        let count = count_of(candidates, pooled.phrase);
        // Part of a chosen phrase, and not much more frequent than it.
        let is_part =
            |whole: &&Pooled| contains(&whole.stems, &pooled.stems) && count < 2 * count_of(candidates, whole.phrase);
        let mut words = occurrences_of(pooled.phrase).flat_map(|place| place.start..place.end);
        if chosen.iter().any(is_part) || (count == 1 && words.any(|word| covered.contains(&word))) {
            continue;
        }
        if pooled.stems.len() > 1 {
            covered.extend(occurrences_of(pooled.phrase).flat_map(|place| place.start..place.end));
        }
        chosen.push(pooled);
    }
    chosen.into_iter().map(|pooled| Chosen { phrase: pooled.phrase, score: pooled.score }).collect()
}

fn count_of(candidates: &Candidates, phrase: PhraseId) -> u32 {
    candidates.phrases[phrase as usize].count
}

fn pool_of(candidates: &Candidates) -> Vec<Pooled> {
    let counted = (0..).zip(&candidates.phrases).filter(|(_, phrase)| phrase.count > 0);
    let scored = counted.map(|(id, phrase)| Pooled { phrase: id, score: score(phrase), stems: Vec::new() });
    let mut pool: Vec<Pooled> = scored.collect();
    sort(&mut pool, candidates);
    // Before the stems are collected, which only the phrases that stay in the pool need.
    pool.truncate(POOL);
    for pooled in &mut pool {
        pooled.stems = candidates.stems(pooled.phrase);
    }
    pool
}

/// Sorts best first; of equal scores, the phrase that occurs first, then the shorter one. A total order: the result must not depend on
/// the order of a hash table.
fn sort(pool: &mut [Pooled], candidates: &Candidates) {
    let place = |pooled: &Pooled| {
        let phrase = &candidates.phrases[pooled.phrase as usize];
        (Reverse(phrase.first), Reverse(phrase.words))
    };
    pool.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| place(b).cmp(&place(a))));
}

/// Demotes phrases that occur only at the beginning or the end of the same longer one.
fn demote_subsumed(pool: &mut [Pooled], candidates: &Candidates) {
    let mut subsumed: FxHashSet<PhraseId> = FxHashSet::default();
    for whole in pool.iter().filter(|whole| whole.stems.len() > 1) {
        let Phrase { count, cuts, .. } = candidates.phrases[whole.phrase as usize];
        let parts = [&whole.stems[1..], &whole.stems[..whole.stems.len() - 1]];
        let parts = parts.iter().filter_map(|part| candidates.find(part));
        subsumed.extend(parts.filter(|part| count > 1 && cuts.seam == 0 && count_of(candidates, *part) == count));
    }
    for pooled in pool.iter_mut().filter(|pooled| subsumed.contains(&pooled.phrase)) {
        pooled.score *= SUBSUMED;
    }
    sort(pool, candidates);
}

fn contains(whole: &[StemId], part: &[StemId]) -> bool {
    whole.len() > part.len() && whole.windows(part.len()).any(|window| window == part)
}
