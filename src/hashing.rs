//! The hash of a file, by which inputs and builds are compared: BLAKE3.

use std::fs::File;
use std::path::Path;

/// Reads a file to its end and hashes it.
///
/// # Errors
/// Where it cannot be read.
pub(crate) fn hash_file(path: &Path) -> std::io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize())
}
