//! Drift: the metrics of a build compared with those of the previous build.
//!
//! Two builds of the same source differ little from one night to the next. If a metric jumps, the source has probably changed its
//! format or was read only in part, even if every fixed limit still holds. Invariant: a previous build that cannot be read
//! never blocks a sound one; it only causes a warning that nothing was compared.

use std::path::Path;

use super::gate::{Gate, GateKind, number};
use super::metrics::{Metric, Metrics};
use super::report::recorded_metrics;
use super::settings::{DriftPolicy, GateSettings};
use super::tally::Tally;
use crate::dataset::DatasetError;
use crate::dataset::Manifest;

/// Compares a build's metrics with those of the build in `previous`, if there is one.
#[must_use]
pub(super) fn judge(metrics: &Metrics, previous: Option<&Path>, settings: &GateSettings, cap: usize) -> Vec<Gate> {
    let Some(previous) = previous.filter(|_| settings.drift != DriftPolicy::Off) else { return Vec::new() };
    match metrics_of(previous, cap) {
        Ok(before) => compare(metrics, &before, settings),
        Err(error) => vec![Gate {
            expected: "the metrics of the previous build".to_owned(),
            found: format!("that it cannot be read ({error})"),
            passed: false,
            fails: false,
            kind: GateKind::Drift,
            ..Gate::new("drift", "change since the previous build")
        }],
    }
}

/// The metrics of a published build: those that its run recorded, or else counted in its tables. `cap` is used if the build does
/// not say how long its sentences could be.
pub(super) fn metrics_of(build_folder: &Path, cap: usize) -> Result<Metrics, DatasetError> {
    if let Some(metrics) = recorded_metrics(build_folder) {
        return Ok(metrics);
    }
    // The cap of that build, not of this one: with another, the share of capped sentences would seem to have jumped.
    let cap_then = Manifest::read(build_folder)
        .and_then(|manifest| manifest.provenance.settings.pointer("/split/max_tokens")?.as_u64())
        .and_then(|cap| usize::try_from(cap).ok());
    Ok(Tally::of_build(build_folder, cap_then.unwrap_or(cap))?.metrics())
}

fn compare(now: &Metrics, before: &Metrics, settings: &GateSettings) -> Vec<Gate> {
    let is_large = |articles: i64| u64::try_from(articles).unwrap_or(0) >= settings.min_articles;
    let fails = settings.drift == DriftPolicy::Fail;
    let mut gates = vec![Gate { fails: fails && is_large(before.articles), ..articles(now, before, settings) }];
    // Shares and means need enough articles in both builds. The number of articles above needs it only before: a build that
    // lost nearly everything is small, and must still fail.
    let fails = fails && is_large(now.articles) && is_large(before.articles);
    let known = Metric::ALL.into_iter().filter_map(|metric| Some((metric, now.value(metric)?, before.value(metric)?)));
    gates.extend(known.map(|(metric, found, was)| Gate { fails, ..metric_gate(metric, found, was, settings.max_drift) }));
    gates
}

fn metric_gate(metric: Metric, found: f64, was: f64, max_drift: f64) -> Gate {
    // The absolute floor matters near 0, where chance alone multiplies a share.
    let allowed = (was.abs() * max_drift).max(metric.least_drift());
    Gate {
        expected: format!(
            "{} to {} (gates.max_drift = {} allows ±{} %)",
            number((was - allowed).max(0.0)),
            number(was + allowed),
            number(max_drift),
            number(max_drift * 100.0)
        ),
        found: number(found),
        before: Some(number(was)),
        change: Some(change(was, found)),
        // The difference of two rounded numbers is not itself exact.
        passed: (found - was).abs() <= allowed + 1e-9,
        kind: GateKind::Drift,
        inspection: metric.inspection(),
        ..Gate::new(&format!("drift_{}", metric.name()), metric.meaning())
    }
}

/// The number of articles may grow without limit; a source that loses many was read only in part.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn articles(now: &Metrics, before: &Metrics, settings: &GateSettings) -> Gate {
    let least = before.articles as f64 * (1.0 - settings.max_drift).max(0.0);
    Gate {
        expected: format!(
            "at least {} (gates.max_drift = {} allows -{} %)",
            least.ceil(),
            number(settings.max_drift),
            number(settings.max_drift * 100.0)
        ),
        found: now.articles.to_string(),
        before: Some(before.articles.to_string()),
        change: Some(change(before.articles as f64, now.articles as f64)),
        passed: now.articles as f64 >= least - 1e-9,
        kind: GateKind::Drift,
        inspection: "select section, count(*) as articles from '{build}/articles/**/*.parquet' \
                     group by all order by articles desc",
        ..Gate::new("drift_articles", "articles")
    }
}

fn change(was: f64, found: f64) -> String {
    let verb = if found < was { "fell" } else { "rose" };
    format!("{verb} from {} to {}", number(was), number(found))
}
