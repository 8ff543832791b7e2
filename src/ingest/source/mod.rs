//! Sources: turns one input file of any supported format, compression and nesting into a stream of raw records.
//!
//! ```text
//! file ─ shape (name) ─ walk ─┬─ compression ─┐
//!                             ├─ zip, tar ────┴─ walk ...
//!                             └─ text, page, SGML, JSON, rows, spreadsheet, Parquet ─▶ Found
//! ```
//!
//! Invariant: memory depends on the largest record, not on the file: nothing is unpacked to disk, and sizes claimed by an archive are
//! not trusted. The exceptions are spreadsheets, and a zip archive or a Parquet table inside another file: these need random access, so they
//! are held whole, up to [`Limits::max_leaf_bytes`]. Records before a fault are still given; the fault is a
//! [`Reject`](engine::tables::Reject).
//!
//! Records are passed to a callback instead of returned from an iterator, because a member of a tar archive can only be read while
//! the archive is.

mod compression;
mod dialect;
mod endings;
mod fault;
mod foreign;
mod formats;
mod found;
mod header;
mod json;
mod json_cutter;
mod json_lines;
mod json_mistake;
mod json_numbers;
mod json_object;
mod kind;
mod name_encoding;
mod output;
mod parquet;
mod row_reader;
mod rows;
mod settings;
mod sgml;
mod sidecar;
mod sidecar_name;
mod sniff;
mod spreadsheet;
mod tar;
#[cfg(test)]
mod tests;
mod text_stream;
mod walk;
mod zip_member;

use std::io::{Read, Seek};
use std::ops::ControlFlow;

pub use dialect::DialectSettings;
pub(super) use formats::not_read;
pub use found::{Content, Found, RawRecord};
pub use kind::{Kind, kind_of};
pub use name_encoding::NameEncoding;
pub(super) use parquet::row_fields;
pub use row_reader::Quoting;
pub use settings::{IsArticle, Limits, Selection, SourceSettings};
pub use sidecar::{Described, SidecarTable};
pub(super) use spreadsheet::{Sheet, sheet_of};

use walk::{Pass, Walk};

/// Reads one file and passes everything found in it to `emit`, in the order of the file, until that breaks.
///
/// `input` is the opened file, or a reader around it that hashes or counts; zip archives and Parquet tables are read out of order.
pub fn read_source<R: Read + Seek + Send + 'static>(
    input: R,
    source_path: &str,
    settings: &SourceSettings<'_>,
    emit: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> ControlFlow<()> {
    Walk::new(settings, Pass::Articles, emit).outer(input, source_path)
}
