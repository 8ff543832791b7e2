//! The inventory: the files to read and a hash of each, taken before anything is read.
//!
//! The build id is computed from it, so a second run on unchanged input ends at once.
//!
//! Invariant: every file under the input folder, except those in the output folder, is in one of the lists or counted as skipped. Files
//! and rejects are sorted by path, so the order of the file system does not affect a build.

use engine::tables::Reject;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use walkdir::{DirEntry, WalkDir};

use super::reject::reject;
use super::settings::IngestSettings;
use super::source::{Kind, Selection, kind_of, not_read};
use crate::hashing::hash_file;

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its place on disk.
    pub path: PathBuf,
    /// Relative to the input root, with `/`.
    pub source_path: String,
    /// Hash of its bytes; `None` if it could not be read.
    #[serde(with = "hash_bytes")]
    pub hash: Option<blake3::Hash>,
    /// Size in bytes.
    pub bytes: u64,
    state: Option<FileState>,
}

/// A hash as its bytes.
mod hash_bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "the signature that serde calls")]
    pub(super) fn serialize<S: Serializer>(hash: &Option<blake3::Hash>, serializer: S) -> Result<S::Ok, S::Error> {
        hash.map(|hash| *hash.as_bytes()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<blake3::Hash>, D::Error> {
        Ok(Option::<[u8; 32]>::deserialize(deserializer)?.map(blake3::Hash::from_bytes))
    }
}

/// Rejects as the texts that they are made of.
mod written_rejects {
    use engine::tables::Reject;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::ingest::reject::reject;

    /// What this file rejects for.
    const CODES: [&str; 5] = ["unreadable", "output_folder", "path", "special_file", "unsupported"];

    pub(super) fn serialize<S: Serializer>(rejects: &[Reject], serializer: S) -> Result<S::Ok, S::Error> {
        let written: Vec<_> = rejects.iter().map(|reject| (&reject.source_path, reject.code, &reject.message)).collect();
        written.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Reject>, D::Error> {
        let written = Vec::<(String, String, String)>::deserialize(deserializer)?;
        let known = |code: &str| CODES.into_iter().find(|known| *known == code).ok_or_else(|| code.to_owned());
        let rejects = written.into_iter().map(|(path, code, message)| Ok(reject(&path, known(&code)?, message)));
        rejects.collect::<Result<_, String>>().map_err(|code| serde::de::Error::custom(format!("an unknown code {code}")))
    }
}

/// The properties of a file that change when it is written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FileState {
    bytes: u64,
    changed: (i64, i64),
    inode: u64,
}

impl FileState {
    fn of(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok()?;
        Some(Self { bytes: metadata.len(), changed: (metadata.ctime(), metadata.ctime_nsec()), inode: metadata.ino() })
    }
}

impl SourceFile {
    /// A file in its present state, not hashed yet.
    fn new(path: &Path, source_path: String) -> Self {
        let state = FileState::of(path);
        Self { path: path.to_owned(), source_path, hash: None, bytes: state.map_or(0, |state| state.bytes), state }
    }

    /// Whether the file has not changed since the inventory was taken.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.state == FileState::of(&self.path)
    }
}

/// All files of an input folder.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inventory {
    /// Files to be read, sorted by `source_path`.
    pub files: Vec<SourceFile>,
    /// Files of metadata about articles; a `.json` that may be one is among the files to be read.
    pub sidecars: Vec<SourceFile>,
    /// Files that cannot be read, sorted likewise.
    #[serde(with = "written_rejects")]
    pub rejects: Vec<Reject>,
    /// Number of files that match a `skip` pattern.
    pub skipped: usize,
    /// The files that were there before all but some were dropped.
    dropped: Vec<SourceFile>,
    /// If it is a part of another: the paths of what is told of the rest belong to other parts.
    part: Option<PartBounds>,
}

/// The paths that belong to a part: those after one and up to another, from the first or to the last if there is none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct PartBounds {
    after: Option<String>,
    until: Option<String>,
}

impl Inventory {
    /// Drops all files except one, which is read in its present state.
    pub fn keep_file(&mut self, path: &Path, source_path: &str) {
        let dropped = std::mem::take(&mut self.files);
        self.dropped = dropped.into_iter().filter(|file| file.source_path != source_path).collect();
        self.files = vec![SourceFile::new(path, source_path.to_owned())];
        self.rejects.clear();
    }

    /// The inventory in a form of this version of the program, for another process.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("an inventory is plain data")
    }

    /// The inventory that [`Self::to_bytes`] gave; `None` if that was another version's.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// The part of the inventory that reads the files from one index to another. All parts together read everything once.
    #[must_use]
    pub fn part(&self, files: Range<usize>) -> Self {
        let last = |index: usize| self.files.get(index.checked_sub(1)?).map(|file| file.source_path.clone());
        let bounds =
            PartBounds { after: last(files.start), until: last(files.end).filter(|_| files.end < self.files.len()) };
        let dropped = self.files.iter().enumerate().filter(|(index, _)| !files.contains(index));
        Self {
            dropped: dropped.map(|(_, file)| file.clone()).collect(),
            files: self.files[files.clone()].to_vec(),
            part: Some(bounds),
            ..self.clone()
        }
    }

    /// Whether what is told of a path is told by this part.
    pub(super) fn tells_of(&self, source_path: &str) -> bool {
        let Some(PartBounds { after, until }) = &self.part else { return true };
        // What is in an archive belongs to the part that reads the archive.
        let source_path = source_path.split("!/").next().unwrap_or(source_path);
        after.as_deref().is_none_or(|after| after < source_path) && until.as_deref().is_none_or(|until| source_path <= until)
    }

    /// The files that are not read here; of a part, they are read in others.
    pub(super) fn read_elsewhere(&self) -> &[SourceFile] {
        if self.part.is_some() { &self.dropped } else { &[] }
    }

    /// All files, also those dropped: what a file says can depend on those around it.
    pub(super) fn surroundings(&self) -> Vec<&SourceFile> {
        self.files.iter().chain(&self.dropped).collect()
    }

    /// Size of all files together, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Adds everything that a build depends on to a hash.
    pub fn fingerprint(&self, hasher: &mut blake3::Hasher) {
        for file in self.files.iter().chain(&self.sidecars) {
            // The zero ends the path: no file name can contain one, so no two inventories run together.
            hasher.update(file.source_path.as_bytes()).update(&[0]);
            hasher.update(file.hash.as_ref().map_or(&[0; 32], |hash| hash.as_bytes()));
        }
        for reject in &self.rejects {
            hasher.update(reject.source_path.as_bytes()).update(&[1]).update(reject.code.as_bytes());
        }
    }
}

/// Lists and hashes the files under `root`, except those of the output folder. Files that cannot be read become rejects.
#[must_use]
pub fn take_inventory(root: &Path, output: &Path, settings: &IngestSettings) -> Inventory {
    let mut inventory = Inventory::default();
    let output = output.canonicalize().ok();
    let is_output = |path: &Path| output.is_some() && path.canonicalize().ok() == output;
    let entries = WalkDir::new(root).follow_links(true).min_depth(1).sort_by_file_name().into_iter();
    let mut builds = Vec::new();
    let is_read = |entry: &DirEntry| {
        let is_other_output = entry.file_type().is_dir() && holds_builds(entry.path());
        builds.extend((is_other_output && !is_output(entry.path())).then(|| relative(root, entry.path())));
        !(is_other_output || entry.file_type().is_dir() && is_output(entry.path()))
    };
    for entry in entries.filter_entry(is_read) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => inventory.add(root, entry.path(), settings),
            Err(error) => {
                let path = error.path().map(|path| relative(root, path)).unwrap_or_default();
                // Without the path of the input folder: equal inputs give equal rejects wherever they are.
                let is_link = || error.path().is_some_and(Path::is_symlink);
                let why = match (error.io_error(), error.loop_ancestor()) {
                    (Some(io), _) if io.kind() == io::ErrorKind::NotFound && is_link() => {
                        "a link to a file that is not there; remove it, or bring the file back".to_owned()
                    }
                    (Some(io), _) => io.to_string(),
                    (None, Some(ancestor)) if ancestor == root => {
                        "a link leads back to the input folder that contains it; remove it".to_owned()
                    }
                    (None, Some(ancestor)) => {
                        format!("a link leads back to {}, a folder that contains it; remove it", relative(root, ancestor))
                    }
                    (None, None) => "it cannot be listed".to_owned(),
                };
                inventory.rejects.push(reject(&path, "unreadable", format!("cannot be read: {why}")));
            }
        }
    }
    let message =
        "an output folder of tarmim, whose builds are no input; move it out of the input folder, or add it to ingest.skip";
    let others = builds.into_iter().filter(|path| settings.select(&format!("{path}/current")) != Selection::Skip);
    inventory.rejects.extend(others.map(|path| reject(&path, "output_folder", message.to_owned())));
    // The walk sorts within each folder only: it gives `a/x` before `a-b`, but as paths `a-b` comes first.
    inventory.files.sort_by(|a, b| a.source_path.cmp(&b.source_path));
    inventory.rejects.sort_by(|a, b| a.source_path.cmp(&b.source_path));
    inventory.hash_all();
    inventory
}

/// Whether a folder is one that builds were written to.
fn holds_builds(folder: &Path) -> bool {
    folder.join("builds").is_dir() && folder.join("current/manifest.json").is_file()
}

impl Inventory {
    fn add(&mut self, root: &Path, path: &Path, settings: &IngestSettings) {
        let source_path = relative(root, path);
        // First, so that a skip pattern silences every complaint about the file.
        let selection = settings.select(&source_path);
        if selection == Selection::Skip {
            self.skipped += 1;
            return;
        }
        let mut refuse = |code, message| self.rejects.push(reject(&source_path, code, message));
        // `source_path` is only a lossy copy then, which another file's could equal.
        if path.to_str().is_none() {
            return refuse("path", "its name is not UTF-8; rename it".to_owned());
        }
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return refuse("special_file", "not an ordinary file; remove it, or add it to ingest.skip".to_owned());
        }
        let list = match kind_of(&source_path) {
            Kind::Archive => &mut self.files,
            // Which of them are sidecars is seen when all are known; without a pattern it can be nothing else.
            Kind::Articles | Kind::Json if selection == Selection::Read => &mut self.files,
            Kind::Sidecar | Kind::Json => &mut self.sidecars,
            Kind::Articles | Kind::Foreign => {
                let message = not_read(&source_path);
                return refuse("unsupported", message);
            }
        };
        list.push(SourceFile::new(path, source_path));
    }

    /// Hashes all files, on all cores.
    fn hash_all(&mut self) {
        let all = self.files.par_iter_mut().chain(self.sidecars.par_iter_mut());
        // After the files' state was noted: a change during hashing still shows in `is_unchanged`.
        all.for_each(|file| file.hash = hash_file(&file.path).ok());
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    let parts: Vec<String> = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::patterns::Patterns;

    fn settings(files: &str) -> IngestSettings {
        IngestSettings {
            files: Patterns::new(&[files.to_owned()]).expect("sound"),
            skip: Patterns::default(),
            ..IngestSettings::default()
        }
    }

    /// The messages of the rejects of a folder, in the order of their paths.
    fn messages(folder: &Path, files: &str) -> Vec<String> {
        let rejects = take_inventory(folder, Path::new("output"), &settings(files)).rejects;
        rejects.into_iter().map(|reject| format!("{}: {}", reject.source_path, reject.message)).collect()
    }

    #[test]
    fn parts_read_and_tell_everything_once() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["a.txt", "b.zip", "c.txt", "d.txt"] {
            std::fs::write(folder.path().join(name), name).expect("written");
        }
        std::os::unix::fs::symlink("nowhere", folder.path().join("e.txt")).expect("linked");
        let whole = take_inventory(folder.path(), Path::new("output"), &settings("**/*"));
        let whole = Inventory::from_bytes(&whole.to_bytes()).expect("its own bytes");
        assert_eq!((whole.files.len(), whole.rejects.len()), (4, 1));
        let parts = [whole.part(0..1), whole.part(1..3), whole.part(3..4)];
        let read: Vec<&SourceFile> = parts.iter().flat_map(|part| &part.files).collect();
        assert_eq!(read, whole.files.iter().collect::<Vec<_>>());
        for path in ["0", "a.txt", "aa", "b.zip", "b.zip!/metadata.csv", "c.txt", "d.txt", "e.txt", "z"] {
            assert_eq!(parts.iter().filter(|part| part.tells_of(path)).count(), 1, "{path}");
            assert!(whole.tells_of(path), "{path}");
        }
        assert!(parts[1].tells_of("b.zip!/metadata.csv"), "what is in an archive is told by who reads it");
        assert!(parts.iter().all(|part| part.surroundings().len() == 4), "each part knows of all files");
    }

    #[test]
    fn a_link_that_leads_back_or_nowhere_is_reported() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(folder.path().join("a/b")).expect("made");
        std::os::unix::fs::symlink("..", folder.path().join("a/b/loop")).expect("linked");
        std::os::unix::fs::symlink(".", folder.path().join("loop")).expect("linked");
        std::os::unix::fs::symlink("nowhere.txt", folder.path().join("z.txt")).expect("linked");
        let found = messages(folder.path(), "**/*");
        assert_eq!(
            found,
            [
                "a/b/loop: cannot be read: a link leads back to a, a folder that contains it; remove it",
                "loop: cannot be read: a link leads back to the input folder that contains it; remove it",
                "z.txt: cannot be read: a link to a file that is not there; remove it, or bring the file back",
            ]
        );
    }

    #[test]
    fn the_builds_of_another_output_folder_are_no_input() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(folder.path().join("out/builds/1")).expect("made");
        std::os::unix::fs::symlink("builds/1", folder.path().join("out/current")).expect("linked");
        std::fs::write(folder.path().join("out/builds/1/manifest.json"), "{}").expect("written");
        std::fs::write(folder.path().join("a.txt"), "x").expect("written");
        let found = messages(folder.path(), "**/*");
        assert!(found.len() == 1 && found[0].starts_with("out: an output folder of tarmim"), "{found:?}");
        let inventory = take_inventory(folder.path(), &folder.path().join("out"), &settings("**/*"));
        assert!(inventory.rejects.is_empty() && inventory.files.len() == 1, "its own is passed over");
    }

    #[test]
    fn a_file_that_is_not_read_is_reported_with_what_would_help() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("a.pdf"), "x").expect("written");
        std::fs::write(folder.path().join("b.txt"), "x").expect("written");
        let (format, pattern) = ("a.pdf: a PDF document, which is not read; write its text to", "b.txt: no pattern");
        for (files, expected) in
            [("**/*", vec![format]), ("**/*.html", vec![format, pattern]), ("**/*.pdf", vec![format, pattern])]
        {
            let found = messages(folder.path(), files);
            assert!(
                found.len() == expected.len() && found.iter().zip(expected).all(|(found, begin)| found.starts_with(begin)),
                "{found:?}"
            );
        }
    }
}
