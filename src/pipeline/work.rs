//! The parallel boundary: one thread reads records, all cores process them, one thread assembles the results.
//!
//! Invariant: results arrive in the order of the records at any number of threads, and at most one batch waits at each
//! hand-over, so memory depends on the size of a batch, not of the input. A record that fills a batch is processed alone. The unit of work is an article, since no stage looks
//! at two of them; whatever needs the articles before it happens in the assembly. Threads exchange whole batches to keep
//! hand-overs cheap, and stages know nothing of threads.

use engine::tables::Reject;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Builder;

use rayon::prelude::*;

use super::assembly::{Assembled, Assembly};
use super::batch::{Batch, is_huge};
use super::clock::Clock;
use super::error::RunError;
use super::finished::{Done, DoneArticle, DoneDocument, Finished, Opening};
use super::stages::Stages;
use crate::cache::{ArticleCache, Cached, PackedOutcome, StageName, Staleness};
use crate::config::PipelineSettings;
use crate::dataset::{DatasetError, StageSeconds};
use crate::ingest::{ArticleRemarks, IngestSettings, Ingested, Inventory, Neighbourhood, ReadError, Record, read_records};
use crate::interrupt::Interrupt;
use crate::progress::Stage;
use engine::duplicates::Signature;
use engine::repair::Repaired;
use engine::review::{ByHand, Extent};
use engine::split::Sentence;
use engine::tag::{Hit, Keyphrase, Tagged};
use engine::{Engine, EngineScratch};

/// A batch on its way to the workers.
#[derive(Default)]
struct ReadBatch {
    records: Batch,
    /// Bytes of the input that were read up to the end of the batch, for progress.
    read: u64,
}

/// The shared state of all workers.
pub(super) struct Workers<'w> {
    stages: Stages<'w>,
    cache: &'w ArticleCache,
    ingest: &'w IngestSettings,
    neighbourhood: &'w Neighbourhood,
}

impl<'w> Workers<'w> {
    pub(super) fn new(
        engine: &'w Engine,
        cache: &'w ArticleCache,
        settings: &'w PipelineSettings,
        neighbourhood: &'w Neighbourhood,
        interrupt: &'w Interrupt,
    ) -> Self {
        Self {
            stages: Stages { engine, interrupt, clock: Clock::default() },
            cache,
            ingest: &settings.ingest,
            neighbourhood,
        }
    }

    /// The signal that asked the run to stop, if one did.
    pub(super) fn interrupted(&self) -> Option<i32> {
        self.stages.interrupt.received()
    }

    /// Seconds that each stage took, summed over all cores.
    pub(super) fn stage_seconds(&self) -> StageSeconds {
        self.stages.clock.seconds()
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
            // No batch waits in between: the reader holds one, and where it is one huge record, another would take as much again.
            let (to_workers, batches) = sync_channel::<ReadBatch>(0);
            let (to_assembly, finished) = sync_channel::<Vec<Finished>>(1);
            let read = move || read_batches(inventory, self.ingest, limit, &to_workers);
            let reading = Builder::new().spawn_scoped(scope, read).map_err(DatasetError::NoThread)?;
            let work = move || assemble(assembly, &finished);
            let assembling = Builder::new().spawn_scoped(scope, work).map_err(DatasetError::NoThread)?;
            // Leaving the loop drops `batches`, so the reader's next send fails and its thread ends, too.
            for batch in batches {
                if self.interrupted().is_some() {
                    break;
                }
                let read = batch.read;
                let mut send = |finished: Vec<Finished>| {
                    let articles = finished.iter().filter(|finished| finished.ends_article()).count() as u64;
                    progress.reach(read, articles, finished.iter().map(Finished::words).sum());
                    to_assembly.send(finished).is_ok()
                };
                let is_received = match batch.records.into_huge() {
                    Ok(record) => self.stream(record, &mut |finished| send(vec![finished])),
                    Err(records) => send(self.process_batch(records)),
                };
                if !is_received {
                    break;
                }
            }
            // The assembling thread ends when the channel closes; without this, joining it would wait forever.
            drop(to_assembly);
            progress.finish();
            // The assembly's error comes first: a full disk also makes the reader stop.
            let assembled = assembling.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            let read = reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let (notices, ended_by) = match read {
                Ok(notices) => (notices, None),
                Err(error) => (Vec::new(), Some(RunError::from(error))),
            };
            Ok(Assembled { notices, ended_by, ..assembled })
        })
    }

    /// Takes a batch through all stages, in parallel. `collect` keeps the order of the records.
    fn process_batch(&self, batch: Vec<Ingested>) -> Vec<Finished> {
        let work = |scratch: &mut EngineScratch, ingested| match ingested {
            // After a signal the rest of the batch is skipped: a batch may take long, and the run is over.
            _ if self.interrupted().is_some() => None,
            Ingested::Record(record) => match self.process_record(record, scratch) {
                Ok(done) => done.map(|done| Finished::Article(Box::new(done))),
                Err(reject) => Some(Finished::Reject(reject)),
            },
            Ingested::Reject(reject) => Some(Finished::Reject(reject)),
        };
        // The scratch memory is made once for a run of articles on a thread, not for each article.
        batch.into_par_iter().map_init(EngineScratch::default, work).flatten().collect()
    }

    /// Takes a record through all stages; `None` if a signal came meanwhile.
    fn process_record(&self, mut record: Record, scratch: &mut EngineScratch) -> Result<Option<Done>, Reject> {
        self.neighbourhood.tell(&mut record);
        let document = done_document(&record);
        let (mut staleness, cached) = self.cache.assess(document.article_id, &document.fingerprint);
        // A result that was there and could not be resumed is damaged; without this it would pass for usable.
        let is_cached = cached.is_some();
        let resumed = cached.and_then(|cached| self.resume(cached, staleness.first_stage(), scratch));
        if is_cached && resumed.is_none() {
            staleness = Staleness::Damaged;
        }
        let (tagged, signature, outcome) = if let Some(Resumed { tagged, signature, outcome, is_corrected }) = resumed {
            if is_corrected {
                staleness = Staleness::Corrected;
            }
            (tagged, signature, outcome)
        } else {
            let article = self.stages.clock.time(Clock::INGEST, || record.read(self.ingest))?;
            if self.stages.is_long(&article) {
                let signature = self.stages.signature_of_text(&article);
                let remarks = ArticleRemarks::of(&article.origin, &article.metadata, self.ingest);
                let about = DoneArticle { document, remarks, signature, outcome: None, is_corrected: false, staleness };
                let done = self.stages.rows_of_long(article, scratch);
                return Ok(done.map(|(rows, review)| Done { rows, review, about }));
            }
            let read = self.stages.clock.time(Clock::INGEST, || article.into_document());
            let signature = self.stages.clock.time(Clock::INGEST, || Signature::of_document(&read));
            (self.stages.process(read, scratch), signature, None)
        };
        let outcome =
            outcome.unwrap_or_else(|| self.stages.clock.time(Clock::CACHE, || PackedOutcome::new(&tagged, &signature)));
        let rows = self.stages.rows(&tagged);
        let read = tagged.article().document();
        let remarks = ArticleRemarks::of(&read.origin, &read.metadata, self.ingest);
        let review = tagged.reviewed().tally(&tagged.kept());
        let is_corrected = !tagged.reviewed().by_hand().is_empty();
        let about = DoneArticle { document, remarks, signature, outcome: Some(outcome), is_corrected, staleness };
        Ok(Some(Done { rows, review, about }))
    }

    /// Processes a huge record and sends its outcome on in pieces, since its rows would not fit into memory; `false` if nobody
    /// receives them any more.
    fn stream(&self, record: Record, send: &mut dyn FnMut(Finished) -> bool) -> bool {
        let document = done_document(&record);
        let (staleness, _) = self.cache.assess(document.article_id, &document.fingerprint);
        let article = match self.stages.clock.time(Clock::INGEST, || record.read(self.ingest)) {
            Ok(article) => article,
            Err(reject) => return send(Finished::Reject(reject)),
        };
        let remarks = ArticleRemarks::of(&article.origin, &article.metadata, self.ingest);
        let signature = self.stages.signature_of_text(&article);
        let about = DoneArticle { document, remarks, signature, outcome: None, is_corrected: false, staleness };
        let scratch = &mut EngineScratch::default();
        if !self.stages.is_long(&article) {
            // Much white space or markup, and little text.
            let tagged = self.stages.process(article.into_document(), scratch);
            let (rows, review) = (self.stages.rows(&tagged), tagged.reviewed().tally(&tagged.kept()));
            return send(Finished::Article(Box::new(Done { rows, review, about })));
        }
        let (section, published) = (article.metadata.section.clone(), article.metadata.published);
        let is_received = send(Finished::Opening(Box::new(Opening { section, published, about })));
        let row = is_received.then(|| {
            self.stages.process_long(article, scratch, &mut |sentences, keywords| {
                let is_received = send(Finished::Passage(sentences, keywords));
                if is_received { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
        });
        row.flatten().is_some_and(|(row, review)| send(Finished::Closing(Box::new(row), review)))
    }

    /// Resumes an article from its cached result, just before the first stale stage; `None` if the result is damaged.
    fn resume(&self, cached: Cached<'_>, first: Option<StageName>, scratch: &mut EngineScratch) -> Option<Resumed> {
        let unpacked = self.stages.clock.time(Clock::CACHE, || Unpacked::read(cached, first));
        let Unpacked { packed, signature, repaired, sentences, tags } = unpacked?;
        let is_repaired = first.is_none_or(|first| first > StageName::Repair);
        if !is_repaired {
            // The repaired article still holds its document, so the source is not read again.
            let tagged = self.stages.process(repaired.into_document(), scratch);
            return Some(Resumed { tagged, signature, outcome: None, is_corrected: false });
        }
        let reviewed = self.stages.review(repaired, Extent::Whole);
        let is_corrected = sentences.as_ref().is_some_and(|(_, by_hand)| by_hand != reviewed.by_hand());
        let (tagged, outcome) = match (sentences.filter(|_| !is_corrected), tags) {
            (Some((sentences, _)), Some((hits, keyphrases))) => {
                (Tagged::new(reviewed, sentences, hits, keyphrases), Some(packed))
            }
            (Some((sentences, _)), None) => (self.stages.tag(reviewed, sentences, scratch), None),
            (None, _) => (self.stages.split(reviewed, scratch), None),
        };
        Some(Resumed { tagged, signature, outcome, is_corrected })
    }
}

/// The parts of a cached result that come before the first stale stage.
struct Unpacked {
    packed: PackedOutcome,
    signature: Signature,
    repaired: Repaired,
    sentences: Option<(Vec<Sentence>, ByHand)>,
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

/// An article after the last stage that was resumed.
struct Resumed {
    tagged: Tagged,
    signature: Signature,
    /// Its packed result if that is still valid.
    outcome: Option<PackedOutcome>,
    /// Whether people have said something else about it since.
    is_corrected: bool,
}

/// The parts of a record that the assembly needs.
pub(super) fn done_document(record: &Record) -> DoneDocument {
    DoneDocument {
        article_id: record.origin.article_number(),
        fingerprint: record.fingerprint(),
        source_path: record.origin.source_path.clone(),
        record: record.origin.record.clone(),
        byte_offset: record.byte_offset,
    }
}

/// Reads all records and sends them on in batches; ends early if nobody receives them any more. Returns the notices of the reading.
fn read_batches(
    inventory: &Inventory,
    settings: &IngestSettings,
    limit: Option<usize>,
    workers: &SyncSender<ReadBatch>,
) -> Result<Vec<String>, ReadError> {
    let mut batch = ReadBatch::default();
    let mut left = limit.unwrap_or(usize::MAX);
    let notices = read_records(inventory, settings, &mut |ingested, read| {
        if is_huge(&ingested) && !batch.records.is_empty() && workers.send(std::mem::take(&mut batch)).is_err() {
            return ControlFlow::Break(());
        }
        // Rejects do not use up the limit: it is one of articles.
        left -= usize::from(matches!(ingested, Ingested::Record(_)));
        batch.records.push(ingested);
        batch.read = read;
        let is_taken = !batch.records.is_full() || workers.send(std::mem::take(&mut batch)).is_ok();
        if is_taken && left > 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if !batch.records.is_empty() {
        // If nobody receives it, the run has ended with an error that is reported elsewhere.
        let _ = workers.send(batch);
    }
    Ok(notices)
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
