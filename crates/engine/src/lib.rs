//! The text engine: turns the text of an article into repaired, split and tagged rows.
//!
//! ```text
//! text ─ document ─▶ Document ─ repair ─▶ Repaired ─ split ─▶ Vec<Sentence> ─ tag ─▶ Tagged ─ tables ─▶ RecordBatch
//! ```
//!
//! It neither reads articles from files nor writes tables to files, and knows nothing of Parquet, polars, HTML, archives or
//! the command line, so that other programs (a Python wheel, a worker of a cluster) can use it alone. They start at
//! [`Engine::annotate`]: a record batch of texts in, a record batch of each table out.

pub mod arabic;
pub mod rounded;
pub mod settings;

pub mod document;
pub mod matrix;
pub mod model;

pub mod encoder;
pub mod repair;
pub mod split;
pub mod tag;

pub mod duplicates;
pub mod passages;
pub mod tables;

mod newswire;

mod annotate;
mod engine;

pub use annotate::Annotated;
pub use engine::{Engine, EngineScratch};
