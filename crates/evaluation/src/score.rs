//! The figures of a benchmark, as its own scorer has them.
//!
//! Invariant: names, order and rounding are the scorer's, so that the two can be compared line by line and the program with
//! any other. A prediction that has another number of tokens than the text is counted as missing and scored as if nothing
//! had been done; the end of an article counts only in the mean over articles, since nobody has to find it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Found, Prediction, Ratio, Record, is_right, is_spared};

/// The figures of a benchmark, in the order and with the names of its scorer.
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
}

#[derive(Default)]
struct Tally {
    tokens: usize,
    right: usize,
    lenient: usize,
    base: usize,
    damaged: usize,
    damaged_right: usize,
    harmed: usize,
    lenient_harmed: usize,
}

/// Scores predictions, one for each record.
#[must_use]
pub fn score(records: &[Record], predictions: &[Prediction]) -> Scores {
    let (mut tally, mut ends, mut gaps) = (Tally::default(), Found::default(), Found::default());
    let (mut missing, mut macro_sum) = (0, 0.0);
    for (record, prediction) in records.iter().zip(predictions) {
        let raw: Vec<&str> = record.damaged.split_whitespace().collect();
        let last = raw.len().saturating_sub(1);
        let fits = prediction.tokens.len() == raw.len();
        missing += usize::from(!fits);
        let untouched =
            Prediction { tokens: raw.iter().map(|&t| t.to_owned()).collect(), ends: vec![last], ..Prediction::default() };
        let prediction = if fits { prediction } else { &untouched };
        for ((raw, gold), form) in raw.iter().zip(&record.gold).zip(&prediction.tokens) {
            tally.add(raw, gold, &form.replace(' ', "_"));
        }
        gaps.add(&record.gaps.iter().copied().collect(), &prediction.gaps.iter().copied().collect());
        let mut wanted: BTreeSet<usize> = record.ends.iter().copied().chain([last]).collect();
        let mut got: BTreeSet<usize> = prediction.ends.iter().copied().chain([last]).collect();
        macro_sum += Ratio::of(2 * wanted.intersection(&got).count(), wanted.len() + got.len()).0;
        wanted.remove(&last);
        got.remove(&last);
        ends.add(&wanted, &got);
    }
    tally.scores(records.len(), missing, macro_sum, &gaps, &ends)
}

impl Tally {
    fn add(&mut self, raw: &str, gold: &str, form: &str) {
        let (right, spared, was_right) = (is_right(form, gold), is_spared(form, gold), is_right(raw, gold));
        self.tokens += 1;
        self.right += usize::from(right);
        self.lenient += usize::from(spared);
        self.base += usize::from(was_right);
        if was_right {
            self.harmed += usize::from(!right);
            self.lenient_harmed += usize::from(!spared);
        } else {
            self.damaged += 1;
            self.damaged_right += usize::from(right);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a few thousand documents")]
    fn scores(&self, docs: usize, missing: usize, macro_sum: f64, gaps: &Found, ends: &Found) -> Scores {
        let [gap_p, gap_r, gap_f1] = gaps.precision_recall_f1();
        let [seg_p, seg_r, seg_f1] = ends.precision_recall_f1();
        Scores {
            docs,
            missing,
            tokens: self.tokens,
            base: Ratio::of(self.base, self.tokens),
            word_acc: Ratio::of(self.right, self.tokens),
            lenient_acc: Ratio::of(self.lenient, self.tokens),
            damaged_acc: Ratio::of(self.damaged_right, self.damaged),
            harm: Ratio::of(self.harmed, self.base),
            lenient_harm: Ratio::of(self.lenient_harmed, self.base),
            gap_p,
            gap_r,
            gap_f1,
            seg_p,
            seg_r,
            seg_f1,
            seg_macro_f1: Ratio(macro_sum / docs.max(1) as f64),
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
            gaps: vec![],
        }
    }

    fn prediction(tokens: &[&str], ends: &[usize]) -> Prediction {
        Prediction {
            tokens: tokens.iter().map(|&t| t.to_owned()).collect(),
            ends: ends.to_vec(),
            gaps: vec![],
            ..Prediction::default()
        }
    }

    #[test]
    fn right_lenient_and_harmed_tokens_are_told_apart() {
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
}
