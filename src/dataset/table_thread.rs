//! A thread that writes one table, so that encoding and compression keep no worker waiting.
//!
//! Invariant: rows are written in the order in which they are pushed, and few wait: a slow disk slows the run down, and does not fill
//! the memory. A table that is dropped before it is finished has stopped writing when the drop ends.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::DatasetError;
use super::writer::{PartFile, TableWriter};
use engine::tables::TableRow;

/// Rows that are sent together.
const SENT_ROWS: usize = 2048;
/// Messages that may wait.
const WAITING: usize = 4;

enum Message<R> {
    /// Rows of a partition.
    Rows(String, Vec<R>),
    /// There are no more.
    Finish,
}

type Written = Result<Vec<PartFile>, DatasetError>;

/// A table's writer at work.
pub(super) struct TableThread<R> {
    sender: Option<SyncSender<Message<R>>>,
    thread: Option<JoinHandle<Written>>,
    partition: String,
    gathered: Vec<R>,
}

impl<R: TableRow + Send + 'static> TableThread<R> {
    /// Starts a thread that writes what is pushed.
    pub(super) fn new(mut writer: TableWriter<R>) -> Self {
        let (sender, receiver) = sync_channel::<Message<R>>(WAITING);
        let work = move || {
            for message in receiver {
                match message {
                    Message::Rows(partition, rows) => writer.push(&partition, rows)?,
                    Message::Finish => return writer.finish(),
                }
            }
            Ok(Vec::new())
        };
        let thread = Some(std::thread::spawn(work));
        Self { sender: Some(sender), thread, partition: String::new(), gathered: Vec::new() }
    }

    /// Adds rows to a partition.
    ///
    /// # Errors
    /// [`DatasetError::WriterStopped`] where the thread has ended; [`Self::finish`] says why.
    pub(super) fn push(&mut self, partition: &str, rows: Vec<R>) -> Result<(), DatasetError> {
        if self.partition != partition {
            self.send_gathered()?;
            partition.clone_into(&mut self.partition);
        }
        self.gathered.extend(rows);
        if self.gathered.len() >= SENT_ROWS { self.send_gathered() } else { Ok(()) }
    }

    fn send_gathered(&mut self) -> Result<(), DatasetError> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.gathered);
        self.send(Message::Rows(self.partition.clone(), rows))
    }

    fn send(&self, message: Message<R>) -> Result<(), DatasetError> {
        let sent = self.sender.as_ref().is_some_and(|sender| sender.send(message).is_ok());
        if sent { Ok(()) } else { Err(DatasetError::WriterStopped) }
    }

    /// Writes what is left and closes all files; where the thread has ended before, says why.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub(super) fn finish(mut self) -> Written {
        let sent = self.send_gathered().and_then(|()| self.send(Message::Finish));
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
        // Not finished: whatever the thread says, nobody will look at the files.
        self.sender = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
