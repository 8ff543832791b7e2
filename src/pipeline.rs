//! The pipeline itself: inventory, build id, the one parallel boundary, publication.
//!
//! ```text
//! inventory ─▶ batches of files ─▶ [ ingest ▸ repair ▸ split ▸ tag ▸ rows ] on all cores ─▶ writer ─▶ gates ─▶ publish
//! ```
//!
//! Invariant: stages are immutable and shared, each worker has its own scratch, results come back in the order of the files.
//! A batch is worked on while the one before it is written; two batches at most are in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};

use rayon::prelude::*;

use crate::analysis::gates::check_staged;
use crate::config::Plan;
use crate::dataset::{
    self, ArticleRows, BuildStamp, Counts, DatasetError, DatasetWriter, Lock, Manifest, OutputFolder, Provenance, TableFiles,
};
use crate::error::Error;
use crate::ingest::{self, IngestSettings, Inventory, Reject, SourceFile, read_document, take_inventory};
use crate::interrupt::Interrupt;
use crate::model::{ModelError, ModelFile};
use crate::progress::{Progress, Stage};
use crate::repair::{self, RepairScratch, RepairSettings, Repairer};
use crate::split::{self, SplitScratch, SplitSettings, Splitter};
use crate::tag::{self, TagScratch, TagSettings, Tagged, Tagger, Vocabulary};

/// Files worked on together, and their bytes: enough to keep every core busy, little enough to hold two batches.
const BATCH_FILES: usize = 256;
const BATCH_BYTES: u64 = 8 << 20;
/// Rejects listed in a message.
const LISTED_REJECTS: usize = 10;

/// All stages, ready to run: immutable, shared by all workers.
pub struct Stages {
    /// Restores spelling.
    pub repairer: Repairer,
    /// Cuts sentences.
    pub splitter: Splitter,
    /// Finds keywords.
    pub tagger: Tagger,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct Scratch {
    repair: RepairScratch,
    split: SplitScratch,
    tag: TagScratch,
}

impl Stages {
    /// The stages with a model's data and a vocabulary.
    ///
    /// # Errors
    /// Where the model lacks a section or one is damaged.
    pub fn new(
        model: &ModelFile,
        repair: RepairSettings,
        split: SplitSettings,
        tag: TagSettings,
        vocabulary: Vocabulary,
    ) -> Result<Self, ModelError> {
        let repairer = Repairer::new(model, repair)?;
        let tagger = Tagger::open(vocabulary, tag, model, repairer.frequencies())?;
        Ok(Self { repairer, splitter: Splitter::new(model, split)?, tagger })
    }

    /// Takes one article through every stage after ingest.
    #[must_use]
    pub fn process(&self, document: ingest::Document, scratch: &mut Scratch) -> Tagged {
        let repaired = self.repairer.repair(document, &mut scratch.repair);
        let sentences = self.splitter.split(&repaired, &mut scratch.split);
        self.tagger.tag(repaired, sentences, &mut scratch.tag)
    }
}

/// How one run differs from another with the same plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunOptions {
    /// Only the first so many files.
    pub limit: Option<usize>,
    /// Build even if the build is there already.
    pub force: bool,
}

/// How a run ended well.
#[derive(Debug)]
pub enum RunOutcome {
    /// The current build is that of this input already; nothing was written.
    UpToDate(Box<Manifest>),
    /// A build was published.
    Published(Box<Manifest>),
}

/// Builds the dataset.
///
/// # Errors
/// Where there is nothing to read, too much is rejected, a check fails, a signal comes or a file cannot be written. The
/// build that was current stays current.
pub fn run(plan: Plan, options: RunOptions, progress: Progress, interrupt: &Interrupt) -> Result<RunOutcome, Error> {
    let inventory = inventory_of(&plan, options.limit)?;
    let provenance = provenance(&plan, &inventory);
    let build_id = build_id(&provenance);
    let output = OutputFolder::new(&plan.output);
    let current = output.current_manifest();
    let same = |manifest: &&Manifest| manifest.build_id == build_id && !options.force && output.current_is_complete();
    if let Some(manifest) = current.as_ref().filter(same) {
        return Ok(RunOutcome::UpToDate(Box::new(manifest.clone())));
    }
    let lock = output.lock()?;
    if let Some(manifest) = output.whole_build(&build_id).filter(|_| !options.force) {
        output.point_current_at(&build_id, &lock)?;
        return Ok(RunOutcome::Published(Box::new(manifest)));
    }
    let (keep, before) = (plan.keep_builds, current.map(|manifest| manifest.build_id));
    let staged = StagedBuild { output: &output, lock: &lock, folder: output.stage(&build_id, &lock)? };
    let manifest = staged.fill(plan, inventory, build_id, provenance, progress, interrupt)?;
    output.collect_old_builds(keep, before.as_deref(), &lock)?;
    Ok(RunOutcome::Published(Box::new(manifest)))
}

/// The id of the build that a run would publish now.
///
/// # Errors
/// [`Error::NothingToRead`] where there is no input.
pub fn planned_build_id(plan: &Plan) -> Result<String, Error> {
    Ok(build_id(&provenance(plan, &inventory_of(plan, None)?)))
}

/// The files to be read.
///
/// # Errors
/// [`Error::NothingToRead`] where there is none.
pub fn inventory_of(plan: &Plan, limit: Option<usize>) -> Result<Inventory, Error> {
    let nothing = |what: String| Error::NothingToRead { input: plan.input.display().to_string(), what };
    if !plan.input.is_dir() {
        return Err(nothing("there is no such folder; give --input DIR or set ingest.input".to_owned()));
    }
    let mut inventory = take_inventory(&plan.input, &plan.output, &plan.ingest);
    if inventory.files.is_empty() {
        let patterns = plan.ingest.files.join(", ");
        let others = inventory.rejects.len() + inventory.skipped;
        return Err(nothing(format!("no file matches {patterns} ({others} other files); set ingest.files")));
    }
    if let Some(limit) = limit {
        inventory.keep_first(limit);
    }
    Ok(inventory)
}

fn provenance(plan: &Plan, inventory: &Inventory) -> Provenance {
    let mut inputs = blake3::Hasher::new();
    inventory.fingerprint(&mut inputs);
    let stages = [
        ("ingest", ingest::VERSION),
        ("repair", repair::VERSION),
        ("split", split::VERSION),
        ("tag", tag::VERSION),
        ("dataset", dataset::VERSION),
    ];
    Provenance {
        tarmim: env!("CARGO_PKG_VERSION").to_owned(),
        stages: stages.map(|(stage, version)| (stage.to_owned(), version)).into_iter().collect::<BTreeMap<_, _>>(),
        model_id: plan.model.id().to_owned(),
        vocabulary: plan.vocabulary.hash().to_owned(),
        inputs: inputs.finalize().to_hex()[..32].to_owned(),
        settings: plan.settings(),
    }
}

/// 16 hex digits of a hash of all that the build's content depends on.
fn build_id(provenance: &Provenance) -> String {
    let json = serde_json::to_vec(provenance).expect("provenance is plain data");
    blake3::hash(&json).to_hex()[..16].to_owned()
}

/// A build being written; its folder goes away with it unless it was published.
struct StagedBuild<'o> {
    output: &'o OutputFolder,
    lock: &'o Lock,
    folder: PathBuf,
}

impl Drop for StagedBuild<'_> {
    fn drop(&mut self) {
        // A published build was renamed away. What cannot be removed now is swept by the next run.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl StagedBuild<'_> {
    fn fill(
        &self,
        plan: Plan,
        inventory: Inventory,
        build_id: String,
        provenance: Provenance,
        progress: Progress,
        interrupt: &Interrupt,
    ) -> Result<Manifest, Error> {
        let stamp = BuildStamp { build_id: build_id.clone(), model_id: plan.model.id().to_owned() };
        let writer = DatasetWriter::new(&self.folder, &stamp)?;
        let doubt_threshold = plan.repair.doubt_threshold;
        let stages = Stages::new(&plan.model, plan.repair, plan.split, plan.tag, plan.vocabulary)?;
        let work = Work { stages: &stages, ingest: &plan.ingest, doubt_threshold, interrupt };
        let stage = progress.stage("build", "articles", inventory.files.len() as u64);
        let (writer, mut rejects) = work.build(&inventory.files, writer, stage)?;
        rejects.extend(inventory.rejects);
        rejects.sort_by(|a, b| a.source_path.cmp(&b.source_path));
        let (counts, tables) = finish(writer, rejects, plan.max_reject_ratio)?;
        check_staged(&self.folder, &counts)?;
        interrupt.received().map_or(Ok(()), |signal| Err(Error::Interrupted { signal }))?;
        let manifest = Manifest::new(build_id, provenance, counts, tables);
        self.output.publish(&self.folder, &manifest, self.lock)?;
        Ok(manifest)
    }
}

/// Writes the rejects and closes the tables, unless too many were rejected.
fn finish(mut writer: DatasetWriter, rejects: Vec<Reject>, limit: f64) -> Result<(Counts, TableFiles), Error> {
    let listed: Vec<String> =
        rejects.iter().take(LISTED_REJECTS).map(|r| format!("{}: {}", r.source_path, r.message)).collect();
    writer.push_rejects(rejects)?;
    let (counts, tables) = writer.finish()?;
    if counts.reject_ratio() > limit {
        let listed = listed.join("\n");
        return Err(Error::TooManyRejects { rejects: counts.rejects, inputs: counts.inputs, limit, listed });
    }
    Ok((counts, tables))
}

/// What every worker needs.
struct Work<'w> {
    stages: &'w Stages,
    ingest: &'w IngestSettings,
    doubt_threshold: f32,
    interrupt: &'w Interrupt,
}

/// What became of one file.
type Finished = Result<Box<ArticleRows>, Reject>;

impl Work<'_> {
    /// Works through the files on all cores while a thread of its own writes what is finished.
    fn build(
        &self,
        files: &[SourceFile],
        writer: DatasetWriter,
        mut stage: Stage,
    ) -> Result<(DatasetWriter, Vec<Reject>), Error> {
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel::<Vec<Finished>>(1);
            let writing = scope.spawn(move || write_batches(writer, &receiver));
            for batch in batches(files) {
                if let Some(signal) = self.interrupt.received() {
                    return Err(Error::Interrupted { signal });
                }
                let finished = self.work_through(batch);
                let words = finished.iter().flatten().map(|rows| rows.token_counts().tokens as u64).sum();
                stage.advance(batch.len() as u64, words);
                if sender.send(finished).is_err() {
                    break;
                }
            }
            drop(sender);
            stage.finish();
            Ok(writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?)
        })
    }

    /// The parallel boundary: every stage of every article of a batch runs here, and nowhere else.
    fn work_through(&self, batch: &[SourceFile]) -> Vec<Finished> {
        batch.par_iter().map_init(Scratch::default, |scratch, file| self.work_on(file, scratch)).collect()
    }

    fn work_on(&self, file: &SourceFile, scratch: &mut Scratch) -> Finished {
        let document = read_document(file, self.ingest)?;
        let tagged = self.stages.process(document, scratch);
        Ok(Box::new(ArticleRows::new(&tagged, self.stages.tagger.vocabulary(), self.doubt_threshold)))
    }
}

fn write_batches(
    mut writer: DatasetWriter,
    receiver: &Receiver<Vec<Finished>>,
) -> Result<(DatasetWriter, Vec<Reject>), DatasetError> {
    let mut rejects = Vec::new();
    for finished in receiver.iter().flatten() {
        match finished {
            Ok(rows) => writer.push(*rows)?,
            Err(reject) => rejects.push(reject),
        }
    }
    Ok((writer, rejects))
}

/// Cuts the files into batches of bounded number and size, at least one file each.
fn batches(mut files: &[SourceFile]) -> impl Iterator<Item = &[SourceFile]> {
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = files.iter().take(BATCH_FILES).take_while(|file| {
            bytes += file.bytes;
            bytes <= BATCH_BYTES
        });
        let (batch, rest) = files.split_at(fits.count().max(1).min(files.len()));
        files = rest;
        (!batch.is_empty()).then_some(batch)
    })
}
