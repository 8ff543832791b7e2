//! An article that was decoded and not yet cut into tokens.

use super::article::Document;
use super::source::{Encoding, Metadata, Origin};
use crate::arabic::is_space;

/// An article as decoded. Ten times smaller than its [`Document`], so long articles stay in this form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleText {
    /// Where it comes from.
    pub origin: Origin,
    /// The encoding of the source.
    pub encoding: Encoding,
    /// What the source says about it.
    pub metadata: Metadata,
    /// The decoded text.
    pub text: String,
}

impl ArticleText {
    /// Whether neither its title nor its text has a token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let is_blank = |text: &str| text.chars().all(is_space);
        self.metadata.title.as_deref().is_none_or(is_blank) && is_blank(&self.text)
    }

    /// The article with its tokens.
    #[must_use]
    pub fn into_document(self) -> Document {
        Document::new(self.origin, self.encoding, self.metadata, &self.text)
    }
}
