//! Windows: runs of words that are read together, so that memory does not grow with the article.

use std::ops::Range;

use super::shape::MARGIN;

/// Words that are read together, by index in the article.
pub(super) struct Window {
    /// Those whose results are kept.
    pub inner: Range<usize>,
    /// Those, and all that they can see.
    pub outer: Range<usize>,
}

impl Window {
    /// Cuts an article into windows of `size` words, of which each can see `reach` others on both sides.
    pub(super) fn of_article(words: usize, size: usize, reach: usize) -> Vec<Self> {
        let window = |start: usize| {
            let inner = start..(start + size).min(words);
            // `outer` comes first because it reads `inner`, which the second field moves away.
            Self { outer: start.saturating_sub(reach)..(inner.end + reach).min(words), inner }
        };
        (0..words).step_by(size).map(window).collect()
    }

    /// The inner words as rows.
    pub(super) fn inner_rows(&self) -> Range<usize> {
        let first = MARGIN + self.inner.start - self.outer.start;
        first..first + self.inner.len()
    }
}
