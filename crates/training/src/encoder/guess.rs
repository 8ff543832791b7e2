//! Guessing hidden words: some words of a batch are hidden whole, and the network learns to tell them from words of the same batch.
//!
//! Choices teach it only about words that the damage made ambiguous, and mostly the little that parts their candidates. Which word
//! stands somewhere says much more: what goes with what, and which ending agrees with which word, even where no letter was
//! lost. Candidates are scored here just as there, so both teach the same embeddings (a language model as a second task: Rei
//! 2017, arXiv:1704.07156).
//!
//! Invariant: a score means about the same here as in a choice, the logarithm of how likely the word is in its context. So the softmax
//! over sampled words corrects for how often each is in the corpus, and so sampled (Bengio & Senécal 2008; Jean et al. 2015,
//! arXiv:1412.2007). Two things keep it from being exact, and neither changed what choices come to: the right word is taken from the
//! sample once, however often it is there, so the commonest ones come out too high; and all of a batch's words are of the same few
//! articles, so of what an article is about, a guess says less than a choice. Words that nothing competes with mostly own no row, and
//! are guessed by their letters.

use super::layers::reset;
use super::loss::softmax;
use super::table::Table;
use super::vocabulary::Meant;
use engine::encoder::EMBEDDING;
use engine::encoder::features::CANDIDATE_FEATURES;
use engine::matrix::{Into, View, multiply};

/// What a guess counts beside a choice, which counts 1.
const WEIGHT: f32 = 0.3;

/// The hidden words of a batch, and the words among which each is to be found.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    /// Per word, the rows of embeddings that are summed.
    pub features: Vec<[u32; CANDIDATE_FEATURES]>,
    words: Vec<Meant>,
    hidden: Vec<Hidden>,
}

#[derive(Clone, Copy, Debug)]
struct Hidden {
    /// Row of the batch.
    row: usize,
    /// Which of the words it is.
    word: usize,
}

/// How well hidden words were guessed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GuessTally {
    pub guesses: u64,
    /// Sum of the negative log-likelihood of the right words among those sampled.
    pub surprise: f64,
}

impl Guesses {
    pub(super) fn clear(&mut self) {
        self.features.clear();
        self.words.clear();
        self.hidden.clear();
    }

    /// Adds a word among which the hidden ones are to be found; it may be one of them, hidden in a row.
    pub(super) fn push(&mut self, features: [u32; CANDIDATE_FEATURES], meant: Meant, hidden_in: Option<usize>) {
        self.hidden.extend(hidden_in.map(|row| Hidden { row, word: self.words.len() }));
        self.features.push(features);
        self.words.push(meant);
    }

    /// Adds the gradients of `requests` (rows × [`EMBEDDING`]), and fills those of the words' embeddings; each guess is counted
    /// with `weight` × [`WEIGHT`].
    pub(super) fn learn(
        &self,
        requests: &[f32],
        candidates: &Table,
        weight: f32,
        request_gradients: &mut [f32],
        word_gradients: &mut Vec<f32>,
    ) -> GuessTally {
        let mut embeddings = Vec::new();
        candidates.sums(&self.features, &mut embeddings);
        let row = |hidden: &Hidden| hidden.row * EMBEDDING..(hidden.row + 1) * EMBEDDING;
        let asked: Vec<f32> = self.hidden.iter().flat_map(|hidden| &requests[row(hidden)]).copied().collect();
        let asked = View::new(&asked, self.hidden.len(), EMBEDDING);
        let embeddings = View::new(&embeddings, self.words.len(), EMBEDDING);
        let mut scores = vec![0.0; self.hidden.len() * self.words.len()];
        multiply(&mut scores, Into::Fresh, asked, embeddings.transposed());
        let tally = self.score(weight, &mut scores);
        let scores = View::new(&scores, self.hidden.len(), self.words.len());
        let mut gradients = vec![0.0; self.hidden.len() * EMBEDDING];
        multiply(&mut gradients, Into::Fresh, scores, embeddings);
        for (hidden, gradient) in self.hidden.iter().zip(gradients.chunks_exact(EMBEDDING)) {
            request_gradients[row(hidden)].iter_mut().zip(gradient).for_each(|(sum, gradient)| *sum += gradient);
        }
        reset(word_gradients, self.words.len() * EMBEDDING);
        multiply(word_gradients, Into::Fresh, scores.transposed(), asked);
        tally
    }

    /// Whether two words are the same, or told apart by nothing: neither is a wrong guess for the other.
    fn are_twins(&self, one: usize, other: usize) -> bool {
        self.words[one].symbol == self.words[other].symbol || self.features[one] == self.features[other]
    }

    /// Turns scores (hidden × words) into their gradients.
    fn score(&self, weight: f32, scores: &mut [f32]) -> GuessTally {
        let mut tally = GuessTally::default();
        if self.words.is_empty() {
            return tally;
        }
        for (hidden, scores) in self.hidden.iter().zip(scores.chunks_exact_mut(self.words.len())) {
            for (index, (score, word)) in scores.iter_mut().zip(&self.words).enumerate() {
                let is_twin = index != hidden.word && self.are_twins(index, hidden.word);
                *score = if is_twin { f32::NEG_INFINITY } else { *score - word.log_count };
            }
            tally.guesses += 1;
            tally.surprise -= f64::from(softmax(scores, hidden.word));
            scores[hidden.word] -= 1.0;
            for score in scores.iter_mut() {
                *score *= weight * WEIGHT;
            }
        }
        tally
    }
}

impl GuessTally {
    pub(super) fn add(&mut self, other: Self) {
        self.guesses += other.guesses;
        self.surprise += other.surprise;
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::noise::article_rng;

    /// Four words of one feature each, the first and third the same; rows 1 and 2 hide the first and the second.
    fn case() -> (Guesses, Table, Vec<f32>) {
        let mut guesses = Guesses::default();
        let words = [(1, 7, 0.0, Some(1)), (2, 8, 0.0, Some(2)), (1, 7, 0.0, None), (3, 9, 0.5, None)];
        for (feature, symbol, log_count, hidden_in) in words {
            guesses.push([feature, 0, 0, 0, 0, 0, 0], Meant { symbol, log_count }, hidden_in);
        }
        let mut rng = article_rng(6, 0);
        let table = Table::initial(4, &mut rng);
        let requests = (0..3 * EMBEDDING).map(|_| rng.random_range(-1.0..1.0)).collect();
        (guesses, table, requests)
    }

    fn surprise(guesses: &Guesses, table: &Table, requests: &[f32]) -> f64 {
        guesses.learn(requests, table, 1.0, &mut vec![0.0; requests.len()], &mut Vec::new()).surprise
    }

    #[test]
    fn gradients_are_slopes() {
        const MOVE: f32 = 1e-2;
        let (guesses, table, requests) = case();
        let (mut to_requests, mut to_words) = (vec![0.0; requests.len()], Vec::new());
        let tally = guesses.learn(&requests, &table, 1.0, &mut to_requests, &mut to_words);
        assert_eq!(tally.guesses, 2);
        let slope = |moved: &dyn Fn(f32) -> f64| (moved(MOVE) - moved(-MOVE)) / f64::from(2.0 * MOVE) * f64::from(WEIGHT);
        for index in [EMBEDDING + 3, 2 * EMBEDDING + 60] {
            let moved = |by: f32| {
                let mut requests = requests.clone();
                requests[index] += by;
                surprise(&guesses, &table, &requests)
            };
            let (slope, gradient) = (slope(&moved), f64::from(to_requests[index]));
            assert!((slope - gradient).abs() < 1e-4, "request {index}: slope {slope}, gradient {gradient}");
        }
        // The first and the third word share row 1 of the table.
        for (row, words) in [(1, vec![0, 2]), (2, vec![1]), (3, vec![3])] {
            let moved = |by: f32| {
                let mut table = table.clone();
                table.weights[row * EMBEDDING + 5] += by;
                surprise(&guesses, &table, &requests)
            };
            let gradient: f64 = words.iter().map(|word| f64::from(to_words[word * EMBEDDING + 5])).sum();
            let slope = slope(&moved);
            assert!((slope - gradient).abs() < 1e-4, "row {row}: slope {slope}, gradient {gradient}");
        }
    }

    #[test]
    fn common_words_have_no_head_start() {
        let (mut guesses, table, requests) = case();
        let before = surprise(&guesses, &table, &requests);
        guesses.words[3].log_count += 2.0;
        assert!(surprise(&guesses, &table, &requests) < before, "a wrong word that is sampled more often counts less");
    }

    #[test]
    fn only_how_often_words_are_beside_each_other_counts() {
        let (mut guesses, table, requests) = case();
        let before = surprise(&guesses, &table, &requests);
        guesses.words.iter_mut().for_each(|word| word.log_count += 3.0);
        let after = surprise(&guesses, &table, &requests);
        assert!((after - before).abs() < 1e-5, "from {before} to {after}");
    }

    #[test]
    fn the_same_word_elsewhere_is_not_a_wrong_one() {
        let same_word = |guesses: &mut Guesses| guesses.features[2] = [3, 0, 0, 0, 0, 0, 0];
        let same_looks = |guesses: &mut Guesses| guesses.words[2].symbol = 10;
        for part_them in [same_word, same_looks] {
            let (mut guesses, table, requests) = case();
            guesses.hidden.truncate(1);
            part_them(&mut guesses);
            let before = surprise(&guesses, &table, &requests);
            guesses.words[2].log_count -= 5.0;
            assert_eq!(surprise(&guesses, &table, &requests).to_bits(), before.to_bits(), "however much it counts");
            same_word(&mut guesses);
            guesses.words[2].symbol = 10;
            assert!(surprise(&guesses, &table, &requests) > before, "a word that is neither is a wrong one");
        }
    }

    #[test]
    fn a_batch_that_hides_nothing_teaches_nothing() {
        let (mut guesses, table, requests) = case();
        guesses.hidden.clear();
        let (mut to_requests, mut to_words) = (vec![0.0; requests.len()], Vec::new());
        let tally = guesses.learn(&requests, &table, 1.0, &mut to_requests, &mut to_words);
        assert_eq!(tally.guesses, 0);
        assert_eq!((to_requests, to_words), (vec![0.0; requests.len()], vec![0.0; 4 * EMBEDDING]));
    }
}
