//! The model card: how a model was made.

use serde::{Deserialize, Serialize};

/// How a model was made; stored as JSON in the section `card`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// The seed of everything random in training.
    pub seed: u64,
    /// The training files with their blake3 hashes, in the order of reading.
    pub sources: Vec<(String, String)>,
    /// Words of the training corpus.
    pub training_words: u64,
    /// The version of the program that trained it.
    pub trained_by: String,
}
