//! Limits on the figures of a build, as `[gates]` sets them.
//!
//! Invariant: limits on shares and means are not judged on a build of few articles, where chance decides; the two that hold
//! for any build, the reject ratio and the longest sentence, always are.

use super::figures::{Figure, Figures};
use super::settings::GateSettings;
use super::{Gate, GateKind, number};
use crate::dataset::Counts;

/// The gates of the figures that have limits; `cap` is the most tokens of a sentence.
#[must_use]
pub(super) fn judge(figures: &Figures, settings: &GateSettings, cap: usize) -> Vec<Gate> {
    let is_judged = u64::try_from(figures.articles).unwrap_or(0) >= settings.min_articles;
    let with_limits = Figure::ALL.into_iter().zip(settings.limits.0);
    let known = with_limits.filter_map(|(figure, limits)| Some((figure, limits, figures.value(figure)?)));
    let judged = known.map(|(figure, (low, high), found)| Gate {
        expected: format!("{} to {} (gates.{})", number(low), number(high), figure.name()),
        found: number(found),
        passed: (low..=high).contains(&found),
        fails: is_judged,
        look: figure.look(),
        ..Gate::new(figure.name(), figure.meaning())
    });
    std::iter::once(largest_sentence(figures, cap)).chain(judged).collect()
}

fn largest_sentence(figures: &Figures, cap: usize) -> Gate {
    Gate {
        expected: format!("at most {cap} (split.max_tokens)"),
        found: figures.largest_sentence_tokens.to_string(),
        passed: usize::try_from(figures.largest_sentence_tokens).is_ok_and(|largest| largest <= cap),
        kind: GateKind::Law,
        look: "select sentence_id, token_count, text from '{build}/sentences/**/*.parquet' order by token_count desc limit 10",
        ..Gate::new("largest_sentence_tokens", "tokens of the longest sentence of running text")
    }
}

/// The name of the gate that has an exit code of its own.
pub const REJECT_RATIO: &str = "reject_ratio";

/// The gate of the share of inputs that was rejected.
#[must_use]
pub(super) fn judge_rejects(counts: &Counts, limit: f64) -> Gate {
    Gate {
        expected: format!("at most {} (dataset.max_reject_ratio)", number(limit)),
        found: format!("{} ({} of {} inputs)", number(counts.reject_ratio()), counts.rejects, counts.inputs),
        passed: counts.reject_ratio() <= limit,
        look: "select code, count(*) as rejects, any_value(source_path) as example, any_value(message) as message \
               from '{build}/rejects/**/*.parquet' group by all order by rejects desc",
        ..Gate::new(REJECT_RATIO, "share of the inputs that was rejected")
    }
}
