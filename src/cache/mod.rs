//! The cache of earlier results, per article, so that a rebuild redoes only what has changed.
//!
//! ```text
//! record ─ fingerprint ─▶ cache entry ─▶ first stale stage ─▶ that stage and all after it are redone
//! ```
//!
//! A stage's result depends only on the article and on what the stage's keys name (code, settings, model, vocabulary). A cached
//! result is used only if the record's fingerprint and the keys of its stage and of all stages before it are unchanged.
//!
//! Invariant: a build made with the cache is byte-identical to one made without it. The cache may be deleted at any time:
//! entries are checked when they are read, and a damaged entry is computed again.

mod error;
mod file;
mod keys;
mod outcome;
mod staleness;

use std::path::{Path, PathBuf};

pub use error::CacheError;
pub use file::{CacheWriter, Entry};
pub use keys::{StageKeys, StageName};
pub use outcome::PackedOutcome;
pub use staleness::Staleness;

use crate::failpoint::reach;
use crate::ingest::Fingerprint;
use crate::removal::remove_if_present;
use file::CacheFile;

/// File of a run that was interrupted.
const UNFINISHED: &str = "unfinished";
/// File of the last complete run.
const ARTICLES: &str = "articles";
/// File of the run in progress.
const NEXT: &str = "next";

/// The results of earlier runs, ready to be looked up; immutable, shared by all workers.
#[derive(Debug)]
pub struct ArticleCache {
    /// The runs that leave the least work come first.
    earlier: Vec<EarlierRun>,
    keys: StageKeys,
    is_forced: bool,
}

/// The results of one earlier run.
#[derive(Debug)]
struct EarlierRun {
    file: CacheFile,
    /// How stale its results are for articles that have not changed.
    staleness: Staleness,
    /// Whether its build was published. If not, a gate refused it or it was interrupted.
    is_published: bool,
}

impl EarlierRun {
    fn new(file: CacheFile, keys: &StageKeys, published: &dyn Fn(&str) -> bool) -> Self {
        let difference = file.keys().first_difference(keys);
        let staleness = difference.map_or(Staleness::Fresh, |(stage, names)| Staleness::StageChanged(stage, names));
        let is_published = published(file.build_id());
        Self { file, staleness, is_published }
    }

    /// How many stages must be redone.
    fn stale_stages(&self) -> usize {
        self.staleness.first_stage().map_or(0, |stage| StageName::ALL.len() - stage as usize)
    }

    fn assess(&self, article_id: u64, fingerprint: &Fingerprint) -> Option<(Staleness, Option<Cached<'_>>)> {
        let entry = self.file.entry(article_id)?;
        if entry.fingerprint != *fingerprint {
            return Some((Staleness::ContentChanged, None));
        }
        let staleness = match &self.staleness {
            Staleness::Fresh if !self.is_published && !entry.was_published => Staleness::Unpublished,
            staleness => staleness.clone(),
        };
        // Ingest is the first stage: if it is redone, nothing of the entry is of use.
        let is_usable = staleness.first_stage() != Some(StageName::Ingest);
        Some((staleness, is_usable.then_some(Cached { file: &self.file, entry })))
    }
}

impl ArticleCache {
    /// Opens the files of earlier runs in a folder. A missing or damaged file counts as empty.
    fn open(folder: &Path, keys: StageKeys, is_forced: bool, published: &dyn Fn(&str) -> bool) -> Self {
        let files = [UNFINISHED, ARTICLES].iter().filter_map(|name| CacheFile::open(&folder.join(name)));
        let mut earlier: Vec<EarlierRun> = files.map(|file| EarlierRun::new(file, &keys, published)).collect();
        // A stable sort: of two equally useful runs, the interrupted one is the later one and stays first.
        earlier.sort_by_key(EarlierRun::stale_stages);
        Self { earlier, keys, is_forced }
    }

    /// The keys of this run's results.
    #[must_use]
    pub fn keys(&self) -> &StageKeys {
        &self.keys
    }

    /// How stale an article's cached result is, and the result itself, if any part of it can still be used.
    #[must_use]
    pub fn assess(&self, article_id: u64, fingerprint: &Fingerprint) -> (Staleness, Option<Cached<'_>>) {
        if self.is_forced {
            return (Staleness::Forced, None);
        }
        let assessed = || self.earlier.iter().filter_map(|run| run.assess(article_id, fingerprint));
        // One run may know the article as it is now, the other as it was.
        let unchanged = assessed().find(|(staleness, _)| *staleness != Staleness::ContentChanged);
        unchanged.or_else(|| assessed().next()).unwrap_or((Staleness::New, None))
    }

    /// The ids of the articles that earlier runs knew; an id may occur twice.
    pub fn known(&self) -> impl Iterator<Item = u64> {
        self.earlier.iter().flat_map(|run| run.file.article_ids())
    }
}

/// A cached result, not yet read.
#[derive(Clone, Copy, Debug)]
pub struct Cached<'c> {
    file: &'c CacheFile,
    entry: &'c Entry,
}

impl Cached<'_> {
    /// Whether it was made with corrections by hand.
    #[must_use]
    pub fn is_corrected(self) -> bool {
        self.entry.is_corrected
    }

    /// The packed result; `None` if it is damaged.
    #[must_use]
    pub fn read(self) -> Option<PackedOutcome> {
        self.file.read(self.entry)
    }
}

/// The folder of the cache. Only the run that holds the lock of the output folder writes to it.
#[derive(Clone, Debug)]
pub struct CacheFolder {
    folder: PathBuf,
    is_used: bool,
}

impl CacheFolder {
    /// The folder; nothing is created or read yet. A cache that is not used is empty and stores nothing.
    #[must_use]
    pub fn new(folder: PathBuf, is_used: bool) -> Self {
        Self { folder, is_used }
    }

    /// The results of earlier runs; `published` tells whether the build of an id was published.
    #[must_use]
    pub fn open(&self, keys: StageKeys, is_forced: bool, published: &dyn Fn(&str) -> bool) -> ArticleCache {
        if self.is_used {
            ArticleCache::open(&self.folder, keys, is_forced, published)
        } else {
            ArticleCache { earlier: Vec::new(), keys, is_forced: false }
        }
    }

    /// Whether a run that died left its file.
    #[must_use]
    pub fn has_left_over(&self) -> bool {
        self.folder.join(NEXT).exists()
    }

    /// Removes the file of a run that died.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn sweep(&self) -> Result<(), CacheError> {
        let next = self.folder.join(NEXT);
        remove_if_present(&next).map_err(|source| CacheError::new(&next, source))
    }

    /// Begins the cache file of the run that makes a build; `None` if the cache is not used. The file of a run that died is overwritten.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn begin(&self, keys: &StageKeys, build_id: &str) -> Result<Option<CacheWriter>, CacheError> {
        if !self.is_used {
            return Ok(None);
        }
        reach("cache.create")
            .and_then(|()| std::fs::create_dir_all(&self.folder))
            .map_err(|source| CacheError::new(&self.folder, source))?;
        CacheWriter::create(self.folder.join(NEXT), keys, build_id).map(Some)
    }

    /// Keeps the cache file of a run: instead of all others if the run went through all articles, beside them if it was
    /// interrupted.
    ///
    /// # Errors
    /// If a file cannot be written, renamed or removed.
    pub fn keep(&self, written: CacheWriter, is_complete: bool) -> Result<(), CacheError> {
        let [unfinished, articles] = [UNFINISHED, ARTICLES].map(|name| self.folder.join(name));
        let target = if is_complete { &articles } else { &unfinished };
        // Taken now, because `finish` consumes the writer.
        let (count, keys) = (written.len(), written.keys().clone());
        let next = written.finish()?;
        // With other keys the older file has stale results, however many there are.
        let got_further = |other: CacheFile| other.len() > count && *other.keys() == keys;
        if !is_complete && CacheFile::open(&unfinished).is_some_and(got_further) {
            // Interrupted twice, and earlier the second time: the first file saves more work.
            return remove_if_present(&next).map_err(|source| CacheError::new(&next, source));
        }
        reach("cache.rename")
            .and_then(|()| std::fs::rename(&next, target))
            .map_err(|source| CacheError::new(target, source))?;
        if is_complete {
            let removed = reach("cache.forget-unfinished").and_then(|()| remove_if_present(&unfinished));
            removed.map_err(|source| CacheError::new(&unfinished, source))?;
        }
        Ok(())
    }
}
