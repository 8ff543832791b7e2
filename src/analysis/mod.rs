//! Analysis of finished tables: the statistics of a build, and the differences between two builds.
//!
//! ```text
//! Parquet files ─ dataset/table_reader.rs: record batches of the columns needed ─▶ small frames ─ frames.rs: polars groups and sums ─▶ result
//! ```
//!
//! Arrow reduces each batch to a few numbers per row; polars groups, joins and sorts what is left, which fits in memory.
//!
//! Invariant: this module changes no build. It sees a build as its users do, through the Parquet files, so whatever it
//! reports is what they will load.

pub mod concordance;
pub mod diff;
mod frames;
pub mod mentions;
mod reduction;
pub mod report;
pub mod stats;

use crate::dataset::DatasetError;

/// An error analysing the tables of a build.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// The numbers read from the tables cannot be joined or summed: a column has another type than it should.
    #[error("cannot summarise the tables: {0}")]
    Frame(#[from] polars::error::PolarsError),
    /// A table cannot be read, or a list of changes cannot be written.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
}
