//! A file that is hashed while it is written.
//!
//! Invariant: the hashes are those of all bytes written, in order; nothing seeks in the file. There are two because few other
//! tools know the faster one.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

/// A new file, and the hashes of what was written so far.
pub(super) struct HashedFile {
    file: File,
    blake3: blake3::Hasher,
    sha256: Sha256,
    bytes: u64,
}

/// The size and the hashes of a finished file, in hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileHashes {
    pub(super) bytes: u64,
    /// BLAKE3, by which builds are compared: the faster one.
    pub(super) blake3: String,
    /// SHA-256, which description formats and everyday tools know.
    pub(super) sha256: String,
}

impl HashedFile {
    /// Hashes what will be written to an empty file.
    pub(super) fn new(file: File) -> Self {
        Self { file, blake3: blake3::Hasher::new(), sha256: Sha256::new(), bytes: 0 }
    }

    /// Waits until the disk has the file, and gives its hashes.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub(super) fn finish(self) -> io::Result<FileHashes> {
        self.file.sync_all()?;
        Ok(FileHashes {
            bytes: self.bytes,
            blake3: self.blake3.finalize().to_hex().to_string(),
            sha256: hex_digits(&self.sha256.finalize()),
        })
    }
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The file may take less than it was given; the caller comes again with the rest.
        let written = self.file.write(bytes)?;
        self.blake3.update(&bytes[..written]);
        self.sha256.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
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

    fn written(pieces: &[&[u8]]) -> (FileHashes, Vec<u8>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("file");
        let mut file = HashedFile::new(File::create(&path).expect("a file"));
        for piece in pieces {
            file.write_all(piece).expect("written");
        }
        (file.finish().expect("on disk"), std::fs::read(&path).expect("there"))
    }

    #[test]
    fn hashes_are_the_known_ones() {
        // The hashes of nothing, and of "abc", as the standards print them.
        let cases = [("", "af1349b9f5f9a1a6", "e3b0c44298fc1c14"), ("abc", "6437b3ac38465133", "ba7816bf8f01cfea")];
        for (content, blake3, sha256) in cases {
            let (hashes, _) = written(&[content.as_bytes()]);
            assert!(hashes.blake3.starts_with(blake3) && hashes.sha256.starts_with(sha256), "{content}: {hashes:?}");
            assert_eq!((hashes.blake3.len(), hashes.sha256.len()), (64, 64));
        }
    }

    #[test]
    fn pieces_are_hashed_as_one_file() {
        let (hashes, content) = written(&[&vec![7; 100_000], b"", &[8; 3], &vec![9; 200_000]]);
        assert_eq!(hashes.sha256, hex_digits(&Sha256::digest(&content)));
        assert_eq!(hashes.blake3, blake3::hash(&content).to_hex().to_string());
        assert_eq!(hashes.bytes, content.len() as u64);
    }
}
