//! The loss of every word, shown or hidden: a softmax over its candidates, and at the boundary after it a logistic loss for each
//! head and a softmax over the punctuation marks. Hidden words have a loss of their own ([`super::guess`]).
//!
//! A candidate's score starts from the log-probability that the channel, under the writer's typing profile, turns it into the
//! damaged word. So the network learns only what remains: how probable the word is here. Invariant: gradients are those of
//! the loss that the tally sums.

use super::batch::{Batch, Choice};
use super::layers::{reset, softmax};
use super::network::{Activations, Gradients};
use super::table::Table;
use super::tally::Tally;
use engine::encoder::{EMBEDDING, HEADS, MARKS, OUTPUTS};
use engine::matrix::dot;

/// Weight of each head's loss; a choice has weight 1.
const HEAD_WEIGHTS: [f32; HEADS] = [0.8, 0.45, 0.2];
/// Weight of the loss of punctuation marks.
const MARK_WEIGHT: f32 = 0.5;

/// Fills the gradients of queries, logits and candidate embeddings (in the order of [`Batch::candidates`]), each weighted by
/// `weight`.
pub(super) fn learn(
    batch: &Batch,
    activations: &Activations,
    candidates: &Table,
    weight: f32,
    gradients: &mut Gradients,
    candidate_gradients: &mut Vec<f32>,
) -> Tally {
    let mut tally = Tally::default();
    reset(&mut gradients.query, activations.query.len());
    reset(candidate_gradients, batch.candidates.len() * EMBEDDING);
    let mut embeddings = Vec::new();
    let mut scores = Vec::new();
    for choice in &batch.choices {
        let query = &activations.query[choice.row * EMBEDDING..][..EMBEDDING];
        score(batch, choice, query, candidates, &mut embeddings, &mut scores);
        // The scores are probabilities from here on.
        tally.count(&mut scores, choice.right);
        let target = &mut gradients.query[choice.row * EMBEDDING..][..EMBEDDING];
        for (index, probability) in scores.iter().enumerate() {
            let gradient = weight * (probability - f32::from(u8::from(index == choice.right)));
            let embedding = &embeddings[index * EMBEDDING..][..EMBEDDING];
            let own = &mut candidate_gradients[(choice.start + index) * EMBEDDING..][..EMBEDDING];
            for i in 0..EMBEDDING {
                target[i] += gradient * embedding[i];
                // Set, not added: a candidate belongs to one choice. The query collects from all of its candidates.
                own[i] = gradient * query[i];
            }
        }
    }
    learn_boundaries(batch, &activations.logits, weight, &mut gradients.logits, &mut tally);
    tally
}

fn score(
    batch: &Batch,
    choice: &Choice,
    query: &[f32],
    candidates: &Table,
    embeddings: &mut Vec<f32>,
    scores: &mut Vec<f32>,
) {
    let range = choice.start..choice.start + choice.count;
    candidates.sums(&batch.candidates[range.clone()], embeddings);
    let embeddings = embeddings.chunks_exact(EMBEDDING).zip(&batch.priors[range]);
    scores.clear();
    scores.extend(embeddings.map(|(embedding, prior)| dot(embedding, query) + prior));
}

/// Fills the gradients of the logits for boundaries.
pub(super) fn learn_boundaries(batch: &Batch, logits: &[f32], weight: f32, gradients: &mut Vec<f32>, tally: &mut Tally) {
    reset(gradients, logits.len());
    learn_heads(batch, logits, weight, gradients, tally);
    learn_marks(batch, logits, weight, gradients, tally);
}

fn learn_heads(batch: &Batch, logits: &[f32], weight: f32, gradients: &mut [f32], tally: &mut Tally) {
    for (row, labels) in batch.labels.iter().enumerate() {
        for (head, wanted) in labels.iter().enumerate() {
            let Some(wanted) = *wanted else { continue };
            let logit = logits[row * OUTPUTS + head];
            let [hits, found, all] = &mut tally.heads[head];
            // Log-odds above 0 are a probability above one half.
            *hits += u64::from(wanted && logit > 0.0);
            *found += u64::from(logit > 0.0);
            *all += u64::from(wanted);
            let error = 1.0 / (1.0 + libm::expf(-logit)) - f32::from(u8::from(wanted));
            gradients[row * OUTPUTS + head] = weight * HEAD_WEIGHTS[head] * error;
        }
    }
}

fn learn_marks(batch: &Batch, logits: &[f32], weight: f32, gradients: &mut [f32], tally: &mut Tally) {
    for (row, wanted) in batch.marks.iter().enumerate() {
        let Some(wanted) = wanted.map(|mark| mark as usize) else { continue };
        let start = row * OUTPUTS + HEADS;
        let mut scores: [f32; MARKS] = std::array::from_fn(|mark| logits[start + mark]);
        let best = (0..MARKS).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or_default();
        tally.marks[wanted][0] += u64::from(best == wanted);
        tally.marks[best][1] += 1;
        tally.marks[wanted][2] += 1;
        tally.marks_known += 1;
        tally.mark_nll -= f64::from(softmax(&mut scores, wanted));
        for (mark, probability) in scores.into_iter().enumerate() {
            let error = probability - f32::from(u8::from(mark == wanted));
            gradients[start + mark] = weight * MARK_WEIGHT * error;
        }
    }
}

/// The loss of the boundaries whose gradients [`learn_boundaries`] fills.
#[cfg(test)]
pub(super) fn boundary_loss(batch: &Batch, logits: &[f32]) -> f64 {
    let mut loss = 0.0;
    for (row, (labels, mark)) in batch.labels.iter().zip(&batch.marks).enumerate() {
        let logits = &logits[row * OUTPUTS..][..OUTPUTS];
        for ((wanted, weight), logit) in labels.iter().zip(HEAD_WEIGHTS).zip(logits) {
            let Some(wanted) = wanted else { continue };
            let against = f64::from(if *wanted { -logit } else { *logit });
            loss += f64::from(weight) * libm::log1p(libm::exp(against));
        }
        if let Some(mark) = mark {
            loss -= f64::from(MARK_WEIGHT) * f64::from(softmax(&mut logits[HEADS..].to_vec(), *mark as usize));
        }
    }
    loss
}
