//! Calibration: whether a confidence of 0.9 means right in nine of ten cases.
//!
//! Measured over the tokens with more than one candidate, since all others are trivially sure: the expected calibration error
//! (Naeini et al. 2015) in bins of equal mass, and the accuracy of the tokens reported as sure.

use serde::Serialize;

use super::benchmark::Record;
use super::counts::Ratio;
use super::forms::is_lenient;
use super::prediction::Prediction;

/// Bins of equal numbers of tokens.
const BINS: usize = 15;
/// From this confidence on a token is reported as sure.
const SURE: f32 = 0.99;

/// The calibration of token confidences.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Calibration {
    /// Expected calibration error: the mean distance between confidence and accuracy, over the bins.
    #[serde(rename = "calibration_error")]
    expected_error: Ratio,
    /// Share of the tokens reported as sure.
    sure_share: Ratio,
    /// Accuracy of those.
    sure_right: Ratio,
}

/// Compares the confidences of the contested tokens (flagged per record and token) with the gold, leniently.
#[must_use]
pub fn calibration(records: &[Record], predictions: &[Prediction], contested: &[Vec<bool>]) -> Calibration {
    let mut outcomes: Vec<(f32, bool)> = Vec::new();
    for ((record, prediction), contested) in records.iter().zip(predictions).zip(contested) {
        let tokens = record.gold.iter().zip(&prediction.tokens).zip(&prediction.confidences);
        for (((gold, form), confidence), _) in tokens.zip(contested).filter(|(_, contested)| **contested) {
            outcomes.push((*confidence, is_lenient(&form.replace(' ', "_"), gold)));
        }
    }
    outcomes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let sure = &outcomes[outcomes.partition_point(|(confidence, _)| *confidence < SURE)..];
    Calibration {
        expected_error: Ratio(expected_error(&outcomes)),
        sure_share: Ratio::of(sure.len(), outcomes.len()),
        sure_right: Ratio::of(sure.iter().filter(|(_, right)| *right).count(), sure.len()),
    }
}

/// The expected calibration error of outcomes (confidence, whether right) sorted by confidence.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn expected_error(outcomes: &[(f32, bool)]) -> f64 {
    // With fewer outcomes than bins some bins are empty; their distance is 0.
    let edge = |bin: usize| bin * outcomes.len() / BINS;
    let distance = |bin: usize| {
        let outcomes = &outcomes[edge(bin)..edge(bin + 1)];
        let confidence: f64 = outcomes.iter().map(|(confidence, _)| f64::from(*confidence)).sum();
        let right = outcomes.iter().filter(|(_, right)| *right).count() as f64;
        // Sums, not means: a bin weighs as much as it has tokens, which cancels the division by their number.
        (confidence - right).abs()
    };
    (0..BINS).map(distance).sum::<f64>() / outcomes.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidences_that_come_true_have_no_error() {
        let honest: Vec<(f32, bool)> = (0..60).map(|i| (0.75, i % 4 != 0)).collect();
        assert!(expected_error(&honest).abs() < 1e-9);
        let boastful: Vec<(f32, bool)> = (0..60).map(|i| (1.0, i % 4 != 0)).collect();
        assert!((expected_error(&boastful) - 0.25).abs() < 1e-9);
    }
}
