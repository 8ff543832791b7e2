//! Limits on the metrics of a build, set in `[gates]`.
//!
//! Invariant: in a build of few articles, limits on shares and means only cause warnings, because chance decides there; the
//! reject ratio and the longest sentence are judged in any build.

use super::gate::{Gate, GateKind, number};
use super::metrics::{Metric, Metrics};
use super::settings::GateSettings;
use crate::dataset::Counts;

/// One gate for each metric with limits; `cap` is `split.max_tokens`.
#[must_use]
pub(super) fn judge(metrics: &Metrics, settings: &GateSettings, cap: usize) -> Vec<Gate> {
    let fails = u64::try_from(metrics.articles).unwrap_or(0) >= settings.min_articles;
    let mut gates = vec![largest_sentence(metrics, cap)];
    for (metric, (low, high)) in Metric::ALL.into_iter().zip(settings.limits.0) {
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
