//! The results that workers hand to the assembly: an article after the last stage, or a reject.

use engine::duplicates::Signature;
use engine::review::ReviewTally;
use engine::tables::{ArticleRow, ArticleRows, KeywordRow, Reject, SentenceRow};
use jiff::civil::Date;

use crate::cache::{PackedOutcome, Staleness};
use crate::ingest::{ArticleRemarks, Fingerprint};

/// An article after the last stage.
pub(super) struct Done {
    pub(super) rows: ArticleRows,
    pub(super) review: ReviewTally,
    pub(super) about: DoneArticle,
}

/// A huge article, before its rows: what decides whether they are wanted, and where they belong.
pub(super) struct Opening {
    pub(super) section: Option<String>,
    pub(super) published: Option<Date>,
    pub(super) about: DoneArticle,
}

/// What the assembly needs of an article besides its rows.
pub(super) struct DoneArticle {
    pub(super) document: DoneDocument,
    pub(super) remarks: ArticleRemarks,
    pub(super) signature: Signature,
    /// For the cache; `None` for an article that was processed in passages, whose outcome would be as large as its rows.
    pub(super) outcome: Option<PackedOutcome>,
    /// Whether a person said something about it.
    pub(super) is_corrected: bool,
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

/// The result for one record, or a part of it.
pub(super) enum Finished {
    /// It became an article.
    Article(Box<Done>),
    /// It becomes an article that is too large to be handed over at once. Its passages follow, then its closing.
    Opening(Box<Opening>),
    /// The rows of a passage.
    Passage(Vec<SentenceRow>, Vec<KeywordRow>),
    /// The row of the article whose passages came before, and what became of corrections.
    Closing(Box<ArticleRow>, ReviewTally),
    /// It cannot be used.
    Reject(Reject),
}

impl Finished {
    /// Whether an article is finished with it.
    pub(super) fn ends_article(&self) -> bool {
        matches!(self, Self::Article(_) | Self::Closing(..))
    }

    /// Number of tokens, for progress.
    pub(super) fn words(&self) -> u64 {
        match self {
            Self::Article(done) => done.rows.article.token_count as u64,
            Self::Passage(sentences, _) => sentences.iter().map(|row| row.token_count as u64).sum(),
            // The words of an article that is closed were counted with its passages.
            Self::Opening(_) | Self::Closing(..) | Self::Reject(_) => 0,
        }
    }
}
