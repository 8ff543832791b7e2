//! The output folder: staging, publishing by one rename, the lock, the builds that are kept.
//!
//! ```text
//! output/.lock                  held by a run; the kernel lets go of it when the process dies
//! output/builds/.staging-<id>   a build being written; swept by the next run if its own died
//! output/builds/<id>            a whole build: its manifest was written last
//! output/current → builds/<id>  swapped by rename
//! ```
//!
//! Invariant: at every moment, whatever is killed, `current` is missing or names a whole build.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::DatasetError;
use super::manifest::{MANIFEST, Manifest};
use super::writer::hash_file;

const BUILDS: &str = "builds";
const CURRENT: &str = "current";
const LOCK: &str = ".lock";
const STAGING: &str = ".staging-";
const SET_ASIDE: &str = ".replaced-";

/// The folder that builds are published in.
#[derive(Clone, Debug)]
pub struct OutputFolder {
    root: PathBuf,
}

/// The right to write to an output folder, given up when dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl OutputFolder {
    /// The folder; nothing is made or read.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The path by which readers find the newest build.
    #[must_use]
    pub fn current(&self) -> PathBuf {
        self.root.join(CURRENT)
    }

    /// The manifest of the current build, if there is one.
    #[must_use]
    pub fn current_manifest(&self) -> Option<Manifest> {
        Manifest::read(&self.current())
    }

    /// A build's folder.
    #[must_use]
    pub fn build(&self, build_id: &str) -> PathBuf {
        self.root.join(BUILDS).join(build_id)
    }

    /// Makes the folder if need be, takes the lock and sweeps away what dead runs left.
    ///
    /// # Errors
    /// [`DatasetError::Locked`] where another run holds the lock; otherwise where the folder cannot be used.
    pub fn lock(&self) -> Result<Lock, DatasetError> {
        let builds = self.root.join(BUILDS);
        fs::create_dir_all(&builds).map_err(|source| DatasetError::io(&builds, source))?;
        let path = self.root.join(LOCK);
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|source| DatasetError::io(&path, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DatasetError::Locked { output: self.root.display().to_string() }),
            Err(TryLockError::Error(source)) => return Err(DatasetError::io(&path, source)),
        }
        self.sweep()?;
        Ok(Lock { _file: file })
    }

    fn sweep(&self) -> Result<(), DatasetError> {
        let builds = self.root.join(BUILDS);
        let entries = fs::read_dir(&builds).map_err(|source| DatasetError::io(&builds, source))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with(STAGING) || name.starts_with(SET_ASIDE) {
                fs::remove_dir_all(&path).map_err(|source| DatasetError::io(&path, source))?;
            }
        }
        Ok(())
    }

    /// An empty folder to write a build into. Needs the lock.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn stage(&self, build_id: &str, _lock: &Lock) -> Result<PathBuf, DatasetError> {
        let staging = self.root.join(BUILDS).join(format!("{STAGING}{build_id}"));
        fs::create_dir(&staging).map_err(|source| DatasetError::io(&staging, source))?;
        Ok(staging)
    }

    /// Publishes a staged build: writes its manifest, renames it into place, points `current` at it.
    ///
    /// A whole build of the same id with the same files is left where it is: its readers are not disturbed.
    ///
    /// # Errors
    /// Where a file cannot be written or renamed.
    pub fn publish(&self, staging: &Path, manifest: &Manifest, lock: &Lock) -> Result<(), DatasetError> {
        manifest.write(staging)?;
        sync_folder(staging)?;
        let target = self.build(&manifest.build_id);
        if is_whole(&target, manifest) {
            fs::remove_dir_all(staging).map_err(|source| DatasetError::io(staging, source))?;
        } else {
            let aside = self.root.join(BUILDS).join(format!("{SET_ASIDE}{}", manifest.build_id));
            if target.exists() {
                fs::rename(&target, &aside).map_err(|source| DatasetError::io(&target, source))?;
            }
            fs::rename(staging, &target).map_err(|source| DatasetError::io(&target, source))?;
            self.sweep()?;
        }
        self.point_current_at(&manifest.build_id, lock)
    }

    /// Points `current` at a build that is there.
    ///
    /// # Errors
    /// Where the link cannot be made or renamed.
    pub fn point_current_at(&self, build_id: &str, _lock: &Lock) -> Result<(), DatasetError> {
        let beside = self.root.join(".current");
        let io = |source| DatasetError::io(&beside, source);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        std::os::unix::fs::symlink(Path::new(BUILDS).join(build_id), &beside).map_err(io)?;
        fs::rename(&beside, self.current()).map_err(io)?;
        sync_folder(&self.root.join(BUILDS))?;
        sync_folder(&self.root)
    }

    /// Removes the oldest builds beyond `keep`, never the current one.
    ///
    /// # Errors
    /// Where a folder cannot be listed or removed.
    pub fn collect_old_builds(&self, keep: usize, _lock: &Lock) -> Result<(), DatasetError> {
        let builds = self.root.join(BUILDS);
        let entries = fs::read_dir(&builds).map_err(|source| DatasetError::io(&builds, source))?;
        let current = self.current_manifest().map(|manifest| manifest.build_id);
        let mut old: Vec<(String, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| Some((Manifest::read(&entry.path())?, entry.path())))
            .filter(|(manifest, _)| Some(&manifest.build_id) != current.as_ref())
            .map(|(manifest, path)| (manifest.created, path))
            .collect();
        old.sort();
        let surplus = (old.len() + 1).saturating_sub(keep.max(1));
        for (_, path) in old.into_iter().take(surplus) {
            fs::remove_dir_all(&path).map_err(|source| DatasetError::io(&path, source))?;
        }
        Ok(())
    }
}

/// Whether a build's folder holds every file of a manifest, unchanged.
fn is_whole(build_folder: &Path, manifest: &Manifest) -> bool {
    let mut files = manifest.tables.values().flatten();
    let unchanged = |path: &str, hash: &str| hash_file(&build_folder.join(path)).is_ok_and(|found| found == hash);
    build_folder.join(MANIFEST).exists() && files.all(|file| unchanged(&file.path, &file.blake3))
}

fn sync_folder(folder: &Path) -> Result<(), DatasetError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(|source| DatasetError::io(folder, source))
}
