//! The engine's stages, each timed, for one article after another: as a whole, or in passages if it is long.
//!
//! Invariant: nothing here depends on other articles or on threads.

use std::ops::ControlFlow;

use engine::document::{ArticleText, Document};
use engine::duplicates::{Signature, SignatureReader};
use engine::passages::{Passage, Passages, each_part};
use engine::repair::Repaired;
use engine::review::{Extent, ReviewTally, Reviewed};
use engine::split::Sentence;
use engine::tables::{ArticleRow, ArticleRows, KeywordRow, LongArticle, SentenceRow};
use engine::tag::Tagged;
use engine::{Engine, EngineScratch};

use super::clock::Clock;
use crate::interrupt::Interrupt;

/// Takes the rows of a passage; `Break` if nobody wants more.
pub(super) type EmitRows<'e> = dyn FnMut(Vec<SentenceRow>, Vec<KeywordRow>) -> ControlFlow<()> + 'e;

/// The stages, and the time that each took.
pub(super) struct Stages<'s> {
    pub(super) engine: &'s Engine,
    pub(super) interrupt: &'s Interrupt,
    pub(super) clock: Clock,
}

impl Stages<'_> {
    /// Takes an article through all stages as a whole.
    pub(super) fn process(&self, document: Document, scratch: &mut EngineScratch) -> Tagged {
        let repaired = self.clock.time(Clock::REPAIR, || self.engine.repair(document, scratch));
        self.split(self.review(repaired, Extent::Whole), scratch)
    }

    /// Applies what people said about an article. It takes too little time to be a stage of its own.
    pub(super) fn review(&self, repaired: Repaired, extent: Extent) -> Reviewed {
        self.engine.review(repaired, extent)
    }

    /// All stages from splitting on.
    pub(super) fn split(&self, reviewed: Reviewed, scratch: &mut EngineScratch) -> Tagged {
        let sentences = self.clock.time(Clock::SPLIT, || self.engine.split(&reviewed, scratch));
        self.tag(reviewed, sentences, scratch)
    }

    /// The same from tagging on.
    pub(super) fn tag(&self, reviewed: Reviewed, sentences: Vec<Sentence>, scratch: &mut EngineScratch) -> Tagged {
        self.clock.time(Clock::TAG, || self.engine.tag(reviewed, sentences, scratch))
    }

    /// The rows of a finished article.
    pub(super) fn rows(&self, tagged: &Tagged) -> ArticleRows {
        self.clock.time(Clock::ROWS, || self.engine.rows(tagged))
    }

    /// Whether an article is processed in passages.
    pub(super) fn is_long(&self, article: &ArticleText) -> bool {
        self.engine.passage_size().is_exceeded_by(article)
    }

    /// All rows of a long article, and what became of corrections; `None` if a signal came.
    pub(super) fn rows_of_long(
        &self,
        article: ArticleText,
        scratch: &mut EngineScratch,
    ) -> Option<(ArticleRows, ReviewTally)> {
        let (mut sentences, mut keywords) = (Vec::new(), Vec::new());
        let done = self.process_long(article, scratch, &mut |of_passage, hits| {
            sentences.extend(of_passage);
            keywords.extend(hits);
            ControlFlow::Continue(())
        });
        done.map(|(article, review)| (ArticleRows { article, sentences, keywords }, review))
    }

    /// Takes a long article through all stages and passes on the rows of each passage; returns its own row, and what became of
    /// corrections. `None` if `emit` broke off, or a signal came.
    pub(super) fn process_long(
        &self,
        article: ArticleText,
        scratch: &mut EngineScratch,
        emit: &mut EmitRows<'_>,
    ) -> Option<(ArticleRow, ReviewTally)> {
        let mut review = ReviewTally::default();
        let mut whole = LongArticle::new(article.text.len());
        let mut passages = Passages::new(article, self.engine.passage_size());
        while let Some(passage) = passages.next(|document, part| {
            let repaired = self.clock.time(Clock::REPAIR, || self.engine.repair(document, scratch));
            let reviewed = self.review(repaired, Extent::Part);
            let sentences = self.clock.time(Clock::SPLIT, || self.engine.split_part(&reviewed, part, scratch));
            (reviewed, sentences)
        }) {
            let Passage { article, sentences, offset } = passage;
            let tagged = self.tag(article, sentences, scratch);
            review.add(&tagged.reviewed().tally(&tagged.kept()));
            let (sentences, keywords) =
                self.clock.time(Clock::ROWS, || self.engine.passage_rows(&mut whole, &tagged, offset));
            // A long article may take minutes: a signal does not wait for its end.
            if self.interrupt.received().is_some() || emit(sentences, keywords).is_break() {
                return None;
            }
        }
        Some((whole.finish(self.engine.tagger.vocabulary())?, review.of_one_article()))
    }

    /// The signature of an article in passages. It looks at words alone and is the same however the text is cut.
    pub(super) fn signature_of_text(&self, article: &ArticleText) -> Signature {
        self.clock.time(Clock::INGEST, || {
            let mut reader = SignatureReader::default();
            each_part(article, self.engine.passage_size(), |part| reader.read_document(part));
            reader.finish()
        })
    }
}
