//! Rejects of this stage.

use engine::tables::Reject;

/// A file that cannot be used, or from some point on cannot be.
pub(super) fn reject(source_path: &str, code: &'static str, message: String) -> Reject {
    Reject::new("ingest", source_path, code, message)
}
