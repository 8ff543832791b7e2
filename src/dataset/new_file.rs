//! A file that appears whole or not at all.

use std::fs::{File, Permissions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

use super::error::DatasetError;

/// What a new file may be used for, less what the user's mask takes away.
const ALL_MAY: u32 = 0o666;

/// A file that takes its name when it is finished; dropped before that, it is removed. Until then it lies in the same folder under a
/// name that nobody can foresee, so nothing of others is opened or replaced. It can be put aside, so that there may be more such
/// files than the system lets a program have open.
pub(crate) struct NewFile {
    path: PathBuf,
    part: TempPath,
    /// `None` while it is put aside.
    stream: Option<BufWriter<File>>,
}

impl NewFile {
    /// Starts a file, and creates the folders above it.
    ///
    /// # Errors
    /// If it exists already or cannot be created.
    pub(crate) fn create(path: PathBuf) -> Result<Self, DatasetError> {
        // A link counts, even to nowhere.
        if path.exists() || path.is_symlink() {
            return Err(Self::exists(&path));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|source| DatasetError::io(folder, source))?;
        let part = Builder::new().prefix(".tarmim-").permissions(Permissions::from_mode(ALL_MAY)).tempfile_in(folder);
        let (file, part) = part.map_err(|source| DatasetError::io(&path, source))?.into_parts();
        Ok(Self { path, part, stream: Some(BufWriter::new(file)) })
    }

    /// The name that the file will have.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// If the rest cannot be written, or another file has got the name meanwhile.
    pub(crate) fn finish(mut self) -> Result<(), DatasetError> {
        self.flush().map_err(|source| DatasetError::io(&self.path, source))?;
        let Self { path, part, .. } = self;
        part.persist_noclobber(&path).map_err(|failed| match failed.error.kind() {
            std::io::ErrorKind::AlreadyExists => Self::exists(&path),
            _ => DatasetError::io(&path, failed.error),
        })
    }

    fn exists(path: &Path) -> DatasetError {
        let exists = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "is there already; name another place");
        DatasetError::io(path, exists)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_when_it_is_finished_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("new");
        let names = || std::fs::read_dir(folder.path()).expect("listed").count();
        drop(NewFile::create(path.clone()).expect("created"));
        assert_eq!(names(), 0, "dropped");
        let mut file = NewFile::create(path.clone()).expect("created");
        file.write_all(b"one ").expect("written");
        file.put_aside().expect("put aside");
        file.write_all(b"two").expect("written");
        assert!(!path.exists());
        file.finish().expect("finished");
        assert_eq!((std::fs::read(&path).expect("there"), names()), (b"one two".to_vec(), 1));
    }

    #[test]
    fn nothing_is_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("new");
        let told = |refused: Result<(), DatasetError>| refused.expect_err("refused").to_string();
        let file = NewFile::create(path.clone()).expect("created");
        std::fs::write(&path, "meanwhile").expect("written");
        assert!(told(file.finish()).ends_with("new: is there already; name another place"));
        std::fs::remove_file(&path).expect("removed");
        std::os::unix::fs::symlink("nowhere", &path).expect("linked");
        assert!(told(NewFile::create(path).map(drop)).ends_with("new: is there already; name another place"));
    }
}
