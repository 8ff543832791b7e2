//! Tables in, tables out.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use engine::tables::Table as TableKind;
use pyo3::prelude::*;
use tarmim::ingest::{InputSurvey, RowReader, TableColumns};
use tarmim::interrupt::Interrupt;
use tarmim::pipeline::{Annotation, TableBatches};

use crate::calls::interruptibly;
use crate::engine::PyEngine;
use crate::error::failed;
use crate::pool::Pool;
use crate::spool::{Batches, Spool};
use crate::streams::CallerStream;
use crate::table::Table;

/// The four tables: sentences, articles, keywords, rejects.
type Tables = (Table, Table, Table, Table);

/// What ends an annotation early.
enum Stopped {
    /// The temporary file cannot be written.
    Output(ArrowError),
    /// No threads can be started.
    Threads(String),
    /// It was asked to stop; the exception is raised elsewhere.
    Asked,
}

/// Annotates all rows of a table.
#[pyfunction]
#[pyo3(signature = (engine, table, text, id, source_path))]
pub(crate) fn annotate(
    py: Python<'_>,
    engine: &PyEngine,
    table: &Bound<'_, PyAny>,
    text: Option<String>,
    id: Option<String>,
    source_path: Option<String>,
) -> PyResult<Tables> {
    let mut stream = CallerStream::of(table)?;
    let rows = engine.row_reader(py, TableColumns { text, id, source_path }, &stream.schema())?;
    let (survey, batches) = surveyed(py, &rows, &mut stream)?;
    let done = interruptibly(py, |interrupt| {
        let mut annotation = Annotation::new(Arc::clone(engine.annotator()), rows, survey);
        let mut spools = Spools::new();
        for batch in batches {
            push(engine.pool(), &mut annotation, &batch.map_err(Stopped::Output)?, interrupt, &mut spools)?;
        }
        spools.finish().map_err(Stopped::Output)
    })?;
    done.map_err(|stopped| raised(py, stopped))
}

/// Annotates a table batch by batch; nothing is known of later batches.
#[pyfunction]
#[pyo3(signature = (engine, table, text, id, source_path))]
pub(crate) fn annotate_batches(
    py: Python<'_>,
    engine: &PyEngine,
    table: &Bound<'_, PyAny>,
    text: Option<String>,
    id: Option<String>,
    source_path: Option<String>,
) -> PyResult<AnnotatedBatches> {
    let stream = CallerStream::of(table)?;
    let rows = engine.row_reader(py, TableColumns { text, id, source_path }, &stream.schema())?;
    let annotation = Annotation::new(Arc::clone(engine.annotator()), rows, InputSurvey::default());
    Ok(AnnotatedBatches { pool: Arc::clone(engine.pool()), state: Mutex::new(Some((stream, annotation))) })
}

/// The tables of a stream, batch by batch.
#[pyclass(frozen, module = "tarmim._tarmim")]
pub(crate) struct AnnotatedBatches {
    pool: Arc<Pool>,
    /// `None` once the stream has ended, or failed.
    state: Mutex<Option<(CallerStream, Annotation)>>,
}

#[pymethods]
impl AnnotatedBatches {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Tables>> {
        let state = || self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out: a batch that failed ends the iteration, as an exception ends a generator.
        let Some((mut stream, mut annotation)) = state().take() else { return Ok(None) };
        let Some(batch) = stream.next(py)? else { return Ok(None) };
        let done = interruptibly(py, |interrupt| {
            let mut spools = Spools::new();
            push(&self.pool, &mut annotation, &batch, interrupt, &mut spools)?;
            spools.finish().map_err(Stopped::Output)
        })?;
        let tables = done.map_err(|stopped| raised(py, stopped))?;
        *state() = Some((stream, annotation));
        Ok(Some(tables))
    }
}

/// Reads a stream to its end, and keeps its batches for a second reading.
fn surveyed(py: Python<'_>, rows: &RowReader, stream: &mut CallerStream) -> PyResult<(InputSurvey, Batches)> {
    let (mut survey, mut spool) = (InputSurvey::default(), Spool::new(stream.schema()));
    while let Some(batch) = stream.next(py)? {
        let pushed = interruptibly(py, |_| {
            rows.survey(&batch, &mut survey);
            spool.push(batch)
        })?;
        pushed.map_err(|error| raised(py, Stopped::Output(error)))?;
    }
    let spooled = spool.finish().and_then(|spooled| Arc::new(spooled).batches());
    Ok((survey, spooled.map_err(|error| raised(py, Stopped::Output(error)))?))
}

fn push(
    pool: &Pool,
    annotation: &mut Annotation,
    batch: &RecordBatch,
    interrupt: &Interrupt,
    spools: &mut Spools,
) -> Result<(), Stopped> {
    let pushed = pool.run(|| annotation.push(batch, interrupt, |tables| spools.push(tables)));
    match pushed {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err(Stopped::Asked),
        Ok(Err(error)) => Err(Stopped::Output(error)),
        Err(error) => Err(Stopped::Threads(error.to_string())),
    }
}

fn raised(py: Python<'_>, stopped: Stopped) -> PyErr {
    match stopped {
        Stopped::Output(error) => {
            let folder = std::env::temp_dir();
            let advice = "what is too large for memory goes there, and TMPDIR names another";
            failed(py, &format!("the tables cannot be kept in {}: {error}; {advice}", folder.display()))
        }
        Stopped::Threads(error) => failed(py, &error),
        Stopped::Asked => failed(py, "stopped"),
    }
}

/// A spool for each table.
struct Spools([Spool; 4]);

impl Spools {
    fn new() -> Self {
        Self(
            [TableKind::Sentences, TableKind::Articles, TableKind::Keywords, TableKind::Rejects]
                .map(|table| Spool::new(table.schema())),
        )
    }

    fn push(&mut self, tables: TableBatches) -> Result<(), ArrowError> {
        let TableBatches { sentences, articles, keywords, rejects } = tables;
        self.0.iter_mut().zip([sentences, articles, keywords, rejects]).try_for_each(|(spool, batch)| spool.push(batch))
    }

    fn finish(self) -> Result<Tables, ArrowError> {
        let [sentences, articles, keywords, rejects] = self.0;
        let table = |kind: TableKind, spool: Spool| Ok::<_, ArrowError>(Table::new(kind.name(), spool.finish()?));
        Ok((
            table(TableKind::Sentences, sentences)?,
            table(TableKind::Articles, articles)?,
            table(TableKind::Keywords, keywords)?,
            table(TableKind::Rejects, rejects)?,
        ))
    }
}
