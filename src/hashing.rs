//! BLAKE3 hashes of files, by which inputs and builds are compared.
//!
//! Invariant: the whole file is read, whatever its size or date say, in pieces, so memory does not depend on its size. It is
//! not memory-mapped: a file that is truncated meanwhile must not crash the program.

use std::fs::File;
use std::path::Path;

/// Reads a file to its end and hashes it.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn hash_file(path: &Path) -> std::io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize())
}
