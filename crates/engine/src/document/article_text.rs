//! An article that was decoded and not yet cut into tokens.

use super::article::Document;
use super::mojibake::Misreading;
use super::source::{Encoding, Metadata, Neighbours, Origin};
use crate::arabic::is_space;

/// An article as decoded. Ten times smaller than its [`Document`], so long articles stay in this form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleText {
    /// Where it comes from.
    pub origin: Origin,
    /// The encoding of the source.
    pub encoding: Encoding,
    /// How it had been misread before; it is undone.
    pub misreadings: Vec<Misreading>,
    /// What the source says about it.
    pub metadata: Metadata,
    /// What the texts around it tell about its state of writing.
    pub neighbours: Neighbours,
    /// The decoded text.
    pub text: String,
}

impl ArticleText {
    /// Whether its text has no token. A title alone is no article.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.chars().all(is_space)
    }

    /// The article with its tokens.
    #[must_use]
    pub fn into_document(self) -> Document {
        Document::new(self.origin, self.encoding, self.metadata, &self.text).with(self.misreadings, self.neighbours)
    }
}
