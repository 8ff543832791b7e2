//! What the workers and the driver of a cluster call: surveying and writing parts, publishing a build made of them.
//!
//! Surveys, inventories and summaries travel as bytes or JSON that only this version of the package reads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, BooleanBuilder, Int64Builder, ListBuilder, RecordBatch, StringArray,
    StringBuilder,
};
use arrow::datatypes::{DataType, Field, Float32Type, Int64Type, Schema};
use arrow::error::ArrowError;
use engine::document::Origin;
use engine::duplicates::{Signature, Verdict};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use rustc_hash::FxHashMap;
use tarmim::commands::Error as CommandError;
use tarmim::config::Setup;
use tarmim::dataset::{BuildStamp, OutputFolder};
use tarmim::ingest::{InputSurvey, Inventory, TableColumns};
use tarmim::pipeline::{
    Begun, CopyJudge, PartError, PartSource, PartSummary, PartVerdict, PartedBuild, Refusal, SurveyedPart, inventory_of,
};
use tarmim::progress::{Event, Listener, Progress};

use crate::calls::interruptibly;
use crate::engine::{PyEngine, arguments_of};
use crate::error::{exception, failed, of_program, unusable};
use crate::pool::Pool;
use crate::spool::Spool;
use crate::streams::Stream;
use crate::table::Table;

/// The files of an input folder, as bytes, and the size of each.
#[pyfunction]
pub(crate) fn inventory<'py>(
    py: Python<'py>,
    config: Option<PathBuf>,
    arguments: &Bound<'_, PyDict>,
) -> PyResult<(Bound<'py, PyBytes>, Vec<u64>)> {
    let setup = setup_of(py, config, arguments)?;
    let inventory = interruptibly(py, |_| Pool::new(0).run(|| inventory_of(&setup)))?;
    let inventory = inventory.map_err(|error| failed(py, &error.to_string()))?.map_err(|error| of_program(py, error))?;
    let bytes = inventory.to_bytes();
    Ok((PyBytes::new(py, &bytes), inventory.files.iter().map(|file| file.bytes).collect()))
}

/// The part of an inventory with the files from one index to another.
#[pyfunction]
pub(crate) fn part_of<'py>(py: Python<'py>, inventory: &[u8], start: usize, end: usize) -> PyResult<Bound<'py, PyBytes>> {
    Ok(PyBytes::new(py, &inventory_from(py, inventory)?.part(start..end).to_bytes()))
}

/// What the files of a part tell about others.
#[pyfunction]
pub(crate) fn survey_files<'py>(py: Python<'py>, engine: &PyEngine, part: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let part = inventory_from(py, part)?;
    let surveyed = interruptibly(py, |_| InputSurvey::of_part(&part, &engine.annotator().settings().ingest))?;
    let survey = surveyed.map_err(|error| of_program(py, CommandError::Read(error)))?;
    Ok(PyBytes::new(py, &survey.to_bytes()))
}

/// The surveys of all parts, as one.
#[pyfunction]
pub(crate) fn merged_surveys(py: Python<'_>, surveys: Vec<Vec<u8>>) -> PyResult<Bound<'_, PyBytes>> {
    let mut merged = InputSurvey::default();
    for survey in surveys {
        merged.merge(survey_from(py, &survey)?);
    }
    Ok(PyBytes::new(py, &merged.to_bytes()))
}

/// What others have to know of the records in the files of a part.
#[pyfunction]
pub(crate) fn surveyed_files(py: Python<'_>, engine: &PyEngine, part: &[u8], survey: &[u8]) -> PyResult<Table> {
    let (files, survey) = (inventory_from(py, part)?, survey_from(py, survey)?);
    surveyed(py, engine, PartSource::Files(&files), &survey)
}

/// What others have to know of the rows of a part.
#[pyfunction]
#[pyo3(signature = (engine, table, text, id, source_path))]
pub(crate) fn surveyed_rows(
    py: Python<'_>,
    engine: &PyEngine,
    table: &Bound<'_, PyAny>,
    text: Option<String>,
    id: Option<String>,
    source_path: Option<String>,
) -> PyResult<Table> {
    let (mut stream, rows) = engine.rows_of(table, TableColumns { text, id, source_path })?;
    let rows = rows.with_names(FxHashMap::default());
    surveyed(py, engine, PartSource::Rows(Box::new(rows), &mut stream), &InputSurvey::default())
}

fn surveyed(py: Python<'_>, engine: &PyEngine, source: PartSource<'_>, known: &InputSurvey) -> PyResult<Table> {
    let ingest = &engine.annotator().settings().ingest;
    let part = interruptibly(py, move |_| SurveyedPart::of(source, ingest, engine.annotator(), known))?;
    let part = part.map_err(|error| raised(py, error))?;
    let written = rows_of(&part).and_then(|batch| {
        let mut spool = Spool::new(batch.schema());
        spool.push(batch)?;
        spool.finish()
    });
    Ok(Table::new("surveyed", written.map_err(|error| failed(py, &error.to_string()))?))
}

/// A surveyed part as rows: one for each record, and a last one (row -1) with the survey and the digest.
fn rows_of(part: &SurveyedPart) -> Result<RecordBatch, ArrowError> {
    let (mut row, mut is_key) = (Int64Builder::new(), BooleanBuilder::new());
    let [mut path, mut record, mut name, mut tag, mut id] = std::array::from_fn(|_| StringBuilder::new());
    let [mut signature, mut survey, mut digest] = std::array::from_fn(|_| BinaryBuilder::new());
    let mut anchors = ListBuilder::new(Int64Builder::new());
    for (index, surveyed) in (0..).zip(&part.records) {
        row.append_value(index);
        path.append_value(&surveyed.source_path);
        record.append_option(surveyed.record.as_deref());
        name.append_option(surveyed.name.as_ref().map(|name| &name.name));
        is_key.append_option(surveyed.name.as_ref().map(|name| name.is_key));
        tag.append_option(surveyed.name.as_ref().map(|name| &name.text_tag));
        id.append_option(surveyed.article.as_ref().map(|(id, _)| id));
        signature.append_option(surveyed.article.as_ref().map(|(_, signature)| signature.to_bytes()));
        let list = surveyed.article.as_ref().map(|(_, signature)| signature.anchor_list()).unwrap_or_default();
        for anchor in list {
            anchors.values().append_value(i64::from(anchor));
        }
        anchors.append(true);
        survey.append_null();
        digest.append_null();
    }
    row.append_value(-1);
    path.append_value("");
    [&mut record, &mut name, &mut tag, &mut id].into_iter().for_each(StringBuilder::append_null);
    is_key.append_null();
    signature.append_null();
    anchors.append(true);
    survey.append_value(part.survey.to_bytes());
    digest.append_value(part.digest.to_be_bytes());
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("row", Arc::new(row.finish())),
        ("source_path", Arc::new(path.finish())),
        ("record", Arc::new(record.finish())),
        ("name", Arc::new(name.finish())),
        ("is_key", Arc::new(is_key.finish())),
        ("text_tag", Arc::new(tag.finish())),
        ("article_id", Arc::new(id.finish())),
        ("signature", Arc::new(signature.finish())),
        ("anchors", Arc::new(anchors.finish())),
        ("survey", Arc::new(survey.finish())),
        ("digest", Arc::new(digest.finish())),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, column)| column).collect())
}

/// Ids of articles, by their paths and keys.
#[pyfunction]
pub(crate) fn article_ids(origins: Vec<(String, Option<String>)>) -> Vec<String> {
    origins.into_iter().map(|(source_path, record)| Origin { source_path, record }.article_id()).collect()
}

/// How similar pairs of articles are, by their signatures.
#[pyfunction]
pub(crate) fn similarities(py: Python<'_>, pairs: Vec<(Vec<u8>, Vec<u8>)>) -> PyResult<Vec<f32>> {
    let of = |bytes: &[u8]| signature_from(py, bytes);
    pairs.iter().map(|(one, other)| Ok(of(one)?.similarity(&of(other)?))).collect()
}

/// What an article is a copy of, what it is nearly a copy of with the similarity, whether it is left out.
type Judgement = (Option<String>, Option<String>, Option<f32>, bool);

/// Judges copies in the order of the sources.
#[pyclass(frozen, module = "tarmim._tarmim", name = "CopyJudge")]
pub(crate) struct PyCopyJudge(Mutex<CopyJudge>);

#[pymethods]
impl PyCopyJudge {
    #[new]
    fn new(engine: &PyEngine) -> Self {
        Self(Mutex::new(CopyJudge::new(engine.annotator().settings().duplicates)))
    }

    /// The verdict on the next article.
    fn judge(&self, py: Python<'_>, article_id: &str, signature: &[u8]) -> PyResult<Judgement> {
        let signature = signature_from(py, signature)?;
        let id = number_of(py, article_id)?;
        let mut judge = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (Verdict { duplicate_of, near_duplicate_of }, is_left_out) = judge.judge(id, &signature);
        let written = |id: u64| format!("{id:016x}");
        let (near, similarity) = near_duplicate_of.map(|(id, similarity)| (written(id), similarity)).unzip();
        Ok((duplicate_of.map(written), near, similarity, is_left_out))
    }
}

/// A build whose parts are being written.
#[pyclass(frozen, module = "tarmim._tarmim", name = "PartedBuild")]
pub(crate) struct PyPartedBuild(Mutex<Option<PartedBuild>>);

/// Begins a build of records with a digest. If it is there already, its folder is returned, and nothing else.
#[pyfunction]
pub(crate) fn begin(
    py: Python<'_>,
    config: Option<PathBuf>,
    arguments: &Bound<'_, PyDict>,
    digests: Vec<Vec<u8>>,
) -> PyResult<(PathBuf, String, Option<PyPartedBuild>)> {
    let setup = setup_of(py, config, arguments)?;
    let digests = digests.iter().filter_map(|digest| Some(u128::from_be_bytes(digest.as_slice().try_into().ok()?)));
    let digest = digests.fold(0, u128::wrapping_add);
    let begun = interruptibly(py, |_| PartedBuild::begin(&setup, digest))?.map_err(|error| of_program(py, error))?;
    Ok(match begun {
        Begun::ToWrite(build) => {
            (build.folder().to_owned(), build.id().to_owned(), Some(PyPartedBuild(Mutex::new(Some(*build)))))
        }
        Begun::UpToDate(manifest) => {
            let folder = OutputFolder::new(&setup.settings.dataset.output).build(&manifest.build_id);
            (folder, manifest.build_id.clone(), None)
        }
    })
}

#[pymethods]
impl PyPartedBuild {
    /// Judges the parts together and publishes the build. `listen` gets its messages.
    fn publish(&self, py: Python<'_>, summaries: Vec<String>, repeated_ids: usize, listen: Py<PyAny>) -> PyResult<()> {
        let Some(build) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Err(failed(py, "the build was published or given up before"));
        };
        let parts: Result<Vec<PartSummary>, _> = summaries.iter().map(|summary| serde_json::from_str(summary)).collect();
        let parts = parts.map_err(|error| failed(py, &format!("a summary of another version of tarmim: {error}")))?;
        let listener = Listener::new(move |event| {
            if let Event::Message(text) = event {
                // A message that cannot be passed on must not end a build.
                let _ = Python::attach(|py| listen.call1(py, (text,)));
            }
        });
        let progress = Progress::Told(listener);
        let done = interruptibly(py, |_| build.publish(parts, repeated_ids, &progress).map(drop))?;
        done.map_err(|error| of_program(py, error))
    }

    /// Gives the build up and removes what was written.
    fn give_up(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Writes a part of a build into an empty folder; returns its summary. `table` has its rows, or `part` its files.
#[pyfunction]
#[pyo3(signature = (engine, table, part, text, id, source_path, survey, verdicts, number, before, build_id, folder))]
#[expect(clippy::too_many_arguments, reason = "called by name from Python, in one place")]
pub(crate) fn write_part(
    py: Python<'_>,
    engine: &PyEngine,
    table: Option<&Bound<'_, PyAny>>,
    part: Option<&[u8]>,
    text: Option<String>,
    id: Option<String>,
    source_path: Option<String>,
    survey: &[u8],
    verdicts: &Bound<'_, PyAny>,
    number: usize,
    before: u64,
    build_id: String,
    folder: PathBuf,
) -> PyResult<String> {
    let survey = survey_from(py, survey)?;
    let (names, verdicts) = verdicts_from(py, verdicts)?;
    let stamp = BuildStamp { build_id, model_id: engine.model_id().to_owned(), part: Some(number) };
    let files = part.map(|part| inventory_from(py, part)).transpose()?.unwrap_or_default();
    let mut stream;
    let source = match table {
        None => PartSource::Files(&files),
        Some(table) => {
            let (read, rows) = engine.rows_of(table, TableColumns { text, id, source_path })?;
            stream = read;
            PartSource::Rows(Box::new(rows.with_names(names)), &mut stream)
        }
    };
    let written = interruptibly(py, |interrupt| {
        let work = move || engine.annotator().write_part(source, &survey, &verdicts, (&stamp, before, &folder), interrupt);
        engine.pool().run(work)
    })?;
    let summary = written.map_err(|error| failed(py, &error.to_string()))?.map_err(|error| raised(py, error))?;
    serde_json::to_string(&summary).map_err(|error| failed(py, &error.to_string()))
}

/// The names that are not as rows say, and the verdicts, by the index of the record in its part.
type Decided = (FxHashMap<u64, String>, FxHashMap<u64, PartVerdict>);

fn verdicts_from(py: Python<'_>, table: &Bound<'_, PyAny>) -> PyResult<Decided> {
    let (mut names, mut verdicts) = Decided::default();
    for batch in Stream::of(table)? {
        let batch = batch.map_err(|error| failed(py, &error.to_string()))?;
        let texts = |column: &str| strings(py, &batch, column);
        let (name, refusal) = (texts("new_name")?, texts("refusal")?);
        let (duplicate, near) = (texts("duplicate_of")?, texts("near_duplicate_of")?);
        let row = numbers::<Int64Type>(py, &batch, "row")?;
        let similarity = numbers::<Float32Type>(py, &batch, "similarity")?;
        for at in 0..batch.num_rows() {
            let index = u64::try_from(row.value(at)).unwrap_or(u64::MAX);
            if name.is_valid(at) {
                names.insert(index, name.value(at).to_owned());
            }
            let id = |ids: &StringArray| ids.is_valid(at).then(|| number_of(py, ids.value(at))).transpose();
            let near_duplicate_of = id(&near)?.map(|id| (id, similarity.value(at)));
            let copy = Verdict { duplicate_of: id(&duplicate)?, near_duplicate_of };
            let refusal = match refusal.is_valid(at).then(|| refusal.value(at)) {
                None => None,
                Some("repeated_key") => Some(Refusal::RepeatedKey),
                Some(_) => Some(Refusal::Copy),
            };
            verdicts.insert(index, PartVerdict { copy, refusal });
        }
    }
    Ok((names, verdicts))
}

fn column(py: Python<'_>, batch: &RecordBatch, name: &str, wanted: &DataType) -> PyResult<ArrayRef> {
    let found = batch.column_by_name(name).ok_or_else(|| failed(py, &format!("the verdicts lack {name}")))?;
    arrow::compute::cast(found, wanted).map_err(|error| failed(py, &error.to_string()))
}

fn strings(py: Python<'_>, batch: &RecordBatch, name: &str) -> PyResult<StringArray> {
    Ok(column(py, batch, name, &DataType::Utf8)?.as_string::<i32>().clone())
}

fn numbers<T: arrow::datatypes::ArrowPrimitiveType>(
    py: Python<'_>,
    batch: &RecordBatch,
    name: &str,
) -> PyResult<arrow::array::PrimitiveArray<T>> {
    Ok(column(py, batch, name, &T::DATA_TYPE)?.as_primitive::<T>().clone())
}

fn setup_of(py: Python<'_>, config: Option<PathBuf>, arguments: &Bound<'_, PyDict>) -> PyResult<Setup> {
    let setup = Setup::with_arguments(config.as_deref(), arguments_of(arguments)?);
    setup.map_err(|faults| of_program(py, CommandError::Config(faults)))
}

fn inventory_from(py: Python<'_>, bytes: &[u8]) -> PyResult<Inventory> {
    Inventory::from_bytes(bytes).ok_or_else(|| failed(py, "an inventory of another version of tarmim"))
}

fn survey_from(py: Python<'_>, bytes: &[u8]) -> PyResult<InputSurvey> {
    InputSurvey::from_bytes(bytes).ok_or_else(|| failed(py, "a survey of another version of tarmim"))
}

fn signature_from(py: Python<'_>, bytes: &[u8]) -> PyResult<Signature> {
    let bytes: &[u8; 128] = bytes.try_into().map_err(|_| failed(py, "a signature has 128 bytes"))?;
    Ok(Signature::from_bytes(bytes))
}

fn number_of(py: Python<'_>, article_id: &str) -> PyResult<u64> {
    u64::from_str_radix(article_id, 16).map_err(|_| failed(py, &format!("{article_id} is no article_id")))
}

fn raised(py: Python<'_>, error: PartError) -> PyErr {
    match error {
        PartError::Read(error) => of_program(py, CommandError::Read(error)),
        PartError::Dataset(error) => of_program(py, CommandError::Dataset(error)),
        PartError::Rows(_) => unusable(py, &error.to_string()),
        PartError::Stopped => exception(py, 1, &error.to_string()),
    }
}
