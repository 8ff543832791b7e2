//! The metrics of a run in Prometheus' text format, for `node_exporter`'s textfile collector.
//!
//! Invariant: the file is replaced at once, however the run ended, so an alert on its age or on the exit code always has something to
//! judge. What is told of the build is told of the current one, which after a failed run is the old one.

use std::fmt::Write as _;
use std::path::Path;

use super::Error;
use crate::dataset::{Counts, Manifest, OutputFolder};
use crate::shown;

/// Writes the metrics after a run that ended with an exit code and took some seconds.
pub(super) fn write(file: &Path, output: Option<&Path>, exit_code: u8, seconds: f64) -> Result<(), Error> {
    let now = jiff::Timestamp::now();
    let mut page = Page::default();
    page.gauge("run_exit_code", "Exit code of the last run; 0 is published or up to date", "", f64::from(exit_code));
    page.gauge("run_end_timestamp_seconds", "When the last run ended", "", in_seconds(now));
    page.gauge("run_seconds", "How long the last run took", "", seconds);
    if let Some(manifest) = output.and_then(|output| OutputFolder::new(output).current_manifest()) {
        build(&mut page, &manifest, now);
    }
    replace(file, &page.0).map_err(|source| Error::Io { what: shown::path(file), source })
}

fn build(page: &mut Page, manifest: &Manifest, now: jiff::Timestamp) {
    let Manifest { build_id, provenance, counts, created, run, .. } = manifest;
    let labels = [("build_id", build_id), ("model_id", &provenance.model_id), ("version", &provenance.tarmim)];
    let labels = labels.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).join(",");
    page.gauge("build_info", "The current build", &labels, 1.0);
    if let Ok(created) = created.parse::<jiff::Timestamp>() {
        page.gauge("build_created_timestamp_seconds", "When the current build was made", "", in_seconds(created));
        page.gauge(
            "build_age_seconds",
            "Age of the current build when the run ended",
            "",
            in_seconds(now) - in_seconds(created),
        );
    }
    numbers(page, counts);
    let stages = [
        ("ingest", run.stage_seconds.ingest),
        ("repair", run.stage_seconds.repair),
        ("split", run.stage_seconds.split),
        ("tag", run.stage_seconds.tag),
        ("rows", run.stage_seconds.rows),
        ("cache", run.stage_seconds.cache),
    ];
    for (stage, seconds) in stages {
        let help = "Seconds of each stage of the run that made the current build, summed over all cores";
        page.gauge("build_stage_seconds", help, &format!("stage=\"{stage}\""), seconds);
    }
    page.gauge("build_seconds", "Seconds of the run that made the current build", "", run.seconds);
    page.gauge("build_warnings", "Warnings of the run that made the current build", "", number(run.warnings.len()));
    if let Some(review) = manifest.review {
        page.gauge("build_corrections", "Corrections by hand", "", number(review.corrections));
        page.gauge("build_corrections_applied", "Corrections by hand that hold somewhere", "", number(review.applied));
    }
}

fn numbers(page: &mut Page, counts: &Counts) {
    let share = |part: usize| number(part) / number(counts.tokens.max(1));
    for (name, help, value) in [
        ("inputs", "Articles found, and inputs that are none", number(counts.inputs)),
        ("articles", "Articles", number(counts.articles)),
        ("sentences", "Sentences", number(counts.sentences)),
        ("keywords", "Keyword hits", number(counts.keywords)),
        ("tokens", "Tokens", number(counts.tokens)),
        ("rejects", "Inputs that could not be used", number(counts.rejects)),
        ("dropped", "Articles left out as copies", number(counts.dropped)),
        ("reject_ratio", "Share of the inputs that could not be used", counts.reject_ratio()),
        ("repaired_ratio", "Share of the tokens that were changed", share(counts.repaired)),
        ("unresolved_ratio", "Share of the tokens that nothing explains", share(counts.unresolved)),
    ] {
        page.gauge(&format!("build_{name}"), help, "", value);
    }
}

/// The text so far.
#[derive(Default)]
struct Page(String);

impl Page {
    /// Adds a value; the first of a name explains it.
    fn gauge(&mut self, name: &str, help: &str, labels: &str, value: f64) {
        let name = format!("tarmim_{name}");
        // Writing to a string cannot fail.
        if !self.0.contains(&format!("# TYPE {name} ")) {
            let _ = writeln!(self.0, "# HELP {name} {help}.\n# TYPE {name} gauge");
        }
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

/// A value of a label.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn number(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^52")]
fn in_seconds(time: jiff::Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1e3
}

/// Replaces a file at once: the collector reads whenever it likes.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut part = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut part, text.as_bytes())?;
    // The collector runs as another user.
    std::fs::set_permissions(part.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    part.persist(file).map_err(|error| error.error)?;
    Ok(())
}
