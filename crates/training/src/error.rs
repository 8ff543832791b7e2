//! What can stop training.

use std::path::Path;

use engine::model::ModelError;

/// An error of training.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// A folder holds no training file.
    #[error("{folder} holds no file that ends in {expected}")]
    Empty {
        /// The folder.
        folder: String,
        /// The endings expected.
        expected: String,
    },
    /// A line of a corpus is not an article.
    #[error("{path}:{line}: expected a JSON object with a string \"text\": {source}")]
    Line {
        /// The file.
        path: String,
        /// Line, from 1.
        line: u64,
        /// The JSON reader's error.
        source: serde_json::Error,
    },
    /// A line of a benchmark is not a record.
    #[error("{path}:{line}: expected a JSON object with an array of strings \"gold\": {source}")]
    BenchmarkLine {
        /// The file.
        path: String,
        /// Line, from 1.
        line: u64,
        /// The JSON reader's error.
        source: serde_json::Error,
    },
    /// A model just written cannot be read back.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl TrainError {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }

    pub(crate) fn benchmark_line(path: &Path, line: u64, source: serde_json::Error) -> Self {
        Self::BenchmarkLine { path: path.display().to_string(), line, source }
    }

    pub(crate) fn line(path: &Path, line: u64, source: serde_json::Error) -> Self {
        Self::Line { path: path.display().to_string(), line, source }
    }
}
