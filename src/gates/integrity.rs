//! Integrity: the laws of the dataset, checked on the staged tables. A sound program never breaks one, whatever it is given.
//!
//! Invariant: where a file does not have its table's schema, nothing else is read of the build.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::figures::Figures;
use super::walk::{Law, Walked, walk};
use super::{Gate, GateKind, Subject};
use crate::analysis::AnalysisError;
use crate::dataset::part_files;
use engine::tables::schema::Table;

/// The gates of the laws, and the build's figures; none if its tables do not have their schemas.
///
/// # Errors
/// If a file cannot be read.
pub(super) fn judge(subject: &Subject<'_>) -> Result<(Vec<Gate>, Option<Figures>), AnalysisError> {
    let (schema, rejects) = judge_schemas(subject.folder)?;
    let is_readable = schema.passed;
    let mut gates = vec![schema, nothing_lost(subject)];
    if !is_readable {
        return Ok((gates, None));
    }
    let walked = walk(subject.folder, subject.max_sentence_tokens)?;
    gates.extend(rows(subject, &walked, rejects));
    gates.extend(Law::ALL.map(|law| of_law(law, &walked)));
    Ok((gates, Some(walked.tally.figures())))
}

fn law(name: &str, figure: &str, look: &'static str) -> Gate {
    Gate { kind: GateKind::Law, look, ..Gate::new(name, figure) }
}

fn equal(name: &str, figure: &str, look: &'static str, expected: usize, found: usize) -> Gate {
    Gate { expected: expected.to_string(), found: found.to_string(), passed: expected == found, ..law(name, figure, look) }
}

/// What went in came out, or is known to have been left out.
fn nothing_lost(subject: &Subject<'_>) -> Gate {
    let accounted = subject.counts.articles + subject.counts.rejects + subject.counts.dropped;
    let look = "select source_path from '{build}/articles/**/*.parquet' union all select source_path from '{build}/rejects/**/*.parquet'";
    equal("nothing_lost", "inputs published, rejected or dropped", look, subject.inputs, accounted)
}

/// The tables hold what the writer counted.
fn rows(subject: &Subject<'_>, walked: &Walked, rejects: usize) -> Vec<Gate> {
    let counts = subject.counts;
    let tokens = usize::try_from(walked.tally.tokens()).unwrap_or(0);
    vec![
        equal("rows_sentences", "rows of sentences", SENTENCES, counts.sentences, walked.sentences),
        equal("rows_articles", "rows of articles", ARTICLES, counts.articles, walked.articles),
        equal("rows_keywords", "rows of keywords", KEYWORDS, counts.keywords, walked.keywords),
        equal("rows_rejects", "rows of rejects", REJECTS, counts.rejects + counts.dropped, rejects),
        equal("tokens", "tokens of all sentences", SENTENCES, counts.tokens, tokens),
    ]
}

const SENTENCES: &str = "select count(*), sum(token_count) from '{build}/sentences/**/*.parquet'";
const ARTICLES: &str = "select count(*), sum(token_count) from '{build}/articles/**/*.parquet'";
const KEYWORDS: &str = "select count(*) from '{build}/keywords/**/*.parquet'";
const REJECTS: &str = "select count(*) from '{build}/rejects/**/*.parquet'";
const A_SENTENCE: &str = "select sentence_id, raw_text, text, repairs, token_count, source_start, source_end \
     from '{build}/sentences/**/*.parquet' limit 10";
const AN_ARTICLE: &str =
    "select article_id, source_path, sentence_count, token_count, text from '{build}/articles/**/*.parquet' limit 10";
const A_HIT: &str =
    "select sentence_id, keyword_id, surface, token_start, token_end from '{build}/keywords/**/*.parquet' limit 10";

fn of_law(broken: Law, walked: &Walked) -> Gate {
    let (name, figure, look) = match broken {
        Law::ArticleIds => ("article_ids", "articles whose id is not 16 hex digits of their own", AN_ARTICLE),
        Law::SentenceIds => ("sentence_ids", "sentences whose id is not article_id:sentence_index", A_SENTENCE),
        Law::SentenceIndex => ("sentence_index", "sentences that do not follow the one before, from 0", A_SENTENCE),
        Law::SentenceCounts => ("sentence_counts", "articles that do not have sentence_count sentences", AN_ARTICLE),
        Law::SentencesInArticles => {
            ("sentences_in_articles", "sentences whose article is missing or stands elsewhere", A_SENTENCE)
        }
        Law::KeywordsInSentences => ("keywords_in_sentences", "keyword hits whose sentence is missing", A_HIT),
        Law::KeywordTokens => ("keyword_tokens", "keyword hits that are not a run of their sentence's tokens", A_HIT),
        Law::TokenCounts => ("token_counts", "sentences and articles that do not have token_count tokens", A_SENTENCE),
        Law::RepairedCounts => {
            ("repaired_counts", "sentences and articles whose repaired_count or unresolved_count is wrong", A_SENTENCE)
        }
        Law::Offsets => ("offsets", "sentences whose place in the source is empty or overlaps the one before", A_SENTENCE),
        Law::Repairs => ("repairs", "sentences whose repairs, put into raw_text, do not give text", A_SENTENCE),
        Law::ArticleText => {
            ("article_text", "articles whose text is not their sentences, parted by line breaks", AN_ARTICLE)
        }
        Law::Confidences => ("confidences", "confidences that are no probability rounded to 0.0001", A_SENTENCE),
    };
    let breach = walked.breach(broken);
    let first = breach.first.as_ref().map(|first| format!(", first in {first}")).unwrap_or_default();
    Gate {
        expected: "0".to_owned(),
        found: format!("{}{first}", breach.count),
        passed: breach.count == 0,
        ..law(name, figure, look)
    }
}

/// The gate of the schemas, and the rows of rejects.
fn judge_schemas(build_folder: &Path) -> Result<(Gate, usize), AnalysisError> {
    let (mut faults, mut rejects) = (Vec::new(), 0);
    for table in Table::ALL {
        let files = part_files(build_folder, table)?;
        if files.is_empty() {
            faults.push(format!("{} has no file", table.name()));
        }
        for file in files {
            let opened = File::open(&file).map_err(|error| AnalysisError::unreadable(&file, error))?;
            let load = |plain| {
                let options = ArrowReaderOptions::new().with_skip_arrow_metadata(plain);
                ArrowReaderMetadata::load(&opened, options).map_err(|error| AnalysisError::unreadable(&file, error))
            };
            let (told, held) = (load(false)?, load(true)?);
            let fault =
                difference(&table.schema(), told.schema()).or_else(|| difference(&plain(&table.schema()), held.schema()));
            faults.extend(fault.map(|fault| format!("{}: {fault}", file.display())));
            if table == Table::Rejects {
                rejects += usize::try_from(told.metadata().file_metadata().num_rows()).unwrap_or(0);
            }
        }
    }
    let gate = Gate {
        expected: "0".to_owned(),
        found: faults.first().map_or_else(|| "0".to_owned(), |first| format!("{}, first {first}", faults.len())),
        passed: faults.is_empty(),
        ..law("schema", "files that do not have the schema of their table", "describe from '{build}/sentences/**/*.parquet'")
    };
    Ok((gate, rejects))
}

/// How a file's schema differs from its table's, if it does.
fn difference(expected: &Schema, found: &Schema) -> Option<String> {
    let pairs = expected.fields().iter().zip(found.fields());
    let differing = pairs.clone().find(|(expected, found)| expected != found);
    let named = differing.map(|(expected, found)| format!("the column {expected} was expected, {found} found"));
    let sizes = (expected.fields().len(), found.fields().len());
    named.or_else(|| (sizes.0 != sizes.1).then(|| format!("{} columns were expected, {} found", sizes.0, sizes.1)))
}

/// A schema as Parquet itself holds it: names, types and nullability, without descriptions.
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
