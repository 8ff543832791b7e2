//! Sentence ends in detail: the calibration of their confidences, a comparison with simpler splitters, and results by sentence
//! length.
//!
//! The simpler splitters get what no real one has: the threshold or the distance that is best on this benchmark. The last
//! boundary of an article, which is given, is never counted.

use std::collections::BTreeSet;

use serde::Serialize;

use super::benchmark::Record;
use super::calibration::expected_error;
use super::counts::{Detections, Ratio};
use super::prediction::Prediction;

/// Upper bounds of the classes of sentences, in tokens; longer ones form another class.
const LENGTHS: [usize; 4] = [10, 20, 30, 45];
/// Distances tried for a splitter that cuts at a fixed distance, in tokens.
const DISTANCES: std::ops::RangeInclusive<usize> = 5..=60;
/// Thresholds tried for a splitter that cuts at the encoder's probability, in hundredths.
const THRESHOLDS: std::ops::RangeInclusive<usize> = 5..=90;

/// The calibration of boundary confidences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct BoundaryCalibration {
    /// Expected calibration error, over bins of equal mass.
    boundary_calibration_error: Ratio,
}

/// The score of one splitter, or of one class of sentences.
#[derive(Clone, Debug)]
pub struct BoundaryScore {
    /// The splitter or class.
    pub name: String,
    found: Detections,
}

impl BoundaryScore {
    /// Precision, recall and F1, each with four decimals.
    #[must_use]
    pub fn figures(&self) -> [String; 3] {
        self.found.precision_recall_f1().map(|Ratio(ratio)| format!("{ratio:.4}"))
    }
}

/// Compares the confidences of the boundaries inside articles with the gold.
#[must_use]
pub fn boundary_calibration(records: &[Record], predictions: &[Prediction]) -> BoundaryCalibration {
    let mut outcomes: Vec<(f32, bool)> = Vec::new();
    for (record, prediction) in records.iter().zip(predictions) {
        let inner = prediction.ends.iter().zip(&prediction.end_confidences);
        let inner = inner.filter(|(end, _)| **end + 1 < prediction.tokens.len());
        outcomes.extend(inner.map(|(end, confidence)| (*confidence, record.ends.contains(end))));
    }
    outcomes.sort_by(|a, b| a.0.total_cmp(&b.0));
    BoundaryCalibration { boundary_calibration_error: Ratio(expected_error(&outcomes)) }
}

/// Scores the configured splitter, the best threshold and the best fixed distance, then whole sentences by length.
#[must_use]
pub fn by_boundary(records: &[Record], predictions: &[Prediction]) -> Vec<BoundaryScore> {
    let found = |cut: &dyn Fn(&Prediction) -> BTreeSet<usize>| {
        let mut found = Detections::default();
        for (record, prediction) in records.iter().zip(predictions) {
            let inner = |end: &usize| *end + 1 < prediction.tokens.len();
            let wanted = record.ends.iter().copied().filter(inner).collect();
            found.add(&wanted, &cut(prediction).into_iter().filter(inner).collect());
        }
        found
    };
    // An end is the last token of its sentence, so the first cut is at `distance - 1`.
    let every = |distance: usize| found(&|p| (distance - 1..p.tokens.len()).step_by(distance).collect());
    let above = |hundredths: usize| {
        let least = log_odds(hundredths);
        found(&|p| p.end_logits.iter().enumerate().filter(|(_, logit)| **logit >= least).map(|(end, _)| end).collect())
    };
    let best =
        |found: Vec<(usize, Detections)>| found.into_iter().max_by(|a, b| a.1.f1().total_cmp(&b.1.f1())).expect("some");
    let (distance, every) = best(DISTANCES.map(|distance| (distance, every(distance))).collect());
    let (hundredths, above) = best(THRESHOLDS.map(|hundredths| (hundredths, above(hundredths))).collect());
    let ways = [
        ("as configured".to_owned(), found(&|p| p.ends.iter().copied().collect())),
        (format!("threshold 0.{hundredths:02}, best here"), above),
        (format!("every {distance} tokens, best here"), every),
    ];
    let by_length = (0..=LENGTHS.len()).map(|class| (length_name(class), whole_sentences(records, predictions, class)));
    ways.into_iter().chain(by_length).map(|(name, found)| BoundaryScore { name, found }).collect()
}

#[expect(clippy::cast_precision_loss, reason = "at most a hundred")]
fn log_odds(hundredths: usize) -> f32 {
    let share = hundredths as f32 / 100.0;
    libm::logf(share / (1.0 - share))
}

fn length_class(tokens: usize) -> usize {
    LENGTHS.partition_point(|longest| *longest < tokens)
}

fn length_name(class: usize) -> String {
    let from = class.checked_sub(1).map_or(1, |shorter| LENGTHS[shorter] + 1);
    LENGTHS.get(class).map_or_else(
        || format!("whole sentences of {from} tokens or more"),
        |to| format!("whole sentences of {from} to {to} tokens"),
    )
}

/// Counts the sentences of a class that were found with both their ends.
fn whole_sentences(records: &[Record], predictions: &[Prediction], class: usize) -> Detections {
    let sentences = |ends: &[usize]| -> BTreeSet<(usize, usize)> {
        let starts = [0].into_iter().chain(ends.iter().map(|end| end + 1));
        starts.zip(ends.iter().copied()).filter(|(start, end)| length_class(end + 1 - start) == class).collect()
    };
    let mut found = Detections::default();
    for (record, prediction) in records.iter().zip(predictions) {
        found.add(&sentences(&record.ends), &sentences(&prediction.ends));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_cut_is_scored() {
        let gold = vec!["كتب".to_owned(); 30];
        let record =
            Record { id: "r".to_owned(), damaged: gold.join(" "), gold, ends: vec![9, 19, 29], ..Record::default() };
        let mut end_logits = vec![-5.0; 30];
        end_logits[9] = 1.0;
        end_logits[14] = 0.5;
        let prediction = Prediction {
            tokens: record.gold.clone(),
            ends: vec![9, 14, 29],
            end_confidences: vec![1.0, 0.0, 1.0],
            end_logits,
            ..Prediction::default()
        };
        let (records, predictions) = ([record], [prediction]);
        let scores = by_boundary(&records, &predictions);
        let f1 = |name: &str| scores.iter().find(|score| score.name.starts_with(name)).expect("scored").figures()[2].clone();
        assert_eq!([f1("as configured"), f1("every 10"), f1("threshold")], ["0.5000", "1.0000", "0.6667"]);
        assert_eq!(f1("whole sentences of 1 to 10"), "0.4000", "the first, of three wanted and two found");
        assert_eq!(boundary_calibration(&records, &predictions).boundary_calibration_error, Ratio(0.0));
    }
}
