//! Errors of the cache. Only writing can fail: whatever cannot be read is computed again.

use crate::shown;
use std::path::Path;

/// A file or folder of the cache cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct CacheError {
    /// The file or folder.
    path: String,
    source: std::io::Error,
}

impl CacheError {
    pub(super) fn new(path: &Path, source: std::io::Error) -> Self {
        Self { path: shown::path(path), source }
    }
}
