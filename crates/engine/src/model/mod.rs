//! The trained model as a file: a versioned header, a checksum, and named sections.
//!
//! ```text
//! header (format.rs)
//! body: per section, name length u8, name, length u64; then the sections, in that order
//! ```
//!
//! Invariant: [`ModelFile`] is what is *stored* and holds checked bytes, nothing more. What *runs* (a lexicon with its index,
//! a language model, an encoder, a length model, the background of phrases) is compiled from it by the stage that uses it. All
//! weights are integers, so that every machine computes the same scores.

mod card;
mod error;
mod file;
mod format;
mod section;

pub use card::ModelCard;
pub use error::ModelError;
pub use file::{ModelFile, assemble};
pub use section::{SectionReader, SectionWriter};
