//! Benchmark files: one article per line, as JSON.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::error::EvaluateError;

/// An article of a benchmark.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Record {
    /// Its name.
    pub id: String,
    /// The damaged text, tokens separated by spaces.
    pub damaged: String,
    /// Per token, the right forms, separated by `|`; `_` is a space inside a form.
    pub gold: Vec<String>,
    /// Tokens that end a sentence.
    pub ends: Vec<usize>,
    /// Tokens after which a number was deleted; -1 before the first.
    #[serde(default)]
    pub gaps: Vec<i64>,
    /// The punctuation mark after each token that had one; `None` if the article's marks are not known.
    #[serde(default)]
    pub marks: Option<BTreeMap<usize, String>>,
}

/// Reads a benchmark file, one JSON record a line.
///
/// # Errors
/// If it cannot be read, a line is no record, or there is none.
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
