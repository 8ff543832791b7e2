//! Publishing: the verdict of the gates decides whether a staged build becomes the current one.
//!
//! Gates only judge. Here a failed report refuses the build, keeps it for inspection, and becomes the message that the user reads.

use std::path::Path;

use super::error::{Consequence, RunError};
use crate::dataset::LockedOutput;
use crate::gates::{Findings, Gate, GateKind, GateReport, REJECT_RATIO, Subject, first_rejects, judge_findings};
use crate::shown;

/// Judges a staged build, and keeps it for inspection if it may not be published.
///
/// # Errors
/// [`RunError::TooManyRejects`] or [`RunError::Refused`], which name every failed gate and how to inspect the build, kept where
/// [`LockedOutput::keep_failed`] puts it; other errors if a table cannot be read.
pub(super) fn admit(subject: &Subject<'_>, output: &LockedOutput, findings: &Findings) -> Result<GateReport, RunError> {
    let report = judge_findings(subject, findings);
    if report.passed() {
        return Ok(report);
    }
    let consequence = Consequence::not_published(output);
    // Read before the build is kept, because keeping it renames the folder.
    let rejects = first_rejects(subject.folder)?;
    // Failing to keep the build must not hide why it was refused.
    let place = match output.keep_failed(subject.folder, subject.build_id) {
        Ok(kept) => format!(
            "the refused build is kept in {} until another is published or refused; {}",
            shown::path(&kept),
            how_to_inspect(&report, &kept)
        ),
        Err(error) => format!("the refused build could not be kept: {error}"),
    };
    Err(refusal(&report, subject, consequence, &rejects, &place))
}

/// The error of a build that does not pass the gates. `rejects` are the first of its rejects, `place` says where it lies.
pub(super) fn refusal(
    report: &GateReport,
    subject: &Subject<'_>,
    consequence: Consequence,
    rejects: &[String],
    place: &str,
) -> RunError {
    let failed: Vec<&Gate> = report.refusing().collect();
    if failed.iter().all(|gate| gate.name != REJECT_RATIO) {
        let (count, all) = (failed.len(), report.gates.len());
        let failed = format!("{count} of {all} gates failed{}{}\n{place}", lines(&failed), advice(&failed));
        return RunError::Refused { consequence, failed };
    }
    // Too many rejects have their own exit code, even if other gates failed as well.
    let others: Vec<&Gate> = failed.into_iter().filter(|gate| gate.name != REJECT_RATIO).collect();
    let others = if others.is_empty() { String::new() } else { format!("\nthese gates failed too:{}", lines(&others)) };
    RunError::TooManyRejects {
        consequence,
        rejects: subject.counts.rejects,
        inputs: subject.counts.inputs,
        limit: subject.max_reject_ratio,
        listed: format!("{}{others}\n{place}", rejects.join("\n")),
    }
}

/// Gates, each on its own indented line.
fn lines(gates: &[&Gate]) -> String {
    gates.iter().flat_map(|gate| ["\n  ".to_owned(), gate.to_string()]).collect()
}

/// What the user can do about the gates that failed.
fn advice(failed: &[&Gate]) -> String {
    let advice = [
        (
            GateKind::Invariant,
            "an invariant of the dataset is violated: a bug of the program or a faulty disk, not a problem of the input; please \
             report it",
        ),
        (GateKind::Drift, "if the change is intended, run once with drift = \"warn\" in the table [gates]"),
        (GateKind::Limit, "if the input is as it should be, change the limit named above"),
    ];
    let applies = advice.into_iter().filter(|(kind, _)| failed.iter().any(|gate| gate.kind == *kind));
    applies.flat_map(|(_, advice)| ["\n", advice]).collect()
}

/// A query that shows the rows behind the first failed gate of a build in `folder`.
pub(super) fn how_to_inspect(report: &GateReport, folder: &Path) -> String {
    let query = report.refusing().next().map(Gate::inspection).unwrap_or_default();
    let query = query.replace("{build}", &shown::sql_string(&shown::path(folder)));
    format!("inspect it:\n  {}", shown::duckdb_command(&query))
}
