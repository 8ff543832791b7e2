//! The report that a run writes into its build: `report.html`.

use std::path::Path;

use super::error::RunError;
use crate::analysis::AnalysisError;
use crate::analysis::report::{Drift, Gate, Verdicts, write_report};
use crate::config::PipelineSettings;
use crate::dataset::{DatasetError, Manifest};
use crate::gates::{Gate as JudgedGate, GateKind, GateReport};

/// Writes the report of a staged build, unless the settings do without.
pub(super) fn write(
    build_folder: &Path,
    manifest: &Manifest,
    settings: &PipelineSettings,
    gates: &GateReport,
) -> Result<(), RunError> {
    if !settings.dataset.report {
        return Ok(());
    }
    let written = write_report(build_folder, manifest, &settings.card.name, verdicts(gates));
    written.map_err(|error| match error {
        AnalysisError::Dataset(error) => error.into(),
        error @ AnalysisError::Frame(_) => DatasetError::io(build_folder, std::io::Error::other(error)).into(),
    })
}

/// What the gates said, without words about kinds of gates.
fn verdicts(report: &GateReport) -> Verdicts {
    let (drift, gates): (Vec<&JudgedGate>, Vec<&JudgedGate>) =
        report.gates.iter().partition(|gate| gate.kind == GateKind::Drift);
    let limit = |gate: &JudgedGate| Some(gate.expected.clone()).filter(|expected| !expected.is_empty());
    let drift: Vec<Drift> = drift
        .into_iter()
        .map(|gate| Drift {
            metric: gate.measured.clone(),
            before: gate.before.clone().unwrap_or_default(),
            after: gate.found.clone(),
            limit: limit(gate),
            passed: gate.passed,
        })
        .collect();
    let gates = gates.into_iter().map(|gate| Gate {
        name: gate.measured.clone(),
        measured: gate.found.clone(),
        limit: limit(gate),
        passed: gate.passed,
        fails: gate.fails,
    });
    Verdicts { gates: gates.collect(), drift: Some(drift).filter(|drift| !drift.is_empty()) }
}
