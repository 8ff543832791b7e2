//! A build made in parts, each by another process: for clusters.
//!
//! ```text
//! parts ─ survey ─▶ InputSurvey, merged ─▶ parts ─ surveyed ─▶ names, signatures ─ compared by the cluster ─▶ verdicts
//!       ─ write ─▶ files in the staged folder, PartSummary ─ publish ─▶ gates, manifest, output/current
//! ```
//!
//! What one article needs of others (the survey, its name, the verdict on copies, its index) comes in from outside; everything else
//! happens here as in a run. Invariant: a part's files depend on its records and on what came in alone, so a part that is done again
//! has the same files, and the rows of all parts are the rows of a run.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use engine::duplicates::{DuplicateIndex, DuplicateSettings, Signature, Verdict};
use engine::review::ReviewTally;
use engine::tables::{Reject, Table};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::admission::{drops, left_out};
use super::annotator::{AnnotatedRow, Annotator};
use super::batch::Batch;
use super::error::RunError;
use super::identity::{build_id, provenance};
use super::publish::admit;
use super::standing::Standing;
use super::work::done_document;
use crate::config::{PipelineSettings, Setup};
use crate::dataset::description::write_descriptions;
use crate::dataset::{
    BuildStamp, Counts, DatasetError, DatasetWriter, LockedOutput, Manifest, OutputFolder, PartFile, Provenance, ReviewList,
    RunSummary, TableFiles,
};
use crate::gates::{Findings, RunReport, Subject};
use crate::ingest::{
    BatchRows, Fingerprint, IngestSettings, Ingested, InputSurvey, Inventory, ReadError, Record, RowName, RowReader,
    repeated_key,
};
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::shown;

/// An error that ends the work on a part.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// A file cannot be read to its end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The rows cannot be read to their end.
    #[error("the rows cannot be read to their end: {0}")]
    Rows(#[from] ArrowError),
    /// The part's files cannot be written.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// It was asked to stop.
    #[error("stopped; nothing was published")]
    Stopped,
}

/// Takes records that are processed together, with the settings that they were read by.
type PassBatch<'p> = dyn FnMut(Vec<Ingested>, &IngestSettings) -> Result<(), PartError> + 'p;

/// The records of a part.
pub enum PartSource<'s> {
    /// Those of the files of a part of an inventory.
    Files(&'s Inventory),
    /// Those of the rows of a table.
    Rows(Box<RowReader>, &'s mut (dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send)),
}

impl PartSource<'_> {
    /// Passes on the records in batches; an error of `pass` breaks off. Rows are counted in `survey_rows`, if it is there.
    fn each_batch(
        self,
        settings: &IngestSettings,
        survey: &InputSurvey,
        mut survey_rows: Option<&mut InputSurvey>,
        pass: &mut PassBatch<'_>,
    ) -> Result<(), PartError> {
        let mut together = Batch::default();
        match self {
            Self::Files(part) => {
                let mut ended = Ok(());
                survey.read_part(part, settings, &mut |ingested| {
                    ended = push(&mut together, ingested, &mut |records| pass(records, settings));
                    if ended.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                })?;
                ended?;
                pass(together.into_records(), settings)
            }
            Self::Rows(mut rows, batches) => {
                let settings = rows.settings().clone();
                for batch in batches {
                    let batch = batch?;
                    if let Some(survey) = survey_rows.as_deref_mut() {
                        rows.survey(&batch, survey);
                    }
                    let of_batch = BatchRows::of(&batch);
                    for row in 0..batch.num_rows() {
                        let ingested = rows.read(&of_batch, row, survey);
                        push(&mut together, ingested, &mut |records| pass(records, &settings))?;
                    }
                }
                pass(together.into_records(), &settings)
            }
        }
    }
}

/// Adds a record to those that are processed together, and passes them on if they are enough.
fn push(
    batch: &mut Batch,
    ingested: Ingested,
    pass: &mut dyn FnMut(Vec<Ingested>) -> Result<(), PartError>,
) -> Result<(), PartError> {
    batch.push(ingested);
    if batch.is_full() { pass(std::mem::take(batch).into_records()) } else { Ok(()) }
}

/// What others have to know of a record.
#[derive(Clone, Debug)]
pub struct SurveyedRecord {
    /// What a row says of its name; `None` of a record of a file, and of one that cannot be read.
    pub name: Option<RowName>,
    /// Its path.
    pub source_path: String,
    /// Its key.
    pub record: Option<String>,
    /// The id and the signature of an article; `None` if it will be a reject.
    pub article: Option<(String, Signature)>,
}

/// What others have to know of a part.
#[derive(Clone, Debug, Default)]
pub struct SurveyedPart {
    /// Its records, in order.
    pub records: Vec<SurveyedRecord>,
    /// What its rows tell about each other; of files, that was known before.
    pub survey: InputSurvey,
    /// The sum of hashes of all records: equal input gives an equal sum, however it is cut into parts.
    pub digest: u128,
}

impl SurveyedPart {
    /// Reads a part, and repairs nothing.
    ///
    /// # Errors
    /// If it cannot be read to its end.
    pub fn of(
        source: PartSource<'_>,
        ingest: &IngestSettings,
        annotator: &Annotator,
        known: &InputSurvey,
    ) -> Result<Self, PartError> {
        let mut part = Self::default();
        let (is_rows, mut survey) = (matches!(source, PartSource::Rows(..)), InputSurvey::default());
        source.each_batch(ingest, known, Some(&mut survey), &mut |records, settings| {
            for ingested in records {
                part.add(ingested, is_rows, settings, annotator);
            }
            Ok(())
        })?;
        Ok(Self { survey, ..part })
    }

    fn add(&mut self, ingested: Ingested, is_row: bool, settings: &IngestSettings, annotator: &Annotator) {
        let record = match ingested {
            Ingested::Record(record) => record,
            Ingested::Reject(Reject { source_path, record, code, .. }) => {
                let hash =
                    blake3::hash(format!("{source_path}\0{}\0{code}", record.as_deref().unwrap_or_default()).as_bytes());
                self.digest = self.digest.wrapping_add(number_of(hash.as_bytes()[..16].try_into().expect("16 bytes")));
                self.records.push(SurveyedRecord { name: None, source_path, record, article: None });
                return;
            }
        };
        self.digest = self.digest.wrapping_add(number_of(record.fingerprint()));
        let (source_path, key) = (record.origin.source_path.clone(), record.origin.record.clone());
        let name = is_row.then(|| RowReader::name_of(&record));
        let article = article_of(record, settings, annotator);
        self.records.push(SurveyedRecord { name, source_path, record: key, article });
    }
}

fn number_of(hash: Fingerprint) -> u128 {
    u128::from_le_bytes(hash)
}

/// The id and the signature of a record that is an article.
fn article_of(record: Record, settings: &IngestSettings, annotator: &Annotator) -> Option<(String, Signature)> {
    let article = record.read(settings).ok()?;
    let id = article.origin.article_id();
    let size = annotator.engine().passage_size();
    let signature = if size.is_exceeded_by(&article) {
        annotator.signature_of_text(&article)
    } else {
        Signature::of_document(&article.into_document())
    };
    Some((id, signature))
}

/// Judges copies in the order of the sources, where each verdict depends on the one before: if near copies are left out.
pub struct CopyJudge {
    settings: DuplicateSettings,
    index: DuplicateIndex,
}

impl CopyJudge {
    /// A judge who has seen no article.
    #[must_use]
    pub fn new(settings: DuplicateSettings) -> Self {
        Self { settings, index: DuplicateIndex::new(settings) }
    }

    /// The verdict on the next article, and whether it is left out.
    pub fn judge(&mut self, article_id: u64, signature: &Signature) -> (Verdict, bool) {
        let verdict = self.index.find(signature);
        let is_left_out = drops(self.settings.policy, &verdict);
        if verdict.duplicate_of.is_none() && !is_left_out {
            self.index.insert(article_id, signature);
        }
        (verdict, is_left_out)
    }
}

/// Why an article is left out although it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An earlier one has its key.
    RepeatedKey,
    /// It is a copy.
    Copy,
}

/// What was decided about a record by comparing it with all others.
#[derive(Clone, Debug, Default)]
pub struct PartVerdict {
    /// What it is a copy of.
    pub copy: Verdict,
    /// Why it is left out.
    pub refusal: Option<Refusal>,
}

/// What a part that was written tells.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PartSummary {
    /// What it holds.
    pub counts: Counts,
    /// Its files, relative to the folder of the build.
    pub files: Vec<PartFile>,
    /// What the gates found in it.
    pub findings: Findings,
    /// What became of the corrections in it.
    pub review: ReviewTally,
}

impl Annotator {
    /// Takes a part through all stages and writes its tables into an empty folder.
    ///
    /// # Errors
    /// If it cannot be read to its end, a file cannot be written, or it was asked to stop.
    pub fn write_part(
        &self,
        source: PartSource<'_>,
        survey: &InputSurvey,
        verdicts: &FxHashMap<u64, PartVerdict>,
        (stamp, before, folder): (&BuildStamp, u64, &Path),
        interrupt: &Interrupt,
    ) -> Result<PartSummary, PartError> {
        let settings = self.settings();
        let mut writer = DatasetWriter::new(folder, stamp, settings.dataset.partition_by)?.after(before);
        let mut review = ReviewTally::default();
        let mut index = 0;
        source.each_batch(&settings.ingest, survey, None, &mut |records, ingest| {
            let first = index;
            index += records.len() as u64;
            let copies: Vec<u64> = (first..index).filter(|index| is_copy(verdicts.get(index))).collect();
            let refused = |(index, ingested)| refused_by(verdicts.get(&index), ingested);
            let records = (first..).zip(records).map(refused).collect();
            let done = self.process(records, ingest, interrupt).ok_or(PartError::Stopped)?;
            for (index, row) in (first..).zip(done) {
                match row {
                    Ok(AnnotatedRow { mut rows, review: of_row, .. }) => {
                        review.add(&of_row);
                        let copy = verdicts.get(&index).map(|verdict| verdict.copy).unwrap_or_default();
                        rows.article.mark_duplicates(&copy);
                        writer.push(rows)?;
                    }
                    Err(reject) if copies.contains(&index) => writer.push_dropped(reject)?,
                    Err(reject) => writer.push_reject(reject)?,
                }
            }
            Ok(())
        })?;
        let (counts, tables) = writer.finish()?;
        let findings = Findings::of(folder, settings.split.max_tokens)?;
        let files = tables.into_iter().flat_map(|(_, files)| files).collect();
        Ok(PartSummary { counts, files, findings, review })
    }
}

fn is_copy(verdict: Option<&PartVerdict>) -> bool {
    verdict.is_some_and(|verdict| verdict.refusal == Some(Refusal::Copy))
}

/// A record, or the reject that a verdict makes of it.
fn refused_by(verdict: Option<&PartVerdict>, ingested: Ingested) -> Ingested {
    let (Some(PartVerdict { copy, refusal: Some(refusal) }), Ingested::Record(record)) = (verdict, &ingested) else {
        return ingested;
    };
    let document = done_document(record);
    Ingested::Reject(match refusal {
        Refusal::RepeatedKey => repeated_key(&document.source_path, document.record.as_deref(), document.byte_offset),
        Refusal::Copy => left_out(&document, copy),
    })
}

/// A build whose parts are being written. Dropped, it removes its folder, unless it was published.
pub struct PartedBuild {
    output: LockedOutput,
    folder: PathBuf,
    id: String,
    provenance: Provenance,
    settings: PipelineSettings,
    review: ReviewList,
    started: Instant,
}

/// How a build in parts begins.
pub enum Begun {
    /// Its parts are to be written.
    ToWrite(Box<PartedBuild>),
    /// It is there already.
    UpToDate(Box<Manifest>),
}

impl PartedBuild {
    /// Begins the build of records with a digest ([`SurveyedPart::digest`]).
    ///
    /// # Errors
    /// If another run holds the lock, or the output folder cannot be written.
    pub fn begin(setup: &Setup, digest: u128) -> Result<Begun, RunError> {
        let mut provenance = provenance(setup, &Inventory::default(), None);
        provenance.inputs = format!("{digest:032x}");
        // Its rows are those of a run, but in other files.
        provenance.stages.insert("parts".to_owned(), VERSION);
        let id = build_id(&provenance);
        let settings = setup.settings.clone();
        let output = OutputFolder::new(&settings.dataset.output).lock()?;
        match Standing::of(&output, &id)? {
            Standing::UpToDate(manifest) | Standing::RolledBack(manifest, _) => return Ok(Begun::UpToDate(manifest)),
            Standing::Kept(manifest) => {
                output.make_current(&id)?;
                return Ok(Begun::UpToDate(manifest));
            }
            Standing::ToBuild(_) => {}
        }
        let folder = output.stage(&id)?;
        let review = ReviewList::new(&setup.corrections, &setup.vocabulary);
        let build = Self { output, folder, id, provenance, settings, review, started: Instant::now() };
        Ok(Begun::ToWrite(Box::new(build)))
    }

    /// The folder that the parts' files are moved into.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The build's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Judges the parts together and publishes the build. `repeated_ids` is the number of articles with an id that another has.
    ///
    /// # Errors
    /// If a gate refuses it, or a file cannot be written.
    pub fn publish(&self, parts: Vec<PartSummary>, repeated_ids: usize, progress: &Progress) -> Result<Manifest, RunError> {
        let (mut counts, mut tables) = (Counts::default(), files_of_tables());
        let mut findings: Option<Findings> = None;
        let mut review = ReviewTally::default();
        for part in parts {
            counts.add(part.counts);
            review.add(&part.review);
            for file in part.files {
                let of = |(table, _): &&mut (Table, Vec<PartFile>)| file.path.split('/').next() == Some(table.name());
                tables.iter_mut().find(of).expect("a file of a table").1.push(file);
            }
            match &mut findings {
                Some(findings) => findings.merge(part.findings),
                None => findings = Some(part.findings),
            }
        }
        let Some(mut findings) = findings.filter(|_| counts.inputs > 0) else {
            let what = "the input has no records".to_owned();
            return Err(RunError::NothingToRead { input: "the table".to_owned(), what });
        };
        findings.note_repeated_ids(repeated_ids);
        self.keep_files(&mut tables)?;
        self.judge_and_publish(counts, tables, (&findings, &review), progress)
    }

    fn judge_and_publish(
        &self,
        counts: Counts,
        tables: TableFiles,
        (findings, review): (&Findings, &ReviewTally),
        progress: &Progress,
    ) -> Result<Manifest, RunError> {
        let subject = Subject {
            folder: &self.folder,
            build_id: &self.id,
            counts: &counts,
            inputs: counts.inputs,
            max_reject_ratio: self.settings.dataset.max_reject_ratio,
            max_sentence_tokens: self.settings.split.max_tokens,
            settings: &self.settings.gates,
            previous: self.output.current().canonicalize().ok(),
        };
        let gates = admit(&subject, &self.output, findings)?;
        gates.warnings().for_each(|warning| progress.message(&warning));
        let review = self.review.write(&self.folder, review)?;
        let warnings: Vec<String> = review.and_then(|review| review.warning()).into_iter().collect();
        for warning in &warnings {
            progress.message(&shown::warning(warning));
        }
        let run = RunSummary { seconds: self.started.elapsed().as_secs_f64(), warnings, ..RunSummary::default() };
        let manifest = Manifest::new(self.id.clone(), self.provenance.clone(), counts, tables, run).with_review(review);
        RunReport::new(&manifest, &gates).write(&self.folder)?;
        write_descriptions(&self.folder, &manifest, &self.settings.card)?;
        let before = self.output.current_id();
        self.output.publish(&self.folder, &manifest)?;
        if let Err(error) = self.output.collect_old_builds(self.settings.dataset.keep_builds, before.as_deref()) {
            progress.message(&format!("warning: an old build could not be removed: {error}"));
        }
        Ok(manifest)
    }

    /// Leaves the files that have rows, and one without any of a table that has none.
    fn keep_files(&self, tables: &mut TableFiles) -> Result<(), DatasetError> {
        for (_, files) in tables.iter_mut() {
            files.sort_by(|a, b| a.path.cmp(&b.path));
            let has_rows = files.iter().any(|file| file.rows > 0);
            let (kept, empty): (Vec<_>, Vec<_>) = files.drain(..).partition(|file| file.rows > 0);
            let kept = if has_rows { kept } else { empty.iter().take(1).cloned().collect() };
            for file in empty.iter().filter(|file| !kept.contains(file)) {
                let path = self.folder.join(&file.path);
                std::fs::remove_file(&path).map_err(|source| DatasetError::io(&path, source))?;
            }
            *files = kept;
        }
        Ok(())
    }
}

impl Drop for PartedBuild {
    fn drop(&mut self) {
        // A published build was renamed away. The next run sweeps up what cannot be removed now.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn files_of_tables() -> TableFiles {
    Table::ALL.into_iter().map(|table| (table, Vec::new())).collect()
}

/// Version of the layout of a build in parts: part of its id.
const VERSION: u32 = 1;
