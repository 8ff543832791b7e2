//! `tarmim report`: the page of a build, wherever it was made.

use std::path::Path;

use serde::Deserialize;

use super::Error;
use super::opening::{build_folder, output_folder};
use super::printing::print_data;
use crate::analysis::report::{Drift, Gate, Verdicts, report_page, write_report_to};
use crate::cli::ReportArgs;
use crate::config::{NamedFiles, PipelineFile};
use crate::dataset::Manifest;
use crate::progress::Progress;
use crate::shown;

/// Writes the report of a build to a file.
pub(super) fn report(config: &Path, args: ReportArgs, progress: &Progress) -> Result<(), Error> {
    let build = build_folder(&output_folder(config, args.output)?, args.build.as_deref())?;
    let manifest = Manifest::read(&build)
        .ok_or_else(|| Error::Usage(format!("{} has no manifest.json that can be read", shown::path(&build))))?;
    // The card's name stands in the configuration alone; without one the build has its usual name.
    let settings = PipelineFile::open(config, NamedFiles::Ignore).map(|(file, _)| file.settings).unwrap_or_default();
    let verdicts = recorded_verdicts(&build);
    if args.to == Path::new("-") {
        return print_data(report_page(&build, &manifest, &settings.card.name, verdicts)?.trim_end());
    }
    write_report_to(&args.to, &build, &manifest, &settings.card.name, verdicts)?;
    progress.message(&format!("{} written", shown::path(&args.to)));
    Ok(())
}

/// The part of a build's report.json that the page shows.
#[derive(Default, Deserialize)]
struct Recorded {
    gates: Vec<RecordedGate>,
}

#[derive(Deserialize)]
struct RecordedGate {
    figure: String,
    expected: String,
    found: String,
    passed: bool,
    fails: bool,
    kind: String,
    #[serde(default)]
    before: Option<String>,
}

/// What the gates said when the build was published; nothing if its report.json is gone.
fn recorded_verdicts(build: &Path) -> Verdicts {
    let text = std::fs::read(build.join("report.json")).unwrap_or_default();
    let Recorded { gates } = serde_json::from_slice(&text).unwrap_or_default();
    let limit = |gate: &RecordedGate| Some(gate.expected.clone()).filter(|expected| !expected.is_empty());
    let (drift, gates): (Vec<RecordedGate>, Vec<RecordedGate>) = gates.into_iter().partition(|gate| gate.kind == "drift");
    let gates = gates.into_iter().map(|gate| Gate {
        limit: limit(&gate),
        name: gate.figure,
        measured: gate.found,
        passed: gate.passed,
        fails: gate.fails,
    });
    let drift = drift.into_iter().map(|gate| Drift {
        limit: limit(&gate),
        metric: gate.figure,
        before: gate.before.unwrap_or_default(),
        after: gate.found,
        passed: gate.passed,
    });
    let drift: Vec<Drift> = drift.collect();
    Verdicts { gates: gates.collect(), drift: Some(drift).filter(|drift| !drift.is_empty()) }
}
