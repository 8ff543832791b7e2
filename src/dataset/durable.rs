//! Writing, renaming and removing files so that a crash leaves the old state or the new one.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use walkdir::WalkDir;

use super::error::DatasetError;
use crate::failpoint::reach;
use crate::removal::remove_if_present;

/// Writes a file and waits until the disk has it. It is not replaced at once: use it where nobody reads yet.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), DatasetError> {
    File::create(path).and_then(|file| write_and_sync(file, bytes)).map_err(|source| DatasetError::io(path, source))
}

fn write_and_sync(mut file: File, bytes: &[u8]) -> std::io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// Replaces a file at once: readers find the old content or the new one. `part` is where it is written first; whatever bears that
/// name is removed.
pub(super) fn replace(path: &Path, part: &Path, bytes: &[u8]) -> Result<(), DatasetError> {
    reach("replace.write").map_err(|source| DatasetError::io(part, source))?;
    remove_file(part)?;
    // Created and never opened: a link of that name would lead elsewhere. On disk before the rename: otherwise a crash could
    // leave the name on a file whose content never arrived.
    let written = File::create_new(part).and_then(|file| write_and_sync(file, bytes));
    written.map_err(|source| DatasetError::io(part, source))?;
    reach("replace.rename").and_then(|()| fs::rename(part, path)).map_err(|source| DatasetError::io(path, source))
}

/// Waits until the disk has a folder's entries: a rename is lost without it.
pub(super) fn sync_folder(folder: &Path) -> Result<(), DatasetError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(|source| DatasetError::io(folder, source))
}

/// Waits until the disk has the entries of a folder and of all folders in it.
pub(super) fn sync_folders(folder: &Path) -> Result<(), DatasetError> {
    for entry in WalkDir::new(folder) {
        let entry = entry.map_err(|error| DatasetError::io(folder, error.into()))?;
        if entry.file_type().is_dir() {
            sync_folder(entry.path())?;
        }
    }
    Ok(())
}

/// Removes a file; one that does not exist is no error.
pub(super) fn remove_file(path: &Path) -> Result<(), DatasetError> {
    remove_if_present(path).map_err(|source| DatasetError::io(path, source))
}
