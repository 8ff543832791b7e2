//! Arrow streams from Python: imported, and not believed.
//!
//! Invariant: a batch that comes out has the schema of its stream, which is nested no deeper than [`DEEPEST`]. A producer may be a Python
//! generator, and nothing on its way checks what it yields. It may also never yield again: who must hear that he is asked to stop reads
//! through [`Stream::awaited`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ffi_stream::RecordBatchStreamReader;
use arrow_pyarrow::FromPyArrow;
use pyo3::prelude::*;
use tarmim::interrupt::Interrupt;

use crate::calls::POLL;
use crate::error::{unusable, wrong_type};
use crate::values::kind_of;

/// Columns nested deeper are refused: reading them recurses, and a stack that overflows ends the process.
const DEEPEST: usize = 64;

/// What comes of asking for the next batch.
type Next = Option<Result<RecordBatch, ArrowError>>;

/// A stream of batches of one schema.
pub(crate) struct Stream {
    schema: SchemaRef,
    /// `None` if its producer was left waiting.
    reader: Option<RecordBatchStreamReader>,
}

/// A stream whose producer is waited for only until somebody asks to stop.
pub(crate) struct Awaited<'s> {
    stream: &'s mut Stream,
    interrupt: &'s Interrupt,
}

impl Stream {
    /// The stream of a table.
    ///
    /// # Errors
    /// If it does not speak Arrow, or what it says cannot be used.
    pub(crate) fn of(table: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = table.py();
        if !table.hasattr("__arrow_c_stream__")? {
            return Err(wrong_type(py, &not_arrow(&kind_of(table))));
        }
        let stream = RecordBatchStreamReader::from_pyarrow_bound(table).map_err(|cause| {
            // Each library refuses in its own words; what to do is missing there.
            let error = unusable(
                py,
                &format!(
                    "the table cannot be read: {cause}; if a column holds values of several types, give it one, and if this is a single column, \
                     make it a table"
                ),
            );
            error.set_cause(py, Some(cause));
            error
        })?;
        match too_deep(&stream.schema()) {
            Some(column) => {
                Err(unusable(py, &format!("the column {column} is nested more than {DEEPEST} deep; leave it out")))
            }
            None => Ok(Self { schema: stream.schema(), reader: Some(stream) }),
        }
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The batches, until somebody asks to stop: then the stream ends at once, also while its producer is at work.
    pub(crate) fn awaited<'s>(&'s mut self, interrupt: &'s Interrupt) -> Awaited<'s> {
        Awaited { stream: self, interrupt }
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Next {
        self.reader.as_mut().and_then(next_of)
    }
}

impl Iterator for Awaited<'_> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Next {
        if self.interrupt.received().is_some() {
            return None;
        }
        let mut reader = self.stream.reader.take()?;
        let (sender, receiver) = sync_channel(1);
        // A thread that nobody waits for: a producer cannot be stopped, only left alone with the stream.
        let produce = move || {
            let next = next_of(&mut reader);
            // If it cannot be sent, nobody wants it any more.
            drop(sender.send((reader, next)));
        };
        if let Err(error) = thread::Builder::new().spawn(produce) {
            return Some(Err(ArrowError::IoError("no thread can be started to read the table".to_owned(), error)));
        }
        loop {
            match receiver.recv_timeout(POLL) {
                Ok((reader, next)) => {
                    self.stream.reader = Some(reader);
                    return next;
                }
                Err(RecvTimeoutError::Timeout) if self.interrupt.received().is_none() => {}
                Err(_) => return None,
            }
        }
    }
}

fn next_of(reader: &mut RecordBatchStreamReader) -> Next {
    // Arrow asserts that a batch has the buffers of the types that the schema says, and a generator may yield any.
    catch_unwind(AssertUnwindSafe(|| reader.next())).unwrap_or_else(|_| {
        let what = "a batch does not have the types of the stream's schema; cast it before it is yielded";
        Some(Err(ArrowError::SchemaError(what.to_owned())))
    })
}

fn not_arrow(kind: &str) -> String {
    let advice = match kind {
        "LazyFrame" => "call .collect() on it",
        "DuckDBPyConnection" => "give a relation, as connection.sql(…)",
        "DataFrame" => "update pandas to 2.2 or later",
        "str" => "for one text, call engine.repair or engine.sentences",
        _ => "make it one, as pyarrow.table(…); for one text, call engine.repair or engine.sentences",
    };
    format!(
        "table: expected a table that speaks Arrow (of pyarrow, polars, pandas 2.2 or later, DuckDB), found {kind}; {advice}"
    )
}

/// The first column that is nested too deep. Walks down without recursion.
fn too_deep(schema: &Schema) -> Option<String> {
    schema.fields().iter().find(|field| depth_exceeds(field.data_type(), DEEPEST)).map(|field| field.name().clone())
}

fn depth_exceeds(data_type: &DataType, deepest: usize) -> bool {
    let mut level = vec![data_type];
    for _ in 0..deepest {
        level = level.into_iter().flat_map(children).collect();
        if level.is_empty() {
            return false;
        }
    }
    true
}

fn children(data_type: &DataType) -> Vec<&DataType> {
    match data_type {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => vec![item.data_type()],
        DataType::Struct(fields) => fields.iter().map(|field| field.data_type()).collect(),
        DataType::Union(fields, _) => fields.iter().map(|(_, field)| field.data_type()).collect(),
        DataType::Dictionary(_, values) => vec![values.as_ref()],
        DataType::RunEndEncoded(_, values) => vec![values.data_type()],
        _ => Vec::new(),
    }
}
