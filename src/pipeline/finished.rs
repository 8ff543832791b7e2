//! The results that workers hand to the assembly: an article after the last stage, or a reject.

use engine::duplicates::Signature;
use engine::tables::{ArticleRows, Reject};

use crate::cache::{PackedOutcome, Staleness};
use crate::ingest::Fingerprint;

/// An article after the last stage.
pub(super) struct Done {
    pub(super) document: DoneDocument,
    pub(super) rows: ArticleRows,
    pub(super) signature: Signature,
    pub(super) outcome: PackedOutcome,
    pub(super) staleness: Staleness,
}

/// The parts of an article's record that the assembly needs.
pub(super) struct DoneDocument {
    pub(super) article_id: u64,
    pub(super) fingerprint: Fingerprint,
    pub(super) source_path: String,
    pub(super) record: Option<String>,
    pub(super) byte_offset: Option<u64>,
}

/// The result for one record.
pub(super) enum Finished {
    /// It became an article.
    Article(Box<Done>),
    /// It cannot be used.
    Reject(Reject),
}

impl Finished {
    /// Number of tokens, for progress.
    pub(super) fn words(&self) -> u64 {
        match self {
            Self::Article(done) => done.rows.token_counts().tokens as u64,
            Self::Reject(_) => 0,
        }
    }
}
