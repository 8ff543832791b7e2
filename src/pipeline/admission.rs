//! Which articles get into the tables, and what each is a copy of.
//!
//! Invariant: articles are asked about in the order of their sources, so the first of several with one key or one text is the one
//! that counts, whichever thread was faster.

use engine::duplicates::{DuplicateIndex, DuplicatePolicy, DuplicateSettings, Signature, Verdict};
use engine::tables::Reject;

use super::finished::DoneDocument;
use crate::ingest::UniqueKeys;

/// The articles admitted so far.
pub(super) struct Admission {
    policy: DuplicatePolicy,
    duplicates: DuplicateIndex,
    keys: UniqueKeys,
}

impl Admission {
    pub(super) fn new(settings: DuplicateSettings) -> Self {
        Self { policy: settings.policy, duplicates: DuplicateIndex::new(settings), keys: UniqueKeys::default() }
    }

    /// Accepts an article's key.
    ///
    /// # Errors
    /// The reject to report if an earlier article has it.
    pub(super) fn accept_key(&mut self, document: &DoneDocument) -> Result<(), Reject> {
        let DoneDocument { article_id, source_path, record, byte_offset, .. } = document;
        self.keys.accept(*article_id, source_path, record.as_deref(), *byte_offset)
    }

    /// What an article whose key was accepted is a copy of.
    ///
    /// # Errors
    /// The reject to report if such copies are left out.
    pub(super) fn judge_copy(&mut self, document: &DoneDocument, signature: &Signature) -> Result<Verdict, Reject> {
        if self.policy == DuplicatePolicy::Off {
            return Ok(Verdict::default());
        }
        let verdict = self.duplicates.find(signature);
        if drops(self.policy, &verdict) {
            return Err(left_out(document, &verdict));
        }
        // Only kept articles are originals. Otherwise a chain of copies, each similar to the one before, would drop articles that are
        // not similar to any kept one.
        if verdict.duplicate_of.is_none() {
            self.duplicates.insert(document.article_id, signature);
        }
        Ok(verdict)
    }
}

/// Whether articles with a verdict are left out.
pub(super) fn drops(policy: DuplicatePolicy, verdict: &Verdict) -> bool {
    match policy {
        DuplicatePolicy::Off | DuplicatePolicy::Flag => false,
        DuplicatePolicy::DropExact => verdict.duplicate_of.is_some(),
        DuplicatePolicy::Drop => verdict.duplicate_of.is_some() || verdict.near_duplicate_of.is_some(),
    }
}

/// The reject of an article that is left out because it is a copy.
pub(super) fn left_out(document: &DoneDocument, verdict: &Verdict) -> Reject {
    let message = match (verdict.duplicate_of, verdict.near_duplicate_of) {
        (None, Some((of, similarity))) => {
            format!("left out: nearly the same text as article {of:016x} (similarity {similarity})")
        }
        (of, _) => format!("left out: the same text as article {:016x}", of.unwrap_or_default()),
    };
    Reject {
        source_path: document.source_path.clone(),
        record: document.record.clone(),
        stage: "duplicates",
        code: "duplicate",
        message,
        byte_offset: document.byte_offset,
    }
}
