//! The complete lists as Parquet: one row for every article and every sentence that changed.
//!
//! Rows are written as they are found. Invariant: both files appear complete or not at all, and no existing file is overwritten
//! (see [`NewFile`]).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, ListBuilder, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::compare::{ArticleChange, Compared, SentenceChange};
use super::sentences::Side;
use crate::dataset::{DatasetError, NewFile};

/// Rows buffered before they are written.
const BATCH_ROWS: usize = 8_192;

/// The lists being written.
pub(super) struct Lists {
    articles: List<ArticleChange>,
    sentences: List<SentenceChange>,
}

impl Lists {
    /// Lists in a folder, which is created if it is missing.
    pub(super) fn create(folder: &Path) -> Result<Self, DatasetError> {
        Ok(Self { articles: List::create(folder, "articles")?, sentences: List::create(folder, "sentences")? })
    }

    /// Adds the changes of an article and its sentences.
    pub(super) fn push(&mut self, compared: &Compared) -> Result<(), DatasetError> {
        self.articles.push(compared.article.iter().cloned())?;
        self.sentences.push(compared.sentences.iter().cloned())
    }

    /// Closes both files, then gives them their names: neither appears if the other cannot be written.
    pub(super) fn finish(self) -> Result<(), DatasetError> {
        // Closing can fail for want of space, renaming hardly; so both are closed before either gets its name.
        let (articles, sentences) = (self.articles.close()?, self.sentences.close()?);
        articles.finish()?;
        sentences.finish()
    }
}

/// One list being written.
struct List<R> {
    path: PathBuf,
    writer: ArrowWriter<NewFile>,
    rows: Vec<R>,
}

impl<R: Row> List<R> {
    fn create(folder: &Path, name: &str) -> Result<Self, DatasetError> {
        let path = folder.join(format!("{name}.parquet"));
        let file = NewFile::create(path.clone())?;
        let zstd = Compression::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(zstd).build();
        // From a batch without rows, so that the columns are declared in one place only.
        let schema = batch::<R>(&[])?.schema();
        let writer = ArrowWriter::try_new(file, schema, Some(properties));
        let writer = writer.map_err(|source| DatasetError::parquet(&path, source))?;
        Ok(Self { path, writer, rows: Vec::new() })
    }

    fn push(&mut self, rows: impl Iterator<Item = R>) -> Result<(), DatasetError> {
        for row in rows {
            self.rows.push(row);
            if self.rows.len() == BATCH_ROWS {
                self.write()?;
            }
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), DatasetError> {
        let written = self.writer.write(&batch(&self.rows)?);
        written.map_err(|source| DatasetError::parquet(&self.path, source))?;
        self.rows.clear();
        Ok(())
    }

    fn close(mut self) -> Result<NewFile, DatasetError> {
        self.write()?;
        self.writer.into_inner().map_err(|source| DatasetError::parquet(&self.path, source))
    }
}

/// A row of a list. The columns of rows are their name, whether they may be null, and the values.
trait Row: Sized {
    fn columns(rows: &[Self]) -> Vec<(&'static str, bool, ArrayRef)>;
}

fn batch<R: Row>(rows: &[R]) -> Result<RecordBatch, DatasetError> {
    let columns = R::columns(rows);
    let field = |(name, nullable, values): &(&str, bool, ArrayRef)| Field::new(*name, values.data_type().clone(), *nullable);
    let schema: SchemaRef = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    Ok(RecordBatch::try_new(schema, columns.into_iter().map(|(_, _, values)| values).collect())?)
}

fn texts<'r, R>(rows: &'r [R], text: impl Fn(&'r R) -> Option<&'r str>) -> ArrayRef {
    Arc::new(rows.iter().map(text).collect::<StringArray>())
}

fn numbers<R, N: Into<Option<i32>>>(rows: &[R], number: impl Fn(&R) -> N) -> ArrayRef {
    Arc::new(rows.iter().map(|row| number(row).into()).collect::<Int32Array>())
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A column of lists of texts.
fn lists<R, T: AsRef<str>>(rows: &[R], list: impl Fn(&R) -> Option<Vec<T>>) -> ArrayRef {
    let item = Field::new("item", DataType::Utf8, false);
    let mut builder = ListBuilder::new(StringBuilder::new()).with_field(item);
    for row in rows {
        let list = list(row);
        list.iter().flatten().for_each(|text| builder.values().append_value(text));
        builder.append(list.is_some());
    }
    Arc::new(builder.finish())
}

impl Row for ArticleChange {
    fn columns(rows: &[Self]) -> Vec<(&'static str, bool, ArrayRef)> {
        vec![
            ("change", false, texts(rows, |row| Some(row.change.name()))),
            ("article_id", false, texts(rows, |row| Some(row.article_id.as_str()))),
            ("source_path", false, texts(rows, |row| Some(row.source_path.as_str()))),
            ("what", false, lists(rows, |row| Some(row.what.clone()))),
            ("metadata", false, lists(rows, |row| Some(row.metadata.clone()))),
            ("sentences_added", false, numbers(rows, |row| count(row.sentences_added))),
            ("sentences_removed", false, numbers(rows, |row| count(row.sentences_removed))),
            ("sentences_edited", false, numbers(rows, |row| count(row.sentences_edited))),
            ("before", true, texts(rows, |row| row.before.as_deref())),
            ("after", true, texts(rows, |row| row.after.as_deref())),
        ]
    }
}

impl Row for SentenceChange {
    fn columns(rows: &[Self]) -> Vec<(&'static str, bool, ArrayRef)> {
        let mut columns = vec![
            ("change", false, texts(rows, |row| Some(row.change.name()))),
            ("article_id", false, texts(rows, |row| Some(row.article_id.as_str()))),
            ("source_path", false, texts(rows, |row| Some(row.source_path.as_str()))),
            ("what", false, lists(rows, |row| Some(row.what.clone()))),
            ("before", true, texts(rows, |row| row.before.as_ref().map(|side| side.text.as_str()))),
            ("after", true, texts(rows, |row| row.after.as_ref().map(|side| side.text.as_str()))),
        ];
        columns.extend(side_columns(rows, BEFORE, |row| row.before.as_ref()));
        columns.extend(side_columns(rows, AFTER, |row| row.after.as_ref()));
        columns
    }
}

const BEFORE: [&str; 4] = ["sentence_id_before", "sentence_index_before", "raw_before", "keyword_ids_before"];
const AFTER: [&str; 4] = ["sentence_id_after", "sentence_index_after", "raw_after", "keyword_ids_after"];

/// The columns of one side of each sentence; null if the sentence was added or removed.
fn side_columns(
    rows: &[SentenceChange],
    names: [&'static str; 4],
    side: impl Fn(&SentenceChange) -> Option<&Side>,
) -> Vec<(&'static str, bool, ArrayRef)> {
    let [id, index, raw, keywords] = names;
    vec![
        (id, true, texts(rows, |row| side(row).map(|side| side.sentence_id.as_str()))),
        (index, true, numbers(rows, |row| side(row).map(|side| side.sentence_index))),
        (raw, true, texts(rows, |row| side(row).map(|side| side.raw_text.as_str()))),
        (keywords, true, lists(rows, |row| side(row).map(|side| side.keyword_ids.clone()))),
    ]
}
