//! Texts in, tables out: the engine for callers that hold Arrow record batches and neither read nor write files.
//!
//! Invariant: every row of the input comes out once, as an article or as a reject, and the tables have exactly the columns
//! that a build's Parquet files have. What a build knows and a batch does not is left out: metadata beside the text is null,
//! duplicates are not looked for, and an article's index is its place in the batch.

use std::collections::HashSet;

use arrow::array::{Array, ArrayRef, AsArray, LargeStringArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use crate::document::mojibake::{Condition, examine_text};
use crate::document::{ArticleText, Encoding, Metadata, Neighbours, Origin};
use crate::engine::{Engine, EngineScratch};
use crate::tables::{ArticleRow, ColumnError, KeywordRow, LongArticle, Reject, SentenceRow, TableRow};

/// The tables of a batch of texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotated {
    /// One row per article, in the order of the input.
    pub articles: RecordBatch,
    /// One row per sentence.
    pub sentences: RecordBatch,
    /// One row per keyword hit.
    pub keywords: RecordBatch,
    /// One row per input that could not be used.
    pub rejects: RecordBatch,
}

impl Engine {
    /// Annotates the texts of a record batch, one article a row, on the calling thread. Share the engine between threads and
    /// give each its own scratch.
    ///
    /// `text_column` holds strings of any Arrow type. `id_column` holds strings or numbers, unique in the batch: they become
    /// `source_path`, and `article_id` is a hash of them. Without it, a row's id is its place in the batch, so batches of one
    /// dataset need an id column to have different ids. Rows of equal ids after the first, and rows without text, are rejected.
    ///
    /// # Errors
    /// If the batch lacks a column, or it has a type that cannot be used.
    pub fn annotate(
        &self,
        batch: &RecordBatch,
        text_column: &str,
        id_column: Option<&str>,
        scratch: &mut EngineScratch,
    ) -> Result<Annotated, ColumnError> {
        let inputs = Inputs::read(batch, text_column, id_column)?;
        let mut seen = HashSet::new();
        let mut rows = Rows::default();
        for row in 0..batch.num_rows() {
            match inputs.article(row, &mut seen) {
                Ok(article) => rows.push(self, article, scratch),
                Err(reject) => rows.rejects.push(reject),
            }
        }
        Ok(rows.into_tables())
    }
}

/// The input columns of a batch.
struct Inputs {
    texts: LargeStringArray,
    ids: Option<LargeStringArray>,
}

impl Inputs {
    fn read(batch: &RecordBatch, text_column: &str, id_column: Option<&str>) -> Result<Self, ColumnError> {
        let texts = column(batch, text_column)?;
        if !is_text(texts.data_type()) {
            return Err(wrong_type(text_column, "text", texts.data_type()));
        }
        Ok(Self {
            texts: strings(text_column, texts)?,
            ids: id_column.map(|name| strings(name, column(batch, name)?)).transpose()?,
        })
    }

    /// The article of a row; `seen` holds the ids of the rows before it.
    fn article(&self, row: usize, seen: &mut HashSet<String>) -> Result<ArticleText, Reject> {
        let id = match &self.ids {
            None => row.to_string(),
            Some(ids) if ids.is_null(row) => {
                let message = format!("the id of row {row} is null; give every row an id");
                return Err(Reject::new("ingest", &format!("row {row}"), "no_id", message));
            }
            Some(ids) => ids.value(row).to_owned(),
        };
        let reject = |code, message: String| Err(Reject::new("ingest", &id, code, message));
        if !seen.insert(id.clone()) {
            return reject("duplicate_key", format!("an earlier row has the same id {id}; ids must be unique in a batch"));
        }
        if self.texts.is_null(row) {
            return reject("empty", "the text is null".to_owned());
        }
        let text = self.texts.value(row);
        if let Some(at) = text.find('\0') {
            return reject("binary", format!("a NUL character at byte {at} of the text: this is no text"));
        }
        let (text, misreadings) = match examine_text(text) {
            Condition::Sound => (text.to_owned(), Vec::new()),
            Condition::Undone { text, misreadings } => (text, misreadings),
            Condition::Lost(loss) => return reject(loss.code(), loss.message()),
        };
        let origin = Origin { source_path: id.clone(), record: None };
        let (encoding, metadata, neighbours) = (Encoding::Utf8, Metadata::default(), Neighbours::Unknown);
        let article = ArticleText { origin, encoding, misreadings, metadata, neighbours, text };
        if article.is_empty() {
            return reject("empty", format!("no text: {} bytes, all of them white space", article.text.len()));
        }
        Ok(article)
    }
}

/// Rows of all tables, gathered.
#[derive(Default)]
struct Rows {
    articles: Vec<ArticleRow>,
    sentences: Vec<SentenceRow>,
    keywords: Vec<KeywordRow>,
    rejects: Vec<Reject>,
}

impl Rows {
    fn push(&mut self, engine: &Engine, article: ArticleText, scratch: &mut EngineScratch) {
        let place = self.articles.len() as u64;
        let mut whole = LongArticle::new(article.text.len());
        engine.process_text(article, scratch, |tagged, offset| {
            let (sentences, keywords) = engine.passage_rows(&mut whole, tagged, offset);
            self.sentences.extend(sentences.into_iter().map(|row| SentenceRow { article_index: place, ..row }));
            self.keywords.extend(keywords.into_iter().map(|row| KeywordRow { article_index: place, ..row }));
        });
        let article = whole.finish(engine.tagger.vocabulary()).expect("an article has at least one passage");
        self.articles.push(ArticleRow { article_index: place, ..article });
    }

    fn into_tables(self) -> Annotated {
        Annotated {
            articles: ArticleRow::batch(&self.articles),
            sentences: SentenceRow::batch(&self.sentences),
            keywords: KeywordRow::batch(&self.keywords),
            rejects: Reject::batch(&self.rejects),
        }
    }
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef, ColumnError> {
    batch.column_by_name(name).ok_or_else(|| ColumnError::Missing { name: name.to_owned() })
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        // A column of nulls alone may have lost its type.
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// The values of a column as strings.
fn strings(name: &str, array: &ArrayRef) -> Result<LargeStringArray, ColumnError> {
    // Nested values and raw bytes would become strings, too, but no ids that anybody expects.
    let is_plain = is_text(array.data_type()) || array.data_type().is_integer();
    let cast = is_plain.then(|| cast(array, &DataType::LargeUtf8));
    match cast {
        Some(Ok(strings)) => Ok(strings.as_string::<i64>().clone()),
        _ => Err(wrong_type(name, "text or whole numbers", array.data_type())),
    }
}

fn wrong_type(name: &str, expected: &str, found: &DataType) -> ColumnError {
    ColumnError::Type { name: name.to_owned(), expected: expected.to_owned(), found: found.to_string() }
}
