//! A file as the Parquet reader wants it: readable at any place by several readers at once.
//!
//! The columns of a table are read side by side, each from its own place. The file has one position, so a reader moves it to its own
//! before each read. (Duplicated file handles would share the position too, and would bypass the reader that counts progress.)

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;

/// A file that several readers share.
pub(super) struct RandomAccess<R> {
    input: Arc<Mutex<R>>,
    /// Size in bytes.
    length: u64,
}

impl<R> Clone for RandomAccess<R> {
    fn clone(&self) -> Self {
        Self { input: Arc::clone(&self.input), length: self.length }
    }
}

impl<R: Seek> RandomAccess<R> {
    /// # Errors
    /// If the size of the file cannot be found out.
    pub(super) fn new(mut input: R) -> io::Result<Self> {
        let length = input.seek(SeekFrom::End(0))?;
        Ok(Self { input: Arc::new(Mutex::new(input)), length })
    }
}

impl<R> Length for RandomAccess<R> {
    fn len(&self) -> u64 {
        self.length
    }
}

impl<R: Read + Seek + Send + 'static> ChunkReader for RandomAccess<R> {
    type T = BufReader<ReaderAt<R>>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::new(ReaderAt { input: Arc::clone(&self.input), position: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let end = start.checked_add(length as u64);
        // Before memory is reserved: a broken table can claim any length.
        if end.is_none_or(|end| end > self.length) {
            let message = format!("{length} bytes at {start} lie beyond the end of the file at {}", self.length);
            return Err(ParquetError::EOF(message));
        }
        let mut bytes = vec![0; length];
        ReaderAt { input: Arc::clone(&self.input), position: start }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// A reader with a position of its own.
pub(super) struct ReaderAt<R> {
    input: Arc<Mutex<R>>,
    position: u64,
}

impl<R: Read + Seek> Read for ReaderAt<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A panic in another reader does no harm here: the position is set anew before each read.
        let mut input: MutexGuard<'_, R> = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        input.seek(SeekFrom::Start(self.position))?;
        let count = input.read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}
