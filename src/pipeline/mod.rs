//! The pipeline: inventory, build id, the one parallel boundary, publication.
//!
//! ```text
//! inventory ─▶ records ─▶ batches ─▶ [ ingest ▸ repair ▸ split ▸ tag ▸ rows ] on all cores ─▶ assembly ─▶ gates ─▶ publish
//! ```
//!
//! Invariant: stages are immutable and shared, each worker has its own scratch memory, and results arrive in the order of the
//! records. One thread reads, one assembles, and all cores work on the batch between them: only a few batches are in
//! memory, whatever the size of the input.

mod admission;
mod annotator;
mod assembly;
mod batch;
mod clock;
mod error;
mod finished;
mod identity;
mod input;
mod parts;
mod preview;
mod publish;
#[cfg(feature = "analysis")]
mod report;
mod stages;
mod standing;
mod survey;
mod work;

use std::path::PathBuf;
use std::time::Instant;

use crate::cache::{CacheFolder, StageKeys};
use crate::config::{PipelineSettings, Setup};
use crate::dataset::description::write_descriptions;
use crate::dataset::{
    BuildStamp, DatasetError, DatasetWriter, LockedOutput, Manifest, OutputFolder, Provenance, ReviewList, ReviewSummary,
    RollBack, RunSummary,
};
use crate::failpoint::reach;
use crate::gates::{Findings, RunReport, Subject};
use crate::ingest::{Inventory, Neighbourhood};
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::shown;
pub use annotator::{AnnotatedRow, Annotation, Annotator, TableBatches};
use assembly::{Assembled, Assembly};
pub use error::RunError;
use identity::{build_id, provenance, stage_keys};
pub use input::inventory_of;
use input::nothing_in;
pub use parts::{Begun, CopyJudge, PartError, PartSource, PartSummary, PartVerdict, PartedBuild, Refusal, SurveyedPart};
pub use preview::{Foreseen, Preview, PreviewedArticle, foresee, preview};
use publish::admit;
use standing::Standing;
use work::Workers;

/// How one run differs from another with the same setup.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunOptions {
    /// Read only this many articles.
    pub limit: Option<usize>,
    /// Build even if nothing has changed, and ignore the cache.
    pub force: bool,
}

/// How a successful run ended.
#[derive(Debug)]
pub enum RunOutcome {
    /// The current build is already the one that this input gives; nothing was written.
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
/// If there is nothing to read, too many inputs are rejected, a gate fails, a signal arrives or a file cannot be written.
/// The build that was current stays current.
pub fn run(
    mut setup: Setup,
    options: RunOptions,
    progress: &Progress,
    interrupt: &Interrupt,
) -> Result<RunOutcome, RunError> {
    let started = Instant::now();
    let inventory = inventory_of(&setup)?;
    let provenance = provenance(&setup, &inventory, options.limit);
    let identity = Identity { build_id: build_id(&provenance), keys: stage_keys(&setup), provenance };
    let output = OutputFolder::new(&setup.settings.dataset.output);
    let standing = |output: &OutputFolder| {
        let standing = if options.force { Standing::ToBuild(None) } else { Standing::of(output, &identity.build_id)? };
        standing.judge(output, &setup.settings).map(|()| standing)
    };
    // Asked before the lock is taken: a run with nothing to do needs none, and is not refused because another holds it.
    if let Some(outcome) = nothing_to_do(standing(&output)?) {
        tidy(&output, &outcome, progress);
        return Ok(warned_of(progress, outcome));
    }
    // From here on the locked folder shadows the plain one, so nothing below can write without the lock.
    let output = output.lock()?;
    for stranger in output.strangers() {
        progress.message(&format!("warning: {} is no build of tarmim, and is left alone", shown::path(&stranger)));
    }
    let before = output.current_id();
    // Asked again: another run may have published in between.
    match standing(&output)? {
        Standing::Kept(manifest) => {
            output.make_current(&identity.build_id)?;
            return Ok(warned_of(progress, RunOutcome::Published(manifest)));
        }
        Standing::UpToDate(manifest) => return Ok(warned_of(progress, RunOutcome::UpToDate(manifest))),
        Standing::RolledBack(manifest, rolled) => {
            return Ok(warned_of(progress, RunOutcome::RolledBack(manifest, rolled)));
        }
        Standing::ToBuild(Some(damage)) => {
            let id = &identity.build_id;
            progress.message(&format!("warning: the current build {id} is damaged: {damage}; it is made again"));
        }
        Standing::ToBuild(None) => {}
    }
    if options.limit.is_some() {
        setup.settings.gates.only_warn_of_drift();
    }
    let keep = setup.settings.dataset.keep_builds;
    let staged = StagedBuild { output: &output, folder: output.stage(&identity.build_id)?, started };
    let manifest = staged.fill(setup, &inventory, identity, options, progress, interrupt)?;
    // The new build is published already, so failing to remove an old one must not fail the run.
    if let Err(error) = output.collect_old_builds(keep, before.as_deref()) {
        progress.message(&format!("warning: an old build could not be removed: {error}"));
    }
    Ok(RunOutcome::Published(Box::new(manifest)))
}

/// The outcome of a run that read nothing, after the warnings of the run that did.
fn warned_of(progress: &Progress, outcome: RunOutcome) -> RunOutcome {
    warn(progress, &outcome.manifest().run.warnings);
    outcome
}

fn warn(progress: &Progress, warnings: &[String]) {
    for warning in warnings {
        progress.message(&shown::warning(warning));
    }
}

/// The outcome of a run that need not write: its build is current, or the user rolled back from it.
fn nothing_to_do(standing: Standing) -> Option<RunOutcome> {
    match standing {
        Standing::RolledBack(manifest, rolled) => Some(RunOutcome::RolledBack(manifest, rolled)),
        Standing::UpToDate(manifest) => Some(RunOutcome::UpToDate(manifest)),
        Standing::Kept(_) | Standing::ToBuild(_) => None,
    }
}

/// Cleans up after runs that were killed, although there is nothing to build.
fn tidy(output: &OutputFolder, outcome: &RunOutcome, progress: &Progress) {
    // The input has changed since the user rolled back, so the roll-back no longer applies.
    let ends_roll_back = matches!(outcome, RunOutcome::UpToDate(_)) && output.has_roll_back();
    let cache = CacheFolder::new(output.cache(), true);
    if !ends_roll_back && !output.has_left_overs() && !cache.has_left_over() {
        return;
    }
    let tidied = match output.lock() {
        // Another run holds the lock, and cleans up as well.
        Err(DatasetError::Locked { .. }) => Ok(()),
        Err(error) => Err(RunError::from(error)),
        Ok(locked) => cache.sweep().map_err(RunError::from).and_then(|()| {
            if ends_roll_back {
                locked.forget_roll_back()?;
            }
            Ok(())
        }),
    };
    // The build is there, whatever is left beside it.
    if let Err(error) = tidied {
        progress.message(&format!("warning: what an earlier run left could not be removed: {error}"));
    }
}

/// The id of the build that a run would publish now.
///
/// # Errors
/// [`RunError::NothingToRead`] if there is no input.
pub fn planned_build_id(setup: &Setup) -> Result<String, RunError> {
    Ok(build_id(&provenance(setup, &inventory_of(setup)?, None)))
}

/// The identity of a build, and of each stage's part in it.
struct Identity {
    build_id: String,
    provenance: Provenance,
    keys: StageKeys,
}

/// A build being written. Dropped, it removes its folder, unless the build was published.
struct StagedBuild<'o> {
    output: &'o LockedOutput,
    folder: PathBuf,
    started: Instant,
}

impl Drop for StagedBuild<'_> {
    fn drop(&mut self) {
        // A published build was renamed away. The next run sweeps up what cannot be removed now.
        let _ = reach("stage.discard").and_then(|()| std::fs::remove_dir_all(&self.folder));
    }
}

impl StagedBuild<'_> {
    fn fill(
        &self,
        setup: Setup,
        inventory: &Inventory,
        identity: Identity,
        options: RunOptions,
        progress: &Progress,
        interrupt: &Interrupt,
    ) -> Result<Manifest, RunError> {
        let Identity { build_id, provenance, keys } = identity;
        let cache_folder = CacheFolder::new(self.output.cache(), setup.settings.dataset.cache);
        let cache = cache_folder.open(keys, options.force, &|id| self.output.was_published(id));
        let stamp = BuildStamp { build_id: build_id.clone(), model_id: setup.model.id().to_owned(), part: None };
        let writer = DatasetWriter::new(&self.folder, &stamp, setup.settings.dataset.partition_by)?;
        // A run over a part of the input must not replace what is cached for all of it.
        let next_cache = if options.limit.is_none() { cache_folder.begin(cache.keys(), &build_id)? } else { None };
        let assembly = Assembly::new(writer, next_cache, setup.settings.duplicates, &self.folder)?;
        let review = ReviewList::new(&setup.corrections, &setup.vocabulary);
        let (engine, settings) = setup.into_engine()?;
        let neighbourhood =
            Neighbourhood::survey(inventory, &settings.ingest, options.limit, &|| interrupt.received().is_some())?;
        let workers = Workers::new(&engine, &cache, &settings, &neighbourhood, interrupt);
        let bar = progress.stage("build", "bytes", inventory.bytes());
        let mut assembled = workers.build(inventory, options.limit, assembly, bar)?;
        let ended_by = workers.interrupted().map(|signal| RunError::Interrupted { signal }).or(assembled.ended_by.take());
        if let Some(next) = assembled.next_cache.take() {
            // Kept even if the run was interrupted: the next run continues from there.
            cache_folder.keep(next, ended_by.is_none())?;
        }
        ended_by.map_or(Ok(()), Err)?;
        // Before the build is judged: what a warning tells may be why it is refused.
        let remarks = assembled.report.lines(&settings.ingest);
        assembled.notices.extend(remarks);
        let review = review.write(&self.folder, &assembled.review)?;
        assembled.notices.extend(review.and_then(|review| review.warning()));
        warn(progress, &assembled.notices);
        if assembled.inputs == 0 {
            return Err(nothing_in(&settings.ingest));
        }
        self.publish((build_id, provenance, review), assembled, &settings, &workers, progress)
    }

    /// Judges the finished tables and publishes the build. The manifest is written last: it marks the build as complete.
    fn publish(
        &self,
        (build_id, provenance, review): (String, Provenance, Option<ReviewSummary>),
        assembled: Assembled,
        settings: &PipelineSettings,
        workers: &Workers<'_>,
        progress: &Progress,
    ) -> Result<Manifest, RunError> {
        let Assembled { counts, tables, work, inputs, notices, .. } = assembled;
        let subject = Subject {
            folder: &self.folder,
            build_id: &build_id,
            counts: &counts,
            inputs,
            max_reject_ratio: settings.dataset.max_reject_ratio,
            max_sentence_tokens: settings.split.max_tokens,
            settings: &settings.gates,
            // `canonicalize` fails if there is no current build, and then there is nothing to compare with.
            previous: self.output.current().canonicalize().ok(),
        };
        let io = |source| DatasetError::io(&self.folder, source);
        reach("gates.judge").map_err(io)?;
        let findings = Findings::of(&self.folder, subject.max_sentence_tokens)?;
        let gates = admit(&subject, self.output, &findings)?;
        gates.warnings().for_each(|warning| progress.message(&warning));
        // Gates take a while on large builds; a signal that came meanwhile still stops the publication.
        workers.interrupted().map_or(Ok(()), |signal| Err(RunError::Interrupted { signal }))?;
        let seconds = self.started.elapsed().as_secs_f64();
        let run = RunSummary { work, stage_seconds: workers.stage_seconds(), seconds, warnings: notices };
        let manifest = Manifest::new(build_id, provenance, counts, tables, run).with_review(review);
        reach("publish.write-report").map_err(io)?;
        // The report and the descriptions before the manifest: once that is there, the folder counts as whole.
        RunReport::new(&manifest, &gates).write(&self.folder)?;
        write_descriptions(&self.folder, &manifest, &settings.card)?;
        #[cfg(feature = "analysis")]
        report::write(&self.folder, &manifest, settings, &gates)?;
        self.output.publish(&self.folder, &manifest)?;
        Ok(manifest)
    }
}
