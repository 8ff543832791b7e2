//! Counts and the ratios made from them.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

/// A ratio, serialized with four decimals; 0 if the denominator is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ratio(pub(super) f64);

impl Ratio {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(super) fn of(part: usize, whole: usize) -> Self {
        if whole == 0 { Self(0.0) } else { Self(part as f64 / whole as f64) }
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Formatting rounds the exact binary value, as Python's `round` in the scorer does. Scaling, rounding and dividing would
        // differ in the last digit now and then.
        serializer.serialize_f64(format!("{:.4}", self.0).parse().unwrap_or(self.0))
    }
}

/// Counts of what was wanted, what was found, and what is both.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Detections {
    pub hits: usize,
    pub wanted: usize,
    pub found: usize,
}

impl Detections {
    pub(super) fn add<T: Ord>(&mut self, wanted: &BTreeSet<T>, found: &BTreeSet<T>) {
        self.hits += wanted.intersection(found).count();
        self.wanted += wanted.len();
        self.found += found.len();
    }

    pub(super) fn precision_recall_f1(&self) -> [Ratio; 3] {
        let Self { hits, wanted, found } = *self;
        [Ratio::of(hits, found), Ratio::of(hits, wanted), Ratio::of(2 * hits, wanted + found)]
    }

    pub(super) fn f1(&self) -> f64 {
        self.precision_recall_f1()[2].0
    }
}
