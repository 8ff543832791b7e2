//! One table on disk: rows in, Parquet files of bounded size out.
//!
//! Invariant: the bytes of the files depend only on the rows and their order. The Parquet writer ends pages at the edges of
//! the batches that it is given, so rows are gathered into batches of [`BATCH_ROWS`], whatever the number of workers or the
//! size of the articles. The bounds on memory and open files, which matter with many partitions and with huge articles, count
//! rows and bytes, never time.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::file::properties::WriterProperties;

use super::error::DatasetError;
use super::file_properties::{BuildStamp, GROUP_ROWS, huge_row_properties, properties};
use super::hashes::{FileHashes, HashedFile};
use super::page_spool::PageSpool;
use super::part_file::PartFile;
use crate::failpoint::reach;
use engine::tables::{Table, TableRow};

/// Rows of a batch; a divisor of [`GROUP_ROWS`], so that no batch is cut in two.
const BATCH_ROWS: usize = 8_192;
/// Bytes of text in a batch of fewer rows. Such a batch is a row group: readers hold one in memory, and a column of a batch
/// cannot have 2 GiB.
const BATCH_BYTES: usize = 64 << 20;
/// Bytes of text in a huge row, which has a file of its own.
const HUGE_ROW_BYTES: usize = 8 << 20;
/// Rows of a full file.
const PART_ROWS: usize = 8 * GROUP_ROWS;
/// Rows that all partitions of a table together may gather before the fullest is written.
const WAITING_ROWS: usize = 4 * BATCH_ROWS;
/// Bytes of text that they may gather.
const WAITING_BYTES: usize = 2 * BATCH_BYTES;
/// Open files of a table; systems commonly allow 1,024 for a process.
const OPEN_PARTS: usize = 64;
/// Bytes that the unfinished row groups of a table may hold in memory before the largest is written.
const OPEN_BYTES: usize = 256 << 20;
/// Writes the files of one table, each partition to its own folder.
pub(super) struct TableWriter<R> {
    properties: WriterProperties,
    /// Of the file of a huge row.
    huge_row_properties: WriterProperties,
    build_folder: PathBuf,
    spool: PageSpool,
    part: Option<usize>,
    partitions: BTreeMap<String, Partition<R>>,
    /// Rows that all partitions together have gathered, and the bytes of text in them.
    waiting: usize,
    waiting_bytes: usize,
    finished: Vec<PartFile>,
}

/// One partition. Its key is the name of its folder below that of the table, empty if the table is not partitioned.
struct Partition<R> {
    rows: Vec<R>,
    bytes: usize,
    /// Whether the only one of them is huge.
    is_huge_row: bool,
    open: Option<OpenPart>,
    parts: usize,
}

impl<R> Default for Partition<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), bytes: 0, is_huge_row: false, open: None, parts: 0 }
    }
}

struct OpenPart {
    writer: ArrowWriter<HashedFile>,
    path: String,
    rows: usize,
}

impl<R: TableRow> TableWriter<R> {
    /// A writer of the row's table below the folder of a build.
    ///
    /// # Errors
    /// If the table's folder cannot be created.
    pub(super) fn new(build_folder: &Path, stamp: &BuildStamp) -> Result<Self, DatasetError> {
        let folder = build_folder.join(R::TABLE.name());
        std::fs::create_dir_all(&folder).map_err(|source| DatasetError::io(&folder, source))?;
        Ok(Self {
            properties: properties::<R>(stamp),
            huge_row_properties: huge_row_properties::<R>(stamp),
            build_folder: build_folder.to_owned(),
            spool: PageSpool::new(build_folder)?,
            part: stamp.part,
            partitions: BTreeMap::new(),
            waiting: 0,
            waiting_bytes: 0,
            finished: Vec::new(),
        })
    }

    /// Adds rows to a partition.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn push(&mut self, partition: &str, rows: impl IntoIterator<Item = R>) -> Result<(), DatasetError> {
        if !self.partitions.contains_key(partition) {
            self.partitions.insert(partition.to_owned(), Partition::default());
        }
        for row in rows {
            let bytes = row.text_bytes();
            let is_huge = bytes >= HUGE_ROW_BYTES;
            if is_huge {
                self.finish_part(partition)?;
            } else if self.gathered(partition).bytes + bytes > BATCH_BYTES {
                self.write_group(partition)?;
            }
            self.waiting += 1;
            self.waiting_bytes += bytes;
            let gathered = self.gathered(partition);
            gathered.rows.push(row);
            gathered.bytes += bytes;
            gathered.is_huge_row = is_huge;
            if is_huge {
                self.finish_part(partition)?;
            } else if gathered.bytes >= BATCH_BYTES {
                self.write_group(partition)?;
            } else if gathered.rows.len() == BATCH_ROWS {
                self.write_batch(partition)?;
            } else if self.waiting >= WAITING_ROWS {
                // Many partitions may each stay short of a batch, so the sum has a bound of its own.
                self.write_fullest(|partition| partition.rows.len())?;
            } else if self.waiting_bytes >= WAITING_BYTES {
                self.write_fullest(|partition| partition.bytes)?;
            }
        }
        Ok(())
    }

    fn gathered(&mut self, partition: &str) -> &mut Partition<R> {
        self.partitions.get_mut(partition).expect("the name of a partition")
    }

    /// Writes the rows that a partition has gathered, and closes its file; a partition that has none gets none.
    fn finish_part(&mut self, name: &str) -> Result<(), DatasetError> {
        if !self.gathered(name).rows.is_empty() {
            self.write_batch(name)?;
        }
        self.close_part(name)
    }

    /// Writes the rows that a partition has gathered, and ends its row group.
    fn write_group(&mut self, name: &str) -> Result<(), DatasetError> {
        self.write_batch(name)?;
        let partition = self.partitions.get_mut(name).expect("the name of a partition");
        let Some(open) = &mut partition.open else { return Ok(()) };
        let flushed = open.writer.flush();
        flushed.map_err(|source| DatasetError::parquet(&self.build_folder.join(&open.path), source))
    }

    /// Writes the rows of the partition that has gathered the most.
    fn write_fullest(&mut self, size: fn(&Partition<R>) -> usize) -> Result<(), DatasetError> {
        let fullest = self.partitions.iter().max_by_key(|(_, partition)| size(partition));
        let name = fullest.map(|(name, _)| name.clone()).unwrap_or_default();
        self.write_batch(&name)
    }

    /// Writes the remaining rows and closes all files. A table without rows has one file without rows, so that readers find
    /// its columns.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn finish(mut self) -> Result<Vec<PartFile>, DatasetError> {
        if self.partitions.is_empty() {
            // Creates the partition alone; the loop below then writes its empty file.
            self.push("", [])?;
        }
        // Cloned, because writing borrows the map that the names are in.
        let names: Vec<String> = self.partitions.keys().cloned().collect();
        for name in names {
            self.write_batch(&name)?;
            self.close_part(&name)?;
        }
        // Files are closed when they are full or too many are open, so they are not in order yet.
        self.finished.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(self.finished)
    }

    /// Writes the rows that a partition has gathered, if it has any or no file yet.
    fn write_batch(&mut self, name: &str) -> Result<(), DatasetError> {
        let partition = self.partitions.get_mut(name).expect("the name of a partition");
        self.waiting -= partition.rows.len();
        self.waiting_bytes -= std::mem::take(&mut partition.bytes);
        // A partition whose last file was just full has parts and no rows: it must not get an empty file on top.
        if partition.open.is_none() && (partition.parts == 0 || !partition.rows.is_empty()) {
            let path = part_path(R::TABLE, name, self.part, partition.parts);
            let properties = if partition.is_huge_row { &self.huge_row_properties } else { &self.properties };
            let options = ArrowWriterOptions::new()
                .with_properties(properties.clone())
                .with_page_store_factory(Arc::new(self.spool.clone()));
            partition.open = Some(OpenPart::create::<R>(&self.build_folder, path, options)?);
            partition.parts += 1;
        }
        let Some(open) = partition.open.as_mut().filter(|_| !partition.rows.is_empty()) else { return Ok(()) };
        let batch = R::batch(&partition.rows);
        // Before the batch is encoded, which takes as much memory again.
        partition.rows.clear();
        open.rows += batch.num_rows();
        let written = open.writer.write(&batch);
        written.map_err(|source| DatasetError::parquet(&self.build_folder.join(&open.path), source))?;
        if open.rows >= PART_ROWS {
            self.close_part(name)?;
        }
        // After the full part is closed: what it held in memory must not count against the bound.
        self.flush_largest()?;
        self.close_longest()
    }

    /// Closes the longest file if more are open than the system may allow.
    fn close_longest(&mut self) -> Result<(), DatasetError> {
        let open = || self.partitions.iter().filter_map(|(name, partition)| Some((partition.open.as_ref()?.rows, name)));
        if open().count() <= OPEN_PARTS {
            return Ok(());
        }
        let longest = open().max().map(|(_, name)| name.clone()).unwrap_or_default();
        self.close_part(&longest)
    }

    /// Ends the largest unfinished row group if all partitions together hold too much in memory. A table that is not
    /// partitioned is left alone: its row groups have the size that readers want.
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
        let partition = self.partitions.get_mut(name).expect("the name of a partition");
        let Some(OpenPart { writer, path, rows }) = partition.open.take() else { return Ok(()) };
        let full = self.build_folder.join(&path);
        reach("table.close").map_err(|source| DatasetError::io(&full, source))?;
        // Writes the footer; the file's hashes are complete only after it.
        let file = writer.into_inner().map_err(|source| DatasetError::parquet(&full, source))?;
        let FileHashes { bytes, blake3, sha256 } = file.finish().map_err(|source| DatasetError::io(&full, source))?;
        self.finished.push(PartFile { path, rows, bytes, blake3, sha256 });
        Ok(())
    }
}

impl OpenPart {
    /// Creates a file, which must not exist, and the folders above it.
    fn create<R: TableRow>(build_folder: &Path, path: String, options: ArrowWriterOptions) -> Result<Self, DatasetError> {
        let full = build_folder.join(&path);
        let io = |source| DatasetError::io(&full, source);
        reach("table.create").and_then(|()| std::fs::create_dir_all(full.parent().unwrap_or(&full))).map_err(io)?;
        // `create_new`: two partitions that were given one folder would otherwise overwrite each other unnoticed.
        let file = HashedFile::new(File::create_new(&full).map_err(io)?);
        let writer = ArrowWriter::try_new_with_options(file, R::schema(), options);
        let writer = writer.map_err(|source| DatasetError::parquet(&full, source))?;
        Ok(Self { writer, path, rows: 0 })
    }
}

/// The path of a file, relative to the build's folder.
fn part_path(table: Table, partition: &str, of: Option<usize>, number: usize) -> String {
    let separator = if partition.is_empty() { "" } else { "/" };
    let of = of.map(|part| format!("{part:06}-")).unwrap_or_default();
    format!("{}/{partition}{separator}part-{of}{number:05}.parquet", table.name())
}
