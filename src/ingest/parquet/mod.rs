//! Reads the rows of a Parquet table as records, a few rows at a time.
//!
//! Invariant: memory depends on the largest rows and pages, not on the table or its row groups. Only a table inside an archive or a
//! compressed file is held whole, because Parquet needs random access; `max_file_mib` bounds it.
//!
//! [`values`] turns cells into JSON, [`moments`] turns times into text.

mod moments;
mod values;

use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use ::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::ChunkReader;
use arrow::array::RecordBatch;
use bytes::Bytes;
use serde_json::Value;

use super::source::{Content, Found, RawRecord};
use engine::document::Encoding;
use engine::tables::Reject;

/// Rows decoded together. Articles can be large (a megabyte each is possible), so the batch is small; decoding costs little more
/// than with large batches, because pages are read once whatever the batch.
const BATCH_ROWS: usize = 64;

/// Where a table is.
pub(super) enum Source<'s> {
    /// In a file.
    File(&'s Path),
    /// In memory, read whole from an archive.
    Bytes(Vec<u8>),
}

/// Emits each row of a table as a record. A table that breaks is one reject, after the rows before the fault.
pub(super) fn read_rows(
    source_path: &str,
    source: Source<'_>,
    emit: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let opened = match source {
        Source::File(path) => File::open(path).map_err(ParquetError::from).and_then(open),
        Source::Bytes(bytes) => open(Bytes::from(bytes)),
    };
    match opened {
        Ok(None) => {
            let message = "holds no row; delete it, or add it to ingest.skip".to_owned();
            emit(Found::Reject(Reject::new(source_path, "empty", message)))
        }
        Ok(Some(batches)) => emit_rows(source_path, batches, emit),
        Err(error) => emit(broken_table(source_path, &error)),
    }
}

/// The batches of a table; `None` if it has no rows.
fn open<R: ChunkReader + 'static>(input: R) -> Result<Option<ParquetRecordBatchReader>, ParquetError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(input)?;
    if builder.metadata().row_groups().iter().all(|group| group.num_rows() == 0) {
        return Ok(None);
    }
    builder.with_batch_size(BATCH_ROWS).build().map(Some)
}

fn emit_rows(
    source_path: &str,
    batches: ParquetRecordBatchReader,
    emit: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut number = 0_u64;
    for batch in batches {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return emit(broken_table(source_path, &error)),
        };
        for row in 0..batch.num_rows() {
            number += 1;
            emit(Found::Record(RawRecord {
                source_path: source_path.to_owned(),
                place: Some(format!("row {number}")),
                byte_offset: None,
                encoding: Encoding::Utf8,
                content: Content::Fields(fields_of(&batch, row)),
            }))?;
        }
    }
    ControlFlow::Continue(())
}

fn broken_table(source_path: &str, error: &dyn std::fmt::Display) -> Found {
    let message = format!("a Parquet table that cannot be read: {error}; write it again from its source");
    Found::Reject(Reject::new(source_path, "broken_table", message))
}

fn fields_of(batch: &RecordBatch, row: usize) -> Vec<(String, Value)> {
    let schema = batch.schema_ref();
    let columns = schema.fields().iter().zip(batch.columns());
    columns.map(|(field, column)| (field.name().clone(), values::json_of(column, row))).collect()
}
