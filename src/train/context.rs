//! Fitting the context scorer: a softmax over the candidates of each word, on damaged articles.
//!
//! The score of a candidate starts from its prior (how frequent the word is, how usual its damage), so the features learn what
//! context adds. A word takes part where it has a choice and the right form is among its candidates.

use rayon::prelude::*;

use super::boundary::HELD_OUT;
use super::corpus::Corpus;
use super::linear::{FeatureSelection, Fit};
use super::noise::{article_rng, damage};
use crate::linear::WeightTable;
use crate::progress::Progress;
use crate::repair::Repairer;
use crate::repair::candidates::{Derivation, Proposal};
use crate::repair::channel::Channel;
use crate::repair::context::{CandidateShape, NeighbourShape, features_at};
use crate::repair::habit::{Habit, UNITS_PER_NAT};
use crate::repair::lexicon::WordId;

/// Version of this stage of training: raised whenever it would learn something else from equal input.
pub(super) const VERSION: u32 = 2;

/// Passes over the corpus.
const EPOCHS: u32 = 2;
/// Step size in the first epoch.
const STEP: f32 = 0.2;
/// Buckets of the weights, as a power of two.
const BUCKET_BITS: u32 = 22;
/// A candidate answered with less doubt than this teaches nothing.
const LEAST_GRADIENT: f32 = 1e-3;
/// Articles damaged together.
const BATCH: usize = 4096;

/// A damaged article with the choices in it.
struct Example {
    neighbours: Vec<NeighbourShape>,
    choices: Vec<Choice>,
    candidates: Vec<(WordId, f32)>,
}

/// A word that has several candidates.
struct Choice {
    slot: u32,
    /// Where its candidates begin in [`Example::candidates`], and how many there are.
    start: u32,
    count: u8,
    /// Which of them is right.
    right: u8,
}

/// Fits the model to the corpus; the candidates and priors are those of `repairer`.
pub(super) fn fit(corpus: &Corpus, repairer: &Repairer, seed: u64, progress: Progress) -> WeightTable<1> {
    let examples = examples(corpus, repairer, seed, progress);
    let lexicon = repairer.candidates().lexicon();
    let shapes: Vec<CandidateShape> = lexicon.words().map(CandidateShape::new).collect();
    progress.message("choosing the context scorer's features");
    let mut selection = FeatureSelection::new(BUCKET_BITS);
    each_candidate(&examples, |example, slot, word| {
        selection.count(features_at(&example.neighbours, slot, shapes[word as usize]));
    });
    each_candidate(&examples, |example, slot, word| {
        selection.assign(features_at(&example.neighbours, slot, shapes[word as usize]));
    });
    let mut softmax = Softmax { fit: selection.finish(), shapes, buckets: Vec::new(), ends: Vec::new(), scores: Vec::new() };
    for epoch in 0..EPOCHS {
        let mut stage = progress.stage("context", "articles", examples.len() as u64);
        #[expect(clippy::cast_precision_loss, reason = "a handful of epochs")]
        let step = STEP / (1.0 + epoch as f32);
        for (number, batch) in examples.chunks(BATCH).enumerate() {
            let trained = batch.iter().enumerate().filter(|(index, _)| !(number * BATCH + index).is_multiple_of(HELD_OUT));
            for (_, example) in trained {
                example.choices.iter().for_each(|choice| softmax.learn(example, choice, step));
            }
            stage.advance(batch.len() as u64, words_of(batch));
        }
        stage.finish();
    }
    softmax.report_held_out(&examples, progress);
    softmax.fit.quantise()
}

fn words_of(examples: &[Example]) -> u64 {
    examples.iter().map(|example| example.neighbours.len() as u64).sum()
}

fn each_candidate(examples: &[Example], mut each: impl FnMut(&Example, usize, WordId)) {
    for example in examples {
        for choice in &example.choices {
            for (word, _) in example.candidates_of(choice) {
                each(example, choice.slot as usize, *word);
            }
        }
    }
}

impl Example {
    fn candidates_of(&self, choice: &Choice) -> &[(WordId, f32)] {
        &self.candidates[choice.start as usize..][..usize::from(choice.count)]
    }
}

fn examples(corpus: &Corpus, repairer: &Repairer, seed: u64, progress: Progress) -> Vec<Example> {
    let articles: Vec<_> = corpus.articles().collect();
    let mut stage = progress.stage("damage", "articles", articles.len() as u64);
    let mut examples = Vec::with_capacity(articles.len());
    for batch in articles.chunks(BATCH) {
        let first = examples.len();
        let made = batch.par_iter().enumerate().map(|(index, article)| {
            let mut rng = article_rng(seed, (first + index) as u64);
            let damaged = damage(article, &corpus.words, &mut rng);
            let mut example = Example {
                neighbours: damaged.words.iter().map(|word| NeighbourShape::new(word)).collect(),
                choices: Vec::new(),
                candidates: Vec::new(),
            };
            for (slot, (word, symbol)) in damaged.words.iter().zip(&damaged.symbols).enumerate() {
                example.add(slot, word, &corpus.words[*symbol as usize], repairer);
            }
            example
        });
        examples.extend(made.collect::<Vec<_>>());
        stage.advance(batch.len() as u64, words_of(&examples[first..]));
    }
    stage.finish();
    examples
}

impl Example {
    fn add(&mut self, slot: usize, damaged: &[u8], gold: &[u8], repairer: &Repairer) {
        let candidates = repairer.candidates();
        let mut found = candidates.propose(Channel::Stripped, damaged);
        found.retain(|proposal| matches!(proposal.derivation, Derivation::Whole | Derivation::Proclitic));
        let is_gold = |p: &Proposal| candidates.letters(p) == gold;
        let Some(right) = found.iter().position(is_gold).filter(|_| found.len() > 1) else { return };
        let average = Habit::average();
        let start = self.candidates.len();
        #[expect(clippy::cast_possible_truncation, reason = "a few nats")]
        let prior = |cost: i32| (-f64::from(cost) / UNITS_PER_NAT) as f32;
        self.candidates.extend(found.iter().map(|p| (p.word, prior(repairer.prior(p.word) + average.cost(&p.traces)))));
        let small = |number: usize| u8::try_from(number).expect("few candidates");
        let place = |number: usize| u32::try_from(number).expect("articles are below 2^32 words");
        self.choices.push(Choice { slot: place(slot), start: place(start), count: small(found.len()), right: small(right) });
    }
}

/// The scores of one word's candidates while they are fitted.
struct Softmax {
    fit: Fit<1>,
    shapes: Vec<CandidateShape>,
    buckets: Vec<usize>,
    /// Where each candidate's buckets end.
    ends: Vec<usize>,
    scores: Vec<f32>,
}

impl Softmax {
    /// Tells how often the right candidate has the highest score in the articles that the scorer was not trained on.
    fn report_held_out(&mut self, examples: &[Example], progress: Progress) {
        let (mut right, mut all) = (0_u32, 0_u32);
        for example in examples.iter().step_by(HELD_OUT) {
            for choice in &example.choices {
                self.score(example, choice);
                let best = (0..self.scores.len()).max_by(|a, b| self.scores[*a].total_cmp(&self.scores[*b]));
                right += u32::from(best == Some(usize::from(choice.right)));
                all += 1;
            }
        }
        let share = f64::from(right) / f64::from(all.max(1));
        progress.message(&format!("on articles held out: {share:.4} of {all} choices right, without the language model"));
    }

    /// Scores the candidates of a word, and finds the buckets that speak for each.
    fn score(&mut self, example: &Example, choice: &Choice) {
        self.buckets.clear();
        self.ends.clear();
        self.scores.clear();
        for (word, prior) in example.candidates_of(choice) {
            let start = self.buckets.len();
            let features = features_at(&example.neighbours, choice.slot as usize, self.shapes[*word as usize]);
            self.fit.buckets(features, &mut self.buckets);
            self.ends.push(self.buckets.len());
            self.scores.push(prior + self.fit.sum(0, &self.buckets[start..]));
        }
    }

    fn learn(&mut self, example: &Example, choice: &Choice, step: f32) {
        self.score(example, choice);
        let most = self.scores.iter().copied().fold(f32::MIN, f32::max);
        self.scores.iter_mut().for_each(|score| *score = libm::expf(*score - most));
        let total: f32 = self.scores.iter().sum();
        let mut start = 0;
        for (index, end) in self.ends.iter().enumerate() {
            let wanted = f32::from(u8::from(index == usize::from(choice.right)));
            let gradient = self.scores[index] / total - wanted;
            if gradient.abs() >= LEAST_GRADIENT {
                self.fit.update(0, &self.buckets[start..*end], gradient, step);
            }
            start = *end;
        }
    }
}
