//! Scoring against a benchmark file, to the digit as the benchmark's own scorer does.
//!
//! A record is one article: its damaged text, the right form of each token, the tokens that end sentences, and those after
//! which a number was deleted. Invariant: records whose tokens do not line up are scored as left alone and counted as missing,
//! so a system cannot gain by failing.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize, Serializer};

use crate::ingest::Document;
use crate::repair::{RepairScratch, Repairer, WordChoice};
use crate::split::{SentenceKind, SplitScratch, Splitter};

/// Why a benchmark cannot be scored.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The file cannot be read.
    #[error("cannot read the benchmark {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A line is no benchmark record.
    #[error("{path}:{line}: expected a record with id, damaged, gold and ends: {source}")]
    Record {
        /// The file.
        path: String,
        /// Line, from 1.
        line: usize,
        /// What the JSON reader found.
        source: serde_json::Error,
    },
}

/// An article of a benchmark.
#[derive(Clone, Debug, Deserialize)]
pub struct Record {
    /// Its name.
    pub id: String,
    /// The damaged text, tokens parted by spaces.
    pub damaged: String,
    /// Per token, the forms that are right, parted by `|`.
    pub gold: Vec<String>,
    /// Tokens that end a sentence.
    pub ends: Vec<usize>,
    /// Tokens after which a number was deleted; -1 before the first.
    #[serde(default)]
    pub gaps: Vec<i64>,
}

/// What a system says of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prediction {
    /// Per token, its repaired form.
    pub tokens: Vec<String>,
    /// Tokens that end a sentence.
    pub ends: Vec<usize>,
    /// Tokens after which a number is missing.
    pub gaps: Vec<i64>,
}

/// Reads a benchmark file, one JSON record a line.
///
/// # Errors
/// Where it cannot be read or a line is no record.
pub fn read_benchmark(path: &Path) -> Result<Vec<Record>, EvaluateError> {
    let shown = || path.display().to_string();
    let file = File::open(path).map_err(|source| EvaluateError::Io { path: shown(), source })?;
    let mut records = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|source| EvaluateError::Io { path: shown(), source })?;
        let record = serde_json::from_str(&line);
        records.push(record.map_err(|source| EvaluateError::Record { path: shown(), line: index + 1, source })?);
    }
    Ok(records)
}

/// Repairs and splits every article of a benchmark.
#[must_use]
pub fn predict(records: &[Record], repairer: &Repairer, splitter: &Splitter) -> Vec<Prediction> {
    let scratch = || (RepairScratch::default(), SplitScratch::default());
    let predict = |(repair, split): &mut (RepairScratch, SplitScratch), record: &Record| {
        let article = repairer.repair(Document::from_text(&record.id, &record.damaged), repair);
        let sentences = splitter.split(&article, split);
        let body = sentences.iter().filter(|sentence| sentence.kind == SentenceKind::Body);
        let gaps = sentences.iter().flat_map(|sentence| &sentence.number_gaps);
        Prediction {
            tokens: (0..article.document().tokens().len()).map(|t| article.token_text(t).to_owned()).collect(),
            ends: body.map(|sentence| sentence.tokens.end - 1).collect(),
            gaps: gaps.map(|gap| i64::try_from(gap.token).unwrap_or(i64::MAX)).collect(),
        }
    };
    records.par_iter().map_init(scratch, predict).collect()
}

/// How far repair could come if it always chose right.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Reach {
    /// Share of the tokens whose right form is among the forms that repair chooses from, as `lenient_acc` counts.
    ceiling: Ratio,
    /// The same as `word_acc` counts.
    strict_ceiling: Ratio,
    /// Forms to choose from, per word.
    candidates: Ratio,
    /// The tokens whose right form is not among them: as it stands, and the right form.
    #[serde(skip)]
    pub unreachable: Vec<(String, String)>,
}

/// Which right forms are within reach of the repair.
#[must_use]
pub fn ceiling(records: &[Record], repairer: &Repairer) -> Reach {
    let choices = |scratch: &mut RepairScratch, record: &Record| {
        repairer.choices(&Document::from_text(&record.id, &record.damaged), scratch)
    };
    let choices: Vec<Vec<WordChoice>> = records.par_iter().map_init(RepairScratch::default, choices).collect();
    let (mut tokens, mut lenient, mut strict, mut words, mut forms) = (0, 0, 0, 0, 0);
    let mut unreachable = Vec::new();
    for (record, choices) in records.iter().zip(&choices) {
        words += choices.len();
        forms += choices.iter().map(|word| word.forms.len()).sum::<usize>();
        for (token, (raw, gold)) in record.damaged.split_whitespace().zip(&record.gold).enumerate() {
            let words: Vec<&WordChoice> = choices.iter().filter(|word| word.token == token).collect();
            let within =
                |same: fn(&str, &str) -> bool| gold.split('|').any(|gold| is_within_reach(raw, 0, &words, gold, same));
            let spared = within(|form, gold| form == gold || differs_in_bare_alif_only(form, gold));
            tokens += 1;
            strict += usize::from(within(|form, gold| form == gold));
            lenient += usize::from(spared);
            if !spared {
                unreachable.push((raw.to_owned(), gold.clone()));
            }
        }
    }
    Reach {
        ceiling: Ratio::of(lenient, tokens),
        strict_ceiling: Ratio::of(strict, tokens),
        candidates: Ratio::of(forms, words),
        unreachable,
    }
}

/// Whether some choice of forms for `words` makes `gold` of the bytes of `raw` from `from` on.
fn is_within_reach(raw: &str, from: usize, words: &[&WordChoice], gold: &str, same: fn(&str, &str) -> bool) -> bool {
    let Some((word, rest)) = words.split_first() else { return same(&raw[from..], gold) };
    let between = &raw[from..word.bytes.start];
    let Some(gold) = gold.strip_prefix(between) else { return false };
    word.forms.iter().any(|form| {
        let form = form.as_deref().unwrap_or(&raw[word.bytes.clone()]).replace(' ', "_");
        let end = gold.char_indices().nth(form.chars().count()).map_or(gold.len(), |(at, _)| at);
        let (start, remaining) = gold.split_at(end);
        same(&form, start) && is_within_reach(raw, word.bytes.end, rest, remaining, same)
    })
}

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

/// A share, written with four decimals; 0 where there is nothing to share.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Ratio(f64);

impl Ratio {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn of(part: usize, whole: usize) -> Self {
        if whole == 0 { Self(0.0) } else { Self(part as f64 / whole as f64) }
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Formatting rounds the exact binary value, as the scorer's own rounding does.
        serializer.serialize_f64(format!("{:.4}", self.0).parse().unwrap_or(self.0))
    }
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

#[derive(Default)]
struct Found {
    hits: usize,
    wanted: usize,
    got: usize,
}

impl Found {
    fn add<T: Ord>(&mut self, wanted: &BTreeSet<T>, got: &BTreeSet<T>) {
        self.hits += wanted.intersection(got).count();
        self.wanted += wanted.len();
        self.got += got.len();
    }

    fn precision_recall_f1(&self) -> [Ratio; 3] {
        let Self { hits, wanted, got } = *self;
        [Ratio::of(hits, got), Ratio::of(hits, wanted), Ratio::of(2 * hits, wanted + got)]
    }
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
        let untouched = Prediction { tokens: raw.iter().map(|&t| t.to_owned()).collect(), ends: vec![last], gaps: vec![] };
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
        let right = gold.split('|').any(|gold| gold == form);
        let spared = right || gold.split('|').any(|gold| differs_in_bare_alif_only(form, gold));
        let was_right = gold.split('|').any(|gold| gold == raw);
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

/// Whether `form` differs from the right form only by hamzas on alifs that it left bare.
fn differs_in_bare_alif_only(form: &str, gold: &str) -> bool {
    gold != "كان"
        && form.chars().count() == gold.chars().count()
        && form.chars().zip(gold.chars()).all(|(f, g)| f == g || (matches!(f, 'أ' | 'إ' | 'آ') && g == 'ا'))
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
        Prediction { tokens: tokens.iter().map(|&t| t.to_owned()).collect(), ends: ends.to_vec(), gaps: vec![] }
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
