//! Which features own an embedding row, and which word each word of the corpus is taken for.
//!
//! Invariant: both depend only on the corpus, the repairer and the seed, not on the order in which threads count.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::corpus::Corpus;
use crate::noise::{article_rng, damage, fold};
use crate::sources::WHOLE;
use crate::symbols::Symbol;
use engine::encoder::features::{FeatureRows, candidate_features, word_features};
use engine::repair::Repairer;
use engine::repair::channel::Channel;
use engine::repair::lexicon::UNKNOWN;

/// Embedding rows for the features of damaged words, and for those of candidates.
const ROWS: [usize; 2] = [81_920, 114_688];
/// Occurrences that a feature needs to own a row, each counted by the share of its source.
const LEAST_COUNT: u64 = 8 * WHOLE as u64;
/// Every seventh article is counted as folded, the others as stripped.
const FOLDED: usize = 7;

/// The word that a word of the corpus stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Itself.
    Itself,
    /// It is a misspelling of this word.
    Misspelt(Vec<u8>),
    /// None: it may be a misspelling of several words.
    Unclear,
}

impl Meaning {
    /// The letters meant by `word`.
    pub(super) fn letters<'a>(&'a self, word: &'a [u8]) -> Option<&'a [u8]> {
        match self {
            Self::Itself => Some(word),
            Self::Misspelt(meant) => Some(meant),
            Self::Unclear => None,
        }
    }
}

/// What each word of the corpus means, by symbol.
pub(super) fn meanings(corpus: &Corpus, repairer: &Repairer) -> Vec<Meaning> {
    let candidates = repairer.candidates();
    let meaning = |word: &Vec<u8>| {
        // The lexicon holds no misspellings, so a word in it needs no look at its twins.
        if candidates.id(word) != UNKNOWN {
            return Meaning::Itself;
        }
        let twins = candidates.words_for(Channel::Folded, word);
        match twins.as_slice() {
            [] => Meaning::Itself,
            [(twin, _)] => Meaning::Misspelt(candidates.lexicon().word(*twin).to_vec()),
            _ => Meaning::Unclear,
        }
    };
    corpus.words.par_iter().map(meaning).collect()
}

/// The word meant by a word of the corpus.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meant {
    /// The word itself, or the one that it misspells, if the corpus has that.
    pub symbol: Symbol,
    /// The logarithm of its count in the corpus, misspellings included.
    pub log_count: f32,
}

/// What is meant by each word of the corpus, by symbol.
#[expect(clippy::cast_precision_loss, reason = "a logarithm needs no more than seven digits")]
pub(super) fn meant_words(corpus: &Corpus, meanings: &[Meaning]) -> Vec<Meant> {
    let symbols: FxHashMap<&[u8], Symbol> = corpus.words.iter().map(Vec::as_slice).zip(0..).collect();
    let meant = |(meaning, own): (&Meaning, Symbol)| match meaning {
        Meaning::Misspelt(letters) => symbols.get(letters.as_slice()).copied().unwrap_or(own),
        Meaning::Itself | Meaning::Unclear => own,
    };
    let meant: Vec<Symbol> = meanings.iter().zip(0..).map(meant).collect();
    let mut counts = vec![0_u32; corpus.words.len()];
    for (symbol, count) in meant.iter().zip(corpus.weighted_counts()) {
        counts[*symbol as usize] = counts[*symbol as usize].saturating_add(count);
    }
    let log_count = |symbol: Symbol| libm::logf(counts[symbol as usize].max(1) as f32 / WHOLE as f32);
    meant.into_iter().map(|symbol| Meant { symbol, log_count: log_count(symbol) }).collect()
}

/// The most frequent features of damaged words and of their candidates.
pub(super) fn choose(corpus: &Corpus, repairer: &Repairer, seed: u64) -> (FeatureRows, FeatureRows) {
    let forms = damaged_forms(corpus, seed);
    let mut words: FxHashMap<u32, u64> = FxHashMap::default();
    let mut candidates: FxHashMap<u32, u64> = FxHashMap::default();
    // Collected in the order of `forms`, so that the zip below pairs each form with its own candidates.
    let known: Vec<Vec<_>> = forms.par_iter().map(|(channel, form, _)| repairer.candidates_of(*channel, form)).collect();
    for ((_, form, count), known) in forms.iter().zip(&known) {
        let letters = known.iter().map(|(_, letters, _)| letters.as_slice());
        for feature in word_features(form, letters) {
            *words.entry(feature).or_default() += count;
        }
        // A single candidate is never scored, so its features need no rows.
        for (_, letters, standing) in known.iter().filter(|_| known.len() > 1) {
            for feature in candidate_features(letters, *standing) {
                *candidates.entry(feature).or_default() += count;
            }
        }
    }
    (most_frequent(words, ROWS[0]), most_frequent(candidates, ROWS[1]))
}

/// Every damaged form of one damaged copy of the corpus, with its count.
fn damaged_forms(corpus: &Corpus, seed: u64) -> Vec<(Channel, Vec<u8>, u64)> {
    let mut counts: [FxHashMap<Vec<u8>, u64>; 2] = [FxHashMap::default(), FxHashMap::default()];
    for (number, (source, article)) in corpus.sourced_articles().enumerate() {
        let mut rng = article_rng(seed, number as u64);
        let folded = number.is_multiple_of(FOLDED);
        let damaged =
            if folded { fold(article, &corpus.words, 0.5, &mut rng) } else { damage(article, &corpus.words, &mut rng) };
        for word in damaged.words {
            *counts[usize::from(folded)].entry(word).or_default() += u64::from(source.share);
        }
    }
    let [stripped, folded] = counts;
    let tagged = |channel: Channel| move |(form, count): (Vec<u8>, u64)| (channel, form, count);
    stripped.into_iter().map(tagged(Channel::Stripped)).chain(folded.into_iter().map(tagged(Channel::Folded))).collect()
}

fn most_frequent(counts: FxHashMap<u32, u64>, rows: usize) -> FeatureRows {
    let mut counts: Vec<(u64, u32)> =
        counts.into_iter().filter(|(_, count)| *count >= LEAST_COUNT).map(|(feature, count)| (count, feature)).collect();
    // By count, then by hash, since a hash map iterates in no fixed order.
    counts.sort_unstable_by(|a, b| b.cmp(a));
    // One row fewer, because row 0 is that of the features without a row.
    FeatureRows::new(counts.into_iter().take(rows - 1).map(|(_, feature)| feature).collect())
}
