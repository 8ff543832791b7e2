//! The errors that commands end with, and their exit codes.
//!
//! Invariant: exit codes come only from [`Error::exit_code`], which names every kind of error, so that a new one does not
//! compile until somebody has decided its code. Messages say what was found and, if anything can be done, what to do.

use engine::model::ModelError;
#[cfg(feature = "evaluation")]
use evaluation::EvaluateError;
#[cfg(feature = "training")]
use training::TrainError;

use super::remarks::shown;
use super::wording::counted;
#[cfg(feature = "analysis")]
use crate::analysis::AnalysisError;
use crate::config::ConfigFault;
use crate::dataset::DatasetError;
use crate::ingest::ReadError;
use crate::pipeline::RunError;
use crate::shown::on_one_line;

/// An error that ends a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration, a vocabulary or the model is faulty.
    #[error("{}", shown_faults(.0))]
    Config(Vec<ConfigFault>),
    /// The command line asks for something impossible.
    #[error("{}", on_one_line(.0))]
    Usage(String),
    /// The input folder is missing or holds nothing to read.
    #[error("nothing to read in {input}: {what}")]
    NothingToRead {
        /// The folder.
        input: String,
        /// What was expected, and what to do.
        what: String,
    },
    /// A run published nothing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The input cannot be read to the end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A build cannot be written.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A model cannot be trained.
    #[cfg(feature = "training")]
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A benchmark cannot be scored.
    #[cfg(feature = "evaluation")]
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// The tables of a build cannot be analysed.
    #[cfg(feature = "analysis")]
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    /// A mistake of the program.
    #[error("internal error, please report it with the input if you can; nothing that was published is lost: {0}")]
    Internal(String),
    /// A stream or file cannot be read or written.
    #[error("{what}: {source}")]
    Io {
        /// The stream or file.
        what: String,
        /// The error of the system.
        source: std::io::Error,
    },
}

impl Error {
    /// The error of a panic with a message.
    #[must_use]
    pub fn of_panic(message: String) -> Self {
        // polars starts its threads at its first use, and cannot say otherwise that there are none.
        if message.starts_with("could not spawn threads") {
            return DatasetError::NoThread(std::io::ErrorKind::WouldBlock.into()).into();
        }
        Self::Internal(message)
    }

    /// The exit code, as the README lists them.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NothingToRead { .. } | Self::Run(RunError::NothingToRead { .. }) => 3,
            Self::Config(_) | Self::Usage(_) | Self::Model(_) | Self::Run(RunError::Model(_)) => 2,
            Self::Run(RunError::Refused { .. }) => 4,
            Self::Run(RunError::TooManyRejects { .. }) => 5,
            Self::Dataset(DatasetError::Locked { .. }) | Self::Run(RunError::Dataset(DatasetError::Locked { .. })) => 75,
            // As shells report a program that was ended by a signal.
            Self::Run(RunError::Interrupted { signal }) => u8::try_from(128 + signal).unwrap_or(1),
            Self::Run(
                RunError::Dataset(_) | RunError::Cache(_) | RunError::Read(_) | RunError::RolledBackToDamaged { .. },
            )
            | Self::Dataset(_)
            | Self::Read(_)
            | Self::Internal(_)
            | Self::Io { .. } => 1,
            #[cfg(feature = "analysis")]
            Self::Analysis(_) => 1,
            #[cfg(feature = "evaluation")]
            Self::Evaluate(EvaluateError::Empty { .. }) => 3,
            #[cfg(feature = "evaluation")]
            Self::Evaluate(_) => 2,
            #[cfg(feature = "training")]
            Self::Train(TrainError::Empty { .. }) => 3,
            #[cfg(feature = "training")]
            Self::Train(TrainError::Line { .. } | TrainError::BenchmarkLine { .. }) => 2,
            #[cfg(feature = "training")]
            Self::Train(_) => 1,
        }
    }

    /// Whether the reader of our output has closed it, which is no failure.
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
    let lines = shown(faults.iter().map(|fault| (format!("in {}", fault.file), fault.to_string())));
    format!("{}\n{}; nothing was done", lines.join("\n"), counted(faults.len(), "fault"))
}
