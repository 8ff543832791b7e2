//! What a row belongs to.

use crate::dataset::stored::StoredArticle;

/// What a row belongs to: it decides the row's file.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) source_path: &'p str,
    /// Rejects have none.
    pub(super) article_id: Option<&'p str>,
    pub(super) section: Option<&'p str>,
}

impl<'p> Place<'p> {
    pub(super) fn of(article: &'p StoredArticle) -> Self {
        Self { source_path: &article.source_path, article_id: Some(&article.id), section: article.section.as_deref() }
    }
}
