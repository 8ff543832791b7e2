//! The output folder as readers see it: its layout, and the builds in it.
//!
//! ```text
//! output/.lock                  held by a run; the kernel releases it when the process dies
//! output/builds/.staging-<id>   a build being written; the next run sweeps it if its own died
//! output/builds/.removed-<id>   a build being removed; swept likewise
//! output/builds/.failed-<id>    a build that a gate refused, kept until another is published or refused
//! output/builds/<id>            a whole build: its manifest was written last
//! output/current → builds/<id>  swapped by rename
//! output/publications.jsonl     which build became current, and when
//! output/rolled-back.json       which builds the user rolled back from, and when
//! output/.cache/                intermediate results of earlier runs; safe to delete
//! ```
//!
//! Everything that writes needs the lock: [`LockedOutput`](super::LockedOutput).
//!
//! Anything else in the folder is somebody's, and is left alone.
//!
//! Invariant: at every moment, whatever is killed, `current` is missing or names a whole build.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::damage::BuildDamage;
use super::entry::Entry;
use super::error::DatasetError;
use super::history::{History, RollBack};
use super::manifest::{MANIFEST, Manifest};
use crate::path_kind::kind_of_entry;
use crate::shown;

pub(super) const BUILDS: &str = "builds";
const CURRENT: &str = "current";
/// The link to the build that becomes current, before it is renamed.
pub(super) const NEXT_CURRENT: &str = ".current";
const CACHE: &str = ".cache";

/// The folder that builds are published in.
#[derive(Clone, Debug)]
pub struct OutputFolder {
    pub(super) root: PathBuf,
}

impl OutputFolder {
    /// The folder at a path; nothing is created or read.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The path by which readers find the newest build.
    #[must_use]
    pub fn current(&self) -> PathBuf {
        self.root.join(CURRENT)
    }

    /// The folder of the intermediate results of earlier runs.
    #[must_use]
    pub fn cache(&self) -> PathBuf {
        self.root.join(CACHE)
    }

    /// The folder of a build, whether it exists or not.
    #[must_use]
    pub fn build(&self, build_id: &str) -> PathBuf {
        self.root.join(BUILDS).join(build_id)
    }

    /// The manifest of the current build, if there is one.
    #[must_use]
    pub fn current_manifest(&self) -> Option<Manifest> {
        Manifest::read(&self.current())
    }

    /// The id of the current build, which is the name of its folder: known even if its manifest is damaged.
    #[must_use]
    pub fn current_id(&self) -> Option<String> {
        let target = fs::read_link(self.current()).ok()?;
        let is_in_builds = || {
            let folder = self.root.join(target.parent()?).canonicalize().ok()?;
            Some(folder == self.root.join(BUILDS).canonicalize().ok()?)
        };
        let is_build = Entry::at(&target) == Entry::Build && is_in_builds() == Some(true);
        Some(target.file_name()?.to_str()?.to_owned()).filter(|_| is_build)
    }

    /// The manifests of all whole builds, oldest first.
    #[must_use]
    pub fn builds(&self) -> Vec<Manifest> {
        let mut manifests: Vec<Manifest> = self.whole_builds().iter().filter_map(|path| Manifest::read(path)).collect();
        // Times are UTC in one format of fixed width, so comparing them as text compares them as times.
        manifests.sort_by(|a, b| (&a.created, &a.build_id).cmp(&(&b.created, &b.build_id)));
        manifests
    }

    /// The folders of all whole builds, in no particular order; none if there is no output folder.
    #[must_use]
    pub fn whole_builds(&self) -> Vec<PathBuf> {
        let mut folders = self.entries().unwrap_or_default();
        folders.retain(|path| Entry::at(path) == Entry::Build && path.join(MANIFEST).is_file());
        folders
    }

    /// The manifest of a build whose files all exist and are unchanged. Reads every file.
    ///
    /// # Errors
    /// The damage of a build that is not whole.
    pub fn whole_build(&self, build_id: &str) -> Result<Manifest, BuildDamage> {
        let folder = self.build(build_id);
        let manifest = Manifest::read(&folder).filter(|manifest| manifest.build_id == build_id);
        let manifest = manifest.ok_or_else(|| BuildDamage::of_manifest(&folder))?;
        BuildDamage::find(&folder, &manifest).map_or(Ok(manifest), Err)
    }

    /// The build that was current before the one that is now, if it is still kept.
    #[must_use]
    pub fn previous(&self) -> Option<String> {
        let current = self.current_id()?;
        let mut published = self.history().published();
        // Only what came before the current build's last publication is history to go back to. A current build that is not listed is
        // the newest.
        published.truncate(published.iter().rposition(|id| *id == current).unwrap_or(published.len()));
        let is_kept = |id: &String| *id != current && self.build(id).join(MANIFEST).is_file();
        published.into_iter().rev().find(is_kept)
    }

    /// The roll-back from a build, if the user rolled back from it and the build rolled back to is still current.
    #[must_use]
    pub fn rolled_back_from(&self, build_id: &str) -> Option<RollBack> {
        // By the link and not by the manifest: a roll-back holds even if the build rolled back to is damaged.
        let current = self.current_id()?;
        self.history().roll_back().filter(|rolled| rolled.to == current && rolled.from.iter().any(|from| from == build_id))
    }

    /// Whether a build was ever published, as far as is known: it is kept, or the history has it.
    #[must_use]
    pub fn was_published(&self, build_id: &str) -> bool {
        self.build(build_id).join(MANIFEST).is_file() || self.history().published().iter().any(|id| id == build_id)
    }

    /// Whether the user rolled back from a build.
    #[must_use]
    pub fn has_roll_back(&self) -> bool {
        self.history().has_roll_back()
    }

    /// Why a build could not be written here; `None` if nothing stands in the way. Writes nothing.
    #[must_use]
    pub fn why_not_writable(&self) -> Option<DatasetError> {
        if let Err(occupied) = self.check_place() {
            return Some(occupied);
        }
        // What does not exist yet is made in the nearest folder above that does.
        let nearest = self.root.ancestors().find(|folder| folder.exists()).filter(|folder| !folder.as_os_str().is_empty());
        let nearest = nearest.unwrap_or(Path::new("."));
        let error = access(nearest, Access::WRITE_OK | Access::EXEC_OK).err()?;
        Some(DatasetError::io(nearest, error.into()))
    }

    pub(super) fn history(&self) -> History<'_> {
        History::of(&self.root)
    }

    /// Checks that nothing but this program's own stands where it writes.
    ///
    /// # Errors
    /// [`DatasetError::Occupied`] with the first place that is taken.
    pub(super) fn check_place(&self) -> Result<(), DatasetError> {
        for (path, expected) in [(self.root.clone(), "the output folder"), (self.root.join(BUILDS), "the folder of builds")]
        {
            if !path.is_dir() {
                vacant(&path, expected)?;
            }
        }
        if self.current_id().is_none() {
            vacant(&self.current(), "the link to the current build")?;
        }
        // The link is made beside and renamed; a run that was killed may have left it.
        let beside = self.root.join(NEXT_CURRENT);
        if beside.is_symlink() { Ok(()) } else { vacant(&beside, "a link, for a moment,") }
    }

    /// Whether a run that was killed left something that the next one cleans up.
    #[must_use]
    pub fn has_left_overs(&self) -> bool {
        let is_left_over = |path: &PathBuf| Entry::at(path) == Entry::LeftOver;
        let is_listed = || self.current_id().is_none_or(|current| self.history().ends_with(&current));
        self.entries().is_ok_and(|entries| entries.iter().any(is_left_over))
            || self.history().has_left_over()
            || !is_listed()
    }

    /// What lies in the folder of builds and is no build: it is not this program's to remove. Hidden files are not listed.
    #[must_use]
    pub fn strangers(&self) -> Vec<PathBuf> {
        let is_hidden = |path: &Path| path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let is_stranger = |path: &PathBuf| match Entry::at(path) {
            Entry::Foreign => !is_hidden(path),
            Entry::Build => !path.join(MANIFEST).exists(),
            Entry::LeftOver | Entry::Failed => false,
        };
        self.entries().unwrap_or_default().into_iter().filter(is_stranger).collect()
    }

    /// Everything in the folder of builds, sorted by name.
    pub(super) fn entries(&self) -> Result<Vec<PathBuf>, DatasetError> {
        let builds = self.root.join(BUILDS);
        let entries = fs::read_dir(&builds).map_err(|source| DatasetError::io(&builds, source))?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        Ok(paths)
    }
}

/// An error if there is something at a path.
fn vacant(path: &Path, expected: &'static str) -> Result<(), DatasetError> {
    match kind_of_entry(path) {
        None => Ok(()),
        Some(found) => Err(DatasetError::Occupied { path: shown::path(path), found, expected }),
    }
}
