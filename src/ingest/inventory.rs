//! The inventory: which files there are to read, with a hash of each, before anything is done with them.
//!
//! The build id is made of it, so that a second run on unchanged input can say so without repairing a word.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use walkdir::WalkDir;

use super::{IngestSettings, Reject};

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// Relative to the input root, with `/`.
    pub source_path: String,
    /// Hash of its bytes; `None` where it could not be read.
    pub hash: Option<blake3::Hash>,
    /// Size in bytes.
    pub bytes: u64,
}

/// All files of an input folder.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// Files to be read, sorted by `source_path`.
    pub files: Vec<SourceFile>,
    /// Files that cannot be, sorted likewise.
    pub rejects: Vec<Reject>,
    /// How many files were passed over because a `skip` pattern names them.
    pub skipped: usize,
}

impl Inventory {
    /// An inventory of one file, read as it is now.
    #[must_use]
    pub fn of_file(path: &Path, source_path: &str) -> Self {
        let bytes = path.metadata().map_or(0, |metadata| metadata.len());
        let file = SourceFile { path: path.to_owned(), source_path: source_path.to_owned(), hash: None, bytes };
        Self { files: vec![file], ..Self::default() }
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Adds everything that the build depends on to a hash.
    pub fn fingerprint(&self, hasher: &mut blake3::Hasher) {
        for file in &self.files {
            hasher.update(file.source_path.as_bytes()).update(&[0]);
            hasher.update(file.hash.as_ref().map_or(&[0; 32], |hash| hash.as_bytes()));
        }
        for reject in &self.rejects {
            hasher.update(reject.source_path.as_bytes()).update(&[1]).update(reject.code.as_bytes());
        }
    }
}

/// Lists and hashes the files under `root`, all but those of the output folder. Faults of single files become rejects.
#[must_use]
pub fn take_inventory(root: &Path, output: &Path, settings: &IngestSettings) -> Inventory {
    let (wanted, skip) = (glob_set(&settings.files), glob_set(&settings.skip));
    let mut inventory = Inventory::default();
    let output = output.canonicalize().ok();
    let is_output = |path: &Path| output.is_some() && path.canonicalize().ok() == output;
    let entries = WalkDir::new(root).follow_links(true).min_depth(1).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| !(entry.file_type().is_dir() && is_output(entry.path()))) {
        let entry = match entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().map(|path| relative(root, path)).unwrap_or_default();
                inventory.rejects.push(Reject::new(&path, "unreadable", format!("cannot be read: {error}")));
                continue;
            }
        };
        inventory.add(root, entry.path(), &wanted, &skip, settings);
    }
    inventory.files.sort_by(|a, b| a.source_path.cmp(&b.source_path));
    inventory.rejects.sort_by(|a, b| a.source_path.cmp(&b.source_path));
    inventory
}

impl Inventory {
    fn add(&mut self, root: &Path, path: &Path, wanted: &GlobSet, skip: &GlobSet, settings: &IngestSettings) {
        let source_path = relative(root, path);
        if skip.is_match(&source_path) {
            self.skipped += 1;
            return;
        }
        let mut reject = |code, message| self.rejects.push(Reject::new(&source_path, code, message));
        if !wanted.is_match(&source_path) {
            let expected = settings.files.join(", ");
            return reject(
                "unsupported",
                format!("not a file of a kind that is read ({expected}); add its pattern to files or skip"),
            );
        }
        if path.to_str().is_none() {
            return reject("path", "its name is not UTF-8; rename it".to_owned());
        }
        let bytes = path.metadata().map_or(0, |metadata| metadata.len());
        if bytes > settings.max_file_bytes {
            let limit = settings.max_file_bytes;
            return reject(
                "too_large",
                format!("{bytes} bytes, more than the {limit} of max_file_mib; split it or raise the limit"),
            );
        }
        let hash = hash_file(path).ok();
        self.files.push(SourceFile { path: path.to_owned(), source_path, hash, bytes });
    }
}

fn hash_file(path: &Path) -> std::io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(std::fs::File::open(path)?)?;
    Ok(hasher.finalize())
}

/// A set of patterns that were checked before.
fn glob_set(patterns: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in patterns.iter().filter_map(|pattern| Glob::new(pattern).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_else(|_| GlobSet::empty())
}

fn relative(root: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    let parts: Vec<String> = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}
