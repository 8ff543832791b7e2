//! The output folder of the one run that may write to it: staging, publishing by one rename, removing old builds.
//!
//! Whatever writes is a method of [`LockedOutput`], so nothing can write without the lock. Invariant: a build gets its
//! name by a rename after its manifest is on disk, and loses it by a rename before its files are removed.

use std::fs::{self, File, TryLockError};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::damage::BuildDamage;
use super::durable::{remove_file, sync_folder};
use super::error::DatasetError;
use super::history::RollBack;
use super::manifest::{MANIFEST, Manifest};
use super::output::{BUILDS, OutputFolder};
use crate::failpoint::reach;

const LOCK: &str = ".lock";
const STAGING: &str = ".staging-";
const REMOVED: &str = ".removed-";
const FAILED: &str = ".failed-";

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
    /// [`DatasetError::Locked`] if another run holds the lock; otherwise if the folder cannot be used.
    pub fn lock(&self) -> Result<LockedOutput, DatasetError> {
        let builds = self.root.join(BUILDS);
        fs::create_dir_all(&builds).map_err(|source| DatasetError::io(&builds, source))?;
        let path = self.root.join(LOCK);
        // The file is never removed: one run could then lock the removed file and another run a new one.
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|source| DatasetError::io(&path, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DatasetError::Locked { output: self.root.display().to_string() }),
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
    /// If a build of the same id has the same files, it stays, so that its readers are not disturbed; a damaged one is
    /// exchanged with the staged one. Whatever is left under the staging name is the caller's to remove.
    ///
    /// # Errors
    /// If a file cannot be written or renamed.
    pub fn publish(&self, staging: &Path, manifest: &Manifest) -> Result<(), DatasetError> {
        reach("publish.write-manifest").map_err(|source| DatasetError::io(staging, source))?;
        manifest.write(staging)?;
        // The entries of the staged folder reach the disk before the rename that makes it a build.
        sync_folder(staging)?;
        let target = self.build(&manifest.build_id);
        if !target.exists() {
            let renamed = reach("publish.rename").and_then(|()| fs::rename(staging, &target));
            renamed.map_err(|source| DatasetError::io(&target, source))?;
        } else if BuildDamage::find(&target, manifest).is_some() {
            exchange(staging, &target)?;
        }
        self.make_current(&manifest.build_id)
    }

    /// Points `current` at a build that a run gave, and ends a roll-back.
    ///
    /// # Errors
    /// If the link cannot be created or renamed.
    pub fn make_current(&self, build_id: &str) -> Result<(), DatasetError> {
        self.point_current_at(build_id)?;
        self.history().add(build_id);
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
        self.history().forget_after(build_id);
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
        let beside = self.root.join(".current");
        let io = |source| DatasetError::io(&beside, source);
        remove_file(&beside)?;
        reach("current.link").map_err(io)?;
        // A relative link, so that the output folder can be moved; made beside, since only a rename replaces one at once.
        std::os::unix::fs::symlink(Path::new(BUILDS).join(build_id), &beside).map_err(io)?;
        reach("current.swap").and_then(|()| fs::rename(&beside, self.current())).map_err(io)?;
        reach("current.sync").map_err(io)?;
        // The builds first: if power fails between the two, the link must not reach the disk without the build it names.
        sync_folder(&self.root.join(BUILDS))?;
        sync_folder(&self.root)
    }

    /// Removes what runs that were killed left: staged and removed builds, and folders without a manifest.
    fn sweep(&self) -> Result<(), DatasetError> {
        self.history().sweep()?;
        let current = self.current_id();
        for path in self.build_folders()? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let left_over = name.starts_with(STAGING) || name.starts_with(REMOVED);
            // Without a manifest the current build is damaged, not left over, and its tables may still be read.
            let is_kept = name.starts_with(FAILED) || current.as_ref() == Some(&name);
            if left_over || (path.is_dir() && !path.join(MANIFEST).exists() && !is_kept) {
                let removed = reach("sweep.remove").and_then(|()| fs::remove_dir_all(&path));
                removed.map_err(|source| DatasetError::io(&path, source))?;
            }
        }
        Ok(())
    }

    /// Removes a build; renamed first, so that nobody takes a half-removed one for whole.
    fn remove(&self, build_folder: &Path) -> Result<(), DatasetError> {
        let name = build_folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let removed = self.hidden_build(REMOVED, &name);
        let renamed = reach("remove.rename").and_then(|()| fs::rename(build_folder, &removed));
        renamed.map_err(|source| DatasetError::io(build_folder, source))?;
        reach("remove.delete")
            .and_then(|()| fs::remove_dir_all(&removed))
            .map_err(|source| DatasetError::io(&removed, source))
    }

    fn remove_failed(&self) -> Result<(), DatasetError> {
        let folders = self.build_folders()?.into_iter();
        let is_failed = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(FAILED));
        folders.filter(is_failed).try_for_each(|path| self.remove(&path))
    }

    fn hidden_build(&self, prefix: &str, build_id: &str) -> PathBuf {
        self.root.join(BUILDS).join(format!("{prefix}{build_id}"))
    }
}

/// Exchanges two folders at once; one after the other if the file system cannot.
fn exchange(staging: &Path, target: &Path) -> Result<(), DatasetError> {
    // Failing here stands for a file system that cannot exchange.
    if reach("exchange.at-once").is_ok() && renameat_with(CWD, staging, CWD, target, RenameFlags::EXCHANGE).is_ok() {
        return Ok(());
    }
    let aside = staging.with_extension("aside");
    let removed = reach("exchange.aside").and_then(|()| fs::rename(target, &aside));
    let replaced = removed.and_then(|()| reach("exchange.replace")).and_then(|()| fs::rename(staging, target));
    // Under the staging name again, where the caller removes whatever is left.
    let kept = replaced.and_then(|()| reach("exchange.keep")).and_then(|()| fs::rename(&aside, staging));
    kept.map_err(|source| DatasetError::io(target, source))
}
