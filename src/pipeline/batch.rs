//! Records that are processed together: enough to keep every core busy, few enough to hold several batches in memory.

use crate::ingest::{Ingested, Record};

/// The most records of a batch.
const MOST_RECORDS: usize = 256;
/// Bytes of text from which on a batch is full. A record that has so many is processed alone.
const MOST_BYTES: usize = 8 << 20;

/// Records, in their order.
#[derive(Default)]
pub(super) struct Batch {
    records: Vec<Ingested>,
    bytes: usize,
}

impl Batch {
    pub(super) fn push(&mut self, ingested: Ingested) {
        self.bytes += bytes_of(&ingested);
        self.records.push(ingested);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether it is to be processed before another record comes.
    pub(super) fn is_full(&self) -> bool {
        self.records.len() >= MOST_RECORDS || self.bytes >= MOST_BYTES
    }

    pub(super) fn into_records(self) -> Vec<Ingested> {
        self.records
    }

    /// The record that fills the batch alone; otherwise all of them.
    pub(super) fn into_huge(mut self) -> Result<Record, Vec<Ingested>> {
        match self.records.pop() {
            Some(Ingested::Record(record)) if self.records.is_empty() && record.len() >= MOST_BYTES => Ok(record),
            last => {
                self.records.extend(last);
                Err(self.records)
            }
        }
    }
}

/// Whether a record fills a batch alone.
pub(super) fn is_huge(ingested: &Ingested) -> bool {
    bytes_of(ingested) >= MOST_BYTES
}

fn bytes_of(ingested: &Ingested) -> usize {
    match ingested {
        Ingested::Record(record) => record.len(),
        Ingested::Reject(_) => 0,
    }
}
