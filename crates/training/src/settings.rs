//! The settings of a training run.

use std::path::PathBuf;

/// What to train on, and where the result goes.
#[derive(Clone, Debug)]
pub struct TrainSettings {
    /// Folder of `*.jsonl` or `*.jsonl.zst` articles.
    pub corpus: PathBuf,
    /// Folder of word lists, if any.
    pub lexicon: Option<PathBuf>,
    /// The model file to write.
    pub output: PathBuf,
    /// Folder for finished stages.
    pub checkpoints: PathBuf,
    /// Seed of everything random.
    pub seed: u64,
}
