//! The files of a build's tables.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::error::DatasetError;
use engine::tables::Table;

/// A finished file of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFile {
    /// Path relative to the build's folder, with `/`.
    pub path: String,
    /// Number of rows.
    pub rows: usize,
    /// Size in bytes.
    pub bytes: u64,
    /// BLAKE3 in hex digits; builds are compared by it.
    pub blake3: String,
    /// SHA-256 in hex digits, for description formats and everyday tools. Builds of early versions lack it.
    #[serde(default)]
    pub sha256: String,
}

/// The finished files of each table.
pub type TableFiles = Vec<(Table, Vec<PartFile>)>;

/// The Parquet files of a table of a build, sorted by path, those in subfolders included.
///
/// # Errors
/// If a folder cannot be listed.
pub fn part_files(build_folder: &Path, table: Table) -> Result<Vec<PathBuf>, DatasetError> {
    let folder = build_folder.join(table.name());
    // The file system lists in any order; readers of a build rely on one that is the same everywhere.
    let entries = WalkDir::new(&folder).sort_by_file_name().into_iter().collect::<Result<Vec<_>, _>>();
    let entries = entries.map_err(|error| DatasetError::io(&folder, error.into()))?;
    let paths = entries.into_iter().filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == "parquet")).collect())
}
