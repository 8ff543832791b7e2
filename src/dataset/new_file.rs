//! A file that appears whole or not at all.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::DatasetError;

/// The end of a file's name until it is whole.
pub(super) const PART: &str = ".part";

/// A file that takes its name when it is finished; dropped before that, it is removed.
pub(crate) struct NewFile {
    path: PathBuf,
    part: PathBuf,
    stream: BufWriter<File>,
}

impl NewFile {
    /// Starts a file, and creates the folders above it.
    ///
    /// # Errors
    /// If it exists already or cannot be created.
    pub(crate) fn create(path: PathBuf) -> Result<Self, DatasetError> {
        if path.exists() {
            let exists = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "is there already; name another place");
            return Err(DatasetError::io(&path, exists));
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| DatasetError::io(folder, source))?;
        }
        // Appended to the whole name: with the extension replaced, `a.txt` and `a.csv` would share a part.
        let mut part = path.clone().into_os_string();
        part.push(PART);
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(|source| DatasetError::io(&part, source))?;
        Ok(Self { path, part, stream: BufWriter::new(file) })
    }

    /// The name that the file will have.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// If the rest cannot be written, or the file cannot be renamed.
    pub(crate) fn finish(mut self) -> Result<(), DatasetError> {
        let written = self.stream.flush().and_then(|()| std::fs::rename(&self.part, &self.path));
        written.map_err(|source| DatasetError::io(&self.path, source))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // A finished file was renamed, so there is nothing to remove. One that cannot be removed keeps a name that tells.
        let _ = std::fs::remove_file(&self.part);
    }
}
