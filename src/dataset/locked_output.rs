//! The output folder of the one run that may write to it: staging, publishing by one rename, removing old builds.
//!
//! Whatever writes is a method of [`LockedOutput`], so nothing can write without the lock. Invariant: a build gets its
//! name by a rename after its manifest is on disk, and loses it by a rename before its files are removed.

use std::fs::{self, File, TryLockError};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::durable::{remove_file, sync_folder, sync_folders};
use super::entry::{ASIDE, Entry, FAILED, REMOVED, STAGING};
use super::error::DatasetError;
use super::history::RollBack;
use super::manifest::Manifest;
use super::output::{BUILDS, NEXT_CURRENT, OutputFolder};
use crate::failpoint::reach;
use crate::shown;

const LOCK: &str = ".lock";

/// The right to write to an output folder, given up when dropped.
#[derive(Debug)]
pub struct LockedOutput {
    output: OutputFolder,
    /// Its lock is the process's, and goes when the file is closed, however the process ends.
    _lock: File,
}

impl Deref for LockedOutput {
    type Target = OutputFolder;

    fn deref(&self) -> &OutputFolder {
        &self.output
    }
}

impl OutputFolder {
    /// Takes the lock, and removes what runs that were killed left. Creates the folder if need be.
    ///
    /// # Errors
    /// [`DatasetError::Locked`] if another run holds the lock, [`DatasetError::Occupied`] if something else stands where builds
    /// belong; otherwise if the folder cannot be used.
    pub fn lock(&self) -> Result<LockedOutput, DatasetError> {
        self.check_place()?;
        let builds = self.root.join(BUILDS);
        fs::create_dir_all(&builds).map_err(|source| DatasetError::io(&builds, source))?;
        let path = self.root.join(LOCK);
        // The file is never removed: one run could then lock the removed file and another run a new one.
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|source| DatasetError::io(&path, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DatasetError::Locked { output: shown::path(&self.root) }),
            Err(TryLockError::Error(source)) => return Err(DatasetError::io(&path, source)),
        }
        // Swept only under the lock: without it, the staged build of a run that is still alive would be removed.
        let locked = LockedOutput { output: self.clone(), _lock: file };
        reach("lock.sweep").map_err(|source| DatasetError::io(&path, source))?;
        locked.sweep()?;
        Ok(locked)
    }
}

impl LockedOutput {
    /// Creates an empty folder to write a build into.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn stage(&self, build_id: &str) -> Result<PathBuf, DatasetError> {
        let staging = self.hidden_build(STAGING, build_id);
        reach("stage.create")
            .and_then(|()| fs::create_dir(&staging))
            .map_err(|source| DatasetError::io(&staging, source))?;
        Ok(staging)
    }

    /// Publishes a staged build: writes its manifest, renames it into place, points `current` at it.
    ///
    /// If a build of the same id is whole and has the same tables, it stays, so that its readers are not disturbed; any other is
    /// exchanged with the staged one. Whatever is left under the staging name is the caller's to remove.
    ///
    /// # Errors
    /// If a file cannot be written or renamed.
    pub fn publish(&self, staging: &Path, manifest: &Manifest) -> Result<(), DatasetError> {
        reach("publish.write-manifest").map_err(|source| DatasetError::io(staging, source))?;
        manifest.write(staging)?;
        // The entries of the staged folders reach the disk before the rename that makes them a build.
        sync_folders(staging)?;
        let target = self.build(&manifest.build_id);
        if !target.exists() {
            let renamed = reach("publish.rename").and_then(|()| fs::rename(staging, &target));
            renamed.map_err(|source| DatasetError::io(&target, source))?;
        } else if !self.whole_build(&manifest.build_id).is_ok_and(|kept| kept.tables == manifest.tables) {
            exchange(staging, &target)?;
        }
        // The build first: if power fails, the link must not reach the disk without the build that it names.
        sync_folder(&self.root.join(BUILDS))?;
        self.make_current(&manifest.build_id)
    }

    /// Points `current` at a build that a run gave, and ends a roll-back.
    ///
    /// # Errors
    /// If the build cannot be listed, or the link cannot be created or renamed.
    pub fn make_current(&self, build_id: &str) -> Result<(), DatasetError> {
        // The list first: a current build that is not listed could not be rolled back from to the one before it.
        reach("publications.add").map_err(|source| DatasetError::io(&self.root, source))?;
        self.history().add(build_id)?;
        self.point_current_at(build_id)?;
        self.forget_roll_back()
    }

    /// Makes an older build current again, and notes which builds the user rolled back from.
    ///
    /// # Errors
    /// If the note cannot be written, or the link cannot be swapped.
    pub fn roll_back_to(&self, build_id: &str) -> Result<RollBack, DatasetError> {
        let current = self.current_id();
        let mut from: Vec<String> = self.history().roll_back().map(|rolled| rolled.from).unwrap_or_default();
        from.extend(current);
        // The build rolled back to may be one that an earlier roll-back left; it is wanted again.
        from.retain(|from| from != build_id);
        from.sort();
        from.dedup();
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let rolled = RollBack { from, to: build_id.to_owned(), at };
        // The note first: a link without it would be undone by the next run.
        self.history().set_roll_back(&rolled)?;
        self.point_current_at(build_id)?;
        // What was published later is no longer listed, so that the next roll-back goes further back. It is done already: should this
        // fail, the next run does it.
        let _ = self.history().reconcile(build_id);
        Ok(rolled)
    }

    /// Ends a roll-back: a run would now make another build than those rolled back from.
    ///
    /// # Errors
    /// If the note cannot be removed.
    pub fn forget_roll_back(&self) -> Result<(), DatasetError> {
        self.history().end_roll_back()
    }

    /// Keeps a staged build that may not be published, without the manifest that would make it a build, and returns its new
    /// folder. The one kept before is removed.
    ///
    /// # Errors
    /// If a folder cannot be renamed or removed.
    pub fn keep_failed(&self, staging: &Path, build_id: &str) -> Result<PathBuf, DatasetError> {
        self.remove_failed()?;
        let kept = self.hidden_build(FAILED, build_id);
        reach("refuse.rename")
            .and_then(|()| fs::rename(staging, &kept))
            .map_err(|source| DatasetError::io(&kept, source))?;
        Ok(kept)
    }

    /// Removes the oldest builds beyond `keep`, but never the current one nor `before`, the one that was current before it;
    /// and the build that a gate refused.
    ///
    /// # Errors
    /// If a folder cannot be listed or removed.
    pub fn collect_old_builds(&self, keep: usize, before: Option<&str>) -> Result<(), DatasetError> {
        self.remove_failed()?;
        let current = self.current_id();
        let in_use = |id: &str| Some(id) == current.as_deref() || Some(id) == before;
        let manifests = self.whole_builds().into_iter().filter_map(|path| Some((Manifest::read(&path)?, path)));
        let (kept, mut old): (Vec<_>, Vec<_>) = manifests.partition(|(manifest, _)| in_use(&manifest.build_id));
        old.sort_by(|a, b| a.0.created.cmp(&b.0.created));
        // Builds in use count towards the number kept, but are never among those removed.
        let surplus = (old.len() + kept.len()).saturating_sub(keep.max(1));
        old.iter().take(surplus).try_for_each(|(_, path)| self.remove(path))
    }

    fn point_current_at(&self, build_id: &str) -> Result<(), DatasetError> {
        let beside = self.root.join(NEXT_CURRENT);
        let io = |source| DatasetError::io(&beside, source);
        remove_file(&beside)?;
        reach("current.link").map_err(io)?;
        // A relative link, so that the output folder can be moved; made beside, since only a rename replaces one at once.
        std::os::unix::fs::symlink(Path::new(BUILDS).join(build_id), &beside).map_err(io)?;
        reach("current.swap").and_then(|()| fs::rename(&beside, self.current())).map_err(io)?;
        reach("current.sync").map_err(io)?;
        sync_folder(&self.root)
    }

    /// Removes what runs that were killed left, and mends the list of publications.
    fn sweep(&self) -> Result<(), DatasetError> {
        self.history().sweep()?;
        if let Some(current) = self.current_id() {
            self.history().reconcile(&current)?;
        }
        for path in self.entries()?.into_iter().filter(|path| Entry::at(path) == Entry::LeftOver) {
            let removed = reach("sweep.remove").and_then(|()| remove_entry(&path));
            removed.map_err(|source| DatasetError::io(&path, source))?;
        }
        Ok(())
    }

    /// Removes a build; renamed first, so that nobody takes a half-removed one for whole.
    fn remove(&self, build_folder: &Path) -> Result<(), DatasetError> {
        let name = build_folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let removed = self.hidden_build(REMOVED, &name);
        let renamed = reach("remove.rename").and_then(|()| fs::rename(build_folder, &removed));
        renamed.map_err(|source| DatasetError::io(build_folder, source))?;
        reach("remove.delete").and_then(|()| remove_entry(&removed)).map_err(|source| DatasetError::io(&removed, source))
    }

    fn remove_failed(&self) -> Result<(), DatasetError> {
        let entries = self.entries()?.into_iter();
        entries.filter(|path| Entry::at(path) == Entry::Failed).try_for_each(|path| self.remove(&path))
    }

    fn hidden_build(&self, prefix: &str, build_id: &str) -> PathBuf {
        self.root.join(BUILDS).join(format!("{prefix}{build_id}"))
    }
}

/// Removes a folder with what is in it, or a file.
fn remove_entry(path: &Path) -> std::io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// Exchanges two folders at once; one after the other if the file system cannot.
fn exchange(staging: &Path, target: &Path) -> Result<(), DatasetError> {
    // Failing here stands for a file system that cannot exchange.
    if reach("exchange.at-once").is_ok() && renameat_with(CWD, staging, CWD, target, RenameFlags::EXCHANGE).is_ok() {
        return Ok(());
    }
    let mut aside = staging.as_os_str().to_owned();
    aside.push(ASIDE);
    let aside = PathBuf::from(aside);
    let removed = reach("exchange.aside").and_then(|()| fs::rename(target, &aside));
    let replaced = removed.and_then(|()| reach("exchange.replace")).and_then(|()| fs::rename(staging, target));
    // Under the staging name again, where the caller removes whatever is left.
    let kept = replaced.and_then(|()| reach("exchange.keep")).and_then(|()| fs::rename(&aside, staging));
    kept.map_err(|source| DatasetError::io(target, source))
}
