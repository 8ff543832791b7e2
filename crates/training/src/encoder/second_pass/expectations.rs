//! What the first pass expects each word of a batch to be: the mean of its candidates' embeddings, weighted by their probabilities.

use crate::encoder::batch::Batch;
use crate::encoder::layers::{reset, softmax};
use crate::encoder::table::Table;
use engine::encoder::EMBEDDING;
use engine::encoder::features::CANDIDATE_FEATURES;
use engine::matrix::dot;

#[derive(Debug, Default)]
pub(super) struct Expectations {
    /// Embeddings of all candidates of a batch.
    pub embeddings: Vec<f32>,
    /// The score of each under the first pass.
    pub scores: Vec<f32>,
    /// Rows × [`EMBEDDING`].
    pub means: Vec<f32>,
}

impl Expectations {
    /// Fills them, given the queries of the first pass.
    pub(super) fn fill(&mut self, batch: &Batch, queries: &[f32], candidates: &Table) {
        candidates.sums::<CANDIDATE_FEATURES>(&batch.candidates, &mut self.embeddings);
        self.scores.clear();
        self.scores.extend_from_slice(&batch.priors);
        reset(&mut self.means, batch.rows() * EMBEDDING);
        let mut shares = Vec::new();
        for span in &batch.spans {
            let row = span.row * EMBEDDING..(span.row + 1) * EMBEDDING;
            let embeddings = || self.embeddings[span.start * EMBEDDING..].chunks_exact(EMBEDDING).take(span.count);
            let scores = &mut self.scores[span.start..span.start + span.count];
            let query = &queries[row.clone()];
            scores.iter_mut().zip(embeddings()).for_each(|(score, embedding)| *score += dot(embedding, query));
            shares.clear();
            shares.extend_from_slice(scores);
            softmax(&mut shares, 0);
            let mean = &mut self.means[row];
            for (share, embedding) in shares.iter().zip(embeddings()) {
                mean.iter_mut().zip(embedding).for_each(|(cell, number)| *cell += share * number);
            }
        }
    }
}
