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
        if let Some(message) = self.reason_to_drop(&verdict) {
            return Err(reject(document, message));
        }
        // Only kept articles are originals. Otherwise a chain of copies, each similar to the one before, would drop articles that are
        // not similar to any kept one.
        if verdict.duplicate_of.is_none() {
            self.duplicates.insert(document.article_id, signature);
        }
        Ok(verdict)
    }

    fn reason_to_drop(&self, verdict: &Verdict) -> Option<String> {
        let drops_near = self.policy == DuplicatePolicy::Drop;
        match (verdict.duplicate_of, verdict.near_duplicate_of) {
            _ if matches!(self.policy, DuplicatePolicy::Off | DuplicatePolicy::Flag) => None,
            (Some(of), _) => Some(format!("left out: the same text as article {of:016x}")),
            (None, Some((of, similarity))) if drops_near => {
                Some(format!("left out: nearly the same text as article {of:016x} (similarity {similarity})"))
            }
            _ => None,
        }
    }
}

fn reject(document: &DoneDocument, message: String) -> Reject {
    Reject {
        source_path: document.source_path.clone(),
        record: document.record.clone(),
        stage: "duplicates",
        code: "duplicate",
        message,
        byte_offset: document.byte_offset,
    }
}
