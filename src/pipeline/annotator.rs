//! Arrow record batches in, the batches of the four tables out: the pipeline for programs that hold a table and write no files.
//!
//! Invariant: every row of the input comes out once, as an article or as a reject, in the order of the input at any number of
//! threads, and the tables have exactly the columns of a build's Parquet files. Memory depends on the largest rows, not on
//! the size of a batch or the number of batches: 8 bytes are kept of each article, and 240 if duplicates are looked for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use engine::document::ArticleText;
use engine::duplicates::Signature;
use engine::model::ModelError;
use engine::review::ReviewTally;
use engine::tables::{ArticleRow, ArticleRows, ColumnError, KeywordRow, Reject, SentenceRow, TableRow};
use engine::{Engine, EngineScratch};
use rayon::prelude::*;

use super::admission::Admission;
use super::batch::Batch;
use super::clock::Clock;
use super::finished::DoneDocument;
use super::stages::Stages;
use super::work::done_document;
use crate::config::{PipelineSettings, Setup};
use crate::ingest::{BatchRows, IngestSettings, Ingested, InputSurvey, Record, RowReader, TableColumns};
use crate::interrupt::Interrupt;

/// The stages with their settings: immutable, shared by all threads.
pub struct Annotator {
    engine: Engine,
    settings: PipelineSettings,
}

/// Batches of the four tables.
#[derive(Clone, Debug, PartialEq)]
pub struct TableBatches {
    /// One row per sentence.
    pub sentences: RecordBatch,
    /// One row per article, in the order of the input.
    pub articles: RecordBatch,
    /// One row per keyword hit.
    pub keywords: RecordBatch,
    /// One row per input that could not be used.
    pub rejects: RecordBatch,
}

/// An article after the last stage, before it is compared with others.
pub struct AnnotatedRow {
    /// Its rows in the tables.
    pub rows: ArticleRows,
    /// What became of corrections.
    pub review: ReviewTally,
    /// What copies of it are found by.
    pub signature: Signature,
    pub(super) document: DoneDocument,
}

impl Annotator {
    /// Prepares the stages.
    ///
    /// # Errors
    /// If the model lacks a section or a section is damaged.
    pub fn new(setup: Setup) -> Result<Self, ModelError> {
        let (engine, settings) = setup.into_engine()?;
        Ok(Self { engine, settings })
    }

    /// The stages.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &PipelineSettings {
        &self.settings
    }

    /// A reader of the rows of a table.
    ///
    /// # Errors
    /// If a column is missing or has a type that cannot be used.
    pub fn row_reader(&self, columns: TableColumns, schema: &Schema) -> Result<RowReader, ColumnError> {
        RowReader::new(&self.settings.ingest, columns, schema)
    }

    /// The signature of an article that is processed in passages.
    pub(super) fn signature_of_text(&self, article: &ArticleText) -> Signature {
        let (interrupt, clock) = (Interrupt::default(), Clock::default());
        Stages { engine: &self.engine, interrupt: &interrupt, clock }.signature_of_text(article)
    }

    /// Takes records through all stages, in parallel; `None` if it was asked to stop.
    pub(super) fn process(
        &self,
        records: Vec<Ingested>,
        ingest: &IngestSettings,
        interrupt: &Interrupt,
    ) -> Option<Vec<Result<AnnotatedRow, Reject>>> {
        let stages = Stages { engine: &self.engine, interrupt, clock: Clock::default() };
        let work = |scratch: &mut EngineScratch, ingested| match ingested {
            _ if interrupt.received().is_some() => None,
            Ingested::Record(record) => {
                let (source_path, key) = (record.origin.source_path.clone(), record.origin.record.clone());
                let processed = contained(scratch, |scratch| process_record(&stages, record, ingest, scratch));
                processed.unwrap_or_else(|| Err(failed(&source_path, key))).transpose()
            }
            Ingested::Reject(reject) => Some(Err(reject)),
        };
        records.into_par_iter().map_init(EngineScratch::default, work).collect()
    }
}

/// Does work that must not take others with it: `None` if it panicked. Its scratch memory is then made anew.
fn contained<T>(scratch: &mut EngineScratch, work: impl FnOnce(&mut EngineScratch) -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(|| work(scratch)));
    done.map_err(|_| *scratch = EngineScratch::default()).ok()
}

/// The reject of a record that the program failed on: one row must not end the work on millions.
fn failed(source_path: &str, record: Option<String>) -> Reject {
    let message = "the program failed on this text: a bug; please report it with the text".to_owned();
    Reject { record, ..Reject::new("annotate", source_path, "failed", message) }
}

/// Takes a record through all stages; `None` if it was asked to stop.
fn process_record(
    stages: &Stages<'_>,
    record: Record,
    ingest: &IngestSettings,
    scratch: &mut EngineScratch,
) -> Result<Option<AnnotatedRow>, Reject> {
    let document = done_document(&record);
    let article = record.read(ingest)?;
    if stages.is_long(&article) {
        let signature = stages.signature_of_text(&article);
        let done = stages.rows_of_long(article, scratch);
        return Ok(done.map(|(rows, review)| AnnotatedRow { rows, review, signature, document }));
    }
    let read = article.into_document();
    let signature = Signature::of_document(&read);
    let tagged = stages.process(read, scratch);
    let (rows, review) = (stages.rows(&tagged), tagged.reviewed().tally(&tagged.kept()));
    Ok(Some(AnnotatedRow { rows, review, signature, document }))
}

/// A table being annotated: rows go in batch by batch.
pub struct Annotation {
    annotator: Arc<Annotator>,
    rows: RowReader,
    survey: InputSurvey,
    admission: Admission,
    articles: u64,
}

impl Annotation {
    /// Begins a table. `survey` has what its rows tell about each other, or nothing.
    #[must_use]
    pub fn new(annotator: Arc<Annotator>, rows: RowReader, survey: InputSurvey) -> Self {
        let admission = Admission::new(annotator.settings.duplicates);
        Self { annotator, rows, survey, admission, articles: 0 }
    }

    /// Annotates the next batch, on the threads of the current pool, and passes on the tables in pieces; `false` if it was asked
    /// to stop.
    ///
    /// # Errors
    /// That of `pass`, which ends the annotation.
    pub fn push<E>(
        &mut self,
        batch: &RecordBatch,
        interrupt: &Interrupt,
        mut pass: impl FnMut(TableBatches) -> Result<(), E>,
    ) -> Result<bool, E> {
        let (mut together, rows) = (Batch::default(), BatchRows::of(batch));
        for row in 0..batch.num_rows() {
            together.push(self.rows.read(&rows, row, &self.survey));
            if together.is_full() || row + 1 == batch.num_rows() {
                let records = std::mem::take(&mut together).into_records();
                let Some(done) = self.annotator.process(records, self.rows.settings(), interrupt) else { return Ok(false) };
                pass(self.admit(done))?;
            }
        }
        Ok(true)
    }

    fn admit(&mut self, done: Vec<Result<AnnotatedRow, Reject>>) -> TableBatches {
        let mut tables = Rows::default();
        for row in done {
            match row.and_then(|row| self.admit_row(row)) {
                Ok(rows) => tables.push(rows),
                Err(reject) => tables.rejects.push(reject),
            }
        }
        tables.into_batches()
    }

    fn admit_row(&mut self, row: AnnotatedRow) -> Result<ArticleRows, Reject> {
        let AnnotatedRow { mut rows, signature, document, .. } = row;
        self.admission.accept_key(&document)?;
        let verdict = self.admission.judge_copy(&document, &signature)?;
        rows.article.mark_duplicates(&verdict);
        rows.set_article_index(self.articles);
        self.articles += 1;
        Ok(rows)
    }
}

/// Rows of all tables, gathered.
#[derive(Default)]
struct Rows {
    articles: Vec<ArticleRow>,
    sentences: Vec<SentenceRow>,
    keywords: Vec<KeywordRow>,
    rejects: Vec<Reject>,
}

impl Rows {
    fn push(&mut self, rows: ArticleRows) {
        let ArticleRows { article, sentences, keywords } = rows;
        self.articles.push(article);
        self.sentences.extend(sentences);
        self.keywords.extend(keywords);
    }

    fn into_batches(self) -> TableBatches {
        TableBatches {
            sentences: SentenceRow::batch(&self.sentences),
            articles: ArticleRow::batch(&self.articles),
            keywords: KeywordRow::batch(&self.keywords),
            rejects: Reject::batch(&self.rejects),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_contained() {
        let mut scratch = EngineScratch::default();
        assert_eq!(contained(&mut scratch, |_| 1), Some(1));
        assert_eq!(contained(&mut scratch, |_| -> u8 { panic!("as a bug would") }), None);
        let reject = failed("a.txt", Some("k".to_owned()));
        assert_eq!((reject.source_path.as_str(), reject.record.as_deref(), reject.code), ("a.txt", Some("k"), "failed"));
    }
}
