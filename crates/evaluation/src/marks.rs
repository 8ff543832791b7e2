//! Punctuation marks in detail: the kinds that the benchmark's scorer has no figures of, and the calibration of their confidences.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::benchmark::Record;
use super::calibration::expected_error;
use super::counts::{Detections, Ratio};
use super::prediction::Prediction;

/// Kinds of punctuation marks; within a kind, writers differ too much to hold the choice against a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MarkKind {
    Comma,
    Colon,
    Question,
    Stop,
}

impl MarkKind {
    fn of(mark: &str) -> Option<Self> {
        match mark {
            "،" | "," | "؛" | ";" => Some(Self::Comma),
            ":" => Some(Self::Colon),
            "؟" | "?" => Some(Self::Question),
            "." | "!" => Some(Self::Stop),
            _ => None,
        }
    }
}

/// The marks of an article by kind, without the one after its last token, which is given like the last boundary.
pub(super) fn marks_of(marks: &BTreeMap<usize, String>, last: usize) -> BTreeSet<(usize, MarkKind)> {
    let marks = marks.iter().filter(|(token, _)| **token != last);
    marks.filter_map(|(token, mark)| Some((*token, MarkKind::of(mark)?))).collect()
}

/// What the benchmark's scorer does not say about marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct MarkDetails {
    colon_f1: Ratio,
    question_f1: Ratio,
    stop_f1: Ratio,
    /// Expected calibration error, over bins of equal mass.
    mark_calibration_error: Ratio,
}

/// Compares the restored marks and their confidences with the gold, in articles whose marks are known.
#[must_use]
pub fn mark_details(records: &[Record], predictions: &[Prediction]) -> MarkDetails {
    let mut found = [MarkKind::Colon, MarkKind::Question, MarkKind::Stop].map(|kind| (kind, Detections::default()));
    let mut outcomes: Vec<(f32, bool)> = Vec::new();
    for (record, prediction) in records.iter().zip(predictions) {
        let Some(known) = &record.marks else { continue };
        let last = prediction.tokens.len().saturating_sub(1);
        let (wanted, restored) = (marks_of(known, last), marks_of(&prediction.marks, last));
        for (kind, found) in &mut found {
            let of_kind = |marks: &BTreeSet<(usize, MarkKind)>| -> BTreeSet<(usize, MarkKind)> {
                marks.iter().copied().filter(|(_, other)| other == kind).collect()
            };
            found.add(&of_kind(&wanted), &of_kind(&restored));
        }
        let marks = prediction.marks.iter().zip(&prediction.mark_confidences).filter(|((token, _), _)| **token != last);
        let is_right = |token: usize, mark: &str| MarkKind::of(mark).is_some_and(|kind| wanted.contains(&(token, kind)));
        outcomes.extend(marks.map(|((token, mark), confidence)| (*confidence, is_right(*token, mark))));
    }
    outcomes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let [colon_f1, question_f1, stop_f1] = found.map(|(_, found)| Ratio(found.f1()));
    MarkDetails { colon_f1, question_f1, stop_f1, mark_calibration_error: Ratio(expected_error(&outcomes)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_confidences_are_judged_where_marks_are_known() {
        let marks = |marks: &[(usize, &str)]| marks.iter().map(|&(token, mark)| (token, mark.to_owned())).collect();
        let known = Record { marks: Some(marks(&[(0, ":"), (2, "؟"), (3, ".")])), ..Record::default() };
        let prediction = Prediction {
            tokens: vec!["في".to_owned(); 5],
            marks: marks(&[(0, ":"), (2, "."), (3, "!"), (4, ":")]),
            mark_confidences: vec![1.0, 0.0, 1.0, 0.0],
            ..Prediction::default()
        };
        let unknown = Record::default();
        let details = mark_details(&[known, unknown], &[prediction.clone(), prediction]);
        assert_eq!([details.colon_f1, details.question_f1], [Ratio(1.0), Ratio(0.0)], "the last one is given");
        assert_eq!(details.stop_f1, Ratio::of(2, 3));
        assert_eq!(details.mark_calibration_error, Ratio(0.0));
    }
}
