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

use crate::dataset::{DatasetError, remove_file};
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
    /// Those that leave the least work come first.
    earlier: Vec<EarlierRun>,
    keys: StageKeys,
    is_forced: bool,
}

/// The results of one run, and what is to be done for an article that it knew and that has not changed.
#[derive(Debug)]
struct EarlierRun {
    file: CacheFile,
    work: Work,
}

impl EarlierRun {
    fn new(file: CacheFile, keys: &StageKeys) -> Self {
        let work = file.keys().first_difference(keys).map_or(Work::Nothing, |(stage, what)| Work::From(stage, what));
        Self { file, work }
    }

    /// How many stages are redone.
    fn amount_of_work(&self) -> usize {
        self.work.first_stage().map_or(0, |stage| StageName::ALL.len() - stage as usize)
    }

    fn assess(&self, article_id: u64, fingerprint: &Fingerprint) -> Option<(Work, Option<Kept<'_>>)> {
        let entry = self.file.entry(article_id)?;
        if entry.fingerprint != *fingerprint {
            return Some((Work::Changed, None));
        }
        let holds = self.work.first_stage() != Some(StageName::Ingest);
        Some((self.work.clone(), holds.then_some(Kept { file: &self.file, entry })))
    }
}

impl ArticleCache {
    /// Opens what earlier runs left in a folder; what is missing or does not read counts as nothing.
    fn open(folder: &Path, keys: StageKeys, is_forced: bool) -> Self {
        let files = FILES.iter().filter_map(|name| CacheFile::open(&folder.join(name)));
        let mut earlier: Vec<EarlierRun> = files.map(|file| EarlierRun::new(file, &keys)).collect();
        earlier.sort_by_key(EarlierRun::amount_of_work);
        Self { earlier, keys, is_forced }
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
        let assessed = || self.earlier.iter().filter_map(|run| run.assess(article_id, fingerprint));
        // One run may know the article as it is now, and another as it was.
        let unchanged = assessed().find(|(work, _)| *work != Work::Changed);
        unchanged.or_else(|| assessed().next()).unwrap_or((Work::New, None))
    }

    /// The articles that earlier runs knew.
    pub fn known(&self) -> impl Iterator<Item = u64> {
        self.earlier.iter().flat_map(|run| run.file.article_ids())
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

/// The folder of the cache; only the run that holds the lock of the output folder writes to it.
#[derive(Clone, Debug)]
pub struct CacheFolder {
    folder: PathBuf,
    is_used: bool,
}

impl CacheFolder {
    /// The folder; nothing is made or read. One that is not used knows nothing and keeps nothing.
    #[must_use]
    pub fn new(folder: PathBuf, is_used: bool) -> Self {
        Self { folder, is_used }
    }

    /// What earlier runs left.
    #[must_use]
    pub fn open(&self, keys: StageKeys, is_forced: bool) -> ArticleCache {
        if self.is_used {
            ArticleCache::open(&self.folder, keys, is_forced)
        } else {
            ArticleCache { earlier: Vec::new(), keys, is_forced: false }
        }
    }

    /// Begins the cache of this run, where one is used. That of a run which died is written over.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn begin(&self, keys: &StageKeys) -> Result<Option<CacheWriter>, DatasetError> {
        if !self.is_used {
            return Ok(None);
        }
        std::fs::create_dir_all(&self.folder).map_err(|source| DatasetError::io(&self.folder, source))?;
        CacheWriter::create(self.folder.join(NEXT), keys).map(Some)
    }

    /// Puts the cache of a run in its place: instead of all others where the run went through all articles, before them where it was
    /// interrupted.
    ///
    /// # Errors
    /// Where a file cannot be written or renamed.
    pub fn keep(&self, written: CacheWriter, is_complete: bool) -> Result<(), DatasetError> {
        let [unfinished, articles] = FILES.map(|name| self.folder.join(name));
        let target = if is_complete { &articles } else { &unfinished };
        let (count, keys) = (written.len(), written.keys().clone());
        let next = written.finish()?;
        let got_further = |other: CacheFile| other.len() > count && *other.keys() == keys;
        if !is_complete && CacheFile::open(&unfinished).is_some_and(got_further) {
            // A run before this one got further.
            return remove_file(&next);
        }
        std::fs::rename(&next, target).map_err(|source| DatasetError::io(target, source))?;
        if is_complete {
            remove_file(&unfinished)?;
        }
        Ok(())
    }
}
