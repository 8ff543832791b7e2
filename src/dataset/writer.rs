//! One table on disk: rows in, Parquet files of bounded size out.
//!
//! Invariant: the bytes of the files depend on the rows and their order alone. Parquet cuts pages at the edges of the batches that it is
//! given, so rows are gathered into batches of [`BATCH_ROWS`], whatever the number of workers or the size of the articles. What bounds
//! memory and open files where there are many partitions counts rows and bytes, never time.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use serde::{Deserialize, Serialize};

use super::DatasetError;
use super::hashes::FileHashes;
use engine::tables::TableRow;
use engine::tables::schema::{SCHEMA_VERSION, Table};

/// Rows of a batch; a divisor of [`GROUP_ROWS`].
const BATCH_ROWS: usize = 8_192;
/// Rows of a row group: what `DuckDB` scans as one unit.
const GROUP_ROWS: usize = 122_880;
/// Rows of a file.
const PART_ROWS: usize = 8 * GROUP_ROWS;
/// Rows that the partitions of a table may gather together before the fullest is written.
const WAITING_ROWS: usize = 4 * BATCH_ROWS;
/// Files of a table that may be open at once.
const OPEN_PARTS: usize = 64;
/// Bytes that the row groups of a table's partitions may hold in memory together before the largest is written.
const OPEN_BYTES: usize = 256 << 20;
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
    /// Its hash, by which builds are compared.
    pub blake3: String,
    /// The hash that description formats and everyday tools know.
    #[serde(default)]
    pub sha256: String,
}

/// What every file of a build says of it.
#[derive(Clone, Debug)]
pub struct BuildStamp {
    /// The build.
    pub build_id: String,
    /// The model that made it.
    pub model_id: String,
}

/// Writes the files of one table, each partition to a folder of its own.
pub(super) struct TableWriter<R> {
    table: Table,
    schema: SchemaRef,
    properties: WriterProperties,
    build_folder: PathBuf,
    partitions: BTreeMap<String, Partition<R>>,
    /// Rows that all partitions have gathered.
    waiting: usize,
    finished: Vec<PartFile>,
}

/// The rows of one partition: its folder's name below that of the table, empty where there is only one.
struct Partition<R> {
    rows: Vec<R>,
    open: Option<OpenPart>,
    parts: usize,
}

impl<R> Default for Partition<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), open: None, parts: 0 }
    }
}

struct OpenPart {
    writer: ArrowWriter<File>,
    path: String,
    rows: usize,
}

impl<R: TableRow> TableWriter<R> {
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
            schema,
            partitions: BTreeMap::new(),
            waiting: 0,
            finished: Vec::new(),
        })
    }

    /// Adds rows to a partition.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub(super) fn push(&mut self, partition: &str, rows: impl IntoIterator<Item = R>) -> Result<(), DatasetError> {
        if !self.partitions.contains_key(partition) {
            self.partitions.insert(partition.to_owned(), Partition::default());
        }
        for row in rows {
            let gathered = &mut self.partitions.get_mut(partition).expect("put in above").rows;
            gathered.push(row);
            self.waiting += 1;
            if gathered.len() == BATCH_ROWS {
                self.write_batch(partition)?;
            } else if self.waiting >= WAITING_ROWS {
                self.write_fullest()?;
            }
        }
        Ok(())
    }

    /// Writes the rows of the partition that has gathered most.
    fn write_fullest(&mut self) -> Result<(), DatasetError> {
        let fullest = self.partitions.iter().max_by_key(|(_, partition)| partition.rows.len());
        let name = fullest.map(|(name, _)| name.clone()).unwrap_or_default();
        self.write_batch(&name)
    }

    /// Writes what is left and closes all files; a table without rows has one file without rows.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub(super) fn finish(mut self) -> Result<Vec<PartFile>, DatasetError> {
        if self.partitions.is_empty() {
            self.push("", [])?;
        }
        let names: Vec<String> = self.partitions.keys().cloned().collect();
        for name in names {
            self.write_batch(&name)?;
            self.close_part(&name)?;
        }
        self.finished.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(self.finished)
    }

    /// Writes the rows that a partition has gathered, if it has any or no file yet.
    fn write_batch(&mut self, name: &str) -> Result<(), DatasetError> {
        let partition = self.partitions.get_mut(name).expect("a partition that was named");
        self.waiting -= partition.rows.len();
        if partition.open.is_none() && (partition.parts == 0 || !partition.rows.is_empty()) {
            let path = part_path(self.table, name, partition.parts);
            let full = self.build_folder.join(&path);
            let io = |source| DatasetError::io(&full, source);
            std::fs::create_dir_all(full.parent().unwrap_or(&full)).map_err(io)?;
            let file = File::create_new(&full).map_err(io)?;
            let writer = ArrowWriter::try_new(file, self.schema.clone(), Some(self.properties.clone()));
            let writer = writer.map_err(|source| DatasetError::parquet(&full, source))?;
            partition.parts += 1;
            partition.open = Some(OpenPart { writer, path, rows: 0 });
        }
        let Some(open) = partition.open.as_mut().filter(|_| !partition.rows.is_empty()) else { return Ok(()) };
        let written = open.writer.write(&R::batch(&partition.rows));
        written.map_err(|source| DatasetError::parquet(&self.build_folder.join(&open.path), source))?;
        open.rows += partition.rows.len();
        partition.rows.clear();
        if open.rows >= PART_ROWS {
            self.close_part(name)?;
        }
        self.flush_largest()?;
        self.close_longest()
    }

    /// Closes the longest file, where so many are open that the system may refuse another.
    fn close_longest(&mut self) -> Result<(), DatasetError> {
        let open = || self.partitions.iter().filter_map(|(name, partition)| Some((partition.open.as_ref()?.rows, name)));
        if open().count() <= OPEN_PARTS {
            return Ok(());
        }
        let longest = open().max().map(|(_, name)| name.clone()).unwrap_or_default();
        self.close_part(&longest)
    }

    /// Ends the row group of the partition that holds most in memory, where all together hold too much.
    fn flush_largest(&mut self) -> Result<(), DatasetError> {
        let size = |partition: &Partition<R>| partition.open.as_ref().map_or(0, |open| open.writer.in_progress_size());
        if self.partitions.len() > 1 && self.partitions.values().map(size).sum::<usize>() > OPEN_BYTES {
            let largest = self.partitions.values_mut().max_by_key(|partition| size(partition));
            if let Some(open) = largest.and_then(|partition| partition.open.as_mut()) {
                let flushed = open.writer.flush();
                flushed.map_err(|source| DatasetError::parquet(&self.build_folder.join(&open.path), source))?;
            }
        }
        Ok(())
    }

    fn close_part(&mut self, name: &str) -> Result<(), DatasetError> {
        let partition = self.partitions.get_mut(name).expect("a partition that was named");
        let Some(OpenPart { writer, path, rows }) = partition.open.take() else { return Ok(()) };
        let full = self.build_folder.join(&path);
        let io = |source| DatasetError::io(&full, source);
        let file = writer.into_inner().map_err(|source| DatasetError::parquet(&full, source))?;
        file.sync_all().map_err(io)?;
        let bytes = file.metadata().map_err(io)?.len();
        let FileHashes { blake3, sha256 } = FileHashes::of(&full)?;
        self.finished.push(PartFile { path, rows, bytes, blake3, sha256 });
        Ok(())
    }
}

/// The path of a file, relative to the build's folder.
fn part_path(table: Table, partition: &str, part: usize) -> String {
    let separator = if partition.is_empty() { "" } else { "/" };
    format!("{}/{partition}{separator}part-{part:05}.parquet", table.name())
}

fn properties(table: Table, stamp: &BuildStamp) -> WriterProperties {
    let schema = table.schema();
    let sorted = table.sorted_by().iter().map(|name| {
        // Sorted columns stand before any nested one, so a field's index is that of its leaf.
        let index = schema.index_of(name).expect("tables are sorted by their own columns");
        SortingColumn { column_idx: i32::try_from(index).expect("few columns"), descending: false, nulls_first: false }
    });
    let sorted: Vec<SortingColumn> = sorted.collect();
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
        .set_sorting_columns(Some(sorted).filter(|columns| !columns.is_empty()))
        // Rows lie in the order of the sources, not of the ids: the filter tells a reader which row groups have an article.
        .set_column_bloom_filter_enabled(ColumnPath::from("article_id"), table != Table::Rejects)
        .set_bloom_filter_for_dictionary_encoded_chunks(true)
        .set_key_value_metadata(Some(metadata))
        .build()
}
