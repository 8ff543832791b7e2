//! What splitting returns: sentences, each a run of an article's tokens.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::punctuation::RestoredMark;
use crate::repair::{NumberGap, Repaired};
use crate::rounded::probability as ten_thousandths;

/// The kind of a row of the sentences table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SentenceKind {
    /// Running text.
    Body,
    /// A title.
    Headline,
    /// Who wrote the article.
    Byline,
    /// Where the article was written, and for which newspaper or agency.
    Dateline,
}

impl SentenceKind {
    /// The name in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Headline => "headline",
            Self::Byline => "byline",
            Self::Dateline => "dateline",
        }
    }
}

/// The tokens of sentences that follow each other.
#[must_use]
pub fn covered(sentences: &[Sentence]) -> Range<usize> {
    let start = sentences.first().map_or(0, |first| first.tokens.start);
    start..sentences.last().map_or(start, |last| last.tokens.end)
}

/// A run of an article's tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// Indices of the article's tokens.
    pub tokens: Range<usize>,
    pub kind: SentenceKind,
    /// Probability that a sentence ends after its last token, rounded to 1e-4; 1 if the text itself says so, and at the end of the
    /// article. Of a headline, dateline or byline, the probability that it is one and ends there.
    #[serde(with = "ten_thousandths")]
    pub boundary_confidence: f32,
    /// Where numbers are missing, in order.
    pub number_gaps: Vec<NumberGap>,
    /// The punctuation marks that were restored, in order.
    pub marks: Vec<RestoredMark>,
}

impl Sentence {
    /// The repaired text of the sentence with the marks that were restored, separated by single spaces.
    #[must_use]
    pub fn punctuated_text(&self, article: &Repaired) -> String {
        let mut marks = self.marks.iter().peekable();
        article.span_text_with(self.tokens.clone(), |token| {
            marks.next_if(|restored| restored.token == token).map_or("", |restored| restored.mark.text())
        })
    }
}
