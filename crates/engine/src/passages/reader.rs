//! Reads an article passage by passage.

use std::ops::Range;

use super::cut::{after, before, is_blank};
use super::size::PassageSize;
use crate::document::{ArticleText, Document, Metadata};
use crate::review::Reviewed;
use crate::split::{Part, Sentence, covered};

/// How far before its limit a passage looks for the end of a sentence that the text itself shows, in tokens.
const SEAM_SEARCH: usize = 512;

/// A passage with its context, repaired and reviewed, and its own sentences.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The passage and the tokens around it.
    pub article: Reviewed,
    /// Its sentences: they leave out the tokens around it.
    pub sentences: Vec<Sentence>,
    /// To be added to the source offsets of its tokens: they count from where its context begins.
    pub offset: usize,
}

impl Passage {
    /// Its tokens, without those around it.
    #[must_use]
    pub fn kept(&self) -> Range<usize> {
        covered(&self.sentences)
    }
}

/// The passages of an article.
#[derive(Debug)]
pub struct Passages {
    /// Its text lacks what was read long ago.
    article: ArticleText,
    size: PassageSize,
    /// Bytes that the text lacks at its beginning.
    dropped: usize,
    /// Where the next one begins, in what is left of the text.
    seam: usize,
    /// Bytes that the title adds before the text; known when the beginning was read.
    title: usize,
}

impl Passages {
    /// The passages of an article, from its beginning.
    #[must_use]
    pub fn new(article: ArticleText, size: PassageSize) -> Self {
        Self { article, size, dropped: 0, seam: 0, title: 0 }
    }

    /// The decoded text from a place on, which lies no further back than the last passage.
    #[must_use]
    pub fn text_from(&self, place: usize) -> &str {
        &self.article.text[place - self.dropped..]
    }

    /// Gives back the memory of the text that no passage needs any more, once it is most of the text: a long article's result grows
    /// as its text is read, and both together need not take twice its size.
    fn drop_read(&mut self) {
        let text = &mut self.article.text;
        let read = before(text, self.seam, self.size.context, self.size.bytes);
        if read > text.len() / 2 && read > self.size.bytes {
            text.drain(..read);
            text.shrink_to_fit();
            self.dropped += read;
            self.seam -= read;
        }
    }

    /// The next passage; `None` at the end. `work` repairs and splits what it is given, and is told which part of the article
    /// that is.
    pub fn next(&mut self, work: impl FnOnce(Document, Part) -> (Reviewed, Vec<Sentence>)) -> Option<Passage> {
        self.drop_read();
        let (text, PassageSize { tokens, bytes, context }) = (&self.article.text, self.size);
        if is_blank(&text[self.seam..]) {
            return None;
        }
        let from = before(text, self.seam, context, bytes);
        let limit = after(text, self.seam, tokens, bytes);
        let to = after(text, limit, context, bytes);
        let is_beginning = self.dropped + from == 0;
        let (document, title) = part(&self.article, from..to, is_beginning);
        if is_beginning {
            self.title = title;
        }
        // Offsets of the part count from `from`, and from the title before it.
        let token_at = |place: usize| document.tokens().partition_point(|token| token.source.end <= place - from + title);
        let is_last = is_blank(&text[to..]);
        // The title belongs to the first passage, so no seam cuts it.
        let least = token_at(self.seam.max(from));
        let start = if self.dropped + self.seam == 0 { 0 } else { least };
        let limit = if is_last { document.tokens().len() } else { token_at(limit) };
        let (article, mut sentences) = work(document, if is_beginning { Part::Beginning } else { Part::Continuation });
        let end = if is_last { limit } else { seam_between(&sentences, least..limit) };
        trim(&mut sentences, start..end);
        self.seam = from + article.article().document().tokens()[end - 1].source.end - title;
        let offset = if is_beginning { 0 } else { self.dropped + from + self.title };
        Some(Passage { article, sentences, offset })
    }
}

/// A part of an article's text as a document, and the bytes that the title adds before it. The article's beginning has the title.
fn part(article: &ArticleText, range: Range<usize>, is_beginning: bool) -> (Document, usize) {
    let text = &article.text[range];
    let metadata = if is_beginning { article.metadata.clone() } else { Metadata::default() };
    let document = Document::new(article.origin.clone(), article.encoding, metadata, text)
        .with(article.misreadings.clone(), article.neighbours);
    // A part ends with a token.
    let title = document.tokens().last().map_or(0, |last| last.source.end - text.len());
    (document, title)
}

/// Passes on an article part by part, without context, for what looks at each token alone.
pub fn each_part(article: &ArticleText, size: PassageSize, mut pass: impl FnMut(&Document)) {
    let mut place = 0;
    while !is_blank(&article.text[place..]) {
        let end = after(&article.text, place, size.tokens, size.bytes);
        pass(&part(article, place..end, place == 0).0);
        place = end;
    }
}

/// Where to end a passage: after `range.start` and not after `range.end`, at the end of a sentence.
///
/// Near the limit it is the likeliest end, the latest of several: one that the text itself shows is certain, and no context can
/// move it. A sentence that is longer than the passage is cut.
fn seam_between(sentences: &[Sentence], range: Range<usize>) -> usize {
    let ends = || sentences.iter().filter(|sentence| range.start < sentence.tokens.end && sentence.tokens.end <= range.end);
    let near = ends().filter(|sentence| sentence.tokens.end + SEAM_SEARCH > range.end);
    let likeliest = near.max_by(|a, b| a.boundary_confidence.total_cmp(&b.boundary_confidence));
    likeliest.or_else(|| ends().next_back()).map_or(range.end, |sentence| sentence.tokens.end)
}

/// Leaves the sentences of a run of tokens, the first and the last cut where they go beyond it.
fn trim(sentences: &mut Vec<Sentence>, tokens: Range<usize>) {
    sentences.retain_mut(|sentence| {
        if sentence.tokens.end > tokens.end {
            // No sentence ends at the cut.
            sentence.boundary_confidence = 0.0;
        }
        sentence.tokens = sentence.tokens.start.max(tokens.start)..sentence.tokens.end.min(tokens.end);
        let kept = sentence.tokens.clone();
        sentence.number_gaps.retain(|gap| kept.contains(&gap.token));
        sentence.marks.retain(|mark| kept.contains(&mark.token));
        !kept.is_empty()
    });
}
