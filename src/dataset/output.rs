//! The output folder: staging, publishing by one rename, the lock, the builds that are kept.
//!
//! ```text
//! output/.lock                  held by a run; the kernel lets go of it when the process dies
//! output/builds/.staging-<id>   a build being written; swept by the next run if its own died
//! output/builds/.removed-<id>   a build being removed; swept likewise
//! output/builds/.failed-<id>    a build that a gate refused, kept to be looked at until another is published or refused
//! output/builds/<id>            a whole build: its manifest was written last
//! output/current → builds/<id>  swapped by rename
//! output/publications.jsonl     which build became current, and when
//! output/rolled-back.json       which builds the user went back from, and when
//! output/.cache/                what runs worked out of each article; safe to delete
//! ```
//!
//! Invariant: at every moment, whatever is killed, `current` is missing or names a whole build.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};

use super::DatasetError;
use super::manifest::{MANIFEST, Manifest};
use crate::hashing::hash_file;

const BUILDS: &str = "builds";
const CURRENT: &str = "current";
const LOCK: &str = ".lock";
const CACHE: &str = ".cache";
const ROLLED_BACK: &str = "rolled-back.json";
const PUBLICATIONS: &str = "publications.jsonl";
const STAGING: &str = ".staging-";
const REMOVED: &str = ".removed-";
const FAILED: &str = ".failed-";

/// The folder that builds are published in.
#[derive(Clone, Debug)]
pub struct OutputFolder {
    root: PathBuf,
}

/// That the user went back to an older build: it stays current until a run would make another build than those gone back from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollBack {
    /// The builds gone back from.
    pub from: Vec<String>,
    /// The build gone back to.
    pub to: String,
    /// When (UTC).
    pub at: String,
}

/// That a build became current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Publication {
    build_id: String,
    at: String,
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

    /// The folder of what earlier runs worked out.
    #[must_use]
    pub fn cache(&self) -> PathBuf {
        self.root.join(CACHE)
    }

    fn half_written_roll_back(&self) -> PathBuf {
        self.root.join(format!(".{ROLLED_BACK}"))
    }

    fn roll_back(&self) -> Option<RollBack> {
        serde_json::from_slice(&fs::read(self.root.join(ROLLED_BACK)).ok()?).ok()
    }

    /// The roll-back from a build, if the user went back from it and the build gone back to is still current.
    #[must_use]
    pub fn rolled_back_from(&self, build_id: &str) -> Option<RollBack> {
        let current = self.current_manifest()?.build_id;
        self.roll_back().filter(|rolled| rolled.to == current && rolled.from.iter().any(|from| from == build_id))
    }

    /// Makes an older build current again, and notes which builds the user went back from.
    ///
    /// # Errors
    /// Where the note cannot be written or the link not be swapped.
    pub fn roll_back_to(&self, build_id: &str, lock: &Lock) -> Result<RollBack, DatasetError> {
        let current = self.current_manifest().map(|manifest| manifest.build_id);
        let mut from: Vec<String> = self.roll_back().map(|rolled| rolled.from).unwrap_or_default();
        from.extend(current);
        from.retain(|from| from != build_id);
        from.sort();
        from.dedup();
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let rolled = RollBack { from, to: build_id.to_owned(), at };
        let (path, part) = (self.root.join(ROLLED_BACK), self.half_written_roll_back());
        let mut json = serde_json::to_vec_pretty(&rolled).expect("a note is plain data");
        json.push(b'\n');
        let written =
            fs::write(&part, json).and_then(|()| File::open(&part)?.sync_all()).and_then(|()| fs::rename(&part, &path));
        written.map_err(|source| DatasetError::io(&path, source))?;
        self.point_current_at(build_id, lock)?;
        self.forget_publications_after(build_id);
        Ok(rolled)
    }

    /// Forgets that the user went back from a build: the input is another since.
    ///
    /// # Errors
    /// Where the note cannot be removed.
    pub fn forget_roll_back(&self, _lock: &Lock) -> Result<(), DatasetError> {
        remove_file(&self.root.join(ROLLED_BACK))
    }

    /// Whether the user went back from a build.
    #[must_use]
    pub fn has_roll_back(&self) -> bool {
        self.root.join(ROLLED_BACK).exists()
    }

    /// The manifests of all whole builds, oldest first.
    #[must_use]
    pub fn builds(&self) -> Vec<Manifest> {
        let mut manifests: Vec<Manifest> = self.whole_builds().iter().filter_map(|path| Manifest::read(path)).collect();
        manifests.sort_by(|a, b| (&a.created, &a.build_id).cmp(&(&b.created, &b.build_id)));
        manifests
    }

    /// The builds that became current, in order, one of them more than once where it did.
    fn publications(&self) -> Vec<Publication> {
        let text = fs::read_to_string(self.root.join(PUBLICATIONS)).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The build that was current before the one that is, if it is still kept.
    #[must_use]
    pub fn previous(&self) -> Option<String> {
        let current = self.current_manifest()?.build_id;
        let is_kept = |id: &str| self.build(id).join(MANIFEST).is_file();
        let published = self.publications();
        let last = published.iter().rposition(|publication| publication.build_id == current)?;
        let earlier = published[..last].iter().rev().map(|publication| publication.build_id.clone());
        earlier.into_iter().find(|id| *id != current && is_kept(id))
    }

    /// Forgets what was published after a build that the user went back to, so that going back again goes further.
    fn forget_publications_after(&self, build_id: &str) {
        let mut kept = self.publications();
        kept.truncate(kept.iter().rposition(|publication| publication.build_id == build_id).map_or(0, |last| last + 1));
        let lines: Vec<String> = kept.iter().filter_map(|publication| serde_json::to_string(publication).ok()).collect();
        let (path, part) = (self.root.join(PUBLICATIONS), self.root.join(format!(".{PUBLICATIONS}")));
        let _ = fs::write(&part, lines.join("\n") + "\n").and_then(|()| fs::rename(&part, &path));
    }

    /// Notes that a build became current. The list is for people and for going back; a build is published with or without it.
    fn note_publication(&self, build_id: &str) {
        let path = self.root.join(PUBLICATIONS);
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let line = serde_json::to_string(&Publication { build_id: build_id.to_owned(), at }).expect("a note is plain data");
        let file = File::options().create(true).append(true).open(&path);
        let _ = file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
    }

    /// The manifest of the current build, if there is one.
    #[must_use]
    pub fn current_manifest(&self) -> Option<Manifest> {
        Manifest::read(&self.current())
    }

    /// Whether the current build's files are there in their sizes: what can be told without reading them.
    #[must_use]
    pub fn current_is_complete(&self) -> bool {
        let size = |path: &str| fs::metadata(self.current().join(path)).map(|metadata| metadata.len()).ok();
        self.current_manifest().is_some_and(|manifest| manifest.files().all(|file| size(&file.path) == Some(file.bytes)))
    }

    /// The folders of all builds that are whole, in no particular order; none where there is no output folder.
    #[must_use]
    pub fn whole_builds(&self) -> Vec<PathBuf> {
        let left_over = |path: &Path| path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let mut folders = self.build_folders().unwrap_or_default();
        folders.retain(|path| !left_over(path) && path.join(MANIFEST).is_file());
        folders
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

    /// Removes what dead runs left: staged and removed builds, and folders without a manifest.
    fn sweep(&self) -> Result<(), DatasetError> {
        remove_file(&self.half_written_roll_back())?;
        remove_file(&self.root.join(format!(".{PUBLICATIONS}")))?;
        for path in self.build_folders()? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let left_over = name.starts_with(STAGING) || name.starts_with(REMOVED);
            if left_over || (path.is_dir() && !path.join(MANIFEST).exists() && !name.starts_with(FAILED)) {
                fs::remove_dir_all(&path).map_err(|source| DatasetError::io(&path, source))?;
            }
        }
        Ok(())
    }

    fn build_folders(&self) -> Result<Vec<PathBuf>, DatasetError> {
        let builds = self.root.join(BUILDS);
        let entries = fs::read_dir(&builds).map_err(|source| DatasetError::io(&builds, source))?;
        Ok(entries.flatten().map(|entry| entry.path()).collect())
    }

    /// Takes a build away: renamed first, so that nobody ever takes a half-removed one for whole.
    fn remove(&self, build_folder: &Path) -> Result<(), DatasetError> {
        let name = build_folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let removed = self.root.join(BUILDS).join(format!("{REMOVED}{name}"));
        fs::rename(build_folder, &removed).map_err(|source| DatasetError::io(build_folder, source))?;
        fs::remove_dir_all(&removed).map_err(|source| DatasetError::io(&removed, source))
    }

    /// A build that is there, every file of it unchanged.
    #[must_use]
    pub fn whole_build(&self, build_id: &str) -> Option<Manifest> {
        let folder = self.build(build_id);
        Manifest::read(&folder).filter(|manifest| is_unchanged(&folder, manifest))
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

    /// Keeps a staged build that may not be published, under a name and without the manifest that would make it a build, and
    /// says where. The one that was kept before goes.
    ///
    /// # Errors
    /// Where a folder cannot be renamed or removed.
    pub fn keep_failed(&self, staging: &Path, build_id: &str, _lock: &Lock) -> Result<PathBuf, DatasetError> {
        self.remove_failed()?;
        let kept = self.root.join(BUILDS).join(format!("{FAILED}{build_id}"));
        fs::rename(staging, &kept).map_err(|source| DatasetError::io(&kept, source))?;
        Ok(kept)
    }

    fn remove_failed(&self) -> Result<(), DatasetError> {
        let folders = self.build_folders()?.into_iter();
        let is_failed = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(FAILED));
        folders.filter(is_failed).try_for_each(|path| self.remove(&path))
    }

    /// Publishes a staged build: writes its manifest, renames it into place, points `current` at it.
    ///
    /// A build of the same id with the same files is left where it is, so that its readers are not disturbed; a damaged one
    /// changes places with the staged one at once. What is left under the staging name is the caller's to remove.
    ///
    /// # Errors
    /// Where a file cannot be written or renamed.
    pub fn publish(&self, staging: &Path, manifest: &Manifest, lock: &Lock) -> Result<(), DatasetError> {
        manifest.write(staging)?;
        sync_folder(staging)?;
        let target = self.build(&manifest.build_id);
        if !target.exists() {
            fs::rename(staging, &target).map_err(|source| DatasetError::io(&target, source))?;
        } else if !is_unchanged(&target, manifest) {
            exchange(staging, &target)?;
        }
        self.make_current(&manifest.build_id, lock)
    }

    /// Points `current` at a build that a run gave, which ends a roll-back.
    ///
    /// # Errors
    /// Where the link cannot be made or renamed.
    pub fn make_current(&self, build_id: &str, lock: &Lock) -> Result<(), DatasetError> {
        self.point_current_at(build_id, lock)?;
        self.note_publication(build_id);
        self.forget_roll_back(lock)
    }

    fn point_current_at(&self, build_id: &str, _lock: &Lock) -> Result<(), DatasetError> {
        let beside = self.root.join(".current");
        let io = |source| DatasetError::io(&beside, source);
        remove_file(&beside)?;
        std::os::unix::fs::symlink(Path::new(BUILDS).join(build_id), &beside).map_err(io)?;
        fs::rename(&beside, self.current()).map_err(io)?;
        sync_folder(&self.root.join(BUILDS))?;
        sync_folder(&self.root)
    }

    /// Removes the oldest builds beyond `keep`, never the current one nor the one that was current before it, and what a
    /// gate refused earlier.
    ///
    /// # Errors
    /// Where a folder cannot be listed or removed.
    pub fn collect_old_builds(&self, keep: usize, before: Option<&str>, _lock: &Lock) -> Result<(), DatasetError> {
        self.remove_failed()?;
        let current = self.current_manifest().map(|manifest| manifest.build_id);
        let in_use = |id: &str| Some(id) == current.as_deref() || Some(id) == before;
        let manifests = self.whole_builds().into_iter().filter_map(|path| Some((Manifest::read(&path)?, path)));
        let (kept, mut old): (Vec<_>, Vec<_>) = manifests.partition(|(manifest, _)| in_use(&manifest.build_id));
        old.sort_by(|a, b| a.0.created.cmp(&b.0.created));
        let surplus = (old.len() + kept.len()).saturating_sub(keep.max(1));
        old.iter().take(surplus).try_for_each(|(_, path)| self.remove(path))
    }
}

/// Removes a file that may not be there.
pub(crate) fn remove_file(path: &Path) -> Result<(), DatasetError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(DatasetError::io(path, error)),
        _ => Ok(()),
    }
}

/// Whether a build's folder holds every file of a manifest, unchanged.
fn is_unchanged(build_folder: &Path, manifest: &Manifest) -> bool {
    let unchanged =
        |path: &str, hash: &str| hash_file(&build_folder.join(path)).is_ok_and(|found| found.to_hex().as_str() == hash);
    build_folder.join(MANIFEST).exists() && manifest.files().all(|file| unchanged(&file.path, &file.blake3))
}

/// Lets two folders change places at once; where the file system cannot, one after the other.
fn exchange(staging: &Path, target: &Path) -> Result<(), DatasetError> {
    if renameat_with(CWD, staging, CWD, target, RenameFlags::EXCHANGE).is_ok() {
        return Ok(());
    }
    let aside = staging.with_extension("aside");
    let renamed =
        fs::rename(target, &aside).and_then(|()| fs::rename(staging, target)).and_then(|()| fs::rename(&aside, staging));
    renamed.map_err(|source| DatasetError::io(target, source))
}

fn sync_folder(folder: &Path) -> Result<(), DatasetError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(|source| DatasetError::io(folder, source))
}
