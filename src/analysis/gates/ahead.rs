//! Batches of a file read ahead by a thread, so that unpacking one goes on while another is judged.
//!
//! Invariant: the batches come in the order of the file, and one waits at most. The thread ends when nobody takes its batches any more.

use std::sync::mpsc::{Receiver, sync_channel};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

type Read = Result<RecordBatch, ArrowError>;

/// The batches of a reader, read ahead.
pub(super) struct ReadAhead(Receiver<Read>);

impl ReadAhead {
    pub(super) fn new(reader: ParquetRecordBatchReader) -> Self {
        let (sender, receiver) = sync_channel(1);
        std::thread::spawn(move || {
            for batch in reader {
                if sender.send(batch).is_err() {
                    break;
                }
            }
        });
        Self(receiver)
    }
}

impl Iterator for ReadAhead {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        self.0.recv().ok()
    }
}
