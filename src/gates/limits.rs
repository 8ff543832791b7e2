//! Limits on the metrics of a build, set in `[gates]`.
//!
//! Invariant: in a build of few articles, limits on shares and means only cause warnings, because chance decides there; the
//! reject ratio and the longest sentence are judged in any build.

use super::metrics::{Metric, Metrics};
use super::{Gate, GateKind, number};
use crate::dataset::Counts;

/// The table `[gates]`.
#[derive(Clone, Debug, PartialEq)]
pub struct GateSettings {
    /// The fewest articles of a build that metrics can refuse.
    pub min_articles: u64,
    /// The least and the greatest value of each metric, in the order of [`Metric::ALL`].
    pub limits: [(f64, f64); Metric::ALL.len()],
    /// The largest relative change of a metric since the previous build.
    pub max_drift: f64,
    /// What a larger change does.
    pub drift: DriftPolicy,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self { min_articles: 100, limits: Metric::ALL.map(Metric::default_limits), max_drift: 0.5, drift: DriftPolicy::Fail }
    }
}

impl GateSettings {
    /// For a run over part of the input, which is meant to differ from the previous build.
    pub fn only_warn_of_drift(&mut self) {
        if self.drift == DriftPolicy::Fail {
            self.drift = DriftPolicy::Warn;
        }
    }
}

/// The consequence of drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriftPolicy {
    /// The build is refused.
    Fail,
    /// A warning; the build is published.
    Warn,
    /// None; the previous build is not read.
    Off,
}

/// One gate for each metric with limits; `cap` is `split.max_tokens`.
#[must_use]
pub(super) fn judge(metrics: &Metrics, settings: &GateSettings, cap: usize) -> Vec<Gate> {
    let fails = u64::try_from(metrics.articles).unwrap_or(0) >= settings.min_articles;
    let mut gates = vec![largest_sentence(metrics, cap)];
    for (metric, (low, high)) in Metric::ALL.into_iter().zip(settings.limits) {
        if let Some(found) = metrics.value(metric) {
            gates.push(Gate {
                expected: format!("{} to {} (gates.{})", number(low), number(high), metric.name()),
                found: number(found),
                passed: (low..=high).contains(&found),
                fails,
                inspection: metric.inspection(),
                ..Gate::new(metric.name(), metric.meaning())
            });
        }
    }
    gates
}

fn largest_sentence(metrics: &Metrics, cap: usize) -> Gate {
    Gate {
        expected: format!("at most {cap} (split.max_tokens)"),
        found: metrics.largest_sentence_tokens.to_string(),
        passed: usize::try_from(metrics.largest_sentence_tokens).is_ok_and(|largest| largest <= cap),
        kind: GateKind::Invariant,
        inspection: "select sentence_id, token_count, text from '{build}/sentences/**/*.parquet' \
                     order by token_count desc limit 10",
        ..Gate::new("largest_sentence_tokens", "tokens in the longest sentence of running text")
    }
}

/// The name of the gate that has its own exit code.
pub const REJECT_RATIO: &str = "reject_ratio";

/// The gate of the share of inputs that were rejected.
#[must_use]
pub(super) fn judge_rejects(counts: &Counts, limit: f64) -> Gate {
    Gate {
        expected: format!("at most {} (dataset.max_reject_ratio)", number(limit)),
        found: format!("{} ({} of {} inputs)", number(counts.reject_ratio()), counts.rejects, counts.inputs),
        passed: counts.reject_ratio() <= limit,
        inspection: "select code, count(*) as rejects, any_value(source_path) as example, any_value(message) as message \
                     from '{build}/rejects/**/*.parquet' group by all order by rejects desc",
        ..Gate::new(REJECT_RATIO, "share of inputs that were rejected")
    }
}
