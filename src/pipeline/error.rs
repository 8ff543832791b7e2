//! Errors that end a run without a new build.

use engine::model::ModelError;

use crate::cache::CacheError;
use crate::dataset::{BuildDamage, DatasetError, OutputFolder};
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
    /// The gates refused a build.
    #[error("{consequence}: {failed}")]
    Refused {
        /// What that means for the readers.
        consequence: Consequence,
        /// The gates that failed, and what to do.
        failed: String,
    },
    /// Too many inputs are rejected.
    #[error(
        "{rejects} of {inputs} inputs are rejected, more than max_reject_ratio = {limit} allows; {consequence}\n{listed}"
    )]
    TooManyRejects {
        /// What that means for the readers.
        consequence: Consequence,
        /// Number of rejected inputs.
        rejects: usize,
        /// Number of all inputs.
        inputs: usize,
        /// Largest share of rejects that is allowed.
        limit: f64,
        /// The first rejects, one a line.
        listed: String,
    },
    /// The build that the user rolled back to is damaged.
    #[error(
        "build {build_id}, which you rolled back to from {from}, is damaged: {damage}; nothing was changed: restore the file, roll back \
         to another build, or publish {from} with `tarmim run --force`"
    )]
    RolledBackToDamaged {
        /// The damaged build, which is current.
        build_id: String,
        /// The build that the input gives.
        from: String,
        /// What is wrong with it.
        damage: BuildDamage,
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
}

/// What a refusal means for the readers of the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// There is an older build, and it stays current.
    OldBuildKept,
    /// There is no build at all.
    NothingPublished,
    /// The refused build was published under other limits; it stays, because it is the newest there is.
    StaysCurrent,
    /// Nothing was tried: a run would be refused.
    Foreseen,
}

impl Consequence {
    /// That a build is not published.
    pub(super) fn not_published(output: &OutputFolder) -> Self {
        if output.current_id().is_some() { Self::OldBuildKept } else { Self::NothingPublished }
    }
}

impl std::fmt::Display for Consequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OldBuildKept => "the build was not published, the old one is kept",
            Self::NothingPublished => "the build was not published, and there is no older one",
            Self::StaysCurrent => {
                "the current build does not keep the limits as they are set now; it stays until a better one is published"
            }
            Self::Foreseen => "a run would publish nothing",
        })
    }
}
