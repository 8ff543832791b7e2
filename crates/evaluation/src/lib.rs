//! Scoring against a benchmark file, to the digit as the benchmark's own scorer does.
//!
//! A record is one article: its damaged text, the right form of each token, the tokens that end sentences, and those after
//! which a number was deleted. Invariant: records whose tokens do not line up are scored as left alone and counted as missing,
//! so a system cannot gain by failing.

mod boundaries;
mod calibration;
mod classes;
mod reach;
mod score;
mod tagging;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

pub use boundaries::{BoundaryCalibration, BoundaryScore, boundary_calibration, by_boundary};
pub use calibration::{Calibration, calibration};
pub use classes::{ClassScore, by_class};
pub use reach::{Ceiling, ceiling};
pub use score::{Scores, score};
pub use tagging::{ComparedHit, TaggingAgreement, tagging_agreement};

use rayon::prelude::*;
use serde::{Deserialize, Serialize, Serializer};

use engine::document::Document;
use engine::split::SentenceKind;
use engine::{Engine, EngineScratch};

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
    /// The file has no line: its figures would all be 0, and look like a system that fails.
    #[error("nothing to score in the benchmark {path}: it holds no record; expected one JSON record a line")]
    Empty {
        /// The file.
        path: String,
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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// Per token, its repaired form.
    pub tokens: Vec<String>,
    /// Tokens that end a sentence.
    pub ends: Vec<usize>,
    /// Per end, how probable it is.
    pub end_confidences: Vec<f32>,
    /// Per token, the encoder's log-odds that a sentence ends after it.
    pub end_odds: Vec<f32>,
    /// Tokens after which a number is missing.
    pub gaps: Vec<i64>,
    /// Per token, how probable its form is.
    pub confidences: Vec<f32>,
    /// Keywords.
    pub hits: Vec<ComparedHit>,
}

/// Reads a benchmark file, one JSON record a line.
///
/// # Errors
/// Where it cannot be read, a line is no record, or there is none.
pub fn read_benchmark(path: &Path) -> Result<Vec<Record>, EvaluateError> {
    let shown = || path.display().to_string();
    let file = File::open(path).map_err(|source| EvaluateError::Io { path: shown(), source })?;
    let mut records = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|source| EvaluateError::Io { path: shown(), source })?;
        let record = serde_json::from_str(&line);
        records.push(record.map_err(|source| EvaluateError::Record { path: shown(), line: index + 1, source })?);
    }
    if records.is_empty() { Err(EvaluateError::Empty { path: shown() }) } else { Ok(records) }
}

/// Repairs, splits and tags every article of a benchmark.
#[must_use]
pub fn predict(records: &[Record], stages: &Engine) -> Vec<Prediction> {
    let predict = |scratch: &mut EngineScratch, record: &Record| {
        let tagged = stages.process(Document::from_text(&record.id, &record.damaged), scratch);
        let (article, sentences) = (tagged.article(), tagged.sentences());
        let body = || sentences.iter().filter(|sentence| sentence.kind == SentenceKind::Body);
        let gaps = sentences.iter().flat_map(|sentence| &sentence.number_gaps);
        Prediction {
            tokens: (0..article.document().tokens().len()).map(|t| article.token_text(t).to_owned()).collect(),
            ends: body().map(|sentence| sentence.tokens.end - 1).collect(),
            end_confidences: body().map(|sentence| sentence.boundary_confidence).collect(),
            end_odds: article.places().iter().map(|place| place.sentence_end).collect(),
            gaps: gaps.map(|gap| i64::try_from(gap.token).unwrap_or(i64::MAX)).collect(),
            confidences: article.findings().iter().map(|finding| finding.confidence).collect(),
            hits: tagged.hits().iter().map(tagging::compared).collect(),
        }
    };
    records.par_iter().map_init(EngineScratch::default, predict).collect()
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

/// How many of what was wanted were found.
#[derive(Clone, Copy, Debug, Default)]
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

    fn f1(&self) -> f64 {
        self.precision_recall_f1()[2].0
    }
}

/// Whether `form` differs from the right form only by hamzas on alifs that it left bare.
fn differs_in_bare_alif_only(form: &str, gold: &str) -> bool {
    gold != "كان"
        && form.chars().count() == gold.chars().count()
        && form.chars().zip(gold.chars()).all(|(f, g)| f == g || (matches!(f, 'أ' | 'إ' | 'آ') && g == 'ا'))
}

/// Whether a form is one of the right ones, parted by `|`; a lost space is `_` in them.
fn is_right(form: &str, gold: &str) -> bool {
    gold.split('|').any(|gold| gold == form)
}

/// Whether a form is right, or differs only by hamzas on alifs that the gold left bare.
fn is_spared(form: &str, gold: &str) -> bool {
    gold.split('|').any(|gold| gold == form || differs_in_bare_alif_only(form, gold))
}
