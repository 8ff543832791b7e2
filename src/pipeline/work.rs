//! The parallel boundary: one thread reads records, all cores process them, one thread assembles the results.
//!
//! Invariant: results arrive in the order of the records at any number of threads, and at most one batch waits at each
//! hand-over, so memory depends on the size of a batch, not of the input. The unit of work is an article, since no stage looks
//! at two of them; whatever needs the articles before it happens in the assembly. Threads exchange whole batches to keep
//! hand-overs cheap, and stages know nothing of threads.

use engine::document::Document;
use engine::tables::Reject;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rayon::prelude::*;

use super::assembly::{Assembled, Assembly};
use super::clock::Clock;
use super::error::RunError;
use super::finished::{Done, DoneDocument, Finished};
use crate::cache::{ArticleCache, Cached, PackedOutcome, StageName, Staleness};
use crate::config::PipelineSettings;
use crate::dataset::StageSeconds;
use crate::ingest::{IngestSettings, Ingested, Inventory, ReadError, Record, read_records};
use crate::interrupt::Interrupt;
use crate::progress::Stage;
use engine::duplicates::Signature;
use engine::repair::Repaired;
use engine::split::Sentence;
use engine::tag::{Hit, Keyphrase, Tagged};
use engine::{Engine, EngineScratch};

/// Largest batch, in records and in bytes: enough to keep every core busy, small enough to hold several in memory.
const BATCH_RECORDS: usize = 256;
const BATCH_BYTES: usize = 8 << 20;

/// Records processed together.
#[derive(Default)]
struct Batch {
    records: Vec<Ingested>,
    bytes: usize,
    /// Bytes of the input that were read up to the end of the batch, for progress.
    read: u64,
}

/// The shared state of all workers.
pub(super) struct Workers<'w> {
    engine: &'w Engine,
    cache: &'w ArticleCache,
    ingest: &'w IngestSettings,
    interrupt: &'w Interrupt,
    clock: Clock,
}

impl<'w> Workers<'w> {
    pub(super) fn new(
        engine: &'w Engine,
        cache: &'w ArticleCache,
        settings: &'w PipelineSettings,
        interrupt: &'w Interrupt,
    ) -> Self {
        Self { engine, cache, ingest: &settings.ingest, interrupt, clock: Clock::default() }
    }

    /// The signal that asked the run to stop, if one did.
    pub(super) fn interrupted(&self) -> Option<i32> {
        self.interrupt.received()
    }

    /// Seconds that each stage took, summed over all cores.
    pub(super) fn stage_seconds(&self) -> StageSeconds {
        self.clock.seconds()
    }

    /// Processes all records on all cores while one thread reads and one assembles. If a signal arrives, the results so far are
    /// returned.
    pub(super) fn build(
        &self,
        inventory: &Inventory,
        limit: Option<usize>,
        assembly: Assembly,
        mut progress: Stage,
    ) -> Result<Assembled, RunError> {
        std::thread::scope(|scope| {
            // Bounded by one batch: a fast reader waits here, where it would otherwise fill the memory.
            let (to_workers, batches) = sync_channel::<Batch>(1);
            let (to_assembly, finished) = sync_channel::<Vec<Finished>>(1);
            let reading = scope.spawn(move || read_batches(inventory, self.ingest, limit, &to_workers));
            let assembling = scope.spawn(move || assemble(assembly, &finished));
            // Leaving the loop drops `batches`, so the reader's next send fails and its thread ends, too.
            for batch in batches {
                if self.interrupted().is_some() {
                    break;
                }
                let read = batch.read;
                let finished = self.process_batch(batch.records);
                let words = finished.iter().map(Finished::words).sum();
                progress.reach(read, words);
                if to_assembly.send(finished).is_err() {
                    break;
                }
            }
            // The assembling thread ends when the channel closes; without this, joining it would wait forever.
            drop(to_assembly);
            progress.finish();
            // The assembly's error comes first: a full disk also makes the reader stop.
            let assembled = assembling.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            let read = reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok(Assembled { ended_by: read.err().map(RunError::from), ..assembled })
        })
    }

    /// Takes a batch through all stages, in parallel. `collect` keeps the order of the records.
    fn process_batch(&self, batch: Vec<Ingested>) -> Vec<Finished> {
        let work = |scratch: &mut EngineScratch, ingested| match ingested {
            // After a signal the rest of the batch is skipped: a batch may take long, and the run is over.
            _ if self.interrupted().is_some() => None,
            Ingested::Record(record) => Some(
                self.process_record(record, scratch).map_or_else(Finished::Reject, |done| Finished::Article(Box::new(done))),
            ),
            Ingested::Reject(reject) => Some(Finished::Reject(reject)),
        };
        // The scratch memory is made once for a run of articles on a thread, not for each article.
        batch.into_par_iter().map_init(EngineScratch::default, work).flatten().collect()
    }

    fn process_record(&self, record: Record, scratch: &mut EngineScratch) -> Result<Done, Reject> {
        let document = DoneDocument {
            article_id: record.origin.article_number(),
            fingerprint: record.fingerprint(),
            source_path: record.origin.source_path.clone(),
            record: record.origin.record.clone(),
            byte_offset: record.byte_offset,
        };
        let (mut staleness, cached) = self.cache.assess(document.article_id, &document.fingerprint);
        // A result that was there and could not be resumed is damaged; without this it would pass for usable.
        let is_cached = cached.is_some();
        let resumed = cached.and_then(|cached| self.resume(cached, staleness.first_stage(), scratch));
        if is_cached && resumed.is_none() {
            staleness = Staleness::Damaged;
        }
        let (tagged, signature, outcome) = if let Some(resumed) = resumed {
            resumed
        } else {
            let read = self.clock.time(Clock::INGEST, || record.read(self.ingest))?;
            let signature = self.clock.time(Clock::INGEST, || signature_of(&read));
            (self.process(read, scratch), signature, None)
        };
        let outcome = outcome.unwrap_or_else(|| self.clock.time(Clock::CACHE, || PackedOutcome::new(&tagged, &signature)));
        let rows = self.clock.time(Clock::ROWS, || self.engine.rows(&tagged));
        Ok(Done { document, rows, signature, outcome, staleness })
    }

    /// Resumes an article from its cached result, just before the first stale stage; `None` if the result is damaged.
    fn resume(&self, cached: Cached<'_>, first: Option<StageName>, scratch: &mut EngineScratch) -> Option<Resumed> {
        let unpacked = self.clock.time(Clock::CACHE, || Unpacked::read(cached, first));
        let Unpacked { packed, signature, repaired, sentences, tags } = unpacked?;
        let tagged = match (sentences, tags) {
            (Some(sentences), Some((hits, keyphrases))) => {
                return Some((Tagged::new(repaired, sentences, hits, keyphrases), signature, Some(packed)));
            }
            (Some(sentences), None) => self.tag(repaired, sentences, scratch),
            (None, _) if first == Some(StageName::Split) => self.split(repaired, scratch),
            // Repair is stale: the repaired article still holds its document, so the source is not read again.
            (None, _) => self.process(repaired.into_document(), scratch),
        };
        Some((tagged, signature, None))
    }

    fn process(&self, document: Document, scratch: &mut EngineScratch) -> Tagged {
        let repaired = self.clock.time(Clock::REPAIR, || self.engine.repair(document, scratch));
        self.split(repaired, scratch)
    }

    fn split(&self, repaired: Repaired, scratch: &mut EngineScratch) -> Tagged {
        let sentences = self.clock.time(Clock::SPLIT, || self.engine.split(&repaired, scratch));
        self.tag(repaired, sentences, scratch)
    }

    fn tag(&self, repaired: Repaired, sentences: Vec<Sentence>, scratch: &mut EngineScratch) -> Tagged {
        self.clock.time(Clock::TAG, || self.engine.tag(repaired, sentences, scratch))
    }
}

/// The parts of a cached result that come before the first stale stage.
struct Unpacked {
    packed: PackedOutcome,
    signature: Signature,
    repaired: Repaired,
    sentences: Option<Vec<Sentence>>,
    tags: Option<(Vec<Hit>, Vec<Keyphrase>)>,
}

impl Unpacked {
    fn read(cached: Cached<'_>, first: Option<StageName>) -> Option<Self> {
        let packed = cached.read()?;
        let parts = packed.parts()?;
        let (signature, repaired) = parts.repaired()?;
        let is_fresh = |stage: StageName| first.is_none_or(|first| first > stage);
        let sentences = if is_fresh(StageName::Split) { Some(parts.sentences()?) } else { None };
        let tags = if is_fresh(StageName::Tag) { Some(parts.tags()?) } else { None };
        Some(Self { packed, signature, repaired, sentences, tags })
    }
}

/// An article after the last stage, and its packed result if that is still valid.
type Resumed = (Tagged, Signature, Option<PackedOutcome>);

fn signature_of(document: &Document) -> Signature {
    Signature::of((0..document.tokens().len()).map(|token| document.token_text(token)))
}

/// Reads all records and sends them on in batches; ends early if nobody receives them any more.
fn read_batches(
    inventory: &Inventory,
    settings: &IngestSettings,
    limit: Option<usize>,
    workers: &SyncSender<Batch>,
) -> Result<(), ReadError> {
    let mut batch = Batch::default();
    let mut left = limit.unwrap_or(usize::MAX);
    read_records(inventory, settings, &mut |ingested, read| {
        batch.bytes += match &ingested {
            Ingested::Record(record) => record.len(),
            Ingested::Reject(_) => 0,
        };
        // Rejects do not use up the limit: it is one of articles.
        left -= usize::from(matches!(ingested, Ingested::Record(_)));
        batch.records.push(ingested);
        batch.read = read;
        let is_full = batch.records.len() >= BATCH_RECORDS || batch.bytes >= BATCH_BYTES;
        let is_taken = !is_full || workers.send(std::mem::take(&mut batch)).is_ok();
        if is_taken && left > 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if !batch.records.is_empty() {
        // If nobody receives it, the run has ended with an error that is reported elsewhere.
        let _ = workers.send(batch);
    }
    Ok(())
}

fn assemble(mut assembly: Assembly, finished: &Receiver<Vec<Finished>>) -> Result<Assembled, RunError> {
    for finished in finished.iter().flatten() {
        if let Err(error) = assembly.push(finished) {
            // A send to a table's thread fails without saying why; only closing the tables brings out the cause.
            return Err(assembly.why(error));
        }
    }
    Ok(assembly.finish()?)
}
