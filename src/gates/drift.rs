//! Drift: the figures of a build beside those of the build before it.
//!
//! Two builds of the same source differ little from one night to the next. A figure that jumps tells of a source that
//! changed its format or was read in part only, where every fixed limit still holds. Invariant: a build before that cannot
//! be read keeps nobody from publishing a sound one; that it was not compared is told.

use std::path::Path;

use serde_json::Value;

use super::figures::{Figure, Figures};
use super::settings::{DriftPolicy, GateSettings};
use super::{Gate, GateKind, number};
use crate::analysis::AnalysisError;
use crate::dataset::Manifest;

/// The file of a build in which its run says what it found; its key `figures`, where it has one, holds [`Figures`].
const REPORT: &str = "report.json";

/// Compares a build's figures with those of the build in `previous`, if there is one.
#[must_use]
pub(super) fn judge(figures: &Figures, previous: Option<&Path>, settings: &GateSettings, cap: usize) -> Vec<Gate> {
    let Some(previous) = previous.filter(|_| settings.drift != DriftPolicy::Off) else { return Vec::new() };
    match figures_of(previous, cap) {
        Ok(before) => compare(figures, &before, settings),
        Err(error) => vec![Gate {
            expected: "figures of the build before".to_owned(),
            found: format!("none, it cannot be read ({error})"),
            passed: false,
            fails: false,
            kind: GateKind::Drift,
            ..Gate::new("drift", "change against the build before")
        }],
    }
}

/// The figures of a published build: those that its run wrote down, or else measured on its tables. `cap` is used where the
/// build does not say how long its sentences could be.
fn figures_of(build_folder: &Path, cap: usize) -> Result<Figures, AnalysisError> {
    let report = std::fs::read(build_folder.join(REPORT)).ok();
    let report: Option<Value> = report.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let written = report.and_then(|report| serde_json::from_value(report.get("figures")?.clone()).ok());
    if let Some(figures) = written {
        return Ok(figures);
    }
    let cap_then = Manifest::read(build_folder)
        .and_then(|manifest| manifest.provenance.settings.pointer("/split/max_tokens")?.as_u64())
        .and_then(|cap| usize::try_from(cap).ok());
    Figures::measure(build_folder, cap_then.unwrap_or(cap))
}

fn compare(now: &Figures, before: &Figures, settings: &GateSettings) -> Vec<Gate> {
    let enough = |articles: i64| u64::try_from(articles).unwrap_or(0) >= settings.min_articles;
    let fails = settings.drift == DriftPolicy::Fail;
    let mut gates = vec![Gate { fails: fails && enough(before.articles), ..articles(now, before, settings) }];
    let fails = fails && enough(now.articles) && enough(before.articles);
    for figure in Figure::ALL {
        if let (Some(found), Some(was)) = (now.value(figure), before.value(figure)) {
            let allowed = (was.abs() * settings.max_drift).max(figure.least_drift());
            gates.push(Gate {
                expected: format!(
                    "{} to {}, as it was {} in the build before (gates.max_drift = {})",
                    number((was - allowed).max(0.0)),
                    number(was + allowed),
                    number(was),
                    number(settings.max_drift)
                ),
                found: number(found),
                // The difference of two rounded figures is not itself round.
                passed: (found - was).abs() <= allowed + 1e-9,
                fails,
                kind: GateKind::Drift,
                look: figure.look(),
                ..Gate::new(&format!("drift_{}", figure.name()), figure.meaning())
            });
        }
    }
    gates
}

/// The number of articles may grow as it likes: a source that loses many was read in part only.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn articles(now: &Figures, before: &Figures, settings: &GateSettings) -> Gate {
    let least = before.articles as f64 * (1.0 - settings.max_drift).max(0.0);
    Gate {
        expected: format!(
            "at least {}, as there were {} in the build before (gates.max_drift = {})",
            least.ceil(),
            before.articles,
            number(settings.max_drift)
        ),
        found: now.articles.to_string(),
        passed: now.articles as f64 >= least - 1e-9,
        kind: GateKind::Drift,
        look: "select section, count(*) as articles from '{build}/articles/**/*.parquet' group by all order by articles desc",
        ..Gate::new("drift_articles", "articles of the build")
    }
}
