//! What the gates judge.

use std::path::{Path, PathBuf};

use super::settings::GateSettings;
use crate::dataset::Counts;

/// A staged build, and what it is judged by.
#[derive(Clone, Debug)]
pub struct Subject<'s> {
    /// Its folder.
    pub folder: &'s Path,
    /// Its id.
    pub build_id: &'s str,
    /// The writer's counts.
    pub counts: &'s Counts,
    /// Inputs, counted where they were found.
    pub inputs: usize,
    /// The largest share of inputs that may be rejected.
    pub max_reject_ratio: f64,
    /// The most tokens of a sentence (`split.max_tokens`).
    pub max_sentence_tokens: usize,
    /// Limits and drift.
    pub settings: &'s GateSettings,
    /// The folder of the build that is current now.
    pub previous: Option<PathBuf>,
}
