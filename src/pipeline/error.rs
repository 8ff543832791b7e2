//! Why a run ends without a build.

use engine::model::ModelError;

use crate::analysis::AnalysisError;
use crate::dataset::DatasetError;
use crate::ingest::ReadError;

/// Why a run published nothing. The build that was current stays current.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The input folder is missing or holds nothing to read.
    #[error("nothing to read in {input}: {what}")]
    NothingToRead {
        /// The folder.
        input: String,
        /// What was looked for, and what to do.
        what: String,
    },
    /// Gates refused the staged build.
    #[error("the build was not published, the old one is kept: {0}")]
    Refused(String),
    /// Too many inputs were rejected.
    #[error(
        "{rejects} of {inputs} inputs were rejected, more than max_reject_ratio = {limit} allows; the old build is kept\n{listed}"
    )]
    TooManyRejects {
        /// Inputs rejected.
        rejects: usize,
        /// Inputs in all.
        inputs: usize,
        /// The share allowed.
        limit: f64,
        /// The first of them, one a line.
        listed: String,
    },
    /// A signal asked the program to stop.
    #[error("interrupted; nothing was published, it is safe to run again")]
    Interrupted {
        /// The signal's number.
        signal: i32,
    },
    /// The input cannot be read to its end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The build cannot be written.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The staged tables cannot be read back.
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
}
