//! Integrity: the invariants of the dataset, checked on the staged tables. A correct program never violates one, whatever its input.
//!
//! Invariant: if a file does not have its table's schema, no rows are read, because readers rely on the types.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::gate::{Gate, GateKind};
use super::metrics::Metrics;
use super::subject::Subject;
use super::walk::{Invariant, Walked, walk};
use crate::dataset::DatasetError;
use crate::dataset::part_files;
use crate::shown;
use engine::tables::schema::Table;
use serde::{Deserialize, Serialize};

/// What was found in the tables of a build, or of a part of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Findings {
    /// Files that do not have the schema of their table.
    faults: Vec<String>,
    /// Rows of the table `rejects`.
    rejects: usize,
    /// What was found in the rows; `None` if a schema is wrong, and no row was read.
    walked: Option<Walked>,
}

impl Findings {
    /// Reads the tables in a folder. `cap` is the most tokens of a sentence.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn of(build_folder: &Path, cap: usize) -> Result<Self, DatasetError> {
        let (faults, rejects) = judge_schemas(build_folder)?;
        let walked = if faults.is_empty() { Some(walk(build_folder, cap)?) } else { None };
        Ok(Self { faults, rejects, walked })
    }

    /// Adds what was found in another part of the build.
    pub fn merge(&mut self, other: Self) {
        self.faults.extend(other.faults);
        self.rejects += other.rejects;
        match (&mut self.walked, other.walked) {
            (Some(walked), Some(other)) => walked.merge(other),
            (walked, _) => *walked = None,
        }
    }

    /// Notes how many articles have an id that one in another part has.
    pub fn note_repeated_ids(&mut self, articles: usize) {
        if let Some(walked) = &mut self.walked {
            (0..articles).for_each(|_| walked.note(Invariant::ArticleIds, "articles of different parts"));
        }
    }
}

/// The gates of the invariants, and the build's metrics; no metrics if its tables do not have their schemas.
pub(super) fn judge(subject: &Subject<'_>, findings: &Findings) -> (Vec<Gate>, Option<Metrics>) {
    let mut gates = vec![schemas(&findings.faults), nothing_lost(subject)];
    let Some(walked) = &findings.walked else { return (gates, None) };
    gates.extend(row_counts(subject, walked, findings.rejects));
    gates.extend(Invariant::ALL.map(|invariant| violations(invariant, walked)));
    (gates, Some(walked.tally.metrics()))
}

fn gate(name: &str, measured: &str, inspection: &'static str) -> Gate {
    Gate { kind: GateKind::Invariant, inspection, ..Gate::new(name, measured) }
}

fn equal(name: &str, measured: &str, inspection: &'static str, expected: usize, found: usize) -> Gate {
    Gate {
        expected: expected.to_string(),
        found: found.to_string(),
        passed: expected == found,
        ..gate(name, measured, inspection)
    }
}

/// Every input was published, rejected or dropped.
fn nothing_lost(subject: &Subject<'_>) -> Gate {
    let accounted = subject.counts.articles + subject.counts.rejects + subject.counts.dropped;
    let inspection = "select source_path from '{build}/articles/**/*.parquet' \
                      union all select source_path from '{build}/rejects/**/*.parquet'";
    equal("nothing_lost", "inputs published, rejected or dropped", inspection, subject.inputs, accounted)
}

/// The tables hold as many rows as the writer counted.
fn row_counts(subject: &Subject<'_>, walked: &Walked, rejects: usize) -> Vec<Gate> {
    let counts = subject.counts;
    let tokens = usize::try_from(walked.tally.tokens()).unwrap_or(0);
    vec![
        equal("rows_sentences", "rows of sentences", SENTENCES, counts.sentences, walked.sentences),
        equal("rows_articles", "rows of articles", ARTICLES, counts.articles, walked.articles),
        equal("rows_keywords", "rows of keywords", KEYWORDS, counts.keywords, walked.keywords),
        // Dropped copies are rows of the same table.
        equal("rows_rejects", "rows of rejects", REJECTS, counts.rejects + counts.dropped, rejects),
        equal("tokens", "tokens of all sentences", SENTENCES, counts.tokens, tokens),
    ]
}

const SENTENCES: &str = "select count(*), sum(token_count) from '{build}/sentences/**/*.parquet'";
const ARTICLES: &str = "select count(*), sum(token_count) from '{build}/articles/**/*.parquet'";
const KEYWORDS: &str = "select count(*) from '{build}/keywords/**/*.parquet'";
const REJECTS: &str = "select count(*) from '{build}/rejects/**/*.parquet'";
const A_SENTENCE: &str = "select sentence_id, raw_text, text, text_punctuated, tokens, repairs, marks, token_count, source_start, source_end \
     from '{build}/sentences/**/*.parquet' limit 10";
const AN_ARTICLE: &str =
    "select article_id, source_path, sentence_count, token_count, text from '{build}/articles/**/*.parquet' limit 10";
const A_HIT: &str =
    "select sentence_id, keyword_id, surface, token_start, token_end from '{build}/keywords/**/*.parquet' limit 10";

/// The gate of an invariant: its name, the violations that it counts, and rows to inspect.
fn description(invariant: Invariant) -> (&'static str, &'static str, &'static str) {
    match invariant {
        Invariant::ArticleIds => ("article_ids", "articles without a unique id of 16 hex digits", AN_ARTICLE),
        Invariant::SentenceIds => ("sentence_ids", "sentences whose id is not article_id:sentence_index", A_SENTENCE),
        Invariant::SentenceIndex => {
            ("sentence_index", "sentences whose index does not follow the one before, from 0", A_SENTENCE)
        }
        Invariant::SentenceCounts => ("sentence_counts", "articles that do not have sentence_count sentences", AN_ARTICLE),
        Invariant::SentencesInArticles => {
            ("sentences_in_articles", "sentences whose article is missing or out of order", A_SENTENCE)
        }
        Invariant::KeywordsInSentences => ("keywords_in_sentences", "keyword hits whose sentence is missing", A_HIT),
        Invariant::KeywordTokens => ("keyword_tokens", "keyword hits that do not cover tokens of their sentence", A_HIT),
        Invariant::TokenCounts => ("token_counts", "sentences and articles that do not have token_count tokens", A_SENTENCE),
        Invariant::RepairedCounts => {
            ("repaired_counts", "sentences and articles with a wrong repaired_count or unresolved_count", A_SENTENCE)
        }
        Invariant::Offsets => ("offsets", "sentences whose source range is empty or overlaps the one before", A_SENTENCE),
        Invariant::Tokens => {
            ("tokens_in_text", "sentences whose tokens are not those of raw_text, text and repairs", A_SENTENCE)
        }
        Invariant::Repairs => ("repairs", "sentences whose repairs, applied to raw_text, do not give text", A_SENTENCE),
        Invariant::Marks => {
            ("marks", "sentences whose marks are out of place, or added to text do not give text_punctuated", A_SENTENCE)
        }
        Invariant::ArticleText => {
            ("article_text", "articles whose texts are not those of their sentences, separated by line breaks", AN_ARTICLE)
        }
        Invariant::Confidences => ("confidences", "confidences that are not probabilities rounded to 0.0001", A_SENTENCE),
    }
}

fn violations(invariant: Invariant, walked: &Walked) -> Gate {
    let (name, measured, inspection) = description(invariant);
    let violation = walked.violation(invariant);
    let first = violation.first.as_ref().map(|first| format!(", first in {first}")).unwrap_or_default();
    Gate {
        expected: "0".to_owned(),
        found: format!("{}{first}", violation.count),
        passed: violation.count == 0,
        ..gate(name, measured, inspection)
    }
}

/// The files that do not have the schema of their table, and the number of rejects.
fn judge_schemas(build_folder: &Path) -> Result<(Vec<String>, usize), DatasetError> {
    let (mut faults, mut rejects) = (Vec::new(), 0);
    for table in Table::ALL {
        let files = part_files(build_folder, table)?;
        // Every table has a file, even without rows; readers would otherwise find no schema.
        if files.is_empty() {
            faults.push(format!("{} has no file", table.name()));
        }
        for file in files {
            let (fault, rows) = judge_schema(&file, table).map_err(|error| DatasetError::unreadable(&file, error))?;
            faults.extend(fault.map(|fault| format!("{}: {fault}", shown::path(&file))));
            if table == Table::Rejects {
                rejects += rows;
            }
        }
    }
    Ok((faults, rejects))
}

fn schemas(faults: &[String]) -> Gate {
    let inspection = "describe from '{build}/sentences/**/*.parquet'";
    Gate {
        expected: "0".to_owned(),
        found: faults.first().map_or_else(|| "0".to_owned(), |first| format!("{}, first {first}", faults.len())),
        passed: faults.is_empty(),
        ..gate("schema", "files that do not have the schema of their table", inspection)
    }
}

/// How a file's schema differs from its table's, if it does, and the number of its rows.
fn judge_schema(file: &Path, table: Table) -> Result<(Option<String>, usize), parquet::errors::ParquetError> {
    let file = File::open(file)?;
    // A file has two schemas: Arrow's, a copy in its metadata that readers of Arrow believe, and Parquet's own, which all others
    // see. Both have to agree with the table's.
    let declared = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())?;
    let stored = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new().with_skip_arrow_metadata(true))?;
    let fault = difference(&table.schema(), declared.schema());
    let fault = fault.or_else(|| difference(&plain(&table.schema()), stored.schema()));
    Ok((fault, usize::try_from(declared.metadata().file_metadata().num_rows()).unwrap_or(0)))
}

/// How a file's schema differs from its table's, if it does.
fn difference(expected: &Schema, found: &Schema) -> Option<String> {
    let differing = expected.fields().iter().zip(found.fields()).find(|(expected, found)| expected != found);
    if let Some((expected, found)) = differing {
        return Some(format!("expected the column {expected}, found {found}"));
    }
    let (expected, found) = (expected.fields().len(), found.fields().len());
    (expected != found).then(|| format!("expected {expected} columns, found {found}"))
}

/// A schema as Parquet itself stores it: names, types and nullability, without descriptions.
fn plain(schema: &Schema) -> Schema {
    Schema::new(schema.fields().iter().map(|field| plain_field(field)).collect::<Fields>())
}

fn plain_field(field: &Field) -> Field {
    let data_type = match field.data_type() {
        DataType::List(item) => DataType::List(Arc::new(plain_field(item))),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(|field| plain_field(field)).collect()),
        other => other.clone(),
    };
    Field::new(field.name(), data_type, field.is_nullable())
}
