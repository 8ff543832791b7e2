//! A batch: damaged articles as rows of features, with the choices and questions that teach.
//!
//! Invariant: what a batch holds depends on its pieces, the epoch, the seed and how much is shown, so training can stop and go on anywhere.

use std::borrow::Cow;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

use super::Meaning;
use super::guess::Guesses;
use super::loss::Choice;
use super::vocabulary::Meant;
use crate::corpus::{Corpus, Symbol};
use crate::noise::{DamagedArticle, article_rng, damage, fold};
use engine::arabic::code;
use engine::encoder::features::{
    CANDIDATE_FEATURES, FeatureRows, NAMING_CANDIDATE, NAMING_WORD, WORD_FEATURES, candidate_features, word_features,
};
use engine::encoder::{MARGIN, QUESTIONS};
use engine::repair::Repairer;
use engine::repair::channel::Channel;
use engine::repair::habit::UNITS_PER_NAT;
use engine::repair::lattice::{Candidate, Lattice};

/// Share of pieces whose letters are merged rather than deleted.
const FOLDED: f64 = 0.15;
/// Shares of letters merged in those; none at all is intact text.
const FOLDED_SHARES: [f64; 6] = [1.0, 1.0, 0.6, 0.3, 0.1, 0.0];
/// Share of words that are hidden whole (masked), to be guessed.
const HIDDEN: f64 = 0.1;
/// Share of words that are shown without [`NAMING_WORD`] (word dropout), so that their letters learn to speak for words never seen.
const NAMELESS: f64 = 0.1;
/// Share of choices whose candidates are shown without [`NAMING_CANDIDATE`].
const NAMELESS_CHOICES: f64 = 0.15;
/// Share of the words that are not hidden from which wrong guesses are taken (negatives).
const SAMPLED: f64 = 0.4;

/// How much of a batch is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Showing {
    /// As much as training shows: some words are hidden.
    Part,
    /// Every word and candidate.
    All,
}

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
    pub meant_words: &'a [Meant],
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
    /// The hidden words, and those that they are told from.
    pub guesses: Guesses,
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
    pub(super) fn fill(&mut self, pieces: &[Piece], epoch: u64, showing: Showing, source: Source<'_>, forms: &mut Forms) {
        self.features.clear();
        self.empty.clear();
        self.choices.clear();
        self.candidates.clear();
        self.priors.clear();
        self.answers.clear();
        self.guesses.clear();
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
            self.push_article(channel, &damaged, showing, source, forms, &mut rng);
            self.push_margin();
        }
    }

    fn push_article(
        &mut self,
        channel: Channel,
        damaged: &DamagedArticle,
        showing: Showing,
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
            let (features, is_hidden) = shown(form.features, showing, rng);
            self.features.push(features);
            let number = (channel == Channel::Stripped).then_some(damaged.numbers[slot]);
            let answers = [Some(damaged.ends[slot]), number, Some(damaged.clauses[slot])];
            self.answers.push(if slot == last { [None; QUESTIONS] } else { answers });
            let meant = source.meant(*symbol, damaged.seconds[slot]);
            let right = meant.and_then(|meant| form.readings.iter().position(|reading| *reading.letters == *meant));
            let Some(right) = right else { continue };
            let can_be_guessed = showing == Showing::Part && damaged.seconds[slot].is_none();
            if can_be_guessed && (is_hidden || rng.random_bool(SAMPLED)) {
                let meant_word = source.meant_words[*symbol as usize];
                self.guesses.push(form.readings[right].features, meant_word, is_hidden.then_some(row));
            }
            if form.readings.len() > 1 {
                let is_nameless = showing == Showing::Part && rng.random_bool(NAMELESS_CHOICES);
                self.push_choice(row, right, &form.readings, is_nameless, &|candidate| habit.cost(&candidate.traces));
            }
        }
        self.words += damaged.words.len() as u64;
    }

    fn push_choice(
        &mut self,
        row: usize,
        right: usize,
        readings: &[Reading],
        is_nameless: bool,
        channel_cost: &dyn Fn(&Candidate) -> i32,
    ) {
        self.choices.push(Choice { row, start: self.candidates.len(), count: readings.len(), right });
        for reading in readings {
            let mut features = reading.features;
            if is_nameless {
                features[NAMING_CANDIDATE].fill(0);
            }
            self.candidates.push(features);
            #[expect(clippy::cast_possible_truncation, reason = "a few nats")]
            self.priors.push((-f64::from(channel_cost(&reading.candidate)) / UNITS_PER_NAT) as f32);
        }
    }
}

/// What is shown of a word's features, and whether that is nothing.
fn shown(mut features: [u32; WORD_FEATURES], showing: Showing, rng: &mut ChaCha8Rng) -> ([u32; WORD_FEATURES], bool) {
    if showing == Showing::All {
        return (features, false);
    }
    let chance: f64 = rng.random();
    let is_hidden = chance < HIDDEN;
    if is_hidden {
        features.fill(0);
    } else if chance < HIDDEN + NAMELESS {
        features[NAMING_WORD].fill(0);
    }
    (features, is_hidden)
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
