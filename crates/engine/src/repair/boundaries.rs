//! What the encoder predicts for the boundary after each token: a sentence end, a missing number, a clause end, a
//! punctuation mark.
//!
//! Splitting decides with these; repair only carries them, because the encoder has read the article here.

use serde::{Deserialize, Serialize};

use crate::document::Token;
use crate::encoder::{MARKS, OUTPUTS};

/// The encoder's log-odds and scores for the boundary after a token, rounded to [`BoundaryLogits::UNIT`].
///
/// Rounding makes them two bytes each in the cache, and the same whether they come from the encoder or from the cache.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "[i16; OUTPUTS]", from = "[i16; OUTPUTS]")]
pub struct BoundaryLogits {
    /// A sentence ends here.
    pub sentence_end: f32,
    /// A number was deleted here.
    pub missing_number: f32,
    /// A clause ends here: the writer put a comma, a colon or the like, if not a mark that ends the sentence.
    pub clause_end: f32,
    /// The score of each [`PunctuationMark`](crate::arabic::PunctuationMark); their softmax is how probable each is here. All are 0 if nothing is known
    /// of marks.
    pub marks: [f32; MARKS],
}

impl BoundaryLogits {
    /// The logits of a boundary that the encoder did not judge: everything is improbable (0.03 %).
    pub const UNLIKELY: Self = Self { sentence_end: -8.0, missing_number: -8.0, clause_end: -8.0, marks: [0.0; MARKS] };
    /// The step that log-odds are rounded to: at most 0.002 of a probability.
    pub const UNIT: f32 = 1.0 / 128.0;

    /// What the encoder predicts after a word, rounded.
    #[must_use]
    pub fn new(outputs: &[f32; OUTPUTS]) -> Self {
        Self::from(outputs.map(units))
    }

    /// The probability of each [`PunctuationMark`](crate::arabic::PunctuationMark); `None` if nothing is known of marks.
    #[must_use]
    pub fn mark_probabilities(&self) -> Option<[f64; MARKS]> {
        if self.marks.iter().all(|score| *score == 0.0) {
            return None;
        }
        let most = self.marks.iter().copied().fold(f32::MIN, f32::max);
        let weights = self.marks.map(|score| libm::exp(f64::from(score - most)));
        let total: f64 = weights.iter().sum();
        Some(weights.map(|weight| weight / total))
    }
}

/// A number in steps of [`BoundaryLogits::UNIT`].
#[expect(clippy::cast_possible_truncation, reason = "a conversion that saturates, far beyond any log-odds")]
fn units(log_odds: f32) -> i16 {
    libm::rintf(log_odds / BoundaryLogits::UNIT) as i16
}

impl From<BoundaryLogits> for [i16; OUTPUTS] {
    fn from(logits: BoundaryLogits) -> Self {
        let BoundaryLogits { sentence_end, missing_number, clause_end, marks } = logits;
        let mut outputs = [0; OUTPUTS];
        let all = [sentence_end, missing_number, clause_end].into_iter().chain(marks);
        outputs.iter_mut().zip(all).for_each(|(output, number)| *output = units(number));
        outputs
    }
}

impl From<[i16; OUTPUTS]> for BoundaryLogits {
    fn from(outputs: [i16; OUTPUTS]) -> Self {
        let [sentence_end, missing_number, clause_end, marks @ ..] = outputs.map(|units| f32::from(units) * Self::UNIT);
        Self { sentence_end, missing_number, clause_end, marks }
    }
}

/// The logits after each token, from the encoder's logits after each word.
///
/// Tokens without a word (numbers, marks, other scripts) are invisible to the encoder: what it predicts after a word holds
/// for the boundary after the last such token behind it on the same line. Inside a token of several words there is no boundary.
///
/// `word_tokens` holds the token of each word, in order.
pub(super) fn boundary_logits(
    tokens: &[Token],
    word_tokens: impl Iterator<Item = usize>,
    logits: &[[f32; OUTPUTS]],
) -> Vec<BoundaryLogits> {
    let mut boundaries = vec![BoundaryLogits::UNLIKELY; tokens.len()];
    let mut words = word_tokens.zip(logits).peekable();
    while let Some((token, outputs)) = words.next() {
        let next = words.peek().map_or(tokens.len(), |(next, _)| *next);
        if next > token {
            let last = (token..next).find(|at| tokens[*at].gap.is_break()).unwrap_or(next - 1);
            boundaries[last] = BoundaryLogits::new(outputs);
        }
    }
    boundaries
}

/// The logistic function: the probability of a logit (log-odds).
#[must_use]
pub fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}
