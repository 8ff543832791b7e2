//! The verdict of the gates, and the file that keeps it: `report.json` in a build's folder.
//!
//! The file is declared, written and read here alone. The pipeline writes it when a build has passed; the gates of the next run
//! read its metrics. Invariant: nothing in it is part of the build's identity, and everything that is can be found in the manifest.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::gate::Gate;
use super::metrics::Metrics;
use crate::dataset::{Counts, DatasetError, Manifest, RunSummary};

/// The report's name in a build's folder.
const REPORT: &str = "report.json";

/// What all gates found in a build.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateReport {
    /// Every gate, invariants first.
    pub gates: Vec<Gate>,
    /// The metrics that were judged; `None` if the tables do not have their schemas.
    #[serde(rename = "figures")]
    pub metrics: Option<Metrics>,
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

    /// The gates that failed and only warn.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.gates.iter().filter(|gate| !gate.passed && !gate.fails).map(|gate| format!("warning: {gate}"))
    }
}

/// The report of a run: what it did, how long it took, and how its build was judged.
#[derive(Debug, Serialize)]
pub struct RunReport<'r> {
    build_id: &'r str,
    created: &'r str,
    counts: &'r Counts,
    run: &'r RunSummary,
    #[serde(flatten)]
    gates: &'r GateReport,
}

impl<'r> RunReport<'r> {
    /// The report of the run that made a build.
    #[must_use]
    pub fn new(manifest: &'r Manifest, gates: &'r GateReport) -> Self {
        let Manifest { build_id, created, counts, run, .. } = manifest;
        Self { build_id, created, counts, run, gates }
    }

    /// Writes `report.json` into the build's folder and waits until it is on the disk.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, build_folder: &Path) -> Result<(), DatasetError> {
        let path = build_folder.join(REPORT);
        let mut text = serde_json::to_vec_pretty(self).expect("a report is plain data");
        text.push(b'\n');
        let written = File::create(&path).and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_all()));
        written.map_err(|source| DatasetError::io(&path, source))
    }
}

/// The part of an earlier report that gates read.
#[derive(Deserialize)]
struct RecordedMetrics {
    figures: Metrics,
}

/// The metrics in a build's report; `None` if it has no report, or one of a version that recorded others.
pub(super) fn recorded_metrics(build_folder: &Path) -> Option<Metrics> {
    let text = std::fs::read(build_folder.join(REPORT)).ok()?;
    serde_json::from_slice::<RecordedMetrics>(&text).ok().map(|report| report.figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(gates: &[(bool, bool)]) -> GateReport {
        let gates = gates.iter().map(|&(passed, fails)| Gate { passed, fails, ..Gate::new("g", "metric") }).collect();
        GateReport { gates, metrics: None }
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
}
