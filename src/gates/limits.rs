//! Limits on the figures of a build, as `[gates]` sets them.
//!
//! Invariant: limits on shares and means are not judged on a build of few articles, where chance decides; the two that hold
//! for any build, the reject ratio and the longest sentence, always are.

use super::figures::{Figure, Figures};
use super::{Gate, GateKind, number};
use crate::dataset::Counts;

/// What `[gates]` says.
#[derive(Clone, Debug, PartialEq)]
pub struct GateSettings {
    /// Fewest articles of a build whose figures are judged.
    pub min_articles: u64,
    /// The least and the greatest value of each figure, in the order of [`Figure::ALL`].
    pub limits: [(f64, f64); Figure::ALL.len()],
    /// The relative change of a figure, against the build before, that is allowed.
    pub max_drift: f64,
    /// What a greater one does.
    pub drift: DriftPolicy,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self { min_articles: 100, limits: Figure::ALL.map(Figure::default_limits), max_drift: 0.5, drift: DriftPolicy::Fail }
    }
}

impl GateSettings {
    /// For a run of a part of the input, which is meant to differ from the build before.
    pub fn only_warn_of_drift(&mut self) {
        if self.drift == DriftPolicy::Fail {
            self.drift = DriftPolicy::Warn;
        }
    }
}

/// What drift does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriftPolicy {
    /// It keeps the old build.
    Fail,
    /// It is told, and the build is published.
    Warn,
    /// Nothing; the build before is not read.
    Off,
}

/// The gates of the figures that have limits; `cap` is the most tokens of a sentence.
#[must_use]
pub(super) fn judge(figures: &Figures, settings: &GateSettings, cap: usize) -> Vec<Gate> {
    let is_judged = u64::try_from(figures.articles).unwrap_or(0) >= settings.min_articles;
    let with_limits = Figure::ALL.into_iter().zip(settings.limits);
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
