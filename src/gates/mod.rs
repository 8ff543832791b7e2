//! Gates: the checks of a staged build, between writing and publishing.
//!
//! ```text
//! staged tables ─┬─ schemas (integrity.rs) ──────────────────────────────────────────┐
//!                └─ walk.rs ─┬─ invariants of the dataset (integrity.rs) ────────────┤
//!                            └─ metrics (tally.rs) ─┬─ limits of `[gates]` ──────────┼─▶ GateReport
//!                                                   └─ drift since the previous build ┘
//! ```
//!
//! Gates only judge: their report is data, and the pipeline refuses or publishes. Invariant: every gate is evaluated before any
//! of them ends the run, so that the user sees all failures at once. Gates read the staged files in batches, so a build may
//! be larger than memory.

mod ahead;
mod columns;
mod drift;
mod integrity;
pub mod limits;
pub mod metrics;
mod report;
mod settings;
mod tally;
mod walk;

use std::path::{Path, PathBuf};

use arrow::array::Array;
use serde::Serialize;

pub use self::limits::REJECT_RATIO;
pub use self::report::{GateReport, RunReport};
pub use self::settings::{DriftPolicy, GateSettings, MetricLimits};
use crate::analysis::AnalysisError;
use crate::analysis::tables::batches;
use crate::dataset::{Counts, part_files};
use engine::tables::{Projection, Table, rejects};

/// Rejects listed in a message.
const LISTED_REJECTS: usize = 10;

/// What a gate compares a build with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GateKind {
    /// An invariant of the dataset, which holds whatever the input. Reports of all versions call it a law.
    #[serde(rename = "law")]
    Invariant,
    /// A limit of the configuration.
    Limit,
    /// The previous build.
    Drift,
}

/// The verdict of one gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// Its name, the same in every build.
    pub name: String,
    /// What was counted or measured.
    #[serde(rename = "figure")]
    pub measured: String,
    /// What it should be, with the setting that says so.
    pub expected: String,
    /// What it is; for a broken invariant, with the first row that violates it.
    pub found: String,
    /// Whether it is as expected.
    pub passed: bool,
    /// Whether a failure refuses the build; otherwise it only causes a warning.
    pub fails: bool,
    /// What the build is compared with.
    pub kind: GateKind,
    /// How the value changed since the previous build, for messages: `fell from 17.2 to 7.8`.
    #[serde(skip)]
    change: Option<String>,
    #[serde(skip)]
    inspection: &'static str,
}

impl Gate {
    /// A gate that passed, and that refuses the build when it does not.
    fn new(name: &str, measured: &str) -> Self {
        Self {
            name: name.to_owned(),
            measured: measured.to_owned(),
            expected: String::new(),
            found: String::new(),
            passed: true,
            fails: true,
            kind: GateKind::Limit,
            change: None,
            inspection: "from '{build}/articles/**/*.parquet' limit 10",
        }
    }

    /// SQL that shows the rows that were judged; `{build}` stands for the build's folder.
    #[must_use]
    pub fn inspection(&self) -> &'static str {
        self.inspection
    }

    fn refuses(&self) -> bool {
        !self.passed && self.fails
    }
}

impl std::fmt::Display for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, measured, expected, found, change, .. } = self;
        match change {
            Some(change) => write!(f, "{name}: {measured} {change}; expected {expected}"),
            None => write!(f, "{name}: {measured}: expected {expected}, found {found}"),
        }
    }
}

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

/// Evaluates all gates on a staged build.
///
/// # Errors
/// If a table cannot be read.
pub fn judge(subject: &Subject<'_>) -> Result<GateReport, AnalysisError> {
    let cap = subject.max_sentence_tokens;
    let (mut gates, metrics) = integrity::judge(subject)?;
    gates.push(limits::judge_rejects(subject.counts, subject.max_reject_ratio));
    if let Some(metrics) = &metrics {
        gates.extend(limits::judge(metrics, subject.settings, cap));
        gates.extend(drift::judge(metrics, subject.previous.as_deref(), subject.settings, cap));
    }
    Ok(GateReport { gates, metrics })
}

engine::projection! {
    /// What is listed of a reject.
    struct Listed of rejects { source_path, record, message }
}

/// The first rejects of a build, one per line.
///
/// # Errors
/// If the table cannot be read.
pub fn first_rejects(build_folder: &Path) -> Result<Vec<String>, AnalysisError> {
    let mut listed = Vec::new();
    for file in part_files(build_folder, Table::Rejects)? {
        for batch in batches(&file, Listed::NAMES, LISTED_REJECTS)? {
            let batch = batch.map_err(|error| AnalysisError::unreadable(&file, error))?;
            let rejects = Listed::read(&batch).map_err(|error| AnalysisError::unreadable(&file, error))?;
            for row in 0..batch.num_rows() {
                let record = &rejects.record;
                let record = if record.is_null(row) { String::new() } else { format!(" ({})", record.value(row)) };
                listed.push(format!("{}{record}: {}", rejects.source_path.value(row), rejects.message.value(row)));
                if listed.len() == LISTED_REJECTS {
                    return Ok(listed);
                }
            }
        }
    }
    Ok(listed)
}

/// A number as a person would type it into the configuration, with at most four decimals.
fn number(value: f64) -> String {
    ((value * 1e4).round() / 1e4).to_string()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_shown_as_they_are_typed() {
        assert_eq!([0.1 + 0.2, 1.0, 0.000_04, 12.5].map(number), ["0.3", "1", "0", "12.5"]);
    }
}
