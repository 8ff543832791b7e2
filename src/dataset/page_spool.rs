//! The finished pages of row groups that are not full yet, in a temporary file.
//!
//! The pages of a column follow each other in a Parquet file, and rows come with all their columns: pages wait until their row group is
//! full. A row group of sentences has a hundred megabytes, which the memory of a run should not have to hold.
//! Invariant: the file has no name, so nothing is left of it however the process ends, and it is empty whenever no page waits.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::arrow::arrow_writer::{PageKey, PageStore, PageStoreArgs, PageStoreFactory};
use parquet::errors::{ParquetError, Result};

use super::error::DatasetError;

/// The file, shared by all columns that wait.
#[derive(Clone, Debug)]
pub(super) struct PageSpool(Arc<Mutex<Spooled>>);

#[derive(Debug)]
struct Spooled {
    file: File,
    /// Where the next page goes, in bytes.
    end: u64,
    /// Bytes of the pages that wait.
    waiting: u64,
}

/// The pages of one column of a row group.
struct ColumnPages {
    spool: PageSpool,
    /// Place and length of each page that waits, in bytes.
    places: Vec<(u64, usize)>,
}

impl PageSpool {
    /// A file on the disk of a folder, which is where the pages go in the end.
    pub(super) fn new(folder: &Path) -> std::result::Result<Self, DatasetError> {
        let file = tempfile::tempfile_in(folder).map_err(|source| DatasetError::io(folder, source))?;
        Ok(Self(Arc::new(Mutex::new(Spooled { file, end: 0, waiting: 0 }))))
    }

    /// Does something with the file, which no panic leaves half done: each of its steps is one call of the system.
    fn with<T>(&self, work: impl FnOnce(&mut Spooled) -> io::Result<T>) -> io::Result<T> {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Spooled {
    fn put(&mut self, page: &[u8]) -> io::Result<u64> {
        let place = self.end;
        self.file.write_all_at(page, place)?;
        self.end += page.len() as u64;
        self.waiting += page.len() as u64;
        Ok(place)
    }

    fn take(&mut self, place: u64, length: usize) -> io::Result<Bytes> {
        let mut page = vec![0; length];
        self.file.read_exact_at(&mut page, place)?;
        self.forget(length)?;
        Ok(page.into())
    }

    fn forget(&mut self, length: usize) -> io::Result<()> {
        self.waiting -= length as u64;
        if self.waiting == 0 && self.end > 0 {
            self.end = 0;
            self.file.set_len(0)?;
        }
        Ok(())
    }
}

impl PageStoreFactory for PageSpool {
    fn create(&self, _column: &PageStoreArgs<'_>) -> Result<Box<dyn PageStore>> {
        Ok(Box::new(ColumnPages { spool: self.clone(), places: Vec::new() }))
    }
}

impl PageStore for ColumnPages {
    fn put(&mut self, page: Bytes) -> Result<PageKey> {
        let place = self.spool.with(|spooled| spooled.put(&page)).map_err(failed)?;
        self.places.push((place, page.len()));
        Ok(PageKey::new(self.places.len() as u64 - 1))
    }

    fn take(&mut self, key: PageKey) -> Result<Bytes> {
        let at = usize::try_from(key.get()).unwrap_or(usize::MAX);
        let known = self.places.get_mut(at).ok_or_else(|| ParquetError::General(format!("no page has the key {at}")))?;
        let (place, length) = std::mem::take(known);
        self.spool.with(|spooled| spooled.take(place, length)).map_err(failed)
    }
}

impl Drop for ColumnPages {
    fn drop(&mut self) {
        let left = self.places.iter().map(|(_, length)| length).sum();
        // A file that cannot be cut has lost nothing that is needed.
        let _ = self.spool.with(|spooled| spooled.forget(left));
    }
}

fn failed(error: io::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_come_back_and_leave_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let spool = PageSpool::new(folder.path()).expect("writable");
        let column = || ColumnPages { spool: spool.clone(), places: Vec::new() };
        let (mut one, mut other) = (column(), column());
        let keys: Vec<PageKey> = (0..3).map(|page| one.put(Bytes::from(vec![page; 9])).expect("writable")).collect();
        let key = other.put(Bytes::from_static(b"other")).expect("writable");
        assert_eq!(one.take(keys[2]).expect("put before"), vec![2; 9]);
        assert_eq!(one.take(keys[0]).expect("put before"), vec![0; 9]);
        let length = || spool.with(|spooled| Ok(spooled.file.metadata()?.len())).expect("a file");
        assert_eq!((length(), std::fs::read_dir(folder.path()).expect("a folder").count()), (32, 0));
        drop(one);
        assert_eq!(other.take(key).expect("put before"), "other");
        assert_eq!(length(), 0, "no page waits");
    }
}
