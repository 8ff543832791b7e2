//! The metrics of a benchmark, as its own scorer computes them.
//!
//! Invariant: names, order and rounding are the scorer's, so that the two can be compared line by line, and this program with
//! any other. A prediction with another number of tokens than the text is counted as missing and scored as if nothing had
//! been done. The end of an article counts only in the mean over articles, because it is given.

use std::collections::BTreeSet;

use serde::Serialize;

use super::benchmark::Record;
use super::counts::{Detections, Ratio};
use super::forms::{is_lenient, is_right};
use super::marks::{MarkKind, marks_of};
use super::prediction::Prediction;

/// The metrics of a benchmark, in the order and with the names of its scorer.
///
/// Those of marks are 0 if none is restored, as the scorer has them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    docs: usize,
    missing: usize,
    tokens: usize,
    base: Ratio,
    word_acc: Ratio,
    lenient_acc: Ratio,
    damaged_acc: Ratio,
    harm: Ratio,
    lenient_harm: Ratio,
    gap_p: Ratio,
    gap_r: Ratio,
    gap_f1: Ratio,
    seg_p: Ratio,
    seg_r: Ratio,
    seg_f1: Ratio,
    seg_macro_f1: Ratio,
    mark_p: Ratio,
    mark_r: Ratio,
    mark_f1: Ratio,
    comma_f1: Ratio,
}

/// Counts of tokens.
#[derive(Default)]
struct TokenTally {
    all: usize,
    right: usize,
    lenient: usize,
    base: usize,
    damaged: usize,
    damaged_right: usize,
    harmed: usize,
    lenient_harmed: usize,
}

/// Everything that is counted over the articles of a benchmark.
#[derive(Default)]
struct Totals {
    docs: usize,
    missing: usize,
    tokens: TokenTally,
    gaps: Detections,
    ends: Detections,
    marks: Detections,
    commas: Detections,
    /// Sum of the articles' F1 of sentence ends, the last one included.
    macro_sum: f64,
}

/// Scores predictions, one for each record.
#[must_use]
pub fn score(records: &[Record], predictions: &[Prediction]) -> Scores {
    let mut totals = Totals::default();
    for (record, prediction) in records.iter().zip(predictions) {
        let raw: Vec<&str> = record.damaged.split_whitespace().collect();
        let fits = prediction.tokens.len() == raw.len();
        totals.docs += 1;
        totals.missing += usize::from(!fits);
        let untouched = Prediction {
            tokens: raw.iter().map(|&t| t.to_owned()).collect(),
            ends: vec![raw.len().saturating_sub(1)],
            ..Prediction::default()
        };
        totals.add(record, &raw, if fits { prediction } else { &untouched });
    }
    totals.scores()
}

impl Totals {
    fn add(&mut self, record: &Record, raw: &[&str], prediction: &Prediction) {
        for ((raw, gold), form) in raw.iter().zip(&record.gold).zip(&prediction.tokens) {
            self.tokens.add(raw, gold, &form.replace(' ', "_"));
        }
        self.gaps.add(&record.gaps.iter().copied().collect(), &prediction.gaps.iter().copied().collect());
        let last = raw.len().saturating_sub(1);
        // The last end is given: added to both sides, it neither rewards nor punishes naming it.
        let mut wanted: BTreeSet<usize> = record.ends.iter().copied().chain([last]).collect();
        let mut found: BTreeSet<usize> = prediction.ends.iter().copied().chain([last]).collect();
        self.macro_sum += Ratio::of(2 * wanted.intersection(&found).count(), wanted.len() + found.len()).0;
        wanted.remove(&last);
        found.remove(&last);
        self.ends.add(&wanted, &found);
        // An article whose marks are not known counts neither for nor against.
        if let Some(marks) = &record.marks {
            let commas = |marks: &BTreeSet<(usize, MarkKind)>| {
                marks.iter().copied().filter(|(_, kind)| *kind == MarkKind::Comma).collect()
            };
            let (wanted, found) = (marks_of(marks, last), marks_of(&prediction.marks, last));
            self.marks.add(&wanted, &found);
            self.commas.add(&commas(&wanted), &commas(&found));
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a few thousand documents")]
    fn scores(&self) -> Scores {
        let [gap_p, gap_r, gap_f1] = self.gaps.precision_recall_f1();
        let [seg_p, seg_r, seg_f1] = self.ends.precision_recall_f1();
        let [mark_p, mark_r, mark_f1] = self.marks.precision_recall_f1();
        let [.., comma_f1] = self.commas.precision_recall_f1();
        let tokens = &self.tokens;
        Scores {
            docs: self.docs,
            missing: self.missing,
            tokens: tokens.all,
            base: Ratio::of(tokens.base, tokens.all),
            word_acc: Ratio::of(tokens.right, tokens.all),
            lenient_acc: Ratio::of(tokens.lenient, tokens.all),
            damaged_acc: Ratio::of(tokens.damaged_right, tokens.damaged),
            harm: Ratio::of(tokens.harmed, tokens.base),
            lenient_harm: Ratio::of(tokens.lenient_harmed, tokens.base),
            gap_p,
            gap_r,
            gap_f1,
            seg_p,
            seg_r,
            seg_f1,
            seg_macro_f1: Ratio(self.macro_sum / self.docs.max(1) as f64),
            mark_p,
            mark_r,
            mark_f1,
            comma_f1,
        }
    }
}

impl TokenTally {
    fn add(&mut self, raw: &str, gold: &str, form: &str) {
        let (right, lenient, was_right) = (is_right(form, gold), is_lenient(form, gold), is_right(raw, gold));
        self.all += 1;
        self.right += usize::from(right);
        self.lenient += usize::from(lenient);
        self.base += usize::from(was_right);
        if was_right {
            self.harmed += usize::from(!right);
            self.lenient_harmed += usize::from(!lenient);
        } else {
            self.damaged += 1;
            self.damaged_right += usize::from(right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(damaged: &str, gold: &[&str], ends: &[usize]) -> Record {
        Record {
            id: "r".to_owned(),
            damaged: damaged.to_owned(),
            gold: gold.iter().map(|&g| g.to_owned()).collect(),
            ends: ends.to_vec(),
            ..Record::default()
        }
    }

    fn prediction(tokens: &[&str], ends: &[usize]) -> Prediction {
        Prediction { tokens: tokens.iter().map(|&t| t.to_owned()).collect(), ends: ends.to_vec(), ..Prediction::default() }
    }

    #[test]
    fn right_lenient_and_harmed_tokens_are_counted_apart() {
        let records = [record("عل اكثر كان في", &["على", "اكثر", "كان", "في"], &[1, 3])];
        let scores = score(&records, &[prediction(&["على", "أكثر", "كأن", "في"], &[1])]);
        assert_eq!((scores.word_acc, scores.lenient_acc), (Ratio(0.5), Ratio(0.75)));
        assert_eq!((scores.harm, scores.lenient_harm), (Ratio::of(2, 3), Ratio::of(1, 3)));
        assert_eq!((scores.seg_f1, scores.seg_macro_f1), (Ratio(1.0), Ratio(1.0)));
    }

    #[test]
    fn a_prediction_of_another_length_counts_as_nothing_done() {
        let records = [record("عل في", &["على", "في"], &[1])];
        let scores = score(&records, &[prediction(&["على"], &[0])]);
        assert_eq!((scores.missing, scores.word_acc), (1, Ratio(0.5)));
    }

    #[test]
    fn marks_count_by_place_and_kind_and_only_where_they_are_known() {
        let marks = |marks: &[(usize, &str)]| marks.iter().map(|&(token, mark)| (token, mark.to_owned())).collect();
        let damaged = "في في في في في في";
        let known = Record {
            marks: Some(marks(&[(0, "،"), (2, "؛"), (4, "."), (5, ".")])),
            ..record(damaged, &["في"; 6], &[4, 5])
        };
        let unknown = record(damaged, &["في"; 6], &[5]);
        let found =
            Prediction { marks: marks(&[(0, "؛"), (2, "."), (4, "!"), (5, "؟")]), ..prediction(&["في"; 6], &[4, 5]) };
        let scores = score(&[known, unknown], &[found.clone(), found]);
        let third = Ratio::of(2, 3);
        assert_eq!([scores.mark_p, scores.mark_r, scores.mark_f1], [third; 3], "the mark after token 2 is of another kind");
        assert_eq!(scores.comma_f1, Ratio::of(2, 3), "one of two commas wanted, and the one found");
    }
}
