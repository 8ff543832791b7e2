//! Analysis over built tables, with polars: the checks before publishing, the statistics of a build, and what
//! changed from one to another.
//!
//! Invariant: this module changes no build. It sees a build as its users do, through the Parquet files, so a check here is a check
//! of what they will load.

pub mod diff;
pub mod stats;

use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, Engine, HiveOptions, LazyFrame, PlRefPath, PolarsError, PolarsResult, ScanArgsParquet};

use crate::dataset::{DatasetError, part_files};
use engine::tables::schema::Table;

/// Why the tables of a build cannot be analysed.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// The tables do not hold what is asked for.
    #[error("cannot read the tables of {place}: {source}")]
    Tables {
        /// The build, or both.
        place: String,
        /// Why.
        source: polars::error::PolarsError,
    },
    /// A file cannot be read.
    #[error("{what}: {source}")]
    Io {
        /// Which.
        what: String,
        /// Why.
        source: std::io::Error,
    },
    /// The files of a table cannot be listed, or a list cannot be written.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
}

/// All files of one table of a build.
pub(crate) fn scan(build_folder: &Path, table: Table) -> PolarsResult<LazyFrame> {
    let files = part_files(build_folder, table).map_err(|error| PolarsError::ComputeError(error.to_string().into()))?;
    let paths: Vec<PlRefPath> = files.iter().map(|file| PlRefPath::from(&*file.to_string_lossy())).collect();
    // The columns are those of the files, whatever folders they lie in; a path is taken as it is, with brackets and asterisks.
    let hive_options = HiveOptions { enabled: Some(false), ..HiveOptions::default() };
    let args = ScanArgsParquet { hive_options, glob: false, ..ScanArgsParquet::default() };
    LazyFrame::scan_parquet_files(paths.into(), args)
}

/// The same files for readers of Arrow.
pub(crate) fn files(build_folder: &Path, table: Table) -> Result<Vec<PathBuf>, AnalysisError> {
    Ok(part_files(build_folder, table)?)
}

/// The result of a query, made piece by piece, so that the table need not fit into memory.
pub(crate) fn collect(query: LazyFrame) -> PolarsResult<DataFrame> {
    Ok(query.collect_with_engine(Engine::Streaming)?.unwrap_single())
}

/// Names the build in an error of polars.
pub(crate) fn in_build<T>(build_folder: &Path, result: PolarsResult<T>) -> Result<T, AnalysisError> {
    result.map_err(|source| AnalysisError::Tables { place: build_folder.display().to_string(), source })
}

/// The first value of a column, as a whole number; 0 where there is none.
pub(crate) fn whole(frame: &DataFrame, column: &str) -> PolarsResult<i64> {
    let value = frame.column(column)?.get(0)?;
    Ok(value.try_extract::<i64>().unwrap_or(0))
}

/// The first value of a column, as a fraction; 0 where there is none.
fn fraction(frame: &DataFrame, column: &str) -> PolarsResult<f64> {
    let value = frame.column(column)?.get(0)?;
    Ok(value.try_extract::<f64>().unwrap_or(0.0))
}
