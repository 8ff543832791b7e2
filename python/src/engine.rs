//! The engine: one article's text in, what was found in it out.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::datatypes::Schema;
use engine::EngineScratch;
use engine::document::{ArticleText, Encoding, Metadata, Neighbours, Origin};
use engine::settings::Choice;
use engine::tables::{ArticleRow, KeywordRow, LongArticle, SentenceRow};
use engine::text_filter::TextFilter;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tarmim::commands::Error as CommandError;
use tarmim::config::Setup;
use tarmim::ingest::{RowReader, TableColumns};
use tarmim::interrupt::Interrupt;
use tarmim::pipeline::Annotator;

use crate::calls::{briefly, interruptibly};
use crate::error::{failed, of_program, unusable};
use crate::pool::Pool;
use crate::streams::Stream;
use crate::tokens::{RepairedText, Tokens};
use crate::values::{decimal, text, value_of};

/// A longer text, in bytes, takes long enough that somebody may want to interrupt it.
const LONG_TEXT: usize = 16 << 10;

/// The stages with their model, settings and threads.
#[pyclass(frozen, module = "tarmim._tarmim", name = "Engine")]
pub(crate) struct PyEngine {
    annotator: Arc<Annotator>,
    pool: Arc<Pool>,
    model_id: String,
}

impl PyEngine {
    pub(crate) fn annotator(&self) -> &Arc<Annotator> {
        &self.annotator
    }

    pub(crate) fn model_id(&self) -> &str {
        &self.model_id
    }

    /// The rows of a table: its stream, and a reader of its batches.
    ///
    /// # Errors
    /// If it is no table, or lacks a column that is needed.
    pub(crate) fn rows_of(&self, table: &Bound<'_, PyAny>, columns: TableColumns) -> PyResult<(Stream, RowReader)> {
        let stream = Stream::of(table)?;
        let reader = self.row_reader(table.py(), columns, &stream.schema())?;
        Ok((stream, reader))
    }

    /// A reader of the rows of batches with a schema.
    ///
    /// # Errors
    /// If it lacks a column that is needed.
    pub(crate) fn row_reader(&self, py: Python<'_>, columns: TableColumns, schema: &Schema) -> PyResult<RowReader> {
        self.annotator.row_reader(columns, schema).map_err(|error| {
            let found: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            unusable(py, &format!("{error}; columns found: {}", found.join(", ")))
        })
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Works on a text: at once, or, if it is long, so that it can be interrupted.
    fn on_text<T: Send>(py: Python<'_>, text: String, work: impl FnOnce(String, &Interrupt) -> T + Send) -> PyResult<T> {
        if text.len() < LONG_TEXT {
            return briefly(py, || work(text, &Interrupt::default()));
        }
        interruptibly(py, |interrupt| work(text, interrupt))
    }
}

/// The repaired text, the same with marks, the state of writing, the tokens.
type RepairedTuple = (String, String, Option<&'static str>, Tokens);

/// A sentence: text, `text_punctuated`, `raw_text`, kind; its places in bytes and in characters; tokens, `repair_confidence`,
/// `boundary_confidence`.
type SentenceTuple = (String, String, String, &'static str, (u64, u64), (usize, usize), usize, f64, f64);

/// A hit: `keyword_id`, label, category, surface, layer, confidence, index of the sentence, tokens in it.
type KeywordTuple = (String, String, String, String, &'static str, f64, usize, (usize, usize));

/// A keyphrase: text, score, count.
type KeyphraseTuple = (String, f64, usize);

#[pymethods]
impl PyEngine {
    /// Loads the model and reads everything that the settings name.
    #[new]
    #[pyo3(signature = (config, jobs, arguments))]
    fn new(py: Python<'_>, config: Option<PathBuf>, jobs: usize, arguments: &Bound<'_, PyDict>) -> PyResult<Self> {
        let arguments = arguments_of(arguments)?;
        let pool = Arc::new(Pool::new(jobs));
        let made = briefly(py, || {
            pool.run(|| {
                let setup = Setup::with_arguments(config.as_deref(), arguments).map_err(CommandError::Config)?;
                let model_id = setup.model.id().to_owned();
                Ok::<_, CommandError>((Annotator::new(setup)?, model_id))
            })
        })?;
        let (annotator, model_id) =
            made.map_err(|error| failed(py, &error.to_string()))?.map_err(|error| of_program(py, error))?;
        Ok(Self { annotator: Arc::new(annotator), pool, model_id })
    }

    /// The id of the model.
    #[getter(model_id)]
    fn python_model_id(&self) -> &str {
        &self.model_id
    }

    /// What is done about copies, and the least similarity of a near copy.
    #[getter]
    fn duplicates(&self) -> (&'static str, f32) {
        let settings = self.annotator.settings().duplicates;
        (settings.policy.name(), settings.least_similarity)
    }

    /// Repairs a text; white space stays as it is.
    fn repair(&self, py: Python<'_>, #[pyo3(from_py_with = text)] text: String) -> PyResult<RepairedTuple> {
        Self::on_text(py, text, |text, interrupt| repaired(&self.annotator, text, interrupt))
    }

    /// The sentences, keyword hits and keyphrases of a text.
    fn read(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] text: String,
    ) -> PyResult<(Vec<SentenceTuple>, Vec<KeywordTuple>, Vec<KeyphraseTuple>)> {
        Self::on_text(py, text, |text, interrupt| read(&self.annotator, &text, interrupt))
    }
}

/// Keyword arguments as settings.
pub(crate) fn arguments_of(arguments: &Bound<'_, PyDict>) -> PyResult<Vec<(String, engine::settings::Value)>> {
    arguments
        .iter()
        .map(|(key, value)| {
            let key: String = key.extract().map_err(|_| unusable(key.py(), &format!("{key:?} is no name of a setting")))?;
            let value = value_of(&key, &value)?;
            Ok((key, value))
        })
        .collect()
}

fn repaired(annotator: &Annotator, text: String, interrupt: &Interrupt) -> RepairedTuple {
    let engine = annotator.engine();
    let filter = TextFilter { repairer: &engine.repairer, corrections: &engine.corrections, splitter: &engine.splitter };
    let RepairedText { text, text_punctuated, damage, tokens } = RepairedText::of(filter, text, interrupt);
    (text, text_punctuated, damage, tokens)
}

fn read(
    annotator: &Annotator,
    text: &str,
    interrupt: &Interrupt,
) -> (Vec<SentenceTuple>, Vec<KeywordTuple>, Vec<KeyphraseTuple>) {
    let article = ArticleText {
        origin: Origin { source_path: "text".to_owned(), record: None },
        encoding: Encoding::Utf8,
        misreadings: Vec::new(),
        metadata: Metadata::default(),
        neighbours: Neighbours::Unknown,
        text: text.to_owned(),
    };
    if article.is_empty() {
        return Default::default();
    }
    let engine = annotator.engine();
    let mut whole = LongArticle::new(text.len());
    let (mut sentences, mut keywords) = (Vec::new(), Vec::new());
    let mut characters = Characters { text, bytes: 0, count: 0 };
    engine.process_text_while(
        &|| interrupt.received().is_none(),
        article,
        &mut EngineScratch::default(),
        |tagged, offset| {
            let (rows, hits) = engine.passage_rows(&mut whole, tagged, offset);
            sentences.extend(rows.into_iter().map(|row| sentence(row, &mut characters)));
            keywords.extend(hits.into_iter().map(keyword));
        },
    );
    let keyphrases = whole.finish(engine.tagger.vocabulary()).map(|row: ArticleRow| row.keyphrases).unwrap_or_default();
    (sentences, keywords, keyphrases.into_iter().map(|phrase| (phrase.text, decimal(phrase.score), phrase.count)).collect())
}

fn sentence(row: SentenceRow, characters: &mut Characters<'_>) -> SentenceTuple {
    let (start, end) = (row.source_start, row.source_end);
    let places = (characters.before(start), characters.before(end));
    (
        row.text,
        row.text_punctuated,
        row.raw_text,
        row.kind,
        (start, end),
        places,
        row.token_count,
        decimal(row.repair_confidence),
        decimal(row.boundary_confidence),
    )
}

fn keyword(row: KeywordRow) -> KeywordTuple {
    let tokens = (row.token_start, row.token_end);
    (row.keyword_id, row.label, row.category, row.surface, row.layer, decimal(row.confidence), row.sentence_index, tokens)
}

/// Counts characters before places of a text that come in order.
struct Characters<'t> {
    text: &'t str,
    bytes: usize,
    count: usize,
}

impl Characters<'_> {
    fn before(&mut self, place: u64) -> usize {
        let place = usize::try_from(place).unwrap_or(usize::MAX).min(self.text.len());
        self.count += self.text[self.bytes..place].chars().count();
        self.bytes = place;
        self.count
    }
}
