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
    /// An input that ingest could not use.
    #[must_use]
    pub fn new(source_path: &str, code: &'static str, message: String) -> Self {
        let source_path = source_path.to_owned();
        Self { source_path, record: None, stage: "ingest", code, message, byte_offset: None }
    }

    /// A record with the same key as an earlier one of its file.
    #[must_use]
    pub fn duplicate_key(source_path: &str, record: Option<&str>, byte_offset: Option<u64>) -> Self {
        let key = record.unwrap_or_default();
        let message = format!("another record before it has the same key {key}; keys must be unique in a file");
        Self { record: record.map(str::to_owned), byte_offset, ..Self::new(source_path, "duplicate_key", message) }
    }
}
