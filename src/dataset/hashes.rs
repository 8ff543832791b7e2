//! The hashes of a finished file, both from one reading of it.
//!
//! Invariant: what is hashed is read back from the finished file, a chunk at a time, so the hashes are those that a reader
//! of the file finds, and memory does not depend on its size. There are two because other tools do not know the faster one.

use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::DatasetError;

/// Bytes read at once: as many as BLAKE3 works on at its full speed.
const CHUNK: usize = 1 << 17;

/// A file's hashes in hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileHashes {
    /// BLAKE3, by which builds are compared: the faster one.
    pub blake3: String,
    /// SHA-256, which description formats and everyday tools know.
    pub sha256: String,
}

impl FileHashes {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn of(path: &Path) -> Result<Self, DatasetError> {
        let io = |source| DatasetError::io(path, source);
        let mut file = File::open(path).map_err(io)?;
        let (mut blake3, mut sha256) = (blake3::Hasher::new(), Sha256::new());
        let mut chunk = vec![0; CHUNK];
        loop {
            match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => {
                    blake3.update(&chunk[..length]);
                    sha256.update(&chunk[..length]);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(io(error)),
            }
        }
        Ok(Self { blake3: blake3.finalize().to_hex().to_string(), sha256: hex_digits(&sha256.finalize()) })
    }
}

fn hex_digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_known_ones() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("file");
        // The hashes of nothing, and of "abc", as the standards print them.
        let cases = [("", "af1349b9f5f9a1a6", "e3b0c44298fc1c14"), ("abc", "6437b3ac38465133", "ba7816bf8f01cfea")];
        for (content, blake3, sha256) in cases {
            std::fs::write(&path, content).expect("written");
            let hashes = FileHashes::of(&path).expect("read");
            assert!(hashes.blake3.starts_with(blake3) && hashes.sha256.starts_with(sha256), "{content}: {hashes:?}");
            assert_eq!((hashes.blake3.len(), hashes.sha256.len()), (64, 64));
        }
    }

    #[test]
    fn a_file_longer_than_a_chunk_is_read_to_its_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("file");
        let content = vec![7; CHUNK + 1];
        std::fs::write(&path, &content).expect("written");
        let hashes = FileHashes::of(&path).expect("read");
        assert_eq!(hashes.sha256, hex_digits(&Sha256::digest(&content)));
        assert_eq!(hashes.blake3, blake3::hash(&content).to_hex().to_string());
    }
}
