//! The pipeline itself: inventory, build id, the one parallel boundary, publication.
//!
//! ```text
//! inventory ─▶ records ─▶ batches ─▶ [ ingest ▸ repair ▸ split ▸ tag ▸ rows ] on all cores ─▶ assembly ─▶ gates ─▶ publish
//! ```
//!
//! Invariant: stages are immutable and shared, each worker has its own scratch, results come back in the order of the records.
//! One thread reads, one assembles what is finished, and a batch is worked on meanwhile: a few batches are in memory, whatever the
//! size of the input.

mod assembly;
mod clock;
mod error;
mod identity;
mod preview;
mod publish;
mod work;

use std::path::PathBuf;
use std::time::Instant;

use crate::cache::{CacheFolder, StageKeys};
use crate::config::Plan;
use crate::dataset::description::write_descriptions;
use crate::dataset::{BuildStamp, DatasetWriter, LockedOutput, Manifest, OutputFolder, Provenance, RollBack, RunSummary};
use crate::gates::{RunReport, Subject};
use crate::ingest::{IngestSettings, Inventory, take_inventory};
use crate::interrupt::Interrupt;
use crate::path_kind::kind_at;
use crate::progress::Progress;
use assembly::{Assembled, Assembly};
use engine::Engine;
pub use error::RunError;
use identity::{build_id, provenance, stage_keys};
pub use preview::{Preview, PreviewedArticle, preview};
use publish::admit;
use work::Workers;

/// How one run differs from another with the same plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunOptions {
    /// Only the first so many articles.
    pub limit: Option<usize>,
    /// Build even if the build is there already, and all of it anew.
    pub force: bool,
}

/// How a run ended well.
#[derive(Debug)]
pub enum RunOutcome {
    /// The current build is that of this input already; nothing was written.
    UpToDate(Box<Manifest>),
    /// The user rolled back from the build that this input gives; nothing was written.
    RolledBack(Box<Manifest>, RollBack),
    /// A build was published.
    Published(Box<Manifest>),
}

impl RunOutcome {
    /// The build that is current now.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        match self {
            Self::UpToDate(manifest) | Self::RolledBack(manifest, _) | Self::Published(manifest) => manifest,
        }
    }
}

/// Builds the dataset.
///
/// # Errors
/// Where there is nothing to read, too much is rejected, a check fails, a signal comes or a file cannot be written. The
/// build that was current stays current.
pub fn run(mut plan: Plan, options: RunOptions, progress: Progress, interrupt: &Interrupt) -> Result<RunOutcome, RunError> {
    let started = Instant::now();
    let inventory = inventory_of(&plan)?;
    let provenance = provenance(&plan, &inventory, options.limit);
    let build_id = build_id(&provenance);
    let output = OutputFolder::new(&plan.output);
    let current = output.current_manifest();
    if !options.force
        && let (Some(manifest), Some(rolled)) = (&current, output.rolled_back_from(&build_id))
        && output.current_is_complete()
    {
        return Ok(RunOutcome::RolledBack(Box::new(manifest.clone()), rolled));
    }
    let same = |manifest: &&Manifest| manifest.build_id == build_id && !options.force && output.current_is_complete();
    if let Some(manifest) = current.as_ref().filter(same) {
        // The input is not what it was when the user went back. Another run that holds the lock will find that out, too.
        if output.has_roll_back()
            && let Ok(locked) = output.lock()
        {
            locked.forget_roll_back()?;
        }
        return Ok(RunOutcome::UpToDate(Box::new(manifest.clone())));
    }
    let output = output.lock()?;
    if let Some(manifest) = output.whole_build(&build_id).filter(|_| !options.force) {
        output.make_current(&build_id)?;
        return Ok(RunOutcome::Published(Box::new(manifest)));
    }
    if options.limit.is_some() {
        plan.gates.only_warn_of_drift();
    }
    let (keep, before) = (plan.keep_builds, current.map(|manifest| manifest.build_id));
    let staged = StagedBuild { output: &output, folder: output.stage(&build_id)?, started };
    let identity = Identity { keys: stage_keys(&plan), provenance, build_id };
    let manifest = staged.fill(plan, &inventory, identity, options, progress, interrupt)?;
    // The build is published; that an old one cannot be removed is no failure of it.
    if let Err(error) = output.collect_old_builds(keep, before.as_deref()) {
        progress.message(&format!("warning: an old build is left: {error}"));
    }
    Ok(RunOutcome::Published(Box::new(manifest)))
}

/// The id of the build that a run would publish now.
///
/// # Errors
/// [`RunError::NothingToRead`] where there is no input.
pub fn planned_build_id(plan: &Plan) -> Result<String, RunError> {
    Ok(build_id(&provenance(plan, &inventory_of(plan)?, None)))
}

/// The files to be read.
///
/// # Errors
/// [`RunError::NothingToRead`] where there is none.
pub fn inventory_of(plan: &Plan) -> Result<Inventory, RunError> {
    let nothing = |what: String| RunError::NothingToRead { input: plan.input.display().to_string(), what };
    if !plan.input.is_dir() {
        return Err(nothing(match kind_at(&plan.input) {
            None => "there is no such folder; give --input DIR or set ingest.input".to_owned(),
            Some(kind) => format!(
                "it is {kind}, and a folder is expected; give the folder in which the files lie as --input DIR or ingest.input, \
                 and choose among them with ingest.files"
            ),
        }));
    }
    let inventory = take_inventory(&plan.input, &plan.output, &plan.ingest);
    if inventory.files.is_empty() {
        return Err(nothing(nothing_matches(&inventory, &plan.ingest)));
    }
    Ok(inventory)
}

/// Why no file of an inventory is read: none is there, none matches, or all are passed over on purpose.
fn nothing_matches(inventory: &Inventory, settings: &IngestSettings) -> String {
    let (patterns, others) = (settings.files.written().join(", "), inventory.rejects.len());
    let (passed_over, keys) = match inventory.skipped {
        0 => (String::new(), "ingest.files"),
        skipped => (
            format!(", {skipped} passed over by ingest.skip: {}", settings.skip.written().join(", ")),
            "ingest.files or ingest.skip",
        ),
    };
    format!("no file that can be read matches {patterns} ({others} other files{passed_over}); set {keys}")
}

/// What a build is known by.
struct Identity {
    build_id: String,
    provenance: Provenance,
    keys: StageKeys,
}

/// A build being written; its folder goes away with it unless it was published.
struct StagedBuild<'o> {
    output: &'o LockedOutput,
    folder: PathBuf,
    started: Instant,
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
        inventory: &Inventory,
        identity: Identity,
        options: RunOptions,
        progress: Progress,
        interrupt: &Interrupt,
    ) -> Result<Manifest, RunError> {
        let Identity { build_id, provenance, keys } = identity;
        let cache_folder = CacheFolder::new(self.output.cache(), plan.cache);
        let cache = cache_folder.open(keys, options.force);
        let stamp = BuildStamp { build_id: build_id.clone(), model_id: plan.model.id().to_owned() };
        let writer = DatasetWriter::new(&self.folder, &stamp, plan.partition_by)?;
        // A run over a part of the input must not take the place of what is known of all of it.
        let next_cache = if options.limit.is_none() { cache_folder.begin(cache.keys())? } else { None };
        let assembly = Assembly::new(writer, next_cache, plan.duplicates, &self.folder)?;
        let stages = Engine::new(&plan.model, plan.repair.clone(), plan.split, plan.tag, plan.vocabulary)?;
        let workers = Workers::new(&stages, &cache, &plan.ingest, plan.repair.doubt_threshold, interrupt);
        let bar = progress.stage("build", "bytes", inventory.bytes());
        let assembled = workers.build(inventory, options.limit, assembly, bar)?;
        let Assembled { counts, tables, work, inputs, next_cache, ended_by } = assembled;
        let ended_by = workers.interrupted().map(|signal| RunError::Interrupted { signal }).or(ended_by);
        if let Some(next) = next_cache {
            cache_folder.keep(next, ended_by.is_none())?;
        }
        ended_by.map_or(Ok(()), Err)?;
        let subject = Subject {
            folder: &self.folder,
            build_id: &build_id,
            counts: &counts,
            inputs,
            max_reject_ratio: plan.max_reject_ratio,
            max_sentence_tokens: plan.split.max_tokens,
            settings: &plan.gates,
            previous: self.output.current().canonicalize().ok(),
        };
        let gates = admit(&subject, self.output)?;
        gates.warnings().for_each(|warning| progress.message(&warning));
        interrupt.received().map_or(Ok(()), |signal| Err(RunError::Interrupted { signal }))?;
        let run = RunSummary { work, stage_seconds: workers.stage_seconds(), seconds: self.started.elapsed().as_secs_f64() };
        let manifest = Manifest::new(build_id, provenance, counts, tables, run);
        RunReport::new(&manifest, &gates).write(&self.folder)?;
        write_descriptions(&self.folder, &manifest, &plan.card)?;
        self.output.publish(&self.folder, &manifest)?;
        Ok(manifest)
    }
}
