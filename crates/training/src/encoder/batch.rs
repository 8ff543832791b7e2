//! A batch: damaged articles as rows of features, with the targets to learn.
//!
//! Invariant: a batch depends only on its pieces, the epoch, the seed and how much is shown, so training can stop and
//! continue anywhere.

use std::borrow::Cow;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

use super::features::EncoderRows;
use super::pieces::Piece;
use super::vocabulary::{self, Meaning, Meant};
use crate::corpus::Corpus;
use crate::noise::{DamagedArticle, article_rng, damage, fold};
use crate::symbols::Symbol;
use engine::arabic::{PunctuationMark, code};
use engine::encoder::features::{
    CANDIDATE_FEATURES, FeatureRows, NAMING_CANDIDATE, NAMING_WORD, WORD_FEATURES, candidate_features, word_features,
};
use engine::encoder::{HEADS, MARGIN};
use engine::repair::Repairer;
use engine::repair::channel::Channel;
use engine::repair::costs::UNITS_PER_NAT;
use engine::repair::lattice::{Candidate, Lattice};

/// Share of pieces whose letters are folded rather than deleted.
const FOLDED: f64 = 0.15;
/// Shares of letters folded in those, one drawn per piece; 0 is intact text.
const FOLDED_SHARES: [f64; 6] = [1.0, 1.0, 0.6, 0.3, 0.1, 0.0];
/// Share of words that are hidden whole (masked), to be guessed ([`super::guess`]).
const HIDDEN: f64 = 0.1;
/// Share of words shown without their [`NAMING_WORD`] features (word dropout), so that the features of their letters learn to
/// represent words never seen.
const NAMELESS: f64 = 0.1;
/// Share of choices whose candidates are shown without their [`NAMING_CANDIDATE`] features, for the same reason.
const NAMELESS_CHOICES: f64 = 0.15;
/// Share of the words not hidden that serve as wrong guesses (negatives).
const SAMPLED: f64 = 0.4;

/// How much of a batch is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Showing {
    /// As in training: some words are hidden.
    Part,
    /// Every word and candidate.
    All,
}

/// Everything that batches are made from, shared by all lanes.
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

/// What is known of a corpus before batches are made from it.
pub(super) struct Prepared<'a> {
    corpus: &'a Corpus,
    repairer: &'a Repairer,
    articles: Vec<&'a [Symbol]>,
    meanings: Vec<Meaning>,
    meant_words: Vec<Meant>,
}

impl<'a> Prepared<'a> {
    pub(super) fn new(corpus: &'a Corpus, repairer: &'a Repairer) -> Self {
        let meanings = vocabulary::meanings(corpus, repairer);
        let meant_words = vocabulary::meant_words(corpus, &meanings);
        Self { corpus, repairer, articles: corpus.articles().collect(), meanings, meant_words }
    }

    pub(super) fn source<'s>(&'s self, rows: &'s EncoderRows, seed: u64) -> Source<'s> {
        let Self { corpus, repairer, articles, meanings, meant_words } = self;
        let EncoderRows { words: word_rows, candidates: candidate_rows } = rows;
        Source { corpus, articles, meanings, repairer, word_rows, candidate_rows, meant_words, seed }
    }
}

impl Source<'_> {
    /// The letters meant by a word of the corpus, or by two that run together; `None` if that is unclear.
    fn meant(&self, first: Symbol, second: Option<Symbol>) -> Option<Cow<'_, [u8]>> {
        let letters = |symbol: Symbol| self.meanings[symbol as usize].letters(&self.corpus.words[symbol as usize]);
        match second {
            None => letters(first).map(Cow::Borrowed),
            Some(second) => Some(Cow::Owned([letters(first)?, &[code::SPACE], letters(second)?].concat())),
        }
    }
}

/// A damaged form with its candidates, looked up once.
struct Form {
    features: [u32; WORD_FEATURES],
    candidates: Vec<FormCandidate>,
}

struct FormCandidate {
    letters: Box<[u8]>,
    features: [u32; CANDIDATE_FEATURES],
    in_lattice: Candidate,
}

/// The damaged forms that a lane has met, by channel.
#[derive(Default)]
pub(super) struct Forms([FxHashMap<Vec<u8>, Form>; 2]);

/// A word with several candidates, one of which is right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// Row of the batch.
    pub row: usize,
    /// Its first candidate in [`Batch::candidates`].
    pub start: usize,
    /// How many it has; at least two.
    pub count: usize,
    /// Which of them is right.
    pub right: usize,
}

/// The candidates of a word, whether it has several or one, and whether or not the right one is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// Row of the batch.
    pub row: usize,
    /// Its first candidate in [`Batch::candidates`].
    pub start: usize,
    /// How many it has.
    pub count: usize,
}

/// The hidden words of a batch, and the sampled words among which each is to be found.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    /// Per word, the rows of embeddings that are summed.
    pub features: Vec<[u32; CANDIDATE_FEATURES]>,
    pub words: Vec<Meant>,
    pub hidden: Vec<Hidden>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Hidden {
    /// Row of the batch.
    pub row: usize,
    /// Its index among the sampled words.
    pub word: usize,
}

impl Guesses {
    pub(super) fn clear(&mut self) {
        self.features.clear();
        self.words.clear();
        self.hidden.clear();
    }

    /// Adds a sampled word; it may itself be hidden, in the given row.
    pub(super) fn push(&mut self, features: [u32; CANDIDATE_FEATURES], meant: Meant, hidden_in: Option<usize>) {
        self.hidden.extend(hidden_in.map(|row| Hidden { row, word: self.words.len() }));
        self.features.push(features);
        self.words.push(meant);
    }
}

/// Rows of the network's input, and the targets of its output.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Whether it lists the candidates of all words, for the second pass. Then no word has to be guessed.
    lists_all: bool,
    /// If so, the candidates of each word.
    pub spans: Vec<Span>,
    /// Per row, the rows of embeddings that are summed; row 0 of each for an empty row.
    pub features: Vec<[u32; WORD_FEATURES]>,
    /// Empty rows, as ranges.
    empty: Vec<std::ops::Range<usize>>,
    pub choices: Vec<Choice>,
    /// Per candidate of a choice, the rows of embeddings that are summed.
    pub candidates: Vec<[u32; CANDIDATE_FEATURES]>,
    /// Per candidate, the log-probability that the channel turns it into the damaged word.
    pub priors: Vec<f32>,
    /// Per row, the target of each head; `None` if it has none.
    pub labels: Vec<[Option<bool>; HEADS]>,
    /// Per row, the punctuation mark after the word; `None` if there is nothing to learn.
    pub marks: Vec<Option<PunctuationMark>>,
    /// The hidden words, and those that they are distinguished from.
    pub guesses: Guesses,
    pub words: u64,
}

impl Batch {
    /// An empty batch that lists the candidates of all words.
    pub(super) fn listing_all() -> Self {
        Self { lists_all: true, ..Self::default() }
    }

    pub(super) fn rows(&self) -> usize {
        self.features.len()
    }

    /// Zeroes the rows that belong to no word: the margins, which keep articles from seeing each other.
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
        self.labels.resize(start + MARGIN, [None; HEADS]);
        self.marks.resize(start + MARGIN, None);
    }

    /// Fills the batch with pieces, damaged afresh for this epoch.
    pub(super) fn fill(&mut self, pieces: &[Piece], epoch: u64, showing: Showing, source: Source<'_>, forms: &mut Forms) {
        self.features.clear();
        self.empty.clear();
        self.choices.clear();
        self.spans.clear();
        self.candidates.clear();
        self.priors.clear();
        self.labels.clear();
        self.marks.clear();
        self.guesses.clear();
        self.words = 0;
        self.push_margin();
        for piece in pieces {
            // A random stream for each piece in each epoch, so that no batch depends on those before it.
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
            if !source.corpus.source(piece.article).boundaries {
                self.forget_boundaries();
            }
            self.push_margin();
        }
    }

    /// Leaves nothing to learn at the boundaries of the article that was pushed last.
    fn forget_boundaries(&mut self) {
        let start = self.empty.last().map_or(0, |margin| margin.end);
        self.labels[start..].fill([None; HEADS]);
        self.marks[start..].fill(None);
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
        // The same damaged form has other candidates in the other channel, so the two caches must not be mixed.
        let forms = &mut forms.0[usize::from(channel == Channel::Folded)];
        let mut lattice = Lattice::default();
        for word in &damaged.words {
            if !forms.contains_key(word) {
                forms.insert(word.clone(), Form::new(channel, word, source));
            }
            lattice.push(forms[word].candidates.iter().map(|candidate| candidate.in_lattice.clone()));
        }
        // The profile is one per article, so the whole lattice must exist before any candidate can be priced.
        let profile = source.repairer.typing_profile(&lattice);
        // A piece may hold no word that survived the damage.
        let last = damaged.words.len().saturating_sub(1);
        for (slot, (word, symbol)) in damaged.words.iter().zip(&damaged.symbols).enumerate() {
            let form = &forms[word];
            let row = self.features.len();
            let (features, is_hidden) = shown(form.features, showing, rng);
            self.features.push(features);
            // Only stripped text has lost numbers. After the last word of a piece nothing is known: the article may go on.
            let number = (channel == Channel::Stripped).then_some(damaged.numbers[slot]);
            let labels = [Some(damaged.ends[slot]), number, Some(damaged.clauses[slot])];
            self.labels.push(if slot == last { [None; HEADS] } else { labels });
            self.marks.push(damaged.marks[slot].filter(|_| slot != last));
            let meant = source.meant(*symbol, damaged.seconds[slot]);
            let right = meant.and_then(|meant| form.candidates.iter().position(|candidate| *candidate.letters == *meant));
            let channel_cost = |candidate: &Candidate| profile.cost(&candidate.events);
            if self.lists_all {
                self.push_span(row, right, &form.candidates, &channel_cost);
                continue;
            }
            // The right form may not be among the candidates; the word is then context only.
            let Some(right) = right else { continue };
            // A guess is about one word, so two that ran together cannot be guessed.
            let can_be_guessed = showing == Showing::Part && damaged.seconds[slot].is_none();
            if can_be_guessed && (is_hidden || rng.random_bool(SAMPLED)) {
                let meant_word = source.meant_words[*symbol as usize];
                self.guesses.push(form.candidates[right].features, meant_word, is_hidden.then_some(row));
            }
            // A single candidate always has probability 1: no loss, no gradient.
            if form.candidates.len() > 1 {
                let is_nameless = showing == Showing::Part && rng.random_bool(NAMELESS_CHOICES);
                self.choices.push(Choice { row, start: self.candidates.len(), count: form.candidates.len(), right });
                self.push_candidates(&form.candidates, is_nameless, &channel_cost);
            }
        }
        self.words += damaged.words.len() as u64;
    }

    /// Adds all candidates of a word, and the choice among them if there is one.
    fn push_span(
        &mut self,
        row: usize,
        right: Option<usize>,
        candidates: &[FormCandidate],
        channel_cost: &dyn Fn(&Candidate) -> i32,
    ) {
        let (start, count) = (self.candidates.len(), candidates.len());
        self.push_candidates(candidates, false, channel_cost);
        self.spans.push(Span { row, start, count });
        self.choices.extend(right.filter(|_| count > 1).map(|right| Choice { row, start, count, right }));
    }

    fn push_candidates(
        &mut self,
        candidates: &[FormCandidate],
        is_nameless: bool,
        channel_cost: &dyn Fn(&Candidate) -> i32,
    ) {
        for candidate in candidates {
            let mut features = candidate.features;
            if is_nameless {
                // Row 0 of the table is zero, so a feature set to 0 adds nothing to the sum.
                features[NAMING_CANDIDATE].fill(0);
            }
            self.candidates.push(features);
            #[expect(clippy::cast_possible_truncation, reason = "a few nats")]
            self.priors.push((-f64::from(channel_cost(&candidate.in_lattice)) / UNITS_PER_NAT) as f32);
        }
    }
}

/// The features of a word that are shown, and whether it is hidden.
fn shown(mut features: [u32; WORD_FEATURES], showing: Showing, rng: &mut ChaCha8Rng) -> ([u32; WORD_FEATURES], bool) {
    if showing == Showing::All {
        return (features, false);
    }
    // One draw decides both, so that a word is never hidden and nameless at once.
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
        self.labels.resize(self.features.len(), [None; HEADS]);
        self.marks.resize(self.features.len(), None);
        self.push_margin();
    }
}

impl Form {
    fn new(channel: Channel, word: &[u8], source: Source<'_>) -> Self {
        let candidate = |(candidate, letters, standing): (Candidate, Vec<u8>, [u8; 2])| FormCandidate {
            features: source.candidate_rows.of(candidate_features(&letters, standing)),
            letters: letters.into_boxed_slice(),
            in_lattice: candidate,
        };
        let candidates: Vec<FormCandidate> =
            source.repairer.candidates_of(channel, word).into_iter().map(candidate).collect();
        let letters = candidates.iter().map(|candidate| &*candidate.letters);
        Self { features: source.word_rows.of(word_features(word, letters)), candidates }
    }
}
