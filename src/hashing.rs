//! The hash of a file, by which inputs and builds are compared: BLAKE3.
//!
//! Invariant: the whole file is read, whatever its size or date say, and in pieces, so memory does not depend on it. It is
//! not mapped into memory: a file that somebody cuts short meanwhile must not end the program.

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
