//! The dataset: rows become Parquet files, and files become a published build.
//!
//! ```text
//! ArticleRows ─ dataset_writer ─ table_thread ─ table_writer ─▶ Parquet files ─ manifest, description ─ locked ─▶ output/current
//! ```
//!
//! Invariant: readers see a whole build or none. Equal rows give equal bytes: the schema is explicit, rows come in the order
//! of their sources, batches are cut by row counts, and nothing in a file depends on the clock.

pub mod description;
pub mod dictionary;
pub(crate) mod stored;
pub(crate) mod table_reader;

mod damage;
mod dataset_writer;
mod durable;
mod entry;
mod error;
mod file_properties;
mod formula;
mod hashes;
mod history;
mod locked_output;
mod manifest;
mod new_file;
mod output;
mod page_spool;
mod part_file;
mod partition;
mod review_list;
mod review_sheet;
mod settings;
mod table_thread;
mod table_writer;

pub use damage::BuildDamage;
pub use dataset_writer::DatasetWriter;
#[cfg(feature = "analysis")]
pub(crate) use durable::write as write_durably;
pub use error::DatasetError;
pub use file_properties::BuildStamp;
pub(crate) use formula::without_formula;
pub use history::RollBack;
pub use locked_output::LockedOutput;
pub(crate) use manifest::BUILD_ID_DIGITS;
pub use manifest::{Counts, Described, MANIFEST, Manifest, Provenance, RunSummary, StageSeconds};
pub(crate) use new_file::NewFile;
pub use output::OutputFolder;
pub use part_file::{PartFile, TableFiles, part_files};
pub use partition::PartitionBy;
pub use review_list::{ReviewList, ReviewSummary, ReviewedCorrection, reviewed_corrections};
pub use review_sheet::{ReviewKind, write_review_sheet};
pub use settings::DatasetSettings;

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 11;
