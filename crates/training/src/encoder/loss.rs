//! What the encoder is taught of every word, shown or hidden: a softmax over its candidates, and logistic questions after it. Of hidden
//! ones [`super::guess`] asks more.
//!
//! A candidate's score starts from the probability that the channel, under the writer's habit, makes the damaged word of it. The
//! network so learns what remains: how likely the word is here. Invariant: gradients are those of the loss that the tally adds up.

use super::batch::Batch;
use super::guess::GuessTally;
use super::layers::reset;
use super::network::{Activations, Gradients};
use super::table::Table;
use engine::encoder::{EMBEDDING, QUESTIONS};
use engine::matrix::dot;

/// What an answer counts beside a choice, per question.
const QUESTION_WEIGHTS: [f32; QUESTIONS] = [0.8, 0.45, 0.4];

/// A word that has several candidates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// Row of the batch.
    pub row: usize,
    /// Its first candidate in [`Batch::candidates`].
    pub start: usize,
    /// How many it has.
    pub count: usize,
    /// Which of them is right.
    pub right: usize,
}

/// How well a batch, or many, came out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub choices: u64,
    pub right: u64,
    /// Sum of the negative log-likelihood of the right candidates.
    pub surprise: f64,
    /// Of the hidden words.
    pub hidden: GuessTally,
    /// Per question: answered yes rightly, answered yes, wanted.
    pub answers: [[u64; 3]; QUESTIONS],
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.choices += other.choices;
        self.right += other.right;
        self.surprise += other.surprise;
        self.hidden.add(other.hidden);
        for (sums, counts) in self.answers.iter_mut().zip(other.answers) {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }

    /// The figures in one line.
    #[expect(clippy::cast_precision_loss, reason = "figures to read")]
    pub(super) fn describe(&self) -> String {
        let choices = self.choices.max(1) as f64;
        let f1 = |[hits, found, wanted]: [u64; 3]| 2.0 * hits as f64 / (found + wanted).max(1) as f64;
        let [end, number, clause] = self.answers.map(f1);
        let hidden = match self.hidden.guesses {
            0 => String::new(),
            guesses => format!("{:.3} nats a hidden word; ", self.hidden.surprise / guesses as f64),
        };
        format!(
            "{:.4} of {} choices right, {:.4} nats each; {hidden}F1 of sentence ends {end:.4}, of missing numbers {number:.4}, \
             of clause ends {clause:.4}",
            self.right as f64 / choices,
            self.choices,
            self.surprise / choices,
        )
    }
}

/// Fills the gradients of requests, answers and candidate embeddings (in the order of [`Batch::candidates`]), each counted with `weight`.
pub(super) fn learn(
    batch: &Batch,
    activations: &Activations,
    candidates: &Table,
    weight: f32,
    gradients: &mut Gradients,
    candidate_gradients: &mut Vec<f32>,
) -> Tally {
    let mut tally = Tally::default();
    reset(&mut gradients.request, activations.request.len());
    reset(candidate_gradients, batch.candidates.len() * EMBEDDING);
    let mut embeddings = Vec::new();
    let mut scores = Vec::new();
    for choice in &batch.choices {
        let request = &activations.request[choice.row * EMBEDDING..][..EMBEDDING];
        score(batch, choice, request, candidates, &mut embeddings, &mut scores);
        let best = (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        tally.choices += 1;
        tally.right += u64::from(best == Some(choice.right));
        tally.surprise -= f64::from(softmax(&mut scores, choice.right));
        let target = &mut gradients.request[choice.row * EMBEDDING..][..EMBEDDING];
        for (index, probability) in scores.iter().enumerate() {
            let gradient = weight * (probability - f32::from(u8::from(index == choice.right)));
            let embedding = &embeddings[index * EMBEDDING..][..EMBEDDING];
            let own = &mut candidate_gradients[(choice.start + index) * EMBEDDING..][..EMBEDDING];
            for i in 0..EMBEDDING {
                target[i] += gradient * embedding[i];
                own[i] = gradient * request[i];
            }
        }
    }
    answer(batch, activations, weight, gradients, &mut tally);
    tally
}

fn score(
    batch: &Batch,
    choice: &Choice,
    request: &[f32],
    candidates: &Table,
    embeddings: &mut Vec<f32>,
    scores: &mut Vec<f32>,
) {
    let range = choice.start..choice.start + choice.count;
    candidates.sums(&batch.candidates[range.clone()], embeddings);
    let embeddings = embeddings.chunks_exact(EMBEDDING).zip(&batch.priors[range]);
    scores.clear();
    scores.extend(embeddings.map(|(embedding, prior)| dot(embedding, request) + prior));
}

/// Scores as probabilities; returns the logarithm of the right one's.
pub(super) fn softmax(scores: &mut [f32], right: usize) -> f32 {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let right_score = scores[right] - most;
    for score in scores.iter_mut() {
        *score = libm::expf(*score - most);
    }
    let total: f32 = scores.iter().sum();
    for score in scores.iter_mut() {
        *score /= total;
    }
    right_score - libm::logf(total)
}

fn answer(batch: &Batch, activations: &Activations, weight: f32, gradients: &mut Gradients, tally: &mut Tally) {
    reset(&mut gradients.answers, activations.answers.len());
    for (row, answers) in batch.answers.iter().enumerate() {
        for (question, wanted) in answers.iter().enumerate() {
            let Some(wanted) = *wanted else { continue };
            let odds = activations.answers[row * QUESTIONS + question];
            let [hits, found, all] = &mut tally.answers[question];
            *hits += u64::from(wanted && odds > 0.0);
            *found += u64::from(odds > 0.0);
            *all += u64::from(wanted);
            let error = 1.0 / (1.0 + libm::expf(-odds)) - f32::from(u8::from(wanted));
            gradients.answers[row * QUESTIONS + question] = weight * QUESTION_WEIGHTS[question] * error;
        }
    }
}
