//! One table on disk: rows in, Parquet files of bounded size out.
//!
//! Invariant: the bytes of a file depend on its rows alone. Parquet cuts pages at the edges of the batches that it is given, so
//! rows are gathered into batches of [`BATCH_ROWS`], whatever the number of workers or the size of the articles.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use arrow::json::ReaderBuilder;
use arrow::json::reader::Decoder;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde::{Deserialize, Serialize};

use super::DatasetError;
use super::schema::{SCHEMA_VERSION, Table};

/// Rows of a batch; a divisor of [`GROUP_ROWS`].
const BATCH_ROWS: usize = 8_192;
/// Rows of a row group: what `DuckDB` scans as one unit.
const GROUP_ROWS: usize = 122_880;
/// Rows of a file.
const PART_ROWS: usize = 8 * GROUP_ROWS;
/// Compression level of zstd.
const LEVEL: i32 = 3;
/// Names the writer in every file; pinned, so that an update of a library alone does not change bytes' meaning unseen.
const CREATED_BY: &str = concat!("tarmim version ", env!("CARGO_PKG_VERSION"));

/// A finished file of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFile {
    /// Relative to the build's folder, with `/`.
    pub path: String,
    /// Rows in it.
    pub rows: usize,
    /// Its size.
    pub bytes: u64,
    /// Its hash.
    pub blake3: String,
}

/// What every file of a build says of it.
#[derive(Clone, Debug)]
pub struct BuildStamp {
    /// The build.
    pub build_id: String,
    /// The model that made it.
    pub model_id: String,
}

/// Writes the files of one table.
pub(super) struct TableWriter<R> {
    table: Table,
    schema: SchemaRef,
    properties: WriterProperties,
    build_folder: PathBuf,
    decoder: Decoder,
    rows: Vec<R>,
    open: Option<(ArrowWriter<File>, usize)>,
    finished: Vec<PartFile>,
}

impl<R: Serialize> TableWriter<R> {
    /// A writer of a table's files under the folder of a build.
    ///
    /// # Errors
    /// Where the table's folder cannot be made.
    pub(super) fn new(build_folder: &Path, table: Table, stamp: &BuildStamp) -> Result<Self, DatasetError> {
        let folder = build_folder.join(table.name());
        std::fs::create_dir_all(&folder).map_err(|source| DatasetError::io(&folder, source))?;
        let schema = table.schema();
        Ok(Self {
            table,
            properties: properties(table, stamp),
            build_folder: build_folder.to_owned(),
            decoder: decoder(&schema)?,
            schema,
            rows: Vec::with_capacity(BATCH_ROWS),
            open: None,
            finished: Vec::new(),
        })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub(super) fn push(&mut self, rows: impl IntoIterator<Item = R>) -> Result<(), DatasetError> {
        for row in rows {
            self.rows.push(row);
            if self.rows.len() == BATCH_ROWS {
                self.write_batch()?;
            }
        }
        Ok(())
    }

    /// Writes what is left and closes the last file; a table without rows has one file without rows.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub(super) fn finish(mut self) -> Result<Vec<PartFile>, DatasetError> {
        if !self.rows.is_empty() {
            self.write_batch()?;
        }
        if self.open.is_none() && self.finished.is_empty() {
            self.open_part()?;
        }
        self.close_part()?;
        Ok(self.finished)
    }

    fn write_batch(&mut self) -> Result<(), DatasetError> {
        self.decoder.serialize(&self.rows)?;
        let batch = self.decoder.flush()?;
        let count = self.rows.len();
        self.rows.clear();
        if self.open.is_none() {
            self.open_part()?;
        }
        if let (Some((writer, rows)), Some(batch)) = (&mut self.open, batch) {
            writer.write(&batch)?;
            *rows += count;
            if *rows >= PART_ROWS {
                self.close_part()?;
            }
        }
        Ok(())
    }

    fn part_path(&self) -> String {
        format!("{}/part-{:05}.parquet", self.table.name(), self.finished.len())
    }

    fn open_part(&mut self) -> Result<(), DatasetError> {
        let path = self.build_folder.join(self.part_path());
        let file = File::create_new(&path).map_err(|source| DatasetError::io(&path, source))?;
        let writer = ArrowWriter::try_new(file, self.schema.clone(), Some(self.properties.clone()))?;
        self.open = Some((writer, 0));
        Ok(())
    }

    fn close_part(&mut self) -> Result<(), DatasetError> {
        let Some((writer, rows)) = self.open.take() else { return Ok(()) };
        let path = self.part_path();
        let full = self.build_folder.join(&path);
        let io = |source| DatasetError::io(&full, source);
        let file = writer.into_inner()?;
        file.sync_all().map_err(io)?;
        let bytes = file.metadata().map_err(io)?.len();
        let blake3 = hash_file(&full)?;
        self.finished.push(PartFile { path, rows, bytes, blake3 });
        Ok(())
    }
}

/// The hash of a file, as a manifest holds it.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn hash_file(path: &Path) -> Result<String, DatasetError> {
    let io = |source| DatasetError::io(path, source);
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path).map_err(io)?).map_err(io)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Turns rows into Arrow arrays by the names of their fields; a field that the schema lacks is an error.
fn decoder(schema: &SchemaRef) -> Result<Decoder, DatasetError> {
    Ok(ReaderBuilder::new(schema.clone()).with_strict_mode(true).build_decoder()?)
}

fn properties(table: Table, stamp: &BuildStamp) -> WriterProperties {
    let schema = table.schema();
    let sorted = table.sorted_by().iter().map(|name| {
        // Sorted columns stand before any nested one, so a field's index is that of its leaf.
        let index = schema.index_of(name).expect("tables are sorted by their own columns");
        SortingColumn { column_idx: i32::try_from(index).expect("few columns"), descending: false, nulls_first: false }
    });
    let entry = |key: &str, value: &str| KeyValue::new(format!("tarmim.{key}"), value.to_owned());
    let metadata = vec![
        entry("table", table.name()),
        entry("schema_version", SCHEMA_VERSION),
        entry("build_id", &stamp.build_id),
        entry("model_id", &stamp.model_id),
    ];
    WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL).expect("a level of zstd")))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_sorting_columns(Some(sorted.collect()))
        .set_key_value_metadata(Some(metadata))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        source_path: String,
        unheard_of: u32,
    }

    #[test]
    fn a_field_that_the_schema_lacks_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let stamp = BuildStamp { build_id: "b".to_owned(), model_id: "m".to_owned() };
        let mut writer = TableWriter::new(folder.path(), Table::Rejects, &stamp).expect("a writer");
        writer.push([Row { source_path: "a".to_owned(), unheard_of: 1 }]).expect("rows are only gathered");
        assert!(writer.finish().is_err());
    }
}
