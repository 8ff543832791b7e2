//! The report of a run, kept with the build that it made: what was done and why, how long it took, how the build was judged.
//!
//! Invariant: nothing in it is part of the build's identity, and everything that is can be found in the manifest.

use std::path::Path;

use serde_json::{Value, json};

use crate::dataset::{DatasetError, Manifest};
use crate::gates::GateReport;

/// The report's name in a build's folder.
const REPORT: &str = "report.json";

pub(super) fn write_report(build_folder: &Path, manifest: &Manifest, gates: &GateReport) -> Result<(), DatasetError> {
    let path = build_folder.join(REPORT);
    let mut text = serde_json::to_vec_pretty(&report(manifest, gates)).expect("a report is plain data");
    text.push(b'\n');
    let written = std::fs::write(&path, text).and_then(|()| std::fs::File::open(&path)?.sync_all());
    written.map_err(|source| DatasetError::io(&path, source))
}

fn report(manifest: &Manifest, gates: &GateReport) -> Value {
    let mut report = json!(gates);
    report["build_id"] = json!(manifest.build_id);
    report["created"] = json!(manifest.created);
    report["counts"] = json!(manifest.counts);
    report["run"] = json!(manifest.run);
    report
}
