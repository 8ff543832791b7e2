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

mod columns;
mod drift;
mod gate;
mod integrity;
pub mod limits;
pub mod metrics;
mod report;
mod sentence_text;
mod settings;
mod subject;
mod tally;
mod walk;

use std::path::Path;

use arrow::array::Array;

use self::drift::metrics_of;
pub use self::gate::{Gate, GateKind};
pub use self::integrity::Findings;
pub use self::limits::REJECT_RATIO;
pub use self::report::{GateReport, RunReport};
pub use self::settings::{DriftPolicy, GateSettings, MetricLimits};
pub use self::subject::Subject;
use crate::dataset::DatasetError;
use crate::dataset::part_files;
use crate::dataset::table_reader::batches;
use crate::shown;
use engine::tables::{Projection, Table, rejects};

/// Rejects listed in a message.
const LISTED_REJECTS: usize = 10;

/// Evaluates all gates on a staged build.
///
/// # Errors
/// If a table cannot be read.
pub fn judge(subject: &Subject<'_>) -> Result<GateReport, DatasetError> {
    Ok(judge_findings(subject, &Findings::of(subject.folder, subject.max_sentence_tokens)?))
}

/// Evaluates all gates on what was found in a staged build.
#[must_use]
pub fn judge_findings(subject: &Subject<'_>, findings: &Findings) -> GateReport {
    let cap = subject.max_sentence_tokens;
    let (mut gates, metrics) = integrity::judge(subject, findings);
    // Needs no metrics, so it is judged even if the schemas are wrong and no row was read.
    gates.push(limits::judge_rejects(subject.counts, subject.max_reject_ratio));
    if let Some(metrics) = &metrics {
        gates.extend(limits::judge(metrics, subject.settings, cap));
        gates.extend(drift::judge(metrics, subject.previous.as_deref(), subject.settings, cap));
    }
    GateReport { gates, metrics }
}

/// Evaluates the limits on a build that was published earlier, by the metrics that its run recorded.
///
/// # Errors
/// If it recorded none and its tables cannot be read.
pub fn judge_again(subject: &Subject<'_>) -> Result<GateReport, DatasetError> {
    let cap = subject.max_sentence_tokens;
    let metrics = metrics_of(subject.folder, cap)?;
    let mut gates = vec![limits::judge_rejects(subject.counts, subject.max_reject_ratio)];
    gates.extend(limits::judge(&metrics, subject.settings, cap));
    Ok(GateReport { gates, metrics: Some(metrics) })
}

engine::projection! {
    /// What is listed of a reject.
    struct Listed of rejects { source_path, record, message }
}

/// The first rejects of a build, one per line.
///
/// # Errors
/// If the table cannot be read.
pub fn first_rejects(build_folder: &Path) -> Result<Vec<String>, DatasetError> {
    let mut listed = Vec::new();
    for file in part_files(build_folder, Table::Rejects)? {
        for batch in batches(&file, Listed::NAMES, LISTED_REJECTS)? {
            let batch = batch.map_err(|error| DatasetError::unreadable(&file, error))?;
            let rejects = Listed::read(&batch).map_err(|error| DatasetError::unreadable(&file, error))?;
            for row in 0..batch.num_rows() {
                let record = &rejects.record;
                let record = if record.is_null(row) { String::new() } else { format!(" ({})", record.value(row)) };
                let line = format!("{}{record}: {}", rejects.source_path.value(row), rejects.message.value(row));
                listed.push(shown::on_one_line(&line).into_owned());
                if listed.len() == LISTED_REJECTS {
                    return Ok(listed);
                }
            }
        }
    }
    Ok(listed)
}
