//! Rows of a Parquet table as records, read with polars, a row group at a time.
//!
//! Invariant: memory depends on the largest row group, not on the table; only a table from an archive or a compression,
//! which cannot be read out of order there, is held whole, and `max_file_mib` bounds it. Values keep their types as far as
//! JSON has them: text, numbers, truth values, lists, structs; days and times become text.

use engine::document::Encoding;
use engine::tables::Reject;
use std::fs::File;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::Path;

use polars::prelude::{AnyValue, DataFrame, Field, ParquetReader, PolarsError, PolarsResult, SerReader};
use serde_json::Value;

use super::source::{Content, Found, RawRecord};

/// Where a table lies.
pub(super) enum Source<'s> {
    /// In a file.
    File(&'s Path),
    /// In an archive, from which it was read whole.
    Bytes(Vec<u8>),
}

/// Hands on each row of a table as a record. A table that cannot be read is one reject, with what was read before it still given.
pub(super) fn read_rows(
    source_path: &str,
    source: &Source<'_>,
    emit: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let fault = |error: &dyn std::fmt::Display| {
        let message = format!("not a Parquet table that can be read: {error}; write it anew from its source");
        Found::Reject(Reject::new(source_path, "broken_table", message))
    };
    let sizes = match guarded(|| row_groups(source)) {
        Ok(sizes) => sizes,
        Err(error) => return emit(fault(&error)),
    };
    if sizes.iter().sum::<usize>() == 0 {
        let message = "holds no row; delete it, or add it to skip".to_owned();
        return emit(Found::Reject(Reject::new(source_path, "empty", message)));
    }
    let mut first = 0;
    for rows in sizes {
        let frame = match guarded(|| read_slice(source, first, rows)) {
            Ok(frame) => frame,
            Err(error) => return emit(fault(&error)),
        };
        for row in 0..frame.height() {
            let fields = frame.columns().iter().map(|column| {
                let value = column.get(row).map_or(Value::Null, |value| json_of(&value));
                (column.name().to_string(), value)
            });
            emit(Found::Record(RawRecord {
                source_path: source_path.to_owned(),
                place: Some(format!("row {}", first + row + 1)),
                byte_offset: None,
                encoding: Encoding::Utf8,
                content: Content::Fields(fields.collect()),
            }))?;
        }
        first += rows;
    }
    ControlFlow::Continue(())
}

/// The library gives up with a panic on some broken files; that must not end a run.
fn guarded<T>(read: impl FnOnce() -> PolarsResult<T>) -> PolarsResult<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(PolarsError::ComputeError("the file is broken".into())))
}

/// The rows of each row group.
fn row_groups(source: &Source<'_>) -> PolarsResult<Vec<usize>> {
    let metadata = match source {
        Source::File(path) => ParquetReader::new(File::open(path)?).get_metadata()?.clone(),
        Source::Bytes(bytes) => ParquetReader::new(Cursor::new(bytes.as_slice())).get_metadata()?.clone(),
    };
    #[expect(clippy::redundant_closure_for_method_calls, reason = "polars does not export the type")]
    let sizes = metadata.row_groups.iter().map(|group| group.num_rows()).collect();
    Ok(sizes)
}

fn read_slice(source: &Source<'_>, first: usize, rows: usize) -> PolarsResult<DataFrame> {
    let slice = Some((first, rows));
    match source {
        Source::File(path) => ParquetReader::new(File::open(path)?).with_slice(slice).finish(),
        Source::Bytes(bytes) => ParquetReader::new(Cursor::new(bytes.as_slice())).with_slice(slice).finish(),
    }
}

/// Bytes that are text, as such; others as the list that they are.
fn of_bytes(bytes: &[u8]) -> Value {
    std::str::from_utf8(bytes).map_or_else(|_| Value::from(bytes.to_vec()), Value::from)
}

fn object_of<'v>(fields: &[Field], values: impl Iterator<Item = AnyValue<'v>>) -> Value {
    Value::Object(fields.iter().zip(values).map(|(field, value)| (field.name().to_string(), json_of(&value))).collect())
}

fn json_of(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(truth) => Value::Bool(*truth),
        AnyValue::String(text) => Value::String((*text).to_owned()),
        // Writers that know no text (Spark, Hive) leave bytes.
        AnyValue::Binary(bytes) => of_bytes(bytes),
        AnyValue::BinaryOwned(bytes) => of_bytes(bytes),
        AnyValue::StringOwned(text) => Value::String(text.to_string()),
        AnyValue::Float32(number) => Value::from(*number),
        AnyValue::Float64(number) => Value::from(*number),
        AnyValue::List(items) => Value::Array(items.iter().map(|item| json_of(&item)).collect()),
        AnyValue::Struct(_, _, fields) => object_of(fields, value._iter_struct_av()),
        AnyValue::StructOwned(owned) => object_of(&owned.1, owned.0.iter().cloned()),
        number if number.is_integer() => match number.extract::<i64>() {
            Some(number) => Value::from(number),
            None => Value::String(number.to_string()),
        },
        other => Value::String(other.str_value().into_owned()),
    }
}
