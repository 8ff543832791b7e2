//! Keys must be unique: the first record with a key is the article, and later ones are rejects.
//!
//! A record counts only if it can be read, so a broken record does not take the key from a sound one after it. Every
//! command that counts articles uses this type, so that `check`, `plan` and `run` agree.

use engine::tables::Reject;
use rustc_hash::FxHashSet;

use super::reject::reject;

/// The reject of a record whose key an earlier one has.
#[must_use]
pub fn repeated_key(source_path: &str, record: Option<&str>, byte_offset: Option<u64>) -> Reject {
    // A row of a table has its key in place of a path.
    let key = record.unwrap_or(source_path);
    let message = format!("an earlier record has the same key {key}; keys must be unique within a file");
    Reject { record: record.map(str::to_owned), byte_offset, ..reject(source_path, "duplicate_key", message) }
}

/// The articles seen so far, by number: a hash of path and key.
#[derive(Debug, Default)]
pub struct UniqueKeys(FxHashSet<u64>);

impl UniqueKeys {
    /// Accepts the article if no earlier one has its number.
    ///
    /// # Errors
    /// The reject to report if an earlier article has it.
    pub fn accept(
        &mut self,
        article_id: u64,
        source_path: &str,
        record: Option<&str>,
        byte_offset: Option<u64>,
    ) -> Result<(), Reject> {
        if self.0.insert(article_id) {
            return Ok(());
        }
        Err(repeated_key(source_path, record, byte_offset))
    }

    /// Whether an article of this number was accepted.
    #[must_use]
    pub fn contains(&self, article_id: u64) -> bool {
        self.0.contains(&article_id)
    }

    /// How many articles were accepted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no article was accepted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
