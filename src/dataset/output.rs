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
//! Invariant: at every moment, whatever is killed, `current` is missing or names a whole build.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::damage::BuildDamage;
use super::error::DatasetError;
use super::history::{History, RollBack};
use super::manifest::{MANIFEST, Manifest};

pub(super) const BUILDS: &str = "builds";
const CURRENT: &str = "current";
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
        Some(target.file_name()?.to_str()?.to_owned())
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
        let is_hidden = |path: &Path| path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let mut folders = self.build_folders().unwrap_or_default();
        folders.retain(|path| !is_hidden(path) && path.join(MANIFEST).is_file());
        folders
    }

    /// The manifest of a build whose files all exist and are unchanged. Reads every file.
    ///
    /// # Errors
    /// The damage of a build that is not whole.
    pub fn whole_build(&self, build_id: &str) -> Result<Manifest, BuildDamage> {
        let folder = self.build(build_id);
        let manifest = Manifest::read(&folder).ok_or_else(|| BuildDamage::of_manifest(&folder))?;
        BuildDamage::find(&folder, &manifest).map_or(Ok(manifest), Err)
    }

    /// The build that was current before the one that is now, if it is still kept.
    #[must_use]
    pub fn previous(&self) -> Option<String> {
        let current = self.current_id()?;
        let mut published = self.history().published();
        // Only what came before the current build's last publication is history to go back to.
        published.truncate(published.iter().rposition(|id| *id == current)?);
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
        // What does not exist yet is made in the nearest folder above that does.
        let nearest = self.root.ancestors().find(|folder| folder.exists()).filter(|folder| !folder.as_os_str().is_empty());
        let nearest = nearest.unwrap_or(Path::new("."));
        let error = access(nearest, Access::WRITE_OK | Access::EXEC_OK).err()?;
        Some(DatasetError::io(nearest, error.into()))
    }

    pub(super) fn history(&self) -> History<'_> {
        History::of(&self.root)
    }

    /// Everything in the folder of builds.
    pub(super) fn build_folders(&self) -> Result<Vec<PathBuf>, DatasetError> {
        let builds = self.root.join(BUILDS);
        let entries = fs::read_dir(&builds).map_err(|source| DatasetError::io(&builds, source))?;
        Ok(entries.flatten().map(|entry| entry.path()).collect())
    }
}
