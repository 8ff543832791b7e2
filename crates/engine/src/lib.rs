//! The text engine: turns the text of an article into repaired, split and tagged rows.
//!
//! ```text
//! text ─ document ─▶ Document ─ repair ─▶ Repaired ─ split ─▶ Vec<Sentence> ─ tag ─▶ Tagged ─ tables ─▶ RecordBatch
//! ```
//!
//! It reads no files of articles and writes none: it knows neither Parquet, polars, HTML, archives nor the command line, so
//! that whatever else wants the engine (a Python wheel, a worker of a cluster) can have it alone.

pub mod arabic;
pub mod rounded;

pub mod document;
pub mod matrix;
pub mod model;

pub mod encoder;
pub mod repair;
pub mod split;
pub mod tag;

pub mod duplicates;
pub mod tables;

mod engine;

pub use engine::{Engine, EngineScratch};
