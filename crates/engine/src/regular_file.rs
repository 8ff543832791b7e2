//! Reading files that settings name.

use std::io::{Error, ErrorKind};
use std::path::Path;

/// The bytes of a file. A pipe or a device is refused before it is opened: it could block for ever, or never end.
///
/// # Errors
/// If it is none, or cannot be read.
pub(crate) fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let kind = std::fs::metadata(path)?.file_type();
    // Opening a folder has an error of its own.
    if !kind.is_file() && !kind.is_dir() {
        let what = "a pipe or a device, and a file is expected; save its content to a file and name that";
        return Err(Error::new(ErrorKind::InvalidInput, what));
    }
    std::fs::read(path)
}
