//! What is wrong with the files of a published build.
//!
//! Sizes and dates are not enough to tell: a faulty disk keeps both. So every file is read and its hash compared with the
//! manifest's.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use engine::tables::Table;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::manifest::{MANIFEST, Manifest};
use super::part_file::part_files;
use crate::hashing::hash_file;
use crate::shown;

/// A file of a published build that is not as the build's manifest has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} {what}")]
pub struct BuildDamage {
    /// Its path in the build's folder.
    file: String,
    what: &'static str,
}

impl BuildDamage {
    /// The first file of a build's folder that is not as a manifest has it, if there is one.
    pub(super) fn find(build_folder: &Path, manifest: &Manifest) -> Option<Self> {
        let damage = |(file, hash): (&str, &str)| {
            let path = build_folder.join(file);
            let what = match hash_file(&path) {
                Ok(found) if found.to_hex().as_str() == hash => return None,
                Ok(_) => "has changed",
                Err(_) if path.exists() => "cannot be read",
                Err(_) => "is missing",
            };
            Some(Self { file: file.to_owned(), what })
        };
        // The first in the order of the manifest, so that the message does not depend on threads.
        let listed: Vec<(&str, &str)> = manifest.hashes().collect();
        listed.into_par_iter().find_map_first(damage).or_else(|| Self::stray(build_folder, manifest))
    }

    /// A Parquet file that the manifest does not list, which readers of the table's folder would read all the same.
    fn stray(build_folder: &Path, manifest: &Manifest) -> Option<Self> {
        let listed: HashSet<&str> = manifest.files().map(|file| file.path.as_str()).collect();
        let found = Table::ALL.into_iter().flat_map(|table| part_files(build_folder, table).unwrap_or_default());
        let relative = |path: PathBuf| path.strip_prefix(build_folder).ok().map(|path| path.display().to_string());
        let stray = found.filter_map(relative).find(|path| !listed.contains(path.as_str()))?;
        Some(Self { file: shown::on_one_line(&stray).into_owned(), what: "is not of this build" })
    }

    /// The damage of a build whose manifest cannot be read.
    pub(super) fn of_manifest(build_folder: &Path) -> Self {
        let what = if build_folder.join(MANIFEST).exists() { "has changed or cannot be read" } else { "is missing" };
        Self { file: MANIFEST.to_owned(), what }
    }
}
