//! The settings of a training run.

use std::path::PathBuf;

/// What to train on, and where the result goes.
#[derive(Clone, Debug)]
pub struct TrainSettings {
    /// Folders of `*.jsonl` or `*.jsonl.zst` articles.
    pub corpora: Vec<PathBuf>,
    /// Sentences that people corrected, to be learnt from besides.
    pub corrected: Vec<String>,
    /// Folder of benchmarks, if any: nothing is learnt from an article that stands in one of them.
    pub benchmarks: Option<PathBuf>,
    /// Folder of word lists, if any.
    pub lexicon: Option<PathBuf>,
    /// The model file to write.
    pub output: PathBuf,
    /// Folder for finished stages.
    pub checkpoints: PathBuf,
    /// Seed of everything random.
    pub seed: u64,
    /// Whether to write a model from the encoder's last snapshot instead of training to the end.
    pub unfinished: bool,
}
