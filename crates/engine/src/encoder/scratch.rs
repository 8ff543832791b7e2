//! The encoder's memory, which holds the results for the last article.

use super::layers::{Products, Rows};
use super::shape::OUTPUTS;

/// Memory that one worker reuses between articles, and the encoder's results for the last one.
#[derive(Debug, Default)]
pub struct EncoderScratch {
    pub(super) trunk: Rows,
    pub(super) branch: Rows,
    pub(super) second: Rows,
    /// Words × the trunk's width: its last rows, kept for the second pass.
    pub(super) trunk_rows: Vec<i16>,
    /// Words × [`super::shape::EMBEDDING`]: the mean of the candidates' embeddings, for the second pass.
    pub(super) expected: Vec<f32>,
    /// Per word, what the first pass predicts for the boundary after it, as the second pass reads it.
    pub(super) boundaries: Vec<f32>,
    pub(super) integers: Vec<i16>,
    pub(super) products: Products,
    /// What the mean of the article adds: to the columns of block [`super::shape::CONTEXT_BLOCK`], then to the rows of the second pass.
    pub(super) context: Vec<f32>,
    /// Words × [`super::shape::EMBEDDING`]: the vector that each word's context is looking for.
    pub(super) queries: Vec<f32>,
    /// What the heads predict after each word: log-odds of a sentence end, a missing number and a clause end, then a score for
    /// each punctuation mark.
    pub(super) logits: Vec<[f32; OUTPUTS]>,
    pub(super) embedding: Vec<f32>,
}

impl EncoderScratch {
    /// Per word, the log-odds of a sentence end, a missing number and a clause end after it; then the score of each
    /// [`PunctuationMark`](crate::arabic::PunctuationMark), whose softmax is its probability. All these scores are 0 if the model has none.
    #[must_use]
    pub fn logits(&self) -> &[[f32; OUTPUTS]] {
        &self.logits
    }
}
