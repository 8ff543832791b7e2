//! Writing, renaming and removing files so that a crash leaves the old state or the new one.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::error::DatasetError;
use crate::failpoint::reach;
use crate::removal::remove_if_present;

/// Writes a file and waits until the disk has it. It is not replaced at once: use it where nobody reads yet.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), DatasetError> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|source| DatasetError::io(path, source))
}

/// Replaces a file at once: readers find the old content or the new one. `part` is where it is written first.
pub(super) fn replace(path: &Path, part: &Path, bytes: &[u8]) -> Result<(), DatasetError> {
    reach("replace.write").map_err(|source| DatasetError::io(part, source))?;
    // On disk before the rename: otherwise a crash could leave the name on a file whose content never arrived.
    write(part, bytes)?;
    reach("replace.rename").and_then(|()| fs::rename(part, path)).map_err(|source| DatasetError::io(path, source))
}

/// Waits until the disk has a folder's entries: a rename is lost without it.
pub(super) fn sync_folder(folder: &Path) -> Result<(), DatasetError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(|source| DatasetError::io(folder, source))
}

/// Removes a file; one that does not exist is no error.
pub(super) fn remove_file(path: &Path) -> Result<(), DatasetError> {
    remove_if_present(path).map_err(|source| DatasetError::io(path, source))
}
