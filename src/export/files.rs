//! The files of an export: one, or one for each article or section.
//!
//! Invariant: a file appears whole or not at all, and none is overwritten. One file is open at a time; those of other sections are put
//! aside, so that there may be any number of them.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::format::Each;
use super::names::{article_file, section_file};
use super::place::Place;
use crate::dataset::{DatasetError, NewFile};

/// Where an export goes.
pub enum Target<'t> {
    /// A stream; errors call it by the name.
    Stream(&'t mut dyn Write, &'static str),
    /// A new file.
    File(PathBuf),
    /// New files in a folder.
    Folder(Each, PathBuf),
}

/// How a format begins and ends a file. What comes between is a matter of the format's kind.
pub(super) trait Encoder {
    /// Writes what comes before the first row.
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Writes what comes after the last row.
    fn end(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Cells that were too long for the format and have been cut.
    fn cut(&self) -> usize {
        0
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Files.
    pub files: usize,
    /// Cells that were too long for the format and have been cut.
    pub cut: usize,
}

/// Makes the encoder of a file.
pub(super) type Make<'m, E> = Box<dyn Fn() -> Box<E> + 'm>;

/// The files that are being written, each with its own encoder.
pub(super) struct Files<'t, E: Encoder + ?Sized> {
    make: Make<'t, E>,
    extension: &'static str,
    folder: Option<(Each, PathBuf)>,
    open: Option<Open<'t, E>>,
    /// By path, so that they are finished in one order.
    aside: BTreeMap<PathBuf, Open<'t, E>>,
    done: Exported,
}

impl<'t, E: Encoder + ?Sized> Files<'t, E> {
    pub(super) fn new(target: Target<'t>, extension: &'static str, make: Make<'t, E>) -> Result<Self, DatasetError> {
        let (output, folder) = match target {
            Target::Stream(out, name) => (Some(Output::Stream(out, name)), None),
            Target::File(path) => (Some(Output::File(NewFile::create(path)?)), None),
            Target::Folder(each, folder) => (None, Some((each, folder))),
        };
        let mut files = Self { make, extension, folder, open: None, aside: BTreeMap::new(), done: Exported::default() };
        if let Some(output) = output {
            files.begin(output)?;
        }
        Ok(files)
    }

    /// Turns to the file of a place; what is written next goes there.
    pub(super) fn turn_to(&mut self, place: &Place<'_>) -> Result<(), DatasetError> {
        let Some((each, folder)) = &self.folder else { return Ok(()) };
        let path = match each {
            Each::Article => article_file(folder, place, self.extension),
            Each::Section => section_file(folder, place.section, self.extension),
        };
        if self.open.as_ref().is_some_and(|open| open.output.path() == path) {
            return Ok(());
        }
        let each = *each;
        if let Some(mut last) = self.open.take() {
            match each {
                // Rows of an article follow each other.
                Each::Article => self.done.add(last.finish()?),
                Each::Section => {
                    last.output.put_aside()?;
                    self.aside.insert(last.output.path().to_owned(), last);
                }
            }
        }
        match self.aside.remove(&path) {
            Some(open) => self.open = Some(open),
            None => self.begin(Output::File(NewFile::create(path)?))?,
        }
        Ok(())
    }

    fn begin(&mut self, output: Output<'t>) -> Result<(), DatasetError> {
        let open = self.open.insert(Open { output, encoder: (self.make)() });
        open.write(|encoder, out| encoder.begin(out))
    }

    /// Writes to the file that was turned to last.
    pub(super) fn write(
        &mut self,
        write: impl FnOnce(&mut E, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), DatasetError> {
        self.open.as_mut().expect("a folder's files are turned to before they are written").write(write)
    }

    /// Gives all files their names.
    pub(super) fn finish(mut self) -> Result<Exported, DatasetError> {
        for open in self.open.into_iter().chain(self.aside.into_values()) {
            self.done.add(open.finish()?);
        }
        Ok(self.done)
    }
}

impl Exported {
    fn add(&mut self, cut: usize) {
        self.files += 1;
        self.cut += cut;
    }
}

/// A file that is being written.
struct Open<'t, E: ?Sized> {
    output: Output<'t>,
    encoder: Box<E>,
}

impl<E: Encoder + ?Sized> Open<'_, E> {
    fn write(&mut self, write: impl FnOnce(&mut E, &mut dyn Write) -> io::Result<()>) -> Result<(), DatasetError> {
        let Self { output, encoder } = self;
        let written = match output {
            Output::Stream(out, _) => write(encoder, out),
            Output::File(file) => write(encoder, file),
        };
        written.map_err(|source| DatasetError::io(output.path(), source))
    }

    /// Ends the file and returns how many cells were cut.
    fn finish(mut self) -> Result<usize, DatasetError> {
        self.write(|encoder, out| encoder.end(out))?;
        self.output.finish()?;
        Ok(self.encoder.cut())
    }
}

enum Output<'t> {
    Stream(&'t mut dyn Write, &'static str),
    File(NewFile),
}

impl Output<'_> {
    fn path(&self) -> &Path {
        match self {
            Self::Stream(_, name) => Path::new(name),
            Self::File(file) => file.path(),
        }
    }

    fn put_aside(&mut self) -> Result<(), DatasetError> {
        match self {
            Self::Stream(..) => Ok(()),
            Self::File(file) => file.put_aside().map_err(|source| DatasetError::io(file.path(), source)),
        }
    }

    fn finish(self) -> Result<(), DatasetError> {
        match self {
            Self::Stream(out, name) => out.flush().map_err(|source| DatasetError::io(Path::new(name), source)),
            Self::File(file) => file.finish(),
        }
    }
}
