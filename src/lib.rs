//! tarmim restores Arabic newspaper text whose letters were deleted, and turns it into a clean, annotated dataset.
//!
//! Data flows one way, and each stage changes the type, so that a wrong order does not compile:
//!
//! ```text
//! files ─ ingest ─▶ Document ─ repair ─▶ Repaired ─ split ─▶ Vec<Sentence> ─ tag ─▶ Tagged ─ dataset ─▶ Parquet
//! ```
//!
//! Invariants: every token of an article is in exactly one sentence, in order; every repair is explained by the damage;
//! offsets count bytes of the article's decoded text and are never rewritten; equal input, configuration and model give equal bytes
//! at any number of threads. `ARCHITECTURE.md` walks through the code in this order.

pub mod cli;
pub mod commands;
pub mod config;
pub mod pipeline;

pub mod ingest;

pub mod cache;
pub mod dataset;
pub mod export;

#[cfg(feature = "analysis")]
pub mod analysis;
pub mod gates;

pub mod failpoint;
mod hashing;
pub mod interrupt;
pub mod panics;
mod path_kind;
pub mod progress;
mod removal;
mod shown;
pub mod terminal;
