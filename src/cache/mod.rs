//! What earlier runs worked out of each article, so that a rebuild redoes only what has changed.
//!
//! ```text
//! record ─ fingerprint ─▶ entry of the cache ─▶ which stages still hold ─▶ the others are redone
//! ```
//!
//! Stages are functions of the article and of what their keys name (code, settings, model, vocabulary). An outcome is taken from here
//! only if the fingerprint of the record and the keys of its stage, and of all stages before it, are equal. Invariant: a build made
//! with the cache has the bytes of one made without it, and the cache can be deleted at any time: entries are checked when they are
//! read, and one that does not read is worked out anew.

mod file;
mod keys;
mod outcome;

use std::path::{Path, PathBuf};

pub use file::{CacheWriter, Entry};
pub use keys::{StageKeys, StageName};
pub use outcome::PackedOutcome;

use crate::dataset::DatasetError;
use file::CacheFile;

/// A hash of all that a record holds.
pub type Fingerprint = [u8; 16];

/// The results of the last run, and before them those of one that was interrupted.
const FILES: [&str; 2] = ["unfinished", "articles"];
const NEXT: &str = "next";

/// Why an article is worked on, and from which stage on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Nothing has changed: its outcome is taken as it is.
    Nothing,
    /// A stage's code, settings, model or vocabulary has changed: it is redone from that stage on. The names say what.
    From(StageName, Vec<String>),
    /// Its text or what is said of it has changed.
    Changed,
    /// Its last outcome is damaged.
    Damaged,
    /// It was not there.
    New,
    /// Everything is redone because the user asked for it.
    Forced,
}

impl Work {
    /// The reason in a few words, for people and for grouping.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Nothing => "unchanged".to_owned(),
            Self::From(stage, what) => format!("{} changed: {}", stage.name(), what.join(", ")),
            Self::Changed => "content changed".to_owned(),
            Self::Damaged => "kept outcome damaged".to_owned(),
            Self::New => "new".to_owned(),
            Self::Forced => "forced".to_owned(),
        }
    }

    /// The first stage that is redone; `None` where none is.
    #[must_use]
    pub fn first_stage(&self) -> Option<StageName> {
        match self {
            Self::Nothing => None,
            Self::From(stage, _) => Some(*stage),
            Self::Changed | Self::Damaged | Self::New | Self::Forced => Some(StageName::Ingest),
        }
    }
}

/// What earlier runs left, ready to be asked; immutable, shared by all workers.
#[derive(Debug)]
pub struct ArticleCache {
    files: Vec<CacheFile>,
    keys: StageKeys,
    is_forced: bool,
}

impl ArticleCache {
    /// Opens what earlier runs left in a folder; what is missing or does not read counts as nothing.
    #[must_use]
    pub fn open(folder: &Path, keys: StageKeys, is_forced: bool) -> Self {
        let files = FILES.iter().filter_map(|name| CacheFile::open(&folder.join(name)));
        Self { files: files.collect(), keys, is_forced }
    }

    /// A cache that knows nothing.
    #[must_use]
    pub fn empty(keys: StageKeys) -> Self {
        Self { files: Vec::new(), keys, is_forced: false }
    }

    /// What the outcomes of this run depend on.
    #[must_use]
    pub fn keys(&self) -> &StageKeys {
        &self.keys
    }

    /// What is to be done for an article, and where its last outcome lies, if a part of it still holds.
    #[must_use]
    pub fn assess(&self, article_id: u64, fingerprint: &Fingerprint) -> (Work, Option<Kept<'_>>) {
        if self.is_forced {
            return (Work::Forced, None);
        }
        let assessed = self.files.iter().filter_map(|file| {
            let entry = file.entry(article_id)?;
            if entry.fingerprint != *fingerprint {
                return Some((Work::Changed, None));
            }
            let kept = Some(Kept { file, entry });
            Some(match file.keys().first_difference(&self.keys) {
                None => (Work::Nothing, kept),
                Some((stage @ StageName::Ingest, what)) => (Work::From(stage, what), None),
                Some((stage, what)) => (Work::From(stage, what), kept),
            })
        });
        // The least work: nothing, or from the latest stage on.
        let rank = |work: &Work| match work {
            Work::Nothing => 0,
            Work::From(stage, _) => 1 + StageName::Tag as usize - *stage as usize,
            _ => 1 + StageName::ALL.len(),
        };
        assessed.min_by_key(|(work, _)| rank(work)).unwrap_or((Work::New, None))
    }

    /// The articles that earlier runs knew.
    pub fn known(&self) -> impl Iterator<Item = u64> {
        self.files.iter().flat_map(CacheFile::article_ids)
    }
}

/// An outcome of an earlier run, not yet read.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'c> {
    file: &'c CacheFile,
    entry: &'c Entry,
}

impl Kept<'_> {
    /// The packed outcome; `None` where it is damaged.
    #[must_use]
    pub fn read(self) -> Option<PackedOutcome> {
        self.file.read(self.entry)
    }
}

/// The folder of the cache, for the run that holds the lock of the output folder.
#[derive(Clone, Debug)]
pub struct CacheFolder(PathBuf);

impl CacheFolder {
    /// The folder; nothing is made or read.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// What earlier runs left.
    #[must_use]
    pub fn open(&self, keys: StageKeys, is_forced: bool) -> ArticleCache {
        ArticleCache::open(&self.0, keys, is_forced)
    }

    /// Begins the cache of this run. That of a run which died is written over.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn begin(&self, keys: &StageKeys) -> Result<CacheWriter, DatasetError> {
        std::fs::create_dir_all(&self.0).map_err(|source| DatasetError::io(&self.0, source))?;
        CacheWriter::create(self.0.join(NEXT), keys)
    }

    /// Puts the cache of a run in its place: instead of all others where the run went through all articles, before them where it was
    /// interrupted.
    ///
    /// # Errors
    /// Where a file cannot be written or renamed.
    pub fn keep(&self, written: CacheWriter, is_complete: bool) -> Result<(), DatasetError> {
        let [unfinished, articles] = FILES.map(|name| self.0.join(name));
        let target = if is_complete { &articles } else { &unfinished };
        let (count, keys) = (written.len(), written.keys().clone());
        let next = written.finish()?;
        let got_further = |other: CacheFile| other.len() > count && *other.keys() == keys;
        if !is_complete && CacheFile::open(&unfinished).is_some_and(got_further) {
            // A run before this one got further.
            return remove(&next);
        }
        std::fs::rename(&next, target).map_err(|source| DatasetError::io(target, source))?;
        if is_complete {
            remove(&unfinished)?;
        }
        Ok(())
    }
}

fn remove(path: &Path) -> Result<(), DatasetError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(DatasetError::io(path, error)),
        _ => Ok(()),
    }
}
