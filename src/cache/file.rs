//! A file of cached results: written front to back, read at random.
//!
//! ```text
//! magic ─ packed results … ─ index (keys; id, fingerprint, offset of each) ─ hash, offset and length of the index
//! ```
//!
//! Invariant: a truncated or damaged file has no valid end and is not opened; each result carries its own checksum.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{CacheError, PackedOutcome, StageKeys};
use crate::failpoint::reach;
use crate::ingest::Fingerprint;

/// The first bytes; the number is the version of the format.
const MAGIC: &[u8; 16] = b"tarmim cache 003";
/// Length of the end of the file: the index's hash, its offset and its length, both 64-bit little-endian.
const FOOTER: usize = 32 + 8 + 8;

/// The place of a result in the file, in bytes, and the record that it was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The record's fingerprint.
    pub fingerprint: Fingerprint,
    offset: u64,
    length: u32,
    /// Whether a build published before this run has this result.
    pub(super) was_published: bool,
    /// Whether it was made with corrections by hand.
    pub(super) is_corrected: bool,
}

#[derive(Serialize, Deserialize)]
struct Index {
    keys: StageKeys,
    /// The build that the run was to publish.
    build_id: String,
    entries: Vec<(u64, Entry)>,
}

/// A file of results, open for reading.
#[derive(Debug)]
pub(super) struct CacheFile {
    file: File,
    keys: StageKeys,
    build_id: String,
    entries: FxHashMap<u64, Entry>,
}

impl CacheFile {
    /// Opens a file; `None` if it does not exist or is damaged.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let mut footer = [0; FOOTER];
        file.read_exact_at(&mut footer, length.checked_sub(FOOTER as u64)?).ok()?;
        let number = |at: usize| u64::from_le_bytes(footer[at..at + 8].try_into().expect("eight bytes"));
        let (place, size) = (number(32), number(40));
        // The footer's own numbers must account for every byte of the file before they are used to allocate memory.
        if place.checked_add(size)?.checked_add(FOOTER as u64)? != length {
            return None;
        }
        let mut index = vec![0; usize::try_from(size).ok()?];
        file.read_exact_at(&mut index, place).ok()?;
        let mut magic = [0; MAGIC.len()];
        file.read_exact_at(&mut magic, 0).ok()?;
        // Only the index is hashed here: hashing the results would read the whole file to use a part of it.
        if magic != *MAGIC || blake3::hash(&index).as_bytes() != &footer[..32] {
            return None;
        }
        let Index { keys, build_id, entries } = postcard::from_bytes(&index).ok()?;
        Some(Self { file, keys, build_id, entries: entries.into_iter().collect() })
    }

    /// The build that the run which wrote the file was to publish.
    pub(super) fn build_id(&self) -> &str {
        &self.build_id
    }

    pub(super) fn keys(&self) -> &StageKeys {
        &self.keys
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entry of an article, if the file has one.
    pub(super) fn entry(&self, article_id: u64) -> Option<&Entry> {
        self.entries.get(&article_id)
    }

    /// The ids of the articles in the file, sorted.
    pub(super) fn article_ids(&self) -> impl Iterator<Item = u64> {
        let mut ids: Vec<u64> = self.entries.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter()
    }

    /// The result of an entry, still packed; `None` if it cannot be read.
    pub(super) fn read(&self, entry: &Entry) -> Option<PackedOutcome> {
        let mut bytes = vec![0; entry.length as usize];
        self.file.read_exact_at(&mut bytes, entry.offset).ok()?;
        Some(PackedOutcome(bytes))
    }
}

/// Writes the results of a run. Dropped unfinished, it removes its file.
#[derive(Debug)]
pub struct CacheWriter {
    path: PathBuf,
    file: BufWriter<File>,
    offset: u64,
    index: Index,
    is_finished: bool,
}

impl Drop for CacheWriter {
    fn drop(&mut self) {
        if !self.is_finished {
            // The run has failed. If the file cannot be removed, the next run overwrites it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} entries", self.entries.len())
    }
}

impl CacheWriter {
    pub(super) fn create(path: PathBuf, keys: &StageKeys, build_id: &str) -> Result<Self, CacheError> {
        let file = File::create(&path).map_err(|source| CacheError::new(&path, source))?;
        let index = Index { keys: keys.clone(), build_id: build_id.to_owned(), entries: Vec::new() };
        let mut writer = Self { path, file: BufWriter::with_capacity(1 << 20, file), offset: 0, index, is_finished: false };
        writer.write(MAGIC)?;
        Ok(writer)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), CacheError> {
        // Counted by hand: the position of the file itself lacks what is still in the buffer.
        self.offset += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|source| CacheError::new(&self.path, source))
    }

    /// Adds the result of an article. `was_published`: a build has it already; `is_corrected`: it was made with corrections by hand.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn push(
        &mut self,
        article_id: u64,
        fingerprint: Fingerprint,
        outcome: &PackedOutcome,
        (was_published, is_corrected): (bool, bool),
    ) -> Result<(), CacheError> {
        reach("cache.push").map_err(|source| CacheError::new(&self.path, source))?;
        let length = u32::try_from(outcome.0.len()).expect("an article is smaller than 4 GiB");
        let entry = Entry { fingerprint, offset: self.offset, length, was_published, is_corrected };
        self.index.entries.push((article_id, entry));
        self.write(&outcome.0)
    }

    pub(super) fn len(&self) -> usize {
        self.index.entries.len()
    }

    pub(super) fn keys(&self) -> &StageKeys {
        &self.index.keys
    }

    /// Writes the index and returns the path of the file, which is complete and on disk from now on.
    pub(super) fn finish(mut self) -> Result<PathBuf, CacheError> {
        reach("cache.finish").map_err(|source| CacheError::new(&self.path, source))?;
        let index = postcard::to_stdvec(&self.index).expect("an index is plain data");
        let place = self.offset;
        // The end is written last, so a file that was cut short anywhere has none and is not opened.
        self.write(&index)?;
        self.write(blake3::hash(&index).as_bytes())?;
        self.write(&place.to_le_bytes())?;
        self.write(&(index.len() as u64).to_le_bytes())?;
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|source| CacheError::new(&self.path, source))?;
        self.is_finished = true;
        Ok(self.path.clone())
    }
}
