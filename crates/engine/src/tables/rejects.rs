//! The table `rejects`.

use serde::Serialize;

use super::record::table;
use super::table::Table;

table! {
    /// One row per input that could not be used
    #[derive(Eq, Serialize)]
    pub struct Reject of Table::Rejects, sorted by [] {
        /// Path of the file relative to the input root, with `/`
        source_path: String,
        /// Key of the record in the file; null for a whole file
        record: Option<String>,
        /// Stage that rejected the input
        stage: &'static str,
        /// Kind of fault, for grouping
        code: &'static str,
        /// What was expected, what was found, and what to do
        message: String,
        /// Position of the fault in the file; null if unknown
        #[unit = "bytes"]
        byte_offset: Option<u64>,
    }
}

impl Reject {
    /// An input that a stage could not use, as a whole.
    #[must_use]
    pub fn new(stage: &'static str, source_path: &str, code: &'static str, message: String) -> Self {
        Self { source_path: source_path.to_owned(), record: None, stage, code, message, byte_offset: None }
    }
}
