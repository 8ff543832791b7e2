//! A batch: damaged articles as rows of features, with the choices and questions that teach.
//!
//! Invariant: what a batch holds depends on its pieces, the epoch and the seed alone, so training can stop and go on anywhere.

use std::borrow::Cow;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

use super::Meaning;
use super::loss::Choice;
use crate::arabic::code;
use crate::encoder::features::{CANDIDATE_FEATURES, FeatureRows, WORD_FEATURES, candidate_features, word_features};
use crate::encoder::{MARGIN, QUESTIONS};
use crate::repair::Repairer;
use crate::repair::channel::Channel;
use crate::repair::habit::UNITS_PER_NAT;
use crate::repair::lattice::{Candidate, Lattice};
use crate::train::corpus::{Corpus, Symbol};
use crate::train::noise::{DamagedArticle, article_rng, damage, fold};

/// Share of pieces whose letters are merged rather than deleted.
const FOLDED: f64 = 0.15;
/// Shares of letters merged in those; none at all is intact text.
const FOLDED_SHARES: [f64; 6] = [1.0, 1.0, 0.6, 0.3, 0.1, 0.0];
/// Share of words that are shown without their identity, so that their letters learn to speak for words never seen.
const HIDDEN_WORD: f64 = 0.15;

/// A run of an article's symbols.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub article: usize,
    pub symbols: std::ops::Range<usize>,
}

/// What a batch is made with: all of it is shared.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub corpus: &'a Corpus,
    pub articles: &'a [&'a [Symbol]],
    pub meanings: &'a [Meaning],
    pub repairer: &'a Repairer,
    pub word_rows: &'a FeatureRows,
    pub candidate_rows: &'a FeatureRows,
    pub seed: u64,
}

impl Source<'_> {
    /// The letters meant by a word of the corpus, or by two that run together; `None` where that is unclear.
    fn meant(&self, first: Symbol, second: Option<Symbol>) -> Option<Cow<'_, [u8]>> {
        let letters = |symbol: Symbol| self.meanings[symbol as usize].letters(&self.corpus.words[symbol as usize]);
        match second {
            None => letters(first).map(Cow::Borrowed),
            Some(second) => Some(Cow::Owned([letters(first)?, &[code::SPACE], letters(second)?].concat())),
        }
    }
}

/// A damaged form as batches need it again and again.
struct Form {
    features: [u32; WORD_FEATURES],
    readings: Vec<Reading>,
}

struct Reading {
    letters: Box<[u8]>,
    features: [u32; CANDIDATE_FEATURES],
    candidate: Candidate,
}

/// The damaged forms that a lane has met, by channel.
#[derive(Default)]
pub(super) struct Forms([FxHashMap<Vec<u8>, Form>; 2]);

/// Rows of the network's input, and what is to be learnt from its output.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Per row, the rows of embeddings that are summed; row 0 of each for an empty row.
    pub features: Vec<[u32; WORD_FEATURES]>,
    /// Empty rows, as ranges.
    empty: Vec<std::ops::Range<usize>>,
    pub choices: Vec<Choice>,
    /// Per candidate of a choice, the rows of embeddings that are summed.
    pub candidates: Vec<[u32; CANDIDATE_FEATURES]>,
    /// Per candidate, the log-probability that the channel made the damaged word of it.
    pub priors: Vec<f32>,
    /// Per row, the answer to each question; `None` where it is not asked.
    pub answers: Vec<[Option<bool>; QUESTIONS]>,
    pub words: u64,
}

impl Batch {
    pub(super) fn rows(&self) -> usize {
        self.features.len()
    }

    /// Zeroes the rows that belong to no word.
    pub(super) fn clear_empty_rows(&self, buffer: &mut [f32], columns: usize) {
        for rows in &self.empty {
            buffer[rows.start * columns..rows.end * columns].fill(0.0);
        }
    }

    /// The rows of each article.
    pub(super) fn articles(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.empty.windows(2).map(|margins| margins[0].end..margins[1].start)
    }

    fn push_margin(&mut self) {
        let start = self.features.len();
        self.empty.push(start..start + MARGIN);
        self.features.resize(start + MARGIN, [0; WORD_FEATURES]);
        self.answers.resize(start + MARGIN, [None; QUESTIONS]);
    }

    /// Damages the pieces anew for this epoch.
    pub(super) fn fill(&mut self, pieces: &[Piece], epoch: u64, source: Source<'_>, forms: &mut Forms) {
        self.features.clear();
        self.empty.clear();
        self.choices.clear();
        self.candidates.clear();
        self.priors.clear();
        self.answers.clear();
        self.words = 0;
        self.push_margin();
        for piece in pieces {
            let stream = epoch << 48 | (piece.article as u64) << 16 | (piece.symbols.start as u64 / 64);
            let mut rng = article_rng(source.seed ^ 0xe9c0, stream);
            let symbols = &source.articles[piece.article][piece.symbols.clone()];
            let (channel, damaged) = if rng.random_bool(FOLDED) {
                let share = FOLDED_SHARES[rng.random_range(0..FOLDED_SHARES.len())];
                (Channel::Folded, fold(symbols, &source.corpus.words, share, &mut rng))
            } else {
                (Channel::Stripped, damage(symbols, &source.corpus.words, &mut rng))
            };
            self.push_article(channel, &damaged, source, forms, &mut rng);
            self.push_margin();
        }
    }

    fn push_article(
        &mut self,
        channel: Channel,
        damaged: &DamagedArticle,
        source: Source<'_>,
        forms: &mut Forms,
        rng: &mut ChaCha8Rng,
    ) {
        let forms = &mut forms.0[usize::from(channel == Channel::Folded)];
        let mut lattice = Lattice::default();
        for word in &damaged.words {
            if !forms.contains_key(word) {
                forms.insert(word.clone(), Form::new(channel, word, source));
            }
            lattice.push(forms[word].readings.iter().map(|reading| reading.candidate.clone()));
        }
        let habit = source.repairer.habit(&lattice);
        let last = damaged.words.len().saturating_sub(1);
        for (slot, (word, symbol)) in damaged.words.iter().zip(&damaged.symbols).enumerate() {
            let form = &forms[word];
            let row = self.features.len();
            let mut features = form.features;
            if rng.random_bool(HIDDEN_WORD) {
                features[WORD_FEATURES - 2..].fill(0);
            }
            self.features.push(features);
            let number = (channel == Channel::Stripped).then_some(damaged.numbers[slot]);
            let answers = [Some(damaged.ends[slot]), number, Some(damaged.clauses[slot])];
            self.answers.push(if slot == last { [None; QUESTIONS] } else { answers });
            let meant = source.meant(*symbol, damaged.seconds[slot]);
            let right = meant.and_then(|meant| form.readings.iter().position(|reading| *reading.letters == *meant));
            if let Some(right) = right.filter(|_| form.readings.len() > 1) {
                self.push_choice(row, right, &form.readings, &|candidate| habit.cost(&candidate.traces), rng);
            }
        }
        self.words += damaged.words.len() as u64;
    }

    fn push_choice(
        &mut self,
        row: usize,
        right: usize,
        readings: &[Reading],
        channel_cost: &dyn Fn(&Candidate) -> i32,
        rng: &mut ChaCha8Rng,
    ) {
        self.choices.push(Choice { row, start: self.candidates.len(), count: readings.len(), right });
        let hidden = rng.random_bool(HIDDEN_WORD);
        for reading in readings {
            let mut features = reading.features;
            if hidden {
                features[CANDIDATE_FEATURES - 2..].fill(0);
            }
            self.candidates.push(features);
            #[expect(clippy::cast_possible_truncation, reason = "a few nats")]
            self.priors.push((-f64::from(channel_cost(&reading.candidate)) / UNITS_PER_NAT) as f32);
        }
    }
}

#[cfg(test)]
impl Batch {
    /// Articles of words that have no features.
    pub(super) fn of_lengths(lengths: &[usize]) -> Self {
        let mut batch = Self::default();
        batch.push_margin();
        for length in lengths {
            batch.push_words(&vec![[0; WORD_FEATURES]; *length]);
        }
        batch
    }

    /// One article.
    pub(super) fn of_words(words: &[[u32; WORD_FEATURES]]) -> Self {
        let mut batch = Self::default();
        batch.push_margin();
        batch.push_words(words);
        batch
    }

    fn push_words(&mut self, words: &[[u32; WORD_FEATURES]]) {
        self.features.extend_from_slice(words);
        self.answers.resize(self.features.len(), [None; QUESTIONS]);
        self.push_margin();
    }
}

impl Form {
    fn new(channel: Channel, word: &[u8], source: Source<'_>) -> Self {
        let reading = |(candidate, letters, standing): (Candidate, Vec<u8>, [u8; 2])| Reading {
            features: source.candidate_rows.of(candidate_features(&letters, standing)),
            letters: letters.into_boxed_slice(),
            candidate,
        };
        let readings: Vec<Reading> = source.repairer.readings(channel, word).into_iter().map(reading).collect();
        let letters = readings.iter().map(|reading| &*reading.letters);
        Self { features: source.word_rows.of(word_features(word, letters)), readings }
    }
}
