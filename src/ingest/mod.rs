//! Ingest: turns the files of a folder into [`Document`]s, or says why one cannot be.
//!
//! ```text
//! files ─ inventory ─ source (archives, compressions, formats) ─ records ─▶ Record ─ decode, html, dates ─▶ Document
//! ```
//!
//! Invariant: files come in the byte order of their paths, so everything after depends on names and contents alone; every
//! file is either a document or a [`Reject`], and none is passed over in silence.

pub mod dates;
pub mod decode;
mod document;
pub mod html;
mod inventory;
mod parquet;
pub mod path_pattern;
pub mod patterns;
mod record;
mod records;
pub mod source;
pub(crate) mod unify;

use serde::Serialize;

pub use document::{Document, Encoding, Gap, Metadata, Origin, Token};
pub use inventory::{Inventory, SourceFile, take_inventory};
pub use record::{Body, Given, Record};
pub use records::{Ingested, ReadError, read_records};
pub use unify::unify_token;

use decode::DeclaredEncoding;
use path_pattern::PathPattern;
use patterns::Patterns;
use source::{FieldNames, Limits, Selection, SourceSettings};

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 4;

/// An input that could not be used: a row of the rejects table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The file, relative to the input root.
    pub source_path: String,
    /// The record in the file; null for a whole file.
    pub record: Option<String>,
    /// The stage that rejected it.
    pub stage: &'static str,
    /// What kind of fault, for grouping.
    pub code: &'static str,
    /// What was expected, what was found, what to do.
    pub message: String,
    /// Where in the file; null if unknown.
    pub byte_offset: Option<u64>,
}

impl Reject {
    fn new(source_path: &str, code: &'static str, message: String) -> Self {
        let source_path = source_path.to_owned();
        Self { source_path, record: None, stage: "ingest", code, message, byte_offset: None }
    }

    /// A record whose key another one before it in the file has.
    #[must_use]
    pub fn duplicate_key(source_path: &str, record: Option<&str>, byte_offset: Option<u64>) -> Self {
        let key = record.unwrap_or_default();
        let message = format!("another record before it has the same key {key}; keys must be unique in a file");
        Self { record: record.map(str::to_owned), byte_offset, ..Self::new(source_path, "duplicate_key", message) }
    }
}

/// How files are read.
#[derive(Clone, Debug)]
pub struct IngestSettings {
    /// Patterns of the files that hold articles.
    pub files: Patterns,
    /// Patterns of files that are passed over on purpose.
    pub skip: Patterns,
    /// The encoding, if it is known.
    pub encoding: Option<DeclaredEncoding>,
    /// What an article's path says of it.
    pub path_pattern: PathPattern,
    /// What the fields of records are called.
    pub fields: FieldNames,
    /// Largest text, page or record, in bytes.
    pub max_file_bytes: u64,
}

impl IngestSettings {
    /// What is to be done with a file, or a member of an archive.
    #[must_use]
    pub fn select(&self, source_path: &str) -> Selection {
        if self.skip.match_path(source_path) {
            Selection::Skip
        } else if self.files.match_path(source_path) {
            Selection::Read
        } else {
            Selection::NotWanted
        }
    }

    fn source_settings<'s>(&'s self, wanted: &'s (dyn Fn(&str) -> Selection + Sync)) -> SourceSettings<'s> {
        SourceSettings { limits: Limits { max_leaf_bytes: self.max_file_bytes }, encoding: self.encoding, wanted }
    }
}
