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
pub mod html;
mod inventory;
mod parquet;
pub mod path_pattern;
pub mod patterns;
mod record;
mod records;
mod settings;
pub mod source;

pub use inventory::{Inventory, SourceFile, take_inventory};
pub use record::{Body, Fingerprint, Given, Record};
pub use records::{Ingested, ReadError, read_records};
pub use settings::{FieldNames, IngestSettings};

use source::{Limits, Selection, SourceSettings};

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 4;

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
        SourceSettings { limits: Limits { max_leaf_bytes: self.max_file.bytes() }, encoding: self.encoding.0, wanted }
    }
}
