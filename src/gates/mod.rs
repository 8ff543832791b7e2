//! Gates: the checks of a staged build, between writing and publishing.
//!
//! ```text
//! staged tables ─┬─ integrity (walk, schema) ─ laws of the dataset ──────────┐
//!                └─ figures ─┬─ limits (`[gates]`, reject ratio) ────────────┼─ report ─ publish, or keep the old build
//!                            └─ drift (figures of the build before) ─────────┘
//! ```
//!
//! Invariant: every gate is judged before any of them ends the run, so that one failure tells all that is wrong. What a gate
//! reads is the staged files, a piece at a time, so a build may be larger than memory.

mod ahead;
mod columns;
mod drift;
pub mod figures;
mod integrity;
pub mod limits;
mod walk;

use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};
use serde::Serialize;

use self::figures::Figures;
use self::limits::GateSettings;
pub use self::limits::REJECT_RATIO;
use crate::analysis::AnalysisError;
use crate::analysis::tables::batches;
use crate::dataset::{Counts, part_files};
use engine::tables::schema::Table;

/// Rejects listed in a message.
const LISTED_REJECTS: usize = 10;

/// What a gate compares a build with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GateKind {
    /// A law of the dataset, which holds whatever the input.
    Law,
    /// A limit of the configuration.
    Limit,
    /// The build before.
    Drift,
}

/// What one gate found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// Its name, the same in every build.
    pub name: String,
    /// What was counted or measured.
    pub figure: String,
    /// What it should be, with the setting that says so.
    pub expected: String,
    /// What it is; where a law is broken, with the first row that breaks it.
    pub found: String,
    /// Whether it is as expected.
    pub passed: bool,
    /// Whether the build is refused where it is not; otherwise that is only told.
    pub fails: bool,
    /// What it compares.
    pub kind: GateKind,
    #[serde(skip)]
    look: &'static str,
}

impl Gate {
    /// A gate that was passed and would fail.
    fn new(name: &str, figure: &str) -> Self {
        Self {
            name: name.to_owned(),
            figure: figure.to_owned(),
            expected: String::new(),
            found: String::new(),
            passed: true,
            fails: true,
            kind: GateKind::Limit,
            look: "from '{build}/articles/**/*.parquet' limit 10",
        }
    }

    /// SQL that shows what it judged; `{build}` stands for the build's folder.
    #[must_use]
    pub fn look(&self) -> &'static str {
        self.look
    }

    fn refuses(&self) -> bool {
        !self.passed && self.fails
    }
}

impl std::fmt::Display for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, figure, expected, found, .. } = self;
        write!(f, "{name}: {figure}: expected {expected}, found {found}")
    }
}

/// What all gates found in a build.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateReport {
    /// Every gate, laws first.
    pub gates: Vec<Gate>,
    /// The figures that were judged; `None` where the tables could not be read as what they should be.
    pub figures: Option<Figures>,
}

impl GateReport {
    /// Whether no gate refuses the build.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.refusing().next().is_none()
    }

    /// The gates that refuse the build.
    pub fn refusing(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().filter(|gate| gate.refuses())
    }

    /// What is not as expected and does not refuse the build.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.gates.iter().filter(|gate| !gate.passed && !gate.fails).map(|gate| format!("warning: {gate}"))
    }
}

/// A staged build, and what it is judged by.
#[derive(Clone, Debug)]
pub struct Subject<'s> {
    /// Where it lies.
    pub folder: &'s Path,
    /// Its id.
    pub build_id: &'s str,
    /// What the writer counted.
    pub counts: &'s Counts,
    /// Inputs, counted where they were found.
    pub inputs: usize,
    /// Share of the inputs that may be rejected.
    pub max_reject_ratio: f64,
    /// The most tokens of a sentence.
    pub max_sentence_tokens: usize,
    /// Limits and drift.
    pub settings: &'s GateSettings,
    /// The build that is current now.
    pub previous: Option<PathBuf>,
}

/// Judges a staged build by all gates.
///
/// # Errors
/// Where a table cannot be read.
pub fn judge(subject: &Subject<'_>) -> Result<GateReport, AnalysisError> {
    let cap = subject.max_sentence_tokens;
    let (mut gates, figures) = integrity::judge(subject)?;
    gates.push(limits::judge_rejects(subject.counts, subject.max_reject_ratio));
    if let Some(figures) = &figures {
        gates.extend(limits::judge(figures, subject.settings, cap));
        gates.extend(drift::judge(figures, subject.previous.as_deref(), subject.settings, cap));
    }
    Ok(GateReport { gates, figures })
}

/// The first rejects of a build, one a line.
///
/// # Errors
/// Where the table cannot be read.
pub fn first_rejects(build_folder: &Path) -> Result<Vec<String>, AnalysisError> {
    let mut listed = Vec::new();
    for file in part_files(build_folder, Table::Rejects)? {
        for batch in batches(&file, &["source_path", "record", "message"], LISTED_REJECTS)? {
            let batch = batch.map_err(|error| AnalysisError::unreadable(&file, error))?;
            let [paths, records, messages] = [0, 1, 2].map(|column| batch.column(column).as_string::<i32>());
            let record =
                |row: usize| if records.is_null(row) { String::new() } else { format!(" ({})", records.value(row)) };
            let line = |row: usize| format!("{}{}: {}", paths.value(row), record(row), messages.value(row));
            listed.extend((0..batch.num_rows()).map(line));
            if listed.len() >= LISTED_REJECTS {
                listed.truncate(LISTED_REJECTS);
                return Ok(listed);
            }
        }
    }
    Ok(listed)
}

/// A number as a configuration would have it, with four decimals at most.
fn number(value: f64) -> String {
    ((value * 1e4).round() / 1e4).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(gates: &[(bool, bool)]) -> GateReport {
        let gates = gates.iter().map(|&(passed, fails)| Gate { passed, fails, ..Gate::new("g", "figure") }).collect();
        GateReport { gates, figures: None }
    }

    #[test]
    fn only_a_gate_that_fails_refuses() {
        for (gates, passes, warnings) in [
            (vec![], true, 0),
            (vec![(true, true), (true, false)], true, 0),
            (vec![(false, false), (false, false)], true, 2),
            (vec![(true, true), (false, true), (false, false)], false, 1),
        ] {
            assert_eq!((report(&gates).passed(), report(&gates).warnings().count()), (passes, warnings), "{gates:?}");
        }
    }

    #[test]
    fn numbers_are_shown_as_they_are_typed() {
        assert_eq!([0.1 + 0.2, 1.0, 0.000_04, 12.5].map(number), ["0.3", "1", "0", "12.5"]);
    }
}
