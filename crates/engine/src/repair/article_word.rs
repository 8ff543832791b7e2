//! A word of the article under repair, with what is known about it before decoding.

use super::channel::Channel;
use super::form_cache::FormId;
use super::words::{WordSpan, words_of};
use crate::document::Document;

/// One word of the article. Words and slots of the lattice have the same indices.
#[derive(Debug)]
pub(super) struct ArticleWord {
    /// Index of its token in the document.
    pub token: usize,
    pub span: WordSpan,
    /// Its damaged form in the worker's cache; `None` for a word that is never repaired.
    pub form: Option<FormId>,
    /// The channel to invert; `None` for a word that is not repaired.
    pub channel: Option<Channel>,
    /// No word of the lexicon explains it.
    pub unresolved: bool,
    /// A confidence that replaces the decoder's, for words that the decoder has no say in.
    pub confidence: Option<f32>,
}

impl ArticleWord {
    fn new(token: usize, span: WordSpan) -> Self {
        Self { token, span, form: None, channel: None, unresolved: false, confidence: None }
    }
}

/// Replaces `words` with the words of a document, in order; those of other languages are left out.
pub(super) fn find_words(document: &Document, words: &mut Vec<ArticleWord>) {
    words.clear();
    for token in (0..document.tokens().len()).filter(|token| !document.is_foreign(*token)) {
        let spans = words_of(document.token_text(token));
        words.extend(spans.into_iter().map(|span| ArticleWord::new(token, span)));
    }
}
