//! The table `[gates]`: the limits that a build must keep to be published.
//!
//! None of them changes a byte of a build. The keys of the limits are the metrics' names, so their ranges, defaults and
//! meanings stand with the metrics.

use engine::settings::{Choice, Form, Record, Scope, Settings, Slot, Spec, Value};

use super::metrics::Metric;

engine::settings! {
    /// Which metrics are judged, and how.
    #[derive(Clone, Debug, PartialEq)]
    pub struct GateSettings in "gates" {
        /// Fewest articles of a build whose metrics are judged. In a smaller build, metrics beyond the limits only cause a warning.
        min_articles: u64 = 100 => Run, in 0..=1_000_000_000;
        /// How much each of the metrics below may differ from the current build, relative to its value there: 0.5 allows 50 % more or
        /// less. The number of articles may grow freely and shrink by this share. Negligible differences never count.
        max_drift: f64 = 0.5 => Run, in 0.0..=1000.0;
        /// What a greater difference does: `"fail"` keeps the old build, `"warn"` publishes with a warning, `"off"` does not compare. Runs
        /// with --limit only warn, and so do builds of fewer than `min_articles` articles and builds that follow such a build.
        drift: DriftPolicy = "fail" => Run;
    } and {
        /// The least and the greatest value of each metric.
        limits: MetricLimits,
    }
}

impl GateSettings {
    /// For a run over a part of the input, which is meant to differ from the build before.
    pub fn only_warn_of_drift(&mut self) {
        // `Off` stays off: a limit must not bring back warnings that the user has switched off.
        if self.drift == DriftPolicy::Fail {
            self.drift = DriftPolicy::Warn;
        }
    }
}

/// The effect of drift beyond `max_drift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriftPolicy {
    /// The old build stays current.
    Fail,
    /// The build is published with a warning.
    Warn,
    /// Nothing; the build before is not read.
    Off,
}

impl Choice for DriftPolicy {
    const ALL: &'static [Self] = &[Self::Fail, Self::Warn, Self::Off];

    fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }
}

/// The least and the greatest value of each metric, in the order of [`Metric::ALL`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricLimits(pub [(f64, f64); Metric::ALL.len()]);

impl Default for MetricLimits {
    fn default() -> Self {
        Self(Metric::ALL.map(Metric::default_limits))
    }
}

impl Settings for MetricLimits {
    fn specs() -> Vec<Spec> {
        let spec = |metric: Metric| {
            let (low, high) = metric.default_limits();
            let meaning = metric.meaning();
            // The meaning is worded for the middle of a sentence.
            let initial = meaning.chars().next().map(|initial| initial.to_uppercase().to_string()).unwrap_or_default();
            let rest = meaning.get(initial.len()..).unwrap_or_default();
            Spec {
                table: "gates",
                key: metric.name(),
                doc: format!("{initial}{rest}.\n").into(),
                form: Form::Pair,
                range: Some(metric.bounds()),
                default: Value::Pair(low, high),
                example: None,
                scope: Scope::Run,
            }
        };
        Metric::ALL.map(spec).to_vec()
    }

    fn slot(&mut self, table: &str, key: &str) -> Option<&mut dyn Slot> {
        let index = Metric::ALL.iter().position(|metric| (table, key) == ("gates", metric.name()))?;
        Some(&mut self.0[index])
    }

    fn record(&self, _: &mut Record) {
        // All of scope `Run`.
    }
}
