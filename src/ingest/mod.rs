//! Ingest: turns the files of a folder into [`Document`](engine::document::Document)s, or explains why a file cannot be one.
//!
//! ```text
//! files ─ inventory ─▶ source (archives, compression, formats) ─▶ RawRecord ─ columns ─▶ Record ─ decode, html ─▶ Document
//! ```
//!
//! Invariant: files are read in the byte order of their paths, so everything downstream depends on names and contents only; every
//! file becomes documents or a [`Reject`](engine::tables::Reject), and none is skipped silently.
//!
//! Each of the three types on the way marks a boundary. A [`RawRecord`](source::RawRecord) holds what a format gives: bytes, or named
//! values. A [`Record`] knows which value is what, and can be compared with the last run; its bytes are not decoded yet, because
//! one thread reads the files and all cores decode. A `Document` is text. What is known about an article besides its text passes
//! through all of them as one type, [`ArticleFields`].

mod column_name;
mod columns;
mod date_orders;
mod date_survey;
pub mod dates;
pub mod decode;
mod decode_fault;
mod detection;
mod field_path;
mod fields;
pub mod html;
mod input_survey;
mod inventory;
mod leftovers;
mod markup;
mod neighbourhood;
mod other_encodings;
mod partitions;
mod path_fields;
pub mod path_pattern;
pub mod patterns;
mod reader;
mod record;
mod record_keys;
mod reject;
mod remarks;
mod report;
mod restoration;
mod rows;
mod settings;
pub mod source;
mod table_as_csv;
mod tags;
mod unique_keys;

pub use fields::ArticleFields;
pub use input_survey::InputSurvey;
pub use inventory::{Inventory, SourceFile, take_inventory};
pub use neighbourhood::Neighbourhood;
pub use reader::{Ingested, ReadError, read_records};
pub use record::{Body, Fingerprint, Record};
pub use remarks::ArticleRemarks;
pub use report::InputReport;
pub use rows::{BatchRows, RowName, RowReader, TableColumns};
pub use settings::{FieldNames, ForeignPolicy, IngestSettings};
pub use table_as_csv::table_as_csv;
pub use unique_keys::{UniqueKeys, repeated_key};

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 8;
