//! The errors of this layer.

use std::path::Path;

use crate::shown;

/// An error writing, publishing or reading a build.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
    /// Another run is writing to the same folder.
    #[error(
        "another run holds the lock of {output}; wait for it to end, or give another output folder (--output DIR; in Python output=…)"
    )]
    Locked {
        /// The output folder.
        output: String,
    },
    /// Something that is not this program's stands where its files belong.
    #[error("{path} is {found}, where {expected} belongs; move it elsewhere, or give another output folder (--output DIR)")]
    Occupied {
        /// The place.
        path: String,
        /// What is there, as in "a folder".
        found: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// The system has no thread left for the program.
    #[error("no thread can be started ({0}); raise the limit on processes (ulimit -u), or use fewer threads (--jobs 1)")]
    NoThread(std::io::Error),
    /// The thread that writes a table has ended early; closing the tables says why.
    #[error("a table's writer has stopped")]
    WriterStopped,
    /// Columns do not make a record batch.
    #[error("cannot make a table: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A Parquet file cannot be written.
    #[error("{path}: {source}")]
    Parquet {
        /// The file.
        path: String,
        /// The cause.
        source: parquet::errors::ParquetError,
    },
    /// A file is not Parquet, is damaged, or lacks a column.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// The reader's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl DatasetError {
    /// Names the file in an error of its reader.
    pub(crate) fn unreadable(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unreadable { path: shown::path(path), source: source.into() }
    }

    pub(crate) fn parquet(path: &Path, source: parquet::errors::ParquetError) -> Self {
        Self::Parquet { path: shown::path(path), source }
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: shown::path(path), source }
    }
}
