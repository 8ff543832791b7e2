//! Input files of training: a folder's files in a fixed order, plain or compressed.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::error::TrainError;

/// The files of a folder whose names end in one of `suffixes`, sorted; an error if there is none.
pub(super) fn files_of(folder: &Path, suffixes: &[&str]) -> Result<Vec<PathBuf>, TrainError> {
    let entries = std::fs::read_dir(folder).map_err(|source| TrainError::io(folder, source))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| TrainError::io(folder, source))?.path();
        if suffixes.iter().any(|suffix| name_of(&path).ends_with(suffix)) {
            files.push(path);
        }
    }
    // A folder is listed in no fixed order, and the ids of words depend on the order of reading.
    files.sort();
    if files.is_empty() {
        return Err(TrainError::Empty { folder: folder.display().to_string(), expected: suffixes.join(" or ") });
    }
    Ok(files)
}

/// A file's name, for messages and the model card.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A text file, decompressed if its name ends in `.zst`.
pub(super) fn open(path: &Path) -> Result<Box<dyn BufRead>, TrainError> {
    let file = File::open(path).map_err(|source| TrainError::io(path, source))?;
    let reader: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == "zst") {
        Box::new(zstd::Decoder::new(file).map_err(|source| TrainError::io(path, source))?)
    } else {
        Box::new(file)
    };
    Ok(Box::new(BufReader::with_capacity(1 << 20, reader)))
}
