//! The compiled part of the Python package `tarmim`: engine and pipeline for callers that hold Python texts and Arrow tables.
//!
//! ```text
//! Python objects ─ values, streams ─▶ tarmim (the pipeline) ─ spool, tables ─▶ Arrow streams, tuples
//! ```
//!
//! It converts and it waits; what the results are is decided below it, and how they look to people above it, in
//! `python/tarmim`. Invariant: no call holds the interpreter's lock while it works, every call ends when the user interrupts it or
//! the interpreter exits, and no panic or fault of an input ends the process.

#![expect(
    clippy::needless_pass_by_value,
    reason = "arguments of functions that Python calls are converted for each call, and owned"
)]

mod annotation;
mod calls;
mod engine;
mod error;
mod parts;
mod pool;
mod run;
mod spool;
mod streams;
mod table;
mod tokens;
mod values;

/// The module `tarmim._tarmim`.
#[pyo3::pymodule]
mod _tarmim {
    use pyo3::prelude::*;

    /// How many articles with one anchor are compared with others.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("BUCKET", engine::duplicates::BUCKET)
    }

    #[pymodule_export]
    use crate::annotation::{AnnotatedBatches, annotate, annotate_batches};
    #[pymodule_export]
    use crate::calls::close;
    #[pymodule_export]
    use crate::engine::PyEngine;
    #[pymodule_export]
    use crate::parts::{
        PyCopyJudge, PyPartedBuild, article_ids, begin, inventory, merged_surveys, part_of, similarities, survey_files,
        surveyed_files, surveyed_rows, write_part,
    };
    #[pymodule_export]
    use crate::run::run;
    #[pymodule_export]
    use crate::table::Table;
    #[pymodule_export]
    use crate::tokens::Tokens;
}
