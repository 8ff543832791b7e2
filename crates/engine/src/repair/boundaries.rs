//! What the encoder predicts for the boundary after each token: a sentence end, a missing number, a clause end.
//!
//! Splitting decides with these; repair only carries them, because the encoder has read the article here.

use serde::{Deserialize, Serialize};

use crate::encoder::HEADS;

/// The encoder's log-odds for the boundary after a token, rounded to [`BoundaryLogits::UNIT`].
///
/// Rounding makes them two bytes each in the cache, and the same whether they come from the encoder or from the cache.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "[i16; 3]", from = "[i16; 3]")]
pub struct BoundaryLogits {
    /// A sentence ends here.
    pub sentence_end: f32,
    /// A number was deleted here.
    pub missing_number: f32,
    /// A clause ends here: the writer put a comma, a colon or the like, if not a mark that ends the sentence.
    pub clause_end: f32,
}

impl BoundaryLogits {
    /// The logits of a boundary that the encoder did not judge: everything is improbable (0.03 %).
    pub const UNLIKELY: Self = Self { sentence_end: -8.0, missing_number: -8.0, clause_end: -8.0 };
    /// The step that log-odds are rounded to: at most 0.002 of a probability.
    pub const UNIT: f32 = 1.0 / 128.0;

    /// Log-odds, rounded.
    #[must_use]
    pub fn new(sentence_end: f32, missing_number: f32, clause_end: f32) -> Self {
        Self::from([sentence_end, missing_number, clause_end].map(units))
    }
}

/// Log-odds in steps of [`BoundaryLogits::UNIT`].
#[expect(clippy::cast_possible_truncation, reason = "a conversion that saturates, far beyond any log-odds")]
fn units(log_odds: f32) -> i16 {
    libm::rintf(log_odds / BoundaryLogits::UNIT) as i16
}

impl From<BoundaryLogits> for [i16; 3] {
    fn from(logits: BoundaryLogits) -> Self {
        [logits.sentence_end, logits.missing_number, logits.clause_end].map(units)
    }
}

impl From<[i16; 3]> for BoundaryLogits {
    fn from(logits: [i16; 3]) -> Self {
        let [sentence_end, missing_number, clause_end] = logits.map(|units| f32::from(units) * Self::UNIT);
        Self { sentence_end, missing_number, clause_end }
    }
}

/// The logits after each token, from the encoder's logits after each word.
///
/// Tokens without a word (numbers, marks, other scripts) are invisible to the encoder: what it predicts after a word holds
/// for the boundary after the last such token behind it. Inside a token of several words there is no boundary.
///
/// `word_tokens` holds the token of each word, in order.
pub(super) fn boundary_logits(
    tokens: usize,
    word_tokens: impl Iterator<Item = usize>,
    logits: &[[f32; HEADS]],
) -> Vec<BoundaryLogits> {
    let mut boundaries = vec![BoundaryLogits::UNLIKELY; tokens];
    let mut words = word_tokens.zip(logits).peekable();
    while let Some((token, [sentence_end, missing_number, clause_end])) = words.next() {
        let next = words.peek().map_or(tokens, |(next, _)| *next);
        if next > token {
            boundaries[next - 1] = BoundaryLogits::new(*sentence_end, *missing_number, *clause_end);
        }
    }
    boundaries
}

/// The logistic function: the probability of a logit (log-odds).
#[must_use]
pub fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}
