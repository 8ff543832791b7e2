//! Fitting linear models over hashed features, by `AdaGrad` (Duchi et al. 2011).
//!
//! A feature takes part only if it was seen [`LEAST_COUNT`] times, and a bucket belongs to the most frequent of the features that
//! fall into it: rare features would learn the training corpus by heart and leave nothing for the others to explain.

use crate::linear::{Bucket, Feature, UNITS_PER_LOGIT, WeightTable};

/// Times that a feature must be seen.
const LEAST_COUNT: u8 = 12;
/// Counters of the sketch that counts features, as a power of two.
const COUNTER_BITS: u32 = 28;
/// Pull of each weight towards zero when it is updated.
const SHRINK: f32 = 2e-5;

/// Counts features in a first pass over the examples, then gives buckets to the most frequent in a second.
pub(super) struct FeatureSelection {
    bits: u32,
    counts: Vec<u8>,
    /// Per bucket, the count and the fingerprint of its owner so far.
    owners: Vec<(u8, u8)>,
}

impl FeatureSelection {
    pub(super) fn new(bits: u32) -> Self {
        Self { bits, counts: vec![0; 1 << COUNTER_BITS], owners: vec![(0, 0); 1 << bits] }
    }

    fn counter(feature: Feature) -> usize {
        (feature.0 >> (32 - COUNTER_BITS)) as usize
    }

    /// First pass.
    pub(super) fn count(&mut self, features: impl IntoIterator<Item = Feature>) {
        for feature in features {
            let count = &mut self.counts[Self::counter(feature)];
            *count = count.saturating_add(1);
        }
    }

    /// Second pass.
    pub(super) fn assign(&mut self, features: impl IntoIterator<Item = Feature>) {
        for feature in features {
            let count = self.counts[Self::counter(feature)];
            let owner = &mut self.owners[feature.bucket(self.bits)];
            if count >= LEAST_COUNT && count > owner.0 {
                *owner = (count, feature.fingerprint());
            }
        }
    }

    /// Weights of zero for the features that were chosen.
    pub(super) fn finish<const HEADS: usize>(self) -> Fit<HEADS> {
        let owner = |(count, fingerprint): (u8, u8)| (count > 0).then_some(fingerprint);
        let owners: Vec<Option<u8>> = self.owners.into_iter().map(owner).collect();
        let size = owners.len();
        Fit { bits: self.bits, owners, weights: vec![[0.0; HEADS]; size], squares: vec![[1.0; HEADS]; size] }
    }
}

/// Weights and their sums of squared gradients while they are fitted, per bucket.
pub(super) struct Fit<const HEADS: usize> {
    bits: u32,
    owners: Vec<Option<u8>>,
    weights: Vec<[f32; HEADS]>,
    squares: Vec<[f32; HEADS]>,
}

impl<const HEADS: usize> Fit<HEADS> {
    /// The buckets of the features that take part, appended to `buckets`.
    pub(super) fn buckets(&self, features: impl IntoIterator<Item = Feature>, buckets: &mut Vec<usize>) {
        let chosen = |feature: &Feature| self.owners[feature.bucket(self.bits)] == Some(feature.fingerprint());
        buckets.extend(features.into_iter().filter(chosen).map(|feature| feature.bucket(self.bits)));
    }

    /// Sum of one question's weights.
    pub(super) fn sum(&self, head: usize, buckets: &[usize]) -> f32 {
        buckets.iter().map(|bucket| self.weights[*bucket][head]).sum()
    }

    /// Moves one question's weights against the gradient of the loss by their sum.
    pub(super) fn update(&mut self, head: usize, buckets: &[usize], gradient: f32, step: f32) {
        for bucket in buckets {
            let square = &mut self.squares[*bucket][head];
            *square += gradient * gradient;
            let weight = &mut self.weights[*bucket][head];
            *weight -= step * (gradient / square.sqrt() + SHRINK * *weight);
        }
    }

    /// The weights as integers.
    pub(super) fn quantise(&self) -> WeightTable<HEADS> {
        let bucket = |(owner, weights): (&Option<u8>, &[f32; HEADS])| Bucket {
            fingerprint: owner.unwrap_or_default(),
            weights: weights.map(|weight| if owner.is_some() { units(weight) } else { 0 }),
        };
        WeightTable::new(self.bits, self.owners.iter().zip(&self.weights).map(bucket).collect())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the target type")]
fn units(logit: f32) -> i8 {
    libm::rint(f64::from(logit) * UNITS_PER_LOGIT).clamp(-128.0, 127.0) as i8
}
