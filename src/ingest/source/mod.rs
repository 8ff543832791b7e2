//! Sources: turns one input file, of any supported format, compression and nesting, into a stream of raw records.
//!
//! ```text
//! file ─ shape (name) ─ walk ─┬─ compression ─┐
//!                             ├─ zip, tar ────┴─ walk ...
//!                             └─ text, page, JSON lines, rows, Parquet ─ Found
//! ```
//!
//! Invariant: memory depends on the largest record, not on the file: nothing is unpacked to disk, and nothing that an
//! archive claims of its sizes is believed. A zip archive or a Parquet table within another file is the exception: it is
//! read out of order, and so held whole, up to [`Limits::max_leaf_bytes`]. What was read before a fault is still given; the
//! fault is a [`Reject`].
//!
//! Records are handed to a function rather than returned one by one, because a member of a tar archive can only be read
//! while the archive is.

mod compression;
mod fault;
mod fields;
mod json_lines;
mod object;
mod output;
mod rows;
mod shape;
mod sidecar;
mod tar;
#[cfg(test)]
mod tests;
mod text_stream;
mod walk;
mod zip;

use engine::document::Encoding;
use engine::tables::Reject;
use std::io::{Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub(super) use fields::same_name;
pub use fields::{MappedRecord, MappingFault};
use shape::{Inner, Leaf, SUPPORTED, Shape};
pub use sidecar::{SidecarTable, is_sidecar};

use super::decode::DeclaredEncoding;
use walk::{Pass, Walk};

/// What one record of a source holds, before anything is made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RawRecord {
    /// The file, relative to the input root; of a member of an archive, `outer.zip!/inner.txt`.
    pub source_path: String,
    /// The record in the file, as in "line 3" or "row 7"; `None` for a whole file.
    pub place: Option<String>,
    /// Where in the file, with all compressions taken off, it begins; `None` for a whole file.
    pub byte_offset: Option<u64>,
    /// How its fields were decoded; of texts and pages nobody has looked yet.
    pub encoding: Encoding,
    /// What it holds.
    pub content: Content,
}

/// The content of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Plain text, not decoded.
    Text(Vec<u8>),
    /// A web page, not decoded.
    Html(Vec<u8>),
    /// Named fields, in the order of the source.
    Fields(Vec<(String, Value)>),
}

/// What reading a source comes upon.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A record.
    Record(RawRecord),
    /// Something that cannot be read.
    Reject(Reject),
    /// A file that is passed over on purpose.
    Skipped,
    /// The file is a Parquet table, which the caller opens itself.
    Parquet {
        /// As in [`RawRecord::source_path`].
        source_path: String,
        /// Where it is.
        path: PathBuf,
    },
    /// A Parquet table within an archive or a compression, read whole.
    ParquetBytes {
        /// As in [`RawRecord::source_path`].
        source_path: String,
        /// The table.
        bytes: Vec<u8>,
    },
}

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It holds articles, in a format that is read.
    Articles,
    /// It holds files.
    Archive,
    /// It says something of articles.
    Sidecar,
    /// None of these.
    Unknown,
}

/// What a file is, by its name.
#[must_use]
pub fn kind_of(source_path: &str) -> Kind {
    match Shape::of(source_path).inner {
        _ if is_sidecar(source_path) => Kind::Sidecar,
        Inner::Leaf(Leaf::Unsupported) => Kind::Unknown,
        Inner::Leaf(_) => Kind::Articles,
        Inner::Zip | Inner::Tar => Kind::Archive,
    }
}

/// Why a file is not read, and what to do about it; `is_known` is whether its format is one that is read. Where it is none, no pattern
/// of `files` makes it one.
#[must_use]
pub(super) fn not_read(is_known: bool) -> String {
    if is_known {
        "no pattern of ingest.files matches it; add its pattern there, or to ingest.skip".to_owned()
    } else {
        format!("not of a format that is read; convert it, or add its pattern to ingest.skip; what is read: {SUPPORTED}")
    }
}

/// What is to be done with a file that holds articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// It is read.
    Read,
    /// It is passed over on purpose, and counted.
    Skip,
    /// No pattern names it: a reject.
    NotWanted,
}

/// Bounds of what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest text, page, record, nested zip archive or nested Parquet table, in bytes, with all compressions taken off.
    pub max_leaf_bytes: u64,
}

/// How sources are read.
#[derive(Clone, Copy)]
pub struct SourceSettings<'a> {
    /// Bounds.
    pub limits: Limits,
    /// The encoding of JSON lines and rows, if it is known; a byte order mark overrides it.
    pub encoding: Option<DeclaredEncoding>,
    /// What is to be done with the file of a path (see [`RawRecord::source_path`]). Archives are not asked for, but all files
    /// in them. Of sidecars ([`is_sidecar`]) it is asked when they are gathered: those that it skips are not read.
    pub wanted: &'a (dyn Fn(&str) -> Selection + Sync),
}

/// Reads one file; hands all that is found to `emit`, in the order of the file, until that breaks.
///
/// `input` is the opened file, or a reader around it that hashes or counts (zip archives are read out of order); `path` is
/// where the file is, for [`Found::Parquet`] only.
pub fn read_source<R: Read + Seek>(
    input: R,
    path: &Path,
    source_path: &str,
    settings: &SourceSettings<'_>,
    emit: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> ControlFlow<()> {
    Walk::new(settings, Pass::Articles, emit).outer(input, source_path, path)
}
