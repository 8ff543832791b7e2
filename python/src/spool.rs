//! Record batches on their way: in memory while they are few, in a temporary file when they are many.
//!
//! Invariant: however many batches come, at most [`IN_MEMORY`] bytes of them are held; each can be read any number of times. The file has
//! no name, so nothing is left of it when the process ends, however it does.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, SeekFrom};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;

/// Bytes of batches that are held in memory.
const IN_MEMORY: usize = 64 << 20;

/// Takes batches.
pub(crate) struct Spool {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    bytes: usize,
    rows: usize,
    file: Option<StreamWriter<BufWriter<File>>>,
}

/// Gives the batches back, in their order.
pub(crate) struct Spooled {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    rows: usize,
    file: Option<File>,
}

impl Spool {
    pub(crate) fn new(schema: SchemaRef) -> Self {
        Self { schema, batches: Vec::new(), bytes: 0, rows: 0, file: None }
    }

    /// Takes the next batch.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub(crate) fn push(&mut self, batch: RecordBatch) -> Result<(), ArrowError> {
        self.rows += batch.num_rows();
        if batch.num_rows() == 0 {
            return Ok(());
        }
        if let Some(file) = &mut self.file {
            return file.write(&batch);
        }
        self.bytes += batch.get_array_memory_size();
        self.batches.push(batch);
        if self.bytes > IN_MEMORY {
            let mut file = StreamWriter::try_new(BufWriter::new(tempfile::tempfile()?), &self.schema)?;
            self.batches.drain(..).try_for_each(|batch| file.write(&batch))?;
            self.file = Some(file);
        }
        Ok(())
    }

    /// Ends the taking.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub(crate) fn finish(self) -> Result<Spooled, ArrowError> {
        let Self { schema, batches, rows, file, .. } = self;
        let file = file.map(|file| {
            let written = file.into_inner()?;
            written.into_inner().map_err(|error| ArrowError::from(error.into_error()))
        });
        Ok(Spooled { schema, batches, rows, file: file.transpose()? })
    }
}

/// A reader of spooled batches.
pub(crate) type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

impl Spooled {
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The batches, from the first on.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub(crate) fn batches(self: &Arc<Self>) -> Result<Batches, ArrowError> {
        let Some(file) = &self.file else {
            let (spooled, count) = (Arc::clone(self), self.batches.len());
            return Ok(Box::new((0..count).map(move |batch| Ok(spooled.batches[batch].clone()))));
        };
        let reader = BufReader::new(Shared { file: file.try_clone()?, place: 0 });
        Ok(Box::new(StreamReader::try_new(reader, None)?))
    }
}

/// A file that several readers read at their own places: clones of a file share one.
struct Shared {
    file: File,
    place: u64,
}

impl std::io::Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = std::os::unix::fs::FileExt::read_at(&self.file, buffer, self.place)?;
        self.place += read as u64;
        Ok(read)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        if let SeekFrom::Start(place) = to {
            self.place = place;
        }
        Ok(self.place)
    }
}
