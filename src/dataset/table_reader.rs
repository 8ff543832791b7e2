//! Reading a build's tables: record batches of the columns that are needed.
//!
//! Invariant: one batch per thread is in memory, whatever the size of the table. The row group is the unit of parallel work,
//! because a Parquet file can be read from the start of any of them; results keep the order of the rows.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{ArrowPrimitiveType, AsArray, Int32Array, PrimitiveArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::compute::kernels::length::length;
#[cfg(feature = "analysis")]
use arrow::datatypes::SchemaRef;
use arrow::datatypes::{DataType, Int32Type};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
#[cfg(feature = "analysis")]
use parquet::file::metadata::ParquetMetaData;

use super::{DatasetError, part_files};
use engine::tables::schema::Table;

/// Rows of a batch: some megabytes of text.
const BATCH_ROWS: usize = 4096;

/// An error of reading or using a batch.
pub(crate) type BatchError = Box<dyn std::error::Error + Send + Sync>;

/// A file of a table, with its footer read.
pub(crate) struct TableFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

impl TableFile {
    /// Reads the footer of a file.
    ///
    /// # Errors
    /// If the file is missing or is not Parquet.
    pub(crate) fn open(path: PathBuf) -> Result<Self, DatasetError> {
        let metadata = File::open(&path)
            .map_err(Into::into)
            .and_then(|file| ArrowReaderMetadata::load(&file, ArrowReaderOptions::default()));
        match metadata {
            Ok(metadata) => Ok(Self { path, metadata }),
            Err(error) => Err(DatasetError::unreadable(&path, error)),
        }
    }

    /// All files of a table, in the order of its rows.
    pub(crate) fn all(build_folder: &Path, table: Table) -> Result<Vec<Self>, DatasetError> {
        part_files(build_folder, table)?.into_iter().map(Self::open).collect()
    }

    /// Names the file in an error of its reader.
    pub(crate) fn unreadable(&self, error: impl Into<BatchError>) -> DatasetError {
        DatasetError::unreadable(&self.path, error)
    }

    /// A reader of some columns. Columns that the file lacks are left out; the functions below report them.
    pub(crate) fn reader(&self, columns: &[&str]) -> Result<ParquetRecordBatchReaderBuilder<File>, DatasetError> {
        let file = File::open(&self.path).map_err(|error| self.unreadable(error))?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        // By name and not by index: builds of other versions have other columns.
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        Ok(builder.with_projection(mask).with_batch_size(BATCH_ROWS))
    }
}

#[cfg(feature = "analysis")]
impl TableFile {
    pub(crate) fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    pub(crate) fn rows(&self) -> usize {
        usize::try_from(self.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    pub(crate) fn row_groups(&self) -> std::ops::Range<usize> {
        0..self.metadata().num_row_groups()
    }

    /// The footer, with the statistics of each row group.
    pub(crate) fn metadata(&self) -> &ParquetMetaData {
        self.metadata.metadata()
    }
}

/// The batches of a file with some of its columns, `rows` at a time.
///
/// # Errors
/// If the file is missing or is not Parquet.
pub(crate) fn batches(file: &Path, columns: &[&str], rows: usize) -> Result<ParquetRecordBatchReader, DatasetError> {
    let file = TableFile::open(file.to_owned())?;
    file.reader(columns)?.with_batch_size(rows).build().map_err(|error| file.unreadable(error))
}

/// A column of texts.
///
/// # Errors
/// If the batch lacks it.
pub(crate) fn texts(batch: &RecordBatch, name: &str) -> Result<StringArray, ArrowError> {
    Ok(cast(batch.column(batch.schema().index_of(name)?), &DataType::Utf8)?.as_string::<i32>().clone())
}

/// A column of numbers, whatever their width in the file.
///
/// # Errors
/// If the batch lacks it, or it holds no numbers.
pub(crate) fn numbers<N: ArrowPrimitiveType>(batch: &RecordBatch, name: &str) -> Result<PrimitiveArray<N>, ArrowError> {
    Ok(cast(batch.column(batch.schema().index_of(name)?), &N::DATA_TYPE)?.as_primitive::<N>().clone())
}

/// The lengths of the lists of a column.
///
/// # Errors
/// If the batch lacks it, or it holds no lists.
pub(crate) fn list_lengths(batch: &RecordBatch, name: &str) -> Result<Int32Array, ArrowError> {
    // The kernel's number type depends on the kind of list, hence the cast to one.
    let lengths = length(batch.column(batch.schema().index_of(name)?))?;
    Ok(cast(&lengths, &DataType::Int32)?.as_primitive::<Int32Type>().clone())
}
