//! A file that appears whole or not at all.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::DatasetError;

/// The end of a file's name until it is whole.
pub(crate) const PART: &str = ".part";

/// A file that takes its name when it is finished; dropped before that, it is removed. It can be put aside, so that there may be more
/// such files than the system lets a program have open.
pub(crate) struct NewFile {
    path: PathBuf,
    part: PathBuf,
    /// `None` while it is put aside.
    stream: Option<BufWriter<File>>,
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
        Ok(Self { path, part, stream: Some(BufWriter::new(file)) })
    }

    /// The name that the file will have.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// If the rest cannot be written, or the file cannot be renamed.
    pub(crate) fn finish(mut self) -> Result<(), DatasetError> {
        let written = self.flush().and_then(|()| std::fs::rename(&self.part, &self.path));
        written.map_err(|source| DatasetError::io(&self.path, source))
    }
}

impl NewFile {
    /// Writes what waits and closes the file; the next write opens it again.
    ///
    /// # Errors
    /// If the rest cannot be written.
    pub(crate) fn put_aside(&mut self) -> std::io::Result<()> {
        self.flush()?;
        self.stream = None;
        Ok(())
    }

    fn opened(&mut self) -> std::io::Result<&mut BufWriter<File>> {
        let stream = match self.stream.take() {
            Some(stream) => stream,
            None => BufWriter::new(File::options().append(true).open(&self.part)?),
        };
        Ok(self.stream.insert(stream))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.opened()?.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // A finished file was renamed, so there is nothing to remove. One that cannot be removed keeps a name that tells.
        let _ = std::fs::remove_file(&self.part);
    }
}
