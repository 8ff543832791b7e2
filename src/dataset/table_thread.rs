//! A thread that writes one table, so that no worker waits for encoding and compression.
//!
//! Invariant: rows are written in the order in which they are pushed, and the queue is short: a slow disk slows the run down
//! and does not fill the memory. A table that is dropped before it is finished has stopped writing when the drop returns.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::error::DatasetError;
use super::part_file::PartFile;
use super::table_writer::TableWriter;
use engine::tables::TableRow;

/// Rows sent in one message: handing over one article's rows at a time would cost more than encoding them.
const SENT_ROWS: usize = 512;
/// Bytes of text sent in one message, if a few rows have so many.
const SENT_BYTES: usize = 4 << 20;
/// Messages that may wait in the queue.
const WAITING: usize = 4;

enum Message<R> {
    /// Rows of the named partition.
    Rows(String, Vec<R>),
    /// Close the files. Without it the thread takes a closed queue for a run that has failed, and writes nothing more.
    Finish,
}

type Written = Result<Vec<PartFile>, DatasetError>;

/// A table's writer, running on its thread.
pub(super) struct TableThread<R> {
    sender: Option<SyncSender<Message<R>>>,
    thread: Option<JoinHandle<Written>>,
    partition: String,
    gathered: Vec<R>,
    gathered_bytes: usize,
}

impl<R: TableRow + Send + 'static> TableThread<R> {
    /// Starts a thread that writes what is pushed.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub(super) fn new(mut writer: TableWriter<R>) -> Result<Self, DatasetError> {
        let (sender, receiver) = sync_channel::<Message<R>>(WAITING);
        let work = move || {
            for message in receiver {
                match message {
                    // An error ends the thread and so closes the queue: the next send fails, and joining gives the error.
                    Message::Rows(partition, rows) => writer.push(&partition, rows)?,
                    Message::Finish => return writer.finish(),
                }
            }
            // The queue was closed without `Finish`: the run has failed.
            Ok(Vec::new())
        };
        let thread = Some(Builder::new().spawn(work).map_err(DatasetError::NoThread)?);
        Ok(Self { sender: Some(sender), thread, partition: String::new(), gathered: Vec::new(), gathered_bytes: 0 })
    }

    /// Adds rows to a partition.
    ///
    /// # Errors
    /// [`DatasetError::WriterStopped`] if the thread has ended; [`Self::finish`] then returns the cause.
    pub(super) fn push(&mut self, partition: &str, rows: Vec<R>) -> Result<(), DatasetError> {
        // A message names one partition for all its rows, so those of the last one must leave first.
        if self.partition != partition {
            self.send_gathered()?;
            partition.clone_into(&mut self.partition);
        }
        for row in rows {
            self.gathered_bytes += row.text_bytes();
            self.gathered.push(row);
            if self.gathered.len() >= SENT_ROWS || self.gathered_bytes >= SENT_BYTES {
                self.send_gathered()?;
            }
        }
        Ok(())
    }

    fn send_gathered(&mut self) -> Result<(), DatasetError> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.gathered);
        self.gathered_bytes = 0;
        self.send(Message::Rows(self.partition.clone(), rows))
    }

    fn send(&self, message: Message<R>) -> Result<(), DatasetError> {
        let sent = self.sender.as_ref().is_some_and(|sender| sender.send(message).is_ok());
        if sent { Ok(()) } else { Err(DatasetError::WriterStopped) }
    }

    /// Writes the remaining rows and closes all files.
    ///
    /// # Errors
    /// If a file cannot be written, or could not earlier.
    pub(super) fn finish(mut self) -> Written {
        let sent = self.send_gathered().and_then(|()| self.send(Message::Finish));
        // The thread's own error first: a failed send only says that the thread has ended, not why.
        let written = self.join().unwrap_or_else(|| Ok(Vec::new()))?;
        sent.map(|()| written)
    }
}

impl<R> TableThread<R> {
    fn join(&mut self) -> Option<Written> {
        self.sender = None;
        let thread = self.thread.take()?;
        Some(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }
}

impl<R> Drop for TableThread<R> {
    fn drop(&mut self) {
        // Not finished, so nobody will look at the files: an error of the thread has nobody to go to.
        self.sender = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
