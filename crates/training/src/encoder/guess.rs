//! The loss of hidden words: some words of a batch are hidden whole (masked), and the network learns to tell each from the
//! other words of the batch.
//!
//! Choices teach it only about words that the damage made ambiguous, and mostly the little that distinguishes their
//! candidates. Which word stands somewhere says much more: which words go together, and which ending agrees with which word,
//! even if no letter was lost. Candidates are scored as in choices, so both losses train the same embeddings (a language
//! model as an auxiliary task: Rei 2017, arXiv:1704.07156).
//!
//! Invariant: a score means about the same here as in a choice, the log-probability of the word in its context. So the
//! sampled softmax corrects for how often each word is in the corpus and therefore in the sample (Bengio & Senécal 2008;
//! Jean et al. 2015, arXiv:1412.2007). Two things keep it from being exact, and neither changed the accuracy of choices: the
//! right word counts once, however often it was sampled, so the commonest words score too high; and all words of a batch come
//! from the same few articles, so a guess teaches less about an article's subject than a choice. Words without competing
//! candidates mostly own no embedding row, and are guessed by their letters.

use super::batch::{Guesses, Hidden};
use super::layers::{reset, softmax};
use super::table::Table;
use super::tally::GuessTally;
use engine::encoder::EMBEDDING;
use engine::matrix::{Output, View, multiply};

/// Weight of a guess; a choice has weight 1.
const WEIGHT: f32 = 0.3;

impl Guesses {
    /// Adds to the gradients of `queries` (rows × [`EMBEDDING`]) and fills those of the words' embeddings (words ×
    /// [`EMBEDDING`]), each guess weighted by `weight` × [`WEIGHT`].
    pub(super) fn learn(
        &self,
        queries: &[f32],
        candidates: &Table,
        weight: f32,
        query_gradients: &mut [f32],
        word_gradients: &mut Vec<f32>,
    ) -> GuessTally {
        let mut embeddings = Vec::new();
        candidates.sums(&self.features, &mut embeddings);
        let row = |hidden: &Hidden| hidden.row * EMBEDDING..(hidden.row + 1) * EMBEDDING;
        // Gathered into one block, so that all scores come from a single matrix product.
        let asked: Vec<f32> = self.hidden.iter().flat_map(|hidden| &queries[row(hidden)]).copied().collect();
        let asked = View::new(&asked, self.hidden.len(), EMBEDDING);
        let embeddings = View::new(&embeddings, self.words.len(), EMBEDDING);
        let mut scores = vec![0.0; self.hidden.len() * self.words.len()];
        multiply(&mut scores, Output::Replace, asked, embeddings.transposed());
        let tally = self.score(weight, &mut scores);
        let scores = View::new(&scores, self.hidden.len(), self.words.len());
        let mut gradients = vec![0.0; self.hidden.len() * EMBEDDING];
        multiply(&mut gradients, Output::Replace, scores, embeddings);
        for (hidden, gradient) in self.hidden.iter().zip(gradients.chunks_exact(EMBEDDING)) {
            query_gradients[row(hidden)].iter_mut().zip(gradient).for_each(|(sum, gradient)| *sum += gradient);
        }
        reset(word_gradients, self.words.len() * EMBEDDING);
        multiply(word_gradients, Output::Replace, scores.transposed(), asked);
        tally
    }

    /// Whether two words are the same or look the same to the network: then neither is a wrong guess for the other.
    fn are_twins(&self, one: usize, other: usize) -> bool {
        self.words[one].symbol == self.words[other].symbol || self.features[one] == self.features[other]
    }

    /// Turns scores (hidden × words) into their gradients, softmax minus one-hot.
    fn score(&self, weight: f32, scores: &mut [f32]) -> GuessTally {
        let mut tally = GuessTally::default();
        // Chunks of length zero would panic below.
        if self.words.is_empty() {
            return tally;
        }
        for (hidden, scores) in self.hidden.iter().zip(scores.chunks_exact_mut(self.words.len())) {
            for (index, (score, word)) in scores.iter_mut().zip(&self.words).enumerate() {
                let is_twin = index != hidden.word && self.are_twins(index, hidden.word);
                *score = if is_twin { f32::NEG_INFINITY } else { *score - word.log_count };
            }
            tally.guesses += 1;
            tally.nll -= f64::from(softmax(scores, hidden.word));
            // A twin had the score minus infinity and so has probability 0: it gets no gradient either.
            scores[hidden.word] -= 1.0;
            for score in scores.iter_mut() {
                *score *= weight * WEIGHT;
            }
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::encoder::vocabulary::Meant;
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
        let queries = (0..3 * EMBEDDING).map(|_| rng.random_range(-1.0..1.0)).collect();
        (guesses, table, queries)
    }

    fn nll(guesses: &Guesses, table: &Table, queries: &[f32]) -> f64 {
        guesses.learn(queries, table, 1.0, &mut vec![0.0; queries.len()], &mut Vec::new()).nll
    }

    #[test]
    fn gradients_are_slopes() {
        const MOVE: f32 = 1e-2;
        let (guesses, table, queries) = case();
        let (mut to_queries, mut to_words) = (vec![0.0; queries.len()], Vec::new());
        let tally = guesses.learn(&queries, &table, 1.0, &mut to_queries, &mut to_words);
        assert_eq!(tally.guesses, 2);
        let slope = |moved: &dyn Fn(f32) -> f64| (moved(MOVE) - moved(-MOVE)) / f64::from(2.0 * MOVE) * f64::from(WEIGHT);
        for index in [EMBEDDING + 3, 2 * EMBEDDING + 60] {
            let moved = |by: f32| {
                let mut queries = queries.clone();
                queries[index] += by;
                nll(&guesses, &table, &queries)
            };
            let (slope, gradient) = (slope(&moved), f64::from(to_queries[index]));
            assert!((slope - gradient).abs() < 1e-4, "query {index}: slope {slope}, gradient {gradient}");
        }
        // The first and the third word share row 1 of the table.
        for (row, words) in [(1, vec![0, 2]), (2, vec![1]), (3, vec![3])] {
            let moved = |by: f32| {
                let mut table = table.clone();
                table.weights[row * EMBEDDING + 5] += by;
                nll(&guesses, &table, &queries)
            };
            let gradient: f64 = words.iter().map(|word| f64::from(to_words[word * EMBEDDING + 5])).sum();
            let slope = slope(&moved);
            assert!((slope - gradient).abs() < 1e-4, "row {row}: slope {slope}, gradient {gradient}");
        }
    }

    #[test]
    fn common_words_have_no_head_start() {
        let (mut guesses, table, queries) = case();
        let before = nll(&guesses, &table, &queries);
        guesses.words[3].log_count += 2.0;
        assert!(nll(&guesses, &table, &queries) < before, "a wrong word that is sampled more often counts less");
    }

    #[test]
    fn only_how_often_words_are_beside_each_other_counts() {
        let (mut guesses, table, queries) = case();
        let before = nll(&guesses, &table, &queries);
        guesses.words.iter_mut().for_each(|word| word.log_count += 3.0);
        let after = nll(&guesses, &table, &queries);
        assert!((after - before).abs() < 1e-5, "from {before} to {after}");
    }

    #[test]
    fn the_same_word_elsewhere_is_not_a_wrong_one() {
        let same_word = |guesses: &mut Guesses| guesses.features[2] = [3, 0, 0, 0, 0, 0, 0];
        let same_looks = |guesses: &mut Guesses| guesses.words[2].symbol = 10;
        for distinguish in [same_word, same_looks] {
            let (mut guesses, table, queries) = case();
            guesses.hidden.truncate(1);
            distinguish(&mut guesses);
            let before = nll(&guesses, &table, &queries);
            guesses.words[2].log_count -= 5.0;
            assert_eq!(nll(&guesses, &table, &queries).to_bits(), before.to_bits(), "however much it counts");
            same_word(&mut guesses);
            guesses.words[2].symbol = 10;
            assert!(nll(&guesses, &table, &queries) > before, "a word that is neither is a wrong one");
        }
    }

    #[test]
    fn a_batch_that_hides_nothing_teaches_nothing() {
        let (mut guesses, table, queries) = case();
        guesses.hidden.clear();
        let (mut to_queries, mut to_words) = (vec![0.0; queries.len()], Vec::new());
        let tally = guesses.learn(&queries, &table, 1.0, &mut to_queries, &mut to_words);
        assert_eq!(tally.guesses, 0);
        assert_eq!((to_queries, to_words), (vec![0.0; queries.len()], vec![0.0; 4 * EMBEDDING]));
    }
}
