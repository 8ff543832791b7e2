//! The text engine: turns the text of an article into repaired, split and tagged rows.
//!
//! ```text
//! text ─ document ─▶ Document ─ repair ─▶ Repaired ─ review ─▶ Reviewed ─ split ─▶ Vec<Sentence> ─ tag ─▶ Tagged ─ tables ─▶ RecordBatch
//! ```
//!
//! It neither reads articles from files nor writes tables to files, and knows nothing of Parquet, polars, HTML, archives or
//! the command line, so that other programs (a Python wheel, a worker of a cluster) can use it alone. They start at
//! [`Engine::process_text`] for an article, or at [`TextFilter`](text_filter::TextFilter) for a text whose words alone change.

pub mod arabic;
pub mod rounded;
pub mod settings;

pub mod document;
pub mod matrix;
pub mod model;

pub mod encoder;
pub mod repair;
pub mod review;
pub mod split;
pub mod tag;

pub mod duplicates;
pub mod passages;
pub mod tables;

mod csv_table;
mod newswire;
mod regular_file;

pub mod text_filter;

mod engine;

pub use engine::{Engine, EngineScratch};
