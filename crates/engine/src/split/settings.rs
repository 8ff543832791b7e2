//! Settings of the splitting stage.

/// How to trade wrong cuts against missed ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitSettings {
    /// The most tokens of a sentence.
    pub max_tokens: usize,
    /// A sentence ends where that is at least so probable; at 0, where no place is too improbable, at the best places that leave no
    /// sentence of one token.
    pub cut_confidence: f64,
    /// Weight of the length model; 0 leaves it out.
    pub length_weight: f64,
}

impl Default for SplitSettings {
    fn default() -> Self {
        Self { max_tokens: 120, cut_confidence: 0.35, length_weight: 1.0 }
    }
}
