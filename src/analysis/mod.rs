//! Analysis of finished tables: the statistics of a build, and the differences between two builds.
//!
//! ```text
//! Parquet files ─ tables.rs: record batches of the columns needed ─▶ small frames ─ frames.rs: polars groups and sums ─▶ result
//! ```
//!
//! Arrow reduces each batch to a few numbers per row; polars groups, joins and sorts what is left, which fits in memory.
//!
//! Invariant: this module changes no build. It sees a build as its users do, through the Parquet files, so whatever it
//! reports is what they will load.

pub mod diff;
mod frames;
pub mod stats;
pub(crate) mod tables;

use std::path::Path;

use crate::dataset::DatasetError;

/// An error analysing the tables of a build.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// A file is not Parquet, is damaged, or lacks a column.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// The reader's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The numbers read from the tables cannot be joined or summed: a column has another type than it should.
    #[error("cannot summarise the tables: {0}")]
    Frame(#[from] polars::error::PolarsError),
    /// A table's files cannot be listed, or a list of changes cannot be written.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
}

impl AnalysisError {
    /// Names the file in an error of its reader.
    pub(crate) fn unreadable(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unreadable { path: path.display().to_string(), source: source.into() }
    }
}
