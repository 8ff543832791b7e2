//! Assembles finished articles into tables, in the order of the sources. Decisions that depend on earlier articles (repeated keys,
//! duplicates) are made here.
//!
//! Invariant: every record that comes in goes out as an article, a reject or a dropped copy, and is counted once.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::admission::Admission;
use super::error::RunError;
use super::finished::{Done, DoneArticle, DoneDocument, Finished, Opening};
use crate::cache::{CacheWriter, Staleness};
use crate::dataset::{Counts, DatasetError, DatasetWriter, TableFiles, without_formula};
use crate::ingest::InputReport;
use engine::duplicates::{DuplicateSettings, Verdict};
use engine::review::ReviewTally;

/// The list of articles that were processed, with the reason.
const REDONE: &str = "redone.csv";

/// The tables of a build while articles come in.
pub(super) struct Assembly {
    writer: DatasetWriter,
    next_cache: Option<CacheWriter>,
    admission: Admission,
    redone: Redone,
    report: InputReport,
    review: ReviewTally,
    inputs: usize,
    /// The folder and the verdict of the article whose passages come; `None` if its rows are not wanted.
    open: Option<(String, Verdict)>,
}

/// The tables of a build when all articles are in.
pub(super) struct Assembled {
    pub(super) counts: Counts,
    pub(super) tables: TableFiles,
    /// Number of articles by reason for processing them, the unchanged ones among them.
    pub(super) work: BTreeMap<String, usize>,
    pub(super) next_cache: Option<CacheWriter>,
    /// Number of records that came in.
    pub(super) inputs: usize,
    /// What is worth knowing about the input as a whole, a line each.
    pub(super) notices: Vec<String>,
    /// What is to be known about its articles.
    pub(super) report: InputReport,
    /// What became of the corrections.
    pub(super) review: ReviewTally,
    /// The error that ended the reading, if not all records came in.
    pub(super) ended_by: Option<RunError>,
}

impl Assembly {
    /// The assembly of a build without articles; starts the list of processed articles in the build's folder.
    ///
    /// # Errors
    /// If that list cannot be created.
    pub(super) fn new(
        writer: DatasetWriter,
        next_cache: Option<CacheWriter>,
        duplicates: DuplicateSettings,
        build_folder: &Path,
    ) -> Result<Self, DatasetError> {
        Ok(Self {
            writer,
            next_cache,
            admission: Admission::new(duplicates),
            redone: Redone::create(build_folder.join(REDONE))?,
            report: InputReport::default(),
            review: ReviewTally::default(),
            inputs: 0,
            open: None,
        })
    }

    /// Adds the outcome of the next record.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn push(&mut self, finished: Finished) -> Result<(), RunError> {
        match finished {
            Finished::Reject(reject) => {
                self.inputs += 1;
                self.writer.push_reject(reject)?;
            }
            Finished::Article(done) => self.push_article(*done)?,
            Finished::Opening(opening) => self.open(*opening)?,
            Finished::Passage(sentences, keywords) => {
                if let Some((folder, _)) = &self.open {
                    self.writer.push_passage(folder, sentences, keywords)?;
                }
            }
            Finished::Closing(mut row, review) => {
                if let Some((folder, verdict)) = self.open.take() {
                    self.review.add(&review);
                    row.mark_duplicates(&verdict);
                    self.writer.close_article(&folder, *row)?;
                }
            }
        }
        Ok(())
    }

    fn push_article(&mut self, done: Done) -> Result<(), RunError> {
        let Done { mut rows, review, about } = done;
        if let Some(verdict) = self.admit(about)? {
            self.review.add(&review);
            rows.article.mark_duplicates(&verdict);
            self.writer.push(rows)?;
        }
        Ok(())
    }

    fn open(&mut self, opening: Opening) -> Result<(), RunError> {
        let Opening { section, published, about } = opening;
        let folder = self.writer.folder_of(section.as_deref(), published);
        self.open = self.admit(about)?.map(|verdict| (folder, verdict));
        Ok(())
    }

    /// Decides whether an article gets into the tables, and what it is a copy of. One that does not is a reject from now on.
    fn admit(&mut self, article: DoneArticle) -> Result<Option<Verdict>, RunError> {
        let DoneArticle { document, remarks, signature, outcome, is_corrected, staleness } = article;
        self.inputs += 1;
        let (path, record) = (&document.source_path, document.record.as_deref());
        // Here and not in the workers: which of two equal keys comes first must not depend on which worker is faster.
        if let Err(reject) = self.admission.accept_key(&document) {
            self.writer.push_reject(reject)?;
            return Ok(None);
        }
        self.report.note_article(path, record, remarks);
        // Before the duplicates are judged: a dropped copy is cached too, since the verdict depends on other articles.
        if let (Some(cache), Some(outcome)) = (&mut self.next_cache, &outcome) {
            cache.push(document.article_id, document.fingerprint, outcome, (staleness == Staleness::Fresh, is_corrected))?;
        }
        self.redone.note(&document, &staleness)?;
        match self.admission.judge_copy(&document, &signature) {
            Ok(verdict) => Ok(Some(verdict)),
            Err(copy) => {
                self.writer.push_dropped(copy)?;
                Ok(None)
            }
        }
    }

    /// The cause of an error: if the writer of a table has stopped, closing the tables tells why.
    pub(super) fn why(self, error: RunError) -> RunError {
        match error {
            RunError::Dataset(DatasetError::WriterStopped) => self.writer.finish().err().map_or(error, RunError::from),
            other => other,
        }
    }

    /// Closes all files.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn finish(self) -> Result<Assembled, DatasetError> {
        let (counts, tables) = self.writer.finish()?;
        let Self { next_cache, inputs, redone, report, review, .. } = self;
        Ok(Assembled {
            counts,
            tables,
            work: redone.finish()?,
            report,
            review,
            inputs,
            next_cache,
            notices: Vec::new(),
            ended_by: None,
        })
    }
}

/// The list of processed articles, and the number of articles by reason.
struct Redone {
    path: PathBuf,
    list: csv::Writer<BufWriter<File>>,
    reasons: BTreeMap<String, usize>,
}

impl Redone {
    fn create(path: PathBuf) -> Result<Self, DatasetError> {
        let file = File::create_new(&path).map_err(|source| DatasetError::io(&path, source))?;
        let mut redone = Self { list: csv::Writer::from_writer(BufWriter::new(file)), path, reasons: BTreeMap::new() };
        redone.write(["article_id", "source_path", "record", "first_stage", "reason"])?;
        Ok(redone)
    }

    fn note(&mut self, document: &DoneDocument, staleness: &Staleness) -> Result<(), DatasetError> {
        let reason = staleness.reason();
        if let Some(first) = staleness.first_stage() {
            let (id, record) = (format!("{:016x}", document.article_id), document.record.as_deref().unwrap_or_default());
            self.write([&id, &without_formula(&document.source_path), &without_formula(record), first.name(), &reason])?;
        }
        *self.reasons.entry(reason).or_default() += 1;
        Ok(())
    }

    fn write(&mut self, row: [&str; 5]) -> Result<(), DatasetError> {
        self.list.write_record(row).map_err(|error| DatasetError::io(&self.path, error.into()))
    }

    fn finish(self) -> Result<BTreeMap<String, usize>, DatasetError> {
        let io = |source| DatasetError::io(&self.path, source);
        let mut file = self.list.into_inner().map_err(|error| io(error.into_error()))?;
        file.flush().and_then(|()| file.get_ref().sync_all()).map_err(io)?;
        Ok(self.reasons)
    }
}
