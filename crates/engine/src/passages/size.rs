//! How long a passage is.

use super::cut::{after, is_blank};
use crate::document::ArticleText;

/// The length of passages. Tests use short ones; everything else the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassageSize {
    /// The most tokens that a passage keeps.
    pub tokens: usize,
    /// The most bytes of text that it keeps, unless a single token is longer.
    pub bytes: usize,
    /// The tokens on each side that it sees besides; the longest sentence must fit in.
    pub context: usize,
}

impl Default for PassageSize {
    /// As many tokens as a long short story has; a worker then needs some 40 MB for them.
    fn default() -> Self {
        Self { tokens: 1 << 14, bytes: 1 << 21, context: 512 }
    }
}

impl PassageSize {
    /// The same, for sentences of at most `max_tokens`: the context on each side holds one whole, and a neighbourhood.
    #[must_use]
    pub fn for_sentences(self, max_tokens: usize) -> Self {
        Self { context: self.context + max_tokens, ..self }
    }

    /// Whether an article is longer than one passage.
    #[must_use]
    pub fn is_exceeded_by(&self, article: &ArticleText) -> bool {
        let text = &article.text;
        // Most articles have fewer bytes than a passage has tokens, and need not be looked at.
        text.len() > self.tokens.min(self.bytes) && !is_blank(&text[after(text, 0, self.tokens, self.bytes)..])
    }
}
