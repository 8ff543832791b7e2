//! Arrow streams from Python: imported, and not believed.
//!
//! Invariant: a batch that comes out has the schema of its stream, which is nested no deeper than [`DEEPEST`]. A producer may be a Python
//! generator, and nothing on its way checks what it yields. So a reader of pyarrow, which is how generators become streams, is asked
//! for its batches in Python, on the thread of the caller: they bring their own schema, exceptions stay what they are, and the generator
//! may use what belongs to its thread. Other producers are waited for on a thread of their own, because they may never yield again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ffi_stream::RecordBatchStreamReader;
use arrow_pyarrow::FromPyArrow;
use pyo3::exceptions::PyStopIteration;
use pyo3::prelude::*;
use tarmim::interrupt::Interrupt;

use crate::calls::{Call, POLL, at_producer, interruptibly};
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

/// A stream that a caller of the package gave.
pub(crate) enum CallerStream {
    /// A `pyarrow.RecordBatchReader`, with its schema.
    Reader(Py<PyAny>, SchemaRef),
    /// Anything else.
    Other(Stream),
}

/// A stream whose producer is waited for only until somebody asks to stop.
struct Awaited<'s> {
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
        refuse_depth(py, &stream.schema())?;
        Ok(Self { schema: stream.schema(), reader: Some(stream) })
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The batches, until somebody asks to stop: then the stream ends at once, also while its producer is at work.
    fn awaited<'s>(&'s mut self, interrupt: &'s Interrupt) -> Awaited<'s> {
        Awaited { stream: self, interrupt }
    }
}

impl CallerStream {
    /// The stream of a table.
    ///
    /// # Errors
    /// If it does not speak Arrow, or what it says cannot be used.
    pub(crate) fn of(table: &Bound<'_, PyAny>) -> PyResult<Self> {
        if !is_reader(table)? {
            return Stream::of(table).map(Self::Other);
        }
        let schema = Schema::from_pyarrow_bound(&table.getattr("schema")?)?;
        refuse_depth(table.py(), &schema)?;
        Ok(Self::Reader(table.clone().unbind(), Arc::new(schema)))
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        match self {
            Self::Reader(_, schema) => schema.clone(),
            Self::Other(stream) => stream.schema(),
        }
    }

    /// The next batch.
    ///
    /// # Errors
    /// That of the producer; if the batch is not as the stream says; if the user interrupts.
    pub(crate) fn next(&mut self, py: Python<'_>) -> PyResult<Option<RecordBatch>> {
        match self {
            Self::Reader(reader, schema) => at_producer(py, || next_of_reader(reader.bind(py), schema)),
            Self::Other(stream) => {
                let next = interruptibly(py, |interrupt| stream.awaited(interrupt).next())?;
                next.transpose().map_err(|error| unusable(py, &format!("the table cannot be read to its end: {error}")))
            }
        }
    }
}

fn is_reader(table: &Bound<'_, PyAny>) -> PyResult<bool> {
    // The library is there if one of its classes is.
    let is_of_pyarrow = table.get_type().module()?.to_string().starts_with("pyarrow");
    Ok(is_of_pyarrow && table.is_instance(&table.py().import("pyarrow")?.getattr("RecordBatchReader")?)?)
}

fn next_of_reader(reader: &Bound<'_, PyAny>, schema: &SchemaRef) -> PyResult<Option<RecordBatch>> {
    let py = reader.py();
    let batch = match reader.call_method0("read_next_batch") {
        Err(error) if error.is_instance_of::<PyStopIteration>(py) => return Ok(None),
        next => next?,
    };
    // Compared there, before it is imported: arrays that are not of the type that they are read by are read beyond their end.
    if !batch.getattr("schema")?.call_method1("equals", (reader.getattr("schema")?,))?.is_truthy()? {
        let found = batch.getattr("schema")?.call_method1("to_string", (20, false, false, false))?;
        let what = format!("a batch does not have the schema of its stream but {}", one_line(&found.to_string()));
        return Err(unusable(py, &format!("{what}; cast it before it is yielded")));
    }
    let columns = RecordBatch::from_pyarrow_bound(&batch)?;
    let batch = RecordBatch::try_new(schema.clone(), columns.columns().to_vec());
    batch.map(Some).map_err(|error| unusable(py, &format!("a batch cannot be used: {error}")))
}

fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(", ")
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
        let at_work = Call::of_producer();
        let produce = move || {
            let _at_work = at_work;
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

fn refuse_depth(py: Python<'_>, schema: &Schema) -> PyResult<()> {
    match too_deep(schema) {
        Some(column) => Err(unusable(py, &format!("the column {column} is nested more than {DEEPEST} deep; leave it out"))),
        None => Ok(()),
    }
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
