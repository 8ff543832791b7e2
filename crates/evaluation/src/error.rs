//! Errors of reading a benchmark.

/// An error reading a benchmark.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The file cannot be read.
    #[error("cannot read the benchmark {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The file has no line: its metrics would all be 0, and look like those of a system that fails.
    #[error("nothing to score in the benchmark {path}: it holds no record; expected one JSON record a line")]
    Empty {
        /// The file.
        path: String,
    },
    /// A line is no benchmark record.
    #[error("{path}:{line}: expected a record with id, damaged, gold and ends: {source}")]
    Record {
        /// The file.
        path: String,
        /// Line, from 1.
        line: usize,
        /// The JSON reader's error.
        source: serde_json::Error,
    },
}
