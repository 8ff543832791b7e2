//! Learns the language model: counts and prunes n-grams, and turns them into stored costs.
//!
//! Interpolated absolute discounting (Chen & Goodman 1999, §2.4), over unigrams that count contexts rather than words:
//! `p(w|h) = max(c(hw) - D, 0) / c(h) + γ(h) · p(w|h')`, `D = n₁ / (n₁ + 2·n₂)`. An n-gram is kept if dropping it would lose
//! more than a threshold of log-likelihood, `(c - D) · ln(p(w|h) / γ(h)·p(w|h'))` (Seymore & Rosenfeld 1996), and if at least
//! one of its words is contested, that is, shares a damaged form with another: all other n-grams add the same to every path.
//!
//! Marks and numbers are skipped, because damaged text has neither. As many articles of each source are counted as its share says.
//!
//! Invariant: with a trigram both its bigrams are kept, which look-up relies on ([`engine::repair::language_model`]).
//! Everything is counted from sorted keys, so the number of threads does not change the result.

use rayon::prelude::*;

use super::corpus::Corpus;
use super::spelling::{Spelling, words_read};
use engine::model::SectionWriter;
use engine::repair::channel::Channel;
use engine::repair::costs::UNITS_PER_NAT;
use engine::repair::language_model::{BACKOFF_STEP, COST_STEP, StoredNgram, bigram_key, trigram_key, write_table};
use engine::repair::lexicon::{Lexicon, UNKNOWN, WordId};

/// A bigram is kept if it gains this many nats over the whole training corpus.
const LEAST_BIGRAM_GAIN: f64 = 1.2;
/// The same for a trigram. It is larger, because trigrams overfit more and would fill most of the model file.
const LEAST_TRIGRAM_GAIN: f64 = 3.0;
/// Occurrences that a trigram needs.
const LEAST_TRIGRAM_COUNT: u32 = 2;
/// Count of a word that only word lists hold, and of the unknown word.
const UNSEEN_COUNT: f64 = 0.3;

/// Version of the stage `repair` (lexicon and language model): raised whenever it would learn something else from equal
/// input.
pub(super) const VERSION: u32 = 2;

/// Bits of a word in a key; the last word is in the lowest.
const WORD_BITS: u32 = 20;

/// The language model's sections.
pub(super) struct NgramSections {
    /// Per word, its cost and its back-off cost.
    pub unigrams: Vec<u8>,
    /// The table of bigrams.
    pub bigrams: Vec<u8>,
    /// The table of trigrams.
    pub trigrams: Vec<u8>,
    /// The numbers of bigrams and trigrams stored.
    pub stored: (usize, usize),
}

/// The n-grams of one order, sorted by key, with their counts and their discount.
struct Counts {
    keys: Vec<u64>,
    seen: Vec<u32>,
    discount: f64,
}

/// Learns the language model.
#[must_use]
pub(super) fn learn(corpus: &Corpus, spelling: &Spelling) -> NgramSections {
    let contested = contested_words(&spelling.lexicon);
    let bigrams = Counts::new(keys(corpus, spelling, 2));
    let unigrams = unigram_probabilities(&contexts_of_words(&bigrams, spelling.lexicon.len()));
    // Trigrams are judged against the unpruned bigrams: pruning both at once would depend on the order.
    let interpolated = bigrams.interpolate(&vec![true; bigrams.keys.len()], |key| unigrams[last(key) as usize]);
    let trigrams = Counts::new(keys(corpus, spelling, 3));
    // Both bigrams of a trigram of known words were counted as well, so the 1e-9 is never met.
    let bigram_probability = |key: u64| bigrams.find(key).map_or(1e-9, |index| interpolated.probability[index]);
    let keep_trigrams = trigrams.worthwhile(LEAST_TRIGRAM_GAIN, LEAST_TRIGRAM_COUNT, 3, &contested, bigram_probability);
    let mut keep_bigrams = bigrams.worthwhile(LEAST_BIGRAM_GAIN, 1, 2, &contested, |key| unigrams[last(key) as usize]);
    // A trigram brings both its bigrams with it, the first as its context and the second as its back-off.
    for (key, _) in trigrams.keys.iter().zip(&keep_trigrams).filter(|(_, keep)| **keep) {
        for part in [key >> WORD_BITS, key & ((1 << (2 * WORD_BITS)) - 1)] {
            if let Some(index) = bigrams.find(part) {
                keep_bigrams[index] = true;
            }
        }
    }
    // Probabilities are recomputed without the pruned n-grams, whose mass goes to the back-off.
    let bigram_values = bigrams.interpolate(&keep_bigrams, |key| unigrams[last(key) as usize]);
    let bigram_probability = |key: u64| bigrams.find(key).map_or(1e-9, |index| bigram_values.probability[index]);
    let trigram_values = trigrams.interpolate(&keep_trigrams, bigram_probability);
    let backoff = |context: u64| trigram_values.backoff_of(context);
    let stored_bigrams = bigrams.stored(&keep_bigrams, &bigram_values, backoff);
    // No n-gram is longer than a trigram, so none backs off to one.
    let stored_trigrams = trigrams.stored(&keep_trigrams, &trigram_values, |_| 1.0);
    NgramSections {
        unigrams: unigram_section(&unigrams, &bigram_values),
        stored: (stored_bigrams.len(), stored_trigrams.len()),
        bigrams: table(stored_bigrams, true),
        trigrams: table(stored_trigrams, false),
    }
}

fn table(ngrams: Vec<StoredNgram>, with_backoff: bool) -> Vec<u8> {
    let mut section = SectionWriter::default();
    write_table(&mut section, ngrams, with_backoff);
    section.into_bytes()
}

fn last(key: u64) -> WordId {
    WordId::try_from(key & ((1 << WORD_BITS) - 1)).expect("20 bits")
}

/// The number of different words that precede each word. It predicts better than the plain count which word follows an unseen
/// context (Kneser & Ney 1995).
fn contexts_of_words(bigrams: &Counts, words: usize) -> Vec<u32> {
    let mut contexts = vec![0; words];
    for key in &bigrams.keys {
        contexts[last(*key) as usize] += 1;
    }
    contexts
}

fn unigram_probabilities(counts: &[u32]) -> Vec<f64> {
    // No word is impossible, and the unknown word is about as rare as one that was never seen.
    let count = |id: usize| if id == 0 || counts[id] == 0 { UNSEEN_COUNT } else { f64::from(counts[id]) };
    let total: f64 = (0..counts.len()).map(count).sum();
    (0..counts.len()).map(|id| count(id) / total).collect()
}

/// Whether each word shares a damaged form with another, so that repair has to choose.
fn contested_words(lexicon: &Lexicon) -> Vec<bool> {
    let form_hashes = |id: usize| {
        let id = WordId::try_from(id).expect("20 bits");
        let mut forms = Vec::new();
        Channel::Stripped.damaged_forms(lexicon.word(id), &mut forms);
        forms.into_iter().map(move |form| (form, id))
    };
    // From 1, because id 0 is the unknown word, which is no form that repair could choose.
    let mut forms: Vec<(Vec<u8>, WordId)> = (1..lexicon.len()).into_par_iter().flat_map_iter(form_hashes).collect();
    forms.par_sort_unstable();
    let mut contested = vec![false; lexicon.len()];
    for pair in forms.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        contested[pair[0].1 as usize] = true;
        contested[pair[1].1 as usize] = true;
    }
    contested
}

/// The keys of all n-grams of known words, in the order of the corpus.
fn keys(corpus: &Corpus, spelling: &Spelling, order: usize) -> Vec<u64> {
    let mut keys = Vec::new();
    let mut words = Vec::new();
    for article in corpus.sample() {
        // Article by article, so that no n-gram spans two of them.
        words.clear();
        words.extend(words_read(article, &spelling.reading));
        // Unknown words are still in the stream here, or the words on both sides of one would pass for neighbours.
        let known = words.windows(order).filter(|ngram| !ngram.contains(&UNKNOWN));
        keys.extend(known.map(|ngram| match *ngram {
            [first, second] => bigram_key(first, second),
            [first, second, third] => trigram_key(first, second, third),
            _ => unreachable!("orders two and three are counted"),
        }));
    }
    keys
}

/// Interpolated probabilities, and the weight that each context leaves to the shorter one.
struct Interpolated {
    probability: Vec<f64>,
    /// Sorted contexts with their back-off weights.
    backoff: Vec<(u64, f64)>,
}

impl Interpolated {
    fn backoff_of(&self, context: u64) -> f64 {
        self.backoff.binary_search_by_key(&context, |(key, _)| *key).map_or(1.0, |index| self.backoff[index].1)
    }
}

impl Counts {
    fn new(mut ngrams: Vec<u64>) -> Self {
        ngrams.par_sort_unstable();
        let mut keys = Vec::new();
        let mut counts = Vec::new();
        for run in ngrams.chunk_by(|a, b| a == b) {
            keys.push(run[0]);
            counts.push(u32::try_from(run.len()).unwrap_or(u32::MAX));
        }
        let of = |wanted: u32| f64::from(u32::try_from(counts.iter().filter(|c| **c == wanted).count()).unwrap_or(u32::MAX));
        let (once, twice) = (of(1), of(2));
        // Without any n-gram seen once the discount would be 0, and nothing would be left for the shorter context.
        let discount = if once > 0.0 { once / (once + 2.0 * twice) } else { 0.5 };
        Self { keys, seen: counts, discount }
    }

    fn find(&self, key: u64) -> Option<usize> {
        self.keys.binary_search(&key).ok()
    }

    /// Every context with the range of its n-grams.
    fn contexts(&self) -> impl Iterator<Item = (u64, std::ops::Range<usize>)> + '_ {
        let mut start = 0;
        self.keys.chunk_by(|a, b| a >> WORD_BITS == b >> WORD_BITS).map(move |run| {
            let range = start..start + run.len();
            start = range.end;
            (run[0] >> WORD_BITS, range)
        })
    }

    fn interpolate(&self, keep: &[bool], shorter: impl Fn(u64) -> f64) -> Interpolated {
        let mut values = Interpolated { probability: vec![0.0; self.keys.len()], backoff: Vec::new() };
        for (context, range) in self.contexts() {
            let total: f64 = self.seen[range.clone()].iter().map(|c| f64::from(*c)).sum();
            // What discounting takes from the kept n-grams, and all counts of the pruned ones, is left to the shorter context.
            let kept: f64 = range.clone().filter(|i| keep[*i]).map(|i| f64::from(self.seen[i]) - self.discount).sum();
            let backoff = (total - kept) / total;
            values.backoff.push((context, backoff));
            for index in range {
                let own = if keep[index] { f64::from(self.seen[index]) - self.discount } else { 0.0 };
                values.probability[index] = own / total + backoff * shorter(self.keys[index] & ((1 << (2 * WORD_BITS)) - 1));
            }
        }
        values
    }

    /// Whether each n-gram is worth its bytes.
    fn worthwhile(
        &self,
        least_gain: f64,
        least_count: u32,
        order: u32,
        contested: &[bool],
        shorter: impl Fn(u64) -> f64,
    ) -> Vec<bool> {
        let mut keep = vec![false; self.keys.len()];
        for (_, range) in self.contexts() {
            let total: f64 = self.seen[range.clone()].iter().map(|c| f64::from(*c)).sum();
            // As if all n-grams of the context were kept: the verdict on one must not depend on that on another.
            let backoff = f64::from(u32::try_from(range.len()).unwrap_or(u32::MAX)) * self.discount / total;
            for index in range {
                let key = self.keys[index];
                // An n-gram of words without rivals adds the same cost to every path through the lattice.
                let chosen = (0..order).any(|place| contested[last(key >> (place * WORD_BITS)) as usize]);
                if !chosen || self.seen[index] < least_count {
                    continue;
                }
                let own = f64::from(self.seen[index]) - self.discount;
                let fallback = backoff * shorter(key & ((1 << (2 * WORD_BITS)) - 1));
                keep[index] = own * libm::log((own / total + fallback) / fallback) >= least_gain;
            }
        }
        keep
    }

    fn stored(&self, keep: &[bool], values: &Interpolated, backoff: impl Fn(u64) -> f64) -> Vec<StoredNgram> {
        let kept = (0..self.keys.len()).filter(|index| keep[*index]);
        kept.map(|index| StoredNgram {
            key: self.keys[index],
            cost: steps(values.probability[index], COST_STEP),
            backoff: steps(backoff(self.keys[index]), BACKOFF_STEP),
        })
        .collect()
    }
}

/// A probability as a stored cost, in steps of `step` units.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
fn steps(probability: f64, step: i32) -> u8 {
    libm::rint(-libm::log(probability.max(1e-12)) * UNITS_PER_NAT / f64::from(step)).clamp(0.0, 255.0) as u8
}

fn unigram_section(probabilities: &[f64], bigrams: &Interpolated) -> Vec<u8> {
    let mut section = SectionWriter::default();
    section.u32(u32::try_from(probabilities.len()).expect("20 bits"));
    for (id, probability) in (0_u64..).zip(probabilities) {
        section.u8(steps(*probability, COST_STEP));
        section.u8(steps(bigrams.backoff_of(id), BACKOFF_STEP));
    }
    section.into_bytes()
}
