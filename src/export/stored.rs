//! The tables of a build, walked an article at a time.
//!
//! Invariant: one batch of rows is in memory.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::datatypes::Field;
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::files::{Encoder, Files};
use super::place::Place;
use crate::dataset::stored::{ArticleCursor, StoredArticle};
use crate::dataset::{DatasetError, part_files};
use engine::tables::Table;

/// Rows read at once.
const BATCH_ROWS: usize = 4096;

/// Rows of one article, or rejects of one source, that follow each other in a batch.
pub(super) struct Run<'r> {
    /// `None` for rejects.
    pub(super) article: Option<&'r StoredArticle>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Passes on all rows of a table, with each batch as `prepare` makes it, after turning to the file that they belong to.
pub(super) fn each_run<E: Encoder + ?Sized, P>(
    build: &Path,
    table: Table,
    wanted: fn(&Field) -> bool,
    files: &mut Files<'_, E>,
    prepare: impl Fn(&RecordBatch) -> Result<P, ArrowError>,
    pass: impl Fn(&P, &Run<'_>, &mut Files<'_, E>) -> Result<(), DatasetError>,
) -> Result<(), DatasetError> {
    let mut articles = if table == Table::Rejects { None } else { Some(ArticleCursor::open(build)?) };
    for path in part_files(build, table)? {
        let failed = |error: ArrowError| DatasetError::unreadable(&path, error);
        for batch in batches(&path, wanted)? {
            let batch = batch?;
            let prepared = prepare(&batch).map_err(failed)?;
            let keys = Keys::of(&batch, table).map_err(failed)?;
            let mut start = 0;
            while start < batch.num_rows() {
                let end = keys.end(start, batch.num_rows());
                let (source_path, article_id) = keys.at(start);
                let article = match (&mut articles, article_id) {
                    (Some(articles), Some(id)) => Some(articles.find(id)?),
                    _ => None,
                };
                let section = article.and_then(|article| article.section.as_deref());
                files.turn_to(&Place { source_path, article_id, section })?;
                pass(&prepared, &Run { article, start, end }, files)?;
                start = end;
            }
        }
    }
    Ok(())
}

/// What tells the rows of one article from those of another.
struct Keys {
    source_paths: StringArray,
    article_ids: Option<StringArray>,
}

impl Keys {
    fn of(batch: &RecordBatch, table: Table) -> Result<Self, ArrowError> {
        let article_ids = if table == Table::Rejects { None } else { Some(text_column(batch, "article_id")?.clone()) };
        Ok(Self { source_paths: text_column(batch, "source_path")?.clone(), article_ids })
    }

    fn at(&self, row: usize) -> (&str, Option<&str>) {
        (self.source_paths.value(row), self.article_ids.as_ref().map(|ids| ids.value(row)))
    }

    /// The end of the rows that have the keys of this one.
    fn end(&self, start: usize, rows: usize) -> usize {
        let key = self.at(start);
        (start..rows).find(|row| self.at(*row) != key).unwrap_or(rows)
    }
}

/// The batches of a file with the columns that are wanted.
fn batches(
    path: &Path,
    wanted: fn(&Field) -> bool,
) -> Result<impl Iterator<Item = Result<RecordBatch, DatasetError>> + use<>, DatasetError> {
    let path: PathBuf = path.to_owned();
    let file = File::open(&path).map_err(|source| DatasetError::io(&path, source))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| DatasetError::unreadable(&path, error))?;
    let columns = builder.schema().fields().iter().enumerate().filter(|(_, field)| wanted(field)).map(|(index, _)| index);
    let mask = ProjectionMask::roots(builder.parquet_schema(), columns.collect::<Vec<_>>());
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
    let reader = reader.map_err(|error| DatasetError::unreadable(&path, error))?;
    Ok(reader.map(move |batch| batch.map_err(|error| DatasetError::unreadable(&path, error))))
}

/// A column of text. By name, since the table is known only at run time.
pub(super) fn text_column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray, ArrowError> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt());
    column.ok_or_else(|| ArrowError::SchemaError(format!("the table has no column {name} of text")))
}
