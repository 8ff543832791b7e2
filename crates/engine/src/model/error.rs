//! Errors of model files.

use super::format::{FORMAT, MAGIC, OLDEST_FORMAT};

/// An error loading a model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file cannot be read.
    #[error("cannot read the model {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The file is no valid model.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// The error in its content.
        source: Box<ModelError>,
    },
    /// The bytes do not begin like a model.
    #[error("not a tarmim model: it begins with {found:02x?}, expected {MAGIC:02x?}; train one with `tarmim train`")]
    Magic {
        /// The first bytes found, at most eight.
        found: Vec<u8>,
    },
    /// The model has a format that this version does not read.
    #[error("model format {found} is not supported, expected {OLDEST_FORMAT} to {FORMAT}; train it again or update tarmim")]
    Format {
        /// Its format.
        found: u32,
    },
    /// The file is truncated, or longer than it should be.
    #[error("the model is damaged: {found} bytes of body, expected {expected}; copy it again")]
    Length {
        /// Bytes of body according to the header.
        expected: u64,
        /// Bytes that follow the header.
        found: u64,
    },
    /// The bytes have changed since the model was written.
    #[error("the model is damaged: its checksum does not match its content; copy it again")]
    Checksum,
    /// A section is missing.
    #[error("the model has no section \"{0}\"; train it again with this version of tarmim")]
    Missing(&'static str),
    /// The content of a section is impossible.
    #[error("the model's section \"{section}\" is damaged: {what}")]
    Corrupt {
        /// The section's name.
        section: &'static str,
        /// What is wrong with it.
        what: String,
    },
}
