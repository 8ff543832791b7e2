//! What can end a command, and the exit code that says so.
//!
//! Invariant: [`Error::exit_code`] alone gives exit codes, and names every kind of error, so that a new one does not
//! compile before somebody has said what a script should make of it. Messages say what was found and, where there is
//! something to do, what.

use engine::model::ModelError;
use evaluation::EvaluateError;
use training::TrainError;

use crate::analysis::AnalysisError;
use crate::config::ConfigFault;
use crate::dataset::DatasetError;
use crate::ingest::ReadError;
use crate::pipeline::RunError;

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration, a vocabulary or the model is faulty.
    #[error("{}", shown_faults(.0))]
    Config(Vec<ConfigFault>),
    /// The command line asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// The input folder is missing or holds nothing to read.
    #[error("nothing to read in {input}: {what}")]
    NothingToRead {
        /// The folder.
        input: String,
        /// What was looked for, and what to do.
        what: String,
    },
    /// A run published nothing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The input cannot be read to its end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A build cannot be written.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Training cannot go on.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A benchmark cannot be scored.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// The tables of a build cannot be analysed.
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    /// A stream or file cannot be read or written.
    #[error("{what}: {source}")]
    Io {
        /// Which.
        what: String,
        /// Why.
        source: std::io::Error,
    },
}

impl Error {
    /// The exit code, as the README lists them.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NothingToRead { .. }
            | Self::Run(RunError::NothingToRead { .. })
            | Self::Train(TrainError::Empty { .. })
            | Self::Evaluate(EvaluateError::Empty { .. }) => 3,
            Self::Config(_)
            | Self::Usage(_)
            | Self::Evaluate(_)
            | Self::Model(_)
            | Self::Run(RunError::Model(_))
            | Self::Train(TrainError::Line { .. }) => 2,
            Self::Run(RunError::Refused(_)) => 4,
            Self::Run(RunError::TooManyRejects { .. }) => 5,
            Self::Dataset(DatasetError::Locked { .. }) | Self::Run(RunError::Dataset(DatasetError::Locked { .. })) => 75,
            Self::Run(RunError::Interrupted { signal }) => u8::try_from(128 + signal).unwrap_or(1),
            Self::Run(RunError::Dataset(_) | RunError::Read(_) | RunError::Analysis(_))
            | Self::Dataset(_)
            | Self::Read(_)
            | Self::Train(_)
            | Self::Analysis(_)
            | Self::Io { .. } => 1,
        }
    }

    /// Whether the reader of our output has gone away, which is no failure of ours.
    #[must_use]
    pub fn is_broken_pipe(&self) -> bool {
        match self {
            Self::Io { source, .. }
            | Self::Dataset(DatasetError::Io { source, .. })
            | Self::Run(RunError::Dataset(DatasetError::Io { source, .. })) => {
                source.kind() == std::io::ErrorKind::BrokenPipe
            }
            _ => false,
        }
    }
}

fn shown_faults(faults: &[ConfigFault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    format!("{}\n{} fault(s) found; nothing was done", lines.join("\n"), faults.len())
}
