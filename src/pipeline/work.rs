//! The parallel boundary: a thread reads records, all cores work on them, a thread assembles what is finished.
//!
//! Invariant: what is finished comes in the order of the records at any number of threads, and at most one batch waits
//! before each side, so memory depends on the batch and not on the input. Articles are what is shared out, since no stage
//! looks at two of them; what needs to know the articles before is left to the assembly. Batches pass between the threads,
//! so that handing over costs little, and stages know nothing of threads.

use engine::document::Document;
use engine::tables::{ArticleRows, Reject};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rayon::prelude::*;

use super::assembly::{Assembled, Assembly};
use super::clock::Clock;
use super::error::RunError;
use crate::cache::{ArticleCache, Kept, PackedOutcome, StageName, Work};
use crate::dataset::{DatasetError, StageSeconds};
use crate::ingest::{IngestSettings, Ingested, Inventory, ReadError, Record, read_records};
use crate::interrupt::Interrupt;
use crate::progress::Stage;
use engine::duplicates::Signature;
use engine::repair::Repaired;
use engine::split::Sentence;
use engine::tag::{Hit, Keyphrase, Tagged};
use engine::{Engine, EngineScratch};

/// Records worked on together, and their bytes: enough to keep every core busy, little enough to hold several batches.
const BATCH_RECORDS: usize = 256;
const BATCH_BYTES: usize = 8 << 20;

/// Records that are worked on together, and how much of the input was read when they were.
#[derive(Default)]
struct Batch {
    records: Vec<Ingested>,
    bytes: usize,
    read: u64,
}

/// An article that has gone through every stage.
pub(super) struct Done {
    pub(super) document: DoneDocument,
    pub(super) rows: ArticleRows,
    pub(super) signature: Signature,
    pub(super) outcome: PackedOutcome,
    pub(super) work: Work,
}

/// What is still asked of an article's record.
pub(super) struct DoneDocument {
    pub(super) article_id: u64,
    pub(super) fingerprint: crate::cache::Fingerprint,
    pub(super) source_path: String,
    pub(super) record: Option<String>,
    pub(super) byte_offset: Option<u64>,
}

/// What became of one record.
pub(super) enum Finished {
    /// It is an article.
    Article(Box<Done>),
    /// It is none.
    Reject(Reject),
}

/// What every worker needs.
pub(super) struct Workers<'w> {
    stages: &'w Engine,
    cache: &'w ArticleCache,
    ingest: &'w IngestSettings,
    doubt_threshold: f32,
    interrupt: &'w Interrupt,
    clock: Clock,
}

impl<'w> Workers<'w> {
    /// What every worker needs; its clock begins at nothing.
    pub(super) fn new(
        stages: &'w Engine,
        cache: &'w ArticleCache,
        ingest: &'w IngestSettings,
        doubt_threshold: f32,
        interrupt: &'w Interrupt,
    ) -> Self {
        Self { stages, cache, ingest, doubt_threshold, interrupt, clock: Clock::default() }
    }

    /// The signal that asked the work to stop, if one did.
    pub(super) fn interrupted(&self) -> Option<i32> {
        self.interrupt.received()
    }

    /// Seconds of all cores together that each stage took.
    pub(super) fn stage_seconds(&self) -> StageSeconds {
        self.clock.seconds()
    }

    /// Works through the records on all cores while one thread reads and one assembles what is finished. Where a signal comes, what was
    /// finished until then is returned.
    pub(super) fn build(
        &self,
        inventory: &Inventory,
        limit: Option<usize>,
        assembly: Assembly,
        mut progress: Stage,
    ) -> Result<Assembled, RunError> {
        std::thread::scope(|scope| {
            let (to_workers, batches) = sync_channel::<Batch>(1);
            let (to_assembly, finished) = sync_channel::<Vec<Finished>>(1);
            let reading = scope.spawn(move || read_batches(inventory, self.ingest, limit, &to_workers));
            let assembling = scope.spawn(move || assemble(assembly, &finished));
            for batch in batches {
                if self.interrupted().is_some() {
                    break;
                }
                let read = batch.read;
                let finished = self.work_through(batch.records);
                let words = finished.iter().map(Finished::words).sum();
                progress.reach(read, finished.len() as u64, words);
                if to_assembly.send(finished).is_err() {
                    break;
                }
            }
            drop(to_assembly);
            progress.finish();
            let assembled = assembling.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            let read = reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok(Assembled { ended_by: read.err().map(RunError::from), ..assembled })
        })
    }

    /// Every stage of every article of a batch runs here, and nowhere else.
    fn work_through(&self, batch: Vec<Ingested>) -> Vec<Finished> {
        let work = |scratch: &mut EngineScratch, ingested| match ingested {
            // What is left of the batch is not worked on when a signal has come: the run is over, and a long batch would keep it.
            _ if self.interrupted().is_some() => None,
            Ingested::Record(record) => {
                Some(self.work_on(record, scratch).map_or_else(Finished::Reject, |done| Finished::Article(Box::new(done))))
            }
            Ingested::Reject(reject) => Some(Finished::Reject(reject)),
        };
        batch.into_par_iter().map_init(EngineScratch::default, work).flatten().collect()
    }

    fn work_on(&self, record: Record, scratch: &mut EngineScratch) -> Result<Done, Reject> {
        let document = DoneDocument {
            article_id: record.origin.article_number(),
            fingerprint: record.fingerprint(),
            source_path: record.origin.source_path.clone(),
            record: record.origin.record.clone(),
            byte_offset: record.byte_offset,
        };
        let (mut work, kept) = self.cache.assess(document.article_id, &document.fingerprint);
        let is_kept = kept.is_some();
        let kept = kept.and_then(|kept| self.resume(kept, work.first_stage(), scratch));
        if is_kept && kept.is_none() {
            work = Work::Damaged;
        }
        let (tagged, signature, outcome) = if let Some(resumed) = kept {
            resumed
        } else {
            let read = self.clock.time(Clock::INGEST, || record.read(self.ingest))?;
            let signature = self.clock.time(Clock::INGEST, || signature_of(&read));
            (self.process(read, scratch), signature, None)
        };
        let outcome = outcome.unwrap_or_else(|| self.clock.time(Clock::CACHE, || PackedOutcome::new(&tagged, &signature)));
        let vocabulary = self.stages.tagger.vocabulary();
        let rows = self.clock.time(Clock::ROWS, || ArticleRows::new(&tagged, vocabulary, self.doubt_threshold));
        Ok(Done { document, rows, signature, outcome, work })
    }

    /// Takes up an article's last outcome before the first stage that does not hold any more; `None` where it does not read.
    fn resume(&self, kept: Kept<'_>, first: Option<StageName>, scratch: &mut EngineScratch) -> Option<Resumed> {
        let unpacked = self.clock.time(Clock::CACHE, || Unpacked::read(kept, first));
        let Unpacked { packed, signature, repaired, sentences, tags } = unpacked?;
        let tagged = match (sentences, tags) {
            (Some(sentences), Some((hits, keyphrases))) => {
                return Some((Tagged::new(repaired, sentences, hits, keyphrases), signature, Some(packed)));
            }
            (Some(sentences), None) => self.tag(repaired, sentences, scratch),
            (None, _) if first == Some(StageName::Split) => self.split(repaired, scratch),
            (None, _) => self.process(repaired.into_document(), scratch),
        };
        Some((tagged, signature, None))
    }

    fn process(&self, document: Document, scratch: &mut EngineScratch) -> Tagged {
        let repaired = self.clock.time(Clock::REPAIR, || self.stages.repair(document, scratch));
        self.split(repaired, scratch)
    }

    fn split(&self, repaired: Repaired, scratch: &mut EngineScratch) -> Tagged {
        let sentences = self.clock.time(Clock::SPLIT, || self.stages.split(&repaired, scratch));
        self.tag(repaired, sentences, scratch)
    }

    fn tag(&self, repaired: Repaired, sentences: Vec<Sentence>, scratch: &mut EngineScratch) -> Tagged {
        self.clock.time(Clock::TAG, || self.stages.tag(repaired, sentences, scratch))
    }
}

/// What is read of an article's last outcome: the parts before the first stage that is redone.
struct Unpacked {
    packed: PackedOutcome,
    signature: Signature,
    repaired: Repaired,
    sentences: Option<Vec<Sentence>>,
    tags: Option<(Vec<Hit>, Vec<Keyphrase>)>,
}

impl Unpacked {
    fn read(kept: Kept<'_>, first: Option<StageName>) -> Option<Self> {
        let packed = kept.read()?;
        let parts = packed.parts()?;
        let (signature, repaired) = parts.repaired()?;
        let holds = |stage: StageName| first.is_none_or(|first| first > stage);
        let sentences = if holds(StageName::Split) { Some(parts.sentences()?) } else { None };
        let tags = if holds(StageName::Tag) { Some(parts.tags()?) } else { None };
        Some(Self { packed, signature, repaired, sentences, tags })
    }
}

/// An article after the last stage, and its packed outcome where that is still true.
type Resumed = (Tagged, Signature, Option<PackedOutcome>);

fn signature_of(document: &Document) -> Signature {
    Signature::of((0..document.tokens().len()).map(|token| document.token_text(token)))
}

impl Finished {
    fn words(&self) -> u64 {
        match self {
            Self::Article(done) => done.rows.token_counts().tokens as u64,
            Self::Reject(_) => 0,
        }
    }
}

/// Reads all records and sends them on in batches; ends early where nobody takes them any more.
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
        left -= usize::from(matches!(ingested, Ingested::Record(_)));
        batch.records.push(ingested);
        batch.read = read;
        let is_full = batch.records.len() >= BATCH_RECORDS || batch.bytes >= BATCH_BYTES;
        let is_taken = !is_full || workers.send(std::mem::take(&mut batch)).is_ok();
        if is_taken && left > 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if !batch.records.is_empty() {
        // Where nobody takes it, the run has ended for a reason that is told elsewhere.
        let _ = workers.send(batch);
    }
    Ok(())
}

fn assemble(mut assembly: Assembly, finished: &Receiver<Vec<Finished>>) -> Result<Assembled, DatasetError> {
    for finished in finished.iter().flatten() {
        if let Err(error) = assembly.push(finished) {
            return Err(assembly.why(error));
        }
    }
    assembly.finish()
}
