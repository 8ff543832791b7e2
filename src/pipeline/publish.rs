//! Publishing: what the gates found decides whether a staged build becomes the current one.
//!
//! Gates only judge. Here their report refuses a build, keeps the refused one apart, and words what the user is told.

use std::path::Path;

use super::error::RunError;
use crate::dataset::LockedOutput;
use crate::gates::{Gate, GateKind, GateReport, REJECT_RATIO, Subject, first_rejects, judge};

/// Judges a staged build, and keeps it apart where it may not be published.
///
/// # Errors
/// [`RunError::TooManyRejects`] or [`RunError::Refused`] name every figure that is wrong and how to look at the build, which
/// then lies where [`LockedOutput::keep_failed`] puts it; others where a table cannot be read.
pub(super) fn admit(subject: &Subject<'_>, output: &LockedOutput) -> Result<GateReport, RunError> {
    let report = judge(subject)?;
    if report.passed() {
        return Ok(report);
    }
    let rejects = first_rejects(subject.folder)?;
    // A build that cannot be kept must not hide why it was refused.
    let where_kept = match output.keep_failed(subject.folder, subject.build_id) {
        Ok(kept) => how_to_inspect(&report, &kept),
        Err(error) => format!("the refused build could not be kept: {error}"),
    };
    Err(refusal(&report, subject, &rejects, &where_kept))
}

/// The error that a refused build ends its run with.
fn refusal(report: &GateReport, subject: &Subject<'_>, rejects: &[String], inspect: &str) -> RunError {
    let failed: Vec<&Gate> = report.refusing().collect();
    let lines =
        |gates: &[&Gate]| -> String { gates.iter().flat_map(|gate| ["\n  ".to_owned(), gate.to_string()]).collect() };
    if failed.iter().any(|gate| gate.name == REJECT_RATIO) {
        let others: Vec<&Gate> = failed.into_iter().filter(|gate| gate.name != REJECT_RATIO).collect();
        let others = if others.is_empty() { String::new() } else { format!("\nnor do these gates pass:{}", lines(&others)) };
        return RunError::TooManyRejects {
            rejects: subject.counts.rejects,
            inputs: subject.counts.inputs,
            limit: subject.max_reject_ratio,
            listed: format!("{}{others}\n{inspect}", rejects.join("\n")),
        };
    }
    let (count, all) = (failed.len(), report.gates.len());
    RunError::Refused(format!("{count} of {all} gates failed{}{}\n{inspect}", lines(&failed), advice(&failed)))
}

/// What to do about the gates that failed.
fn advice(failed: &[&Gate]) -> String {
    let mut advice = String::new();
    let any = |kind| failed.iter().any(|gate| gate.kind == kind);
    if any(GateKind::Law) {
        advice.push_str(
            "\na law of the dataset is broken: a fault of the program or of the disk, not of the input; please report it",
        );
    }
    if any(GateKind::Drift) {
        advice.push_str("\nif the change is meant, run once with drift = \"warn\" in the table [gates]");
    }
    if any(GateKind::Limit) {
        advice.push_str("\nif the input is as it should be, change the limit that is named");
    }
    advice
}

/// A query that shows what the first failed gate judged.
fn how_to_inspect(report: &GateReport, kept: &Path) -> String {
    let query = report.refusing().next().map(Gate::look).unwrap_or_default();
    let place = kept.display().to_string();
    format!(
        "the refused build is kept in {place} until another is published or refused; look at it:\n  duckdb -c \"{}\"",
        query.replace("{build}", &place.replace('\'', "''"))
    )
}
