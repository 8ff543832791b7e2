//! Errors that end a run without a new build.

use engine::model::ModelError;

use crate::analysis::AnalysisError;
use crate::cache::CacheError;
use crate::dataset::DatasetError;
use crate::ingest::ReadError;

/// An error that ends a run without a new build. The build that was current stays current.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The input folder is missing or holds nothing to read.
    #[error("nothing to read in {input}: {what}")]
    NothingToRead {
        /// The folder.
        input: String,
        /// What was expected, and what to do.
        what: String,
    },
    /// The gates refused the staged build.
    #[error("the build was not published, the old one is kept: {0}")]
    Refused(String),
    /// Too many inputs were rejected.
    #[error(
        "{rejects} of {inputs} inputs were rejected, more than max_reject_ratio = {limit} allows; the old build is kept\n{listed}"
    )]
    TooManyRejects {
        /// Number of rejected inputs.
        rejects: usize,
        /// Number of all inputs.
        inputs: usize,
        /// Largest share of rejects that is allowed.
        limit: f64,
        /// The first rejects, one a line.
        listed: String,
    },
    /// A signal asked the program to stop.
    #[error("interrupted; nothing was published, it is safe to run again")]
    Interrupted {
        /// The signal's number.
        signal: i32,
    },
    /// The input cannot be read to the end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The build cannot be written.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The cache cannot be written.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The staged tables cannot be read back.
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
}
