//! Batches of a file read ahead by a thread, so that one is decompressed while another is used.
//!
//! Invariant: batches come in the order of the file, and at most one waits. The thread ends when its receiver is dropped. If it
//! panics, so does whoever takes the next batch: a reader that broke down must not look like the end of a file.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, JoinHandle};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

type Read = Result<RecordBatch, ArrowError>;

/// The batches of a reader, read ahead.
pub(super) struct ReadAhead {
    batches: Receiver<Read>,
    thread: Option<JoinHandle<()>>,
}

impl ReadAhead {
    /// # Errors
    /// If the system has no thread left.
    pub(super) fn new(reader: impl Iterator<Item = Read> + Send + 'static) -> std::io::Result<Self> {
        let (sender, batches) = sync_channel(1);
        let thread = Builder::new().spawn(move || {
            for batch in reader {
                // The receiver was dropped: the walk ended early, and nobody wants the rest.
                if sender.send(batch).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { batches, thread: Some(thread) })
    }
}

impl Iterator for ReadAhead {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        let batch = self.batches.recv().ok();
        if batch.is_none()
            && let Some(thread) = self.thread.take()
            && let Err(panic) = thread.join()
        {
            resume_unwind(panic);
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::Schema;

    use super::*;

    fn empty_batch() -> RecordBatch {
        RecordBatch::new_empty(Arc::new(Schema::empty()))
    }

    #[test]
    fn batches_end_where_the_reader_ends() {
        let mut ahead = ReadAhead::new(std::iter::repeat_with(|| Ok(empty_batch())).take(3)).expect("a thread");
        assert_eq!(ahead.by_ref().count(), 3);
        assert!(ahead.next().is_none());
    }

    #[test]
    #[should_panic(expected = "broke down")]
    fn a_reader_that_breaks_down_is_not_taken_for_the_end() {
        let broken = (0..3).map(|number| if number < 2 { Ok(empty_batch()) } else { panic!("broke down") });
        let _ = ReadAhead::new(broken).expect("a thread").count();
    }
}
