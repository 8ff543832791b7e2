//! Faults of a stream: which layer broke, carried through the readers above it.
//!
//! A reader can only return [`io::Error`], and the layers above pass it on or wrap it. A [`Fault`] travels inside it, so that the
//! reader of an article can still tell a broken disk from a broken archive or a broken compression.

use std::error::Error;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

/// An error that ends the reading of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// What kind of fault, for grouping.
    pub(super) code: &'static str,
    /// What was expected, what was found, what to do.
    pub(super) message: String,
}

impl Fault {
    /// A fault of an archive.
    pub(super) fn archive(message: impl Into<String>) -> Self {
        Self { code: "broken_archive", message: message.into() }
    }

    /// The fault inside an error; if there is none, a new one of the layer that returned the error.
    pub(super) fn of(error: &(dyn Error + 'static), code: &'static str, layer: &str) -> Self {
        let mut cause = Some(error);
        while let Some(current) = cause {
            // The innermost layer made it first, so it names what really broke; the layers above only passed it on.
            if let Some(fault) = current.downcast_ref::<Self>() {
                return fault.clone();
            }
            // `source` of an I/O error that wraps another skips the wrapped error and returns that one's source.
            let wrapped = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            cause = wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| current.source());
        }
        let cut_off = error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof);
        let what = if cut_off { "it is cut off".to_owned() } else { error.to_string() };
        Self { code, message: format!("broken {layer}: {what}; restore it from its source") }
    }

    /// The fault for an error returned by a file or its layers.
    pub(super) fn of_read(error: &io::Error) -> Self {
        Self::of(error, "unreadable", "file")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Fault {}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}

/// The reader of a layer: its errors become faults of that layer, and after the first it keeps returning that one.
pub(super) struct Layer<R> {
    reader: R,
    code: &'static str,
    name: &'static str,
    fault: Option<Fault>,
}

impl<R: Read> Layer<R> {
    /// The reader of a layer; `name` is the "gzip data" in "broken gzip data".
    pub(super) fn new(reader: R, code: &'static str, name: &'static str) -> Self {
        Self { reader, code, name, fault: None }
    }
}

impl<R: Read> Read for Layer<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone().into());
        }
        self.reader.read(buffer).map_err(|error| {
            // Callers try again after this one, so it must keep its kind and must not be remembered.
            if error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            let fault = Fault::of(&error, self.code, self.name);
            // Remembered, because a decoder that is read again after an error may report the end instead.
            self.fault = Some(fault.clone());
            fault.into()
        })
    }
}

impl<R: Seek> Seek for Layer<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.reader.seek(position).map_err(|error| Fault::of(&error, self.code, self.name).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Breaks;

    impl Read for Breaks {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::UnexpectedEof))
        }
    }

    #[test]
    fn the_layer_that_broke_is_named_through_the_layers_above() {
        let below = Layer::new(Breaks, "broken_compression", "gzip data");
        let mut above = Layer::new(below, "broken_archive", "tar archive");
        for _ in 0..2 {
            let error = above.read(&mut [0]).expect_err("broken");
            let wrapped = io::Error::other(error);
            assert_eq!(Fault::of_read(&wrapped).code, "broken_compression", "also if a library wrapped it");
        }
    }
}
