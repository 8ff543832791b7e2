//! All stages after ingest, ready to run.
//!
//! Invariant: an [`Engine`] never changes and is shared by all workers. What is remembered from one article to the next is in
//! an [`EngineScratch`], one for each worker, and changes how fast an article is processed, never the result. `run`, `explain`
//! and `eval` all go through these two, so they cannot disagree.

use crate::document::{ArticleText, Document};
use crate::model::{ModelError, ModelFile};
use crate::passages::{Passage, PassageSize, Passages};
use crate::repair::{RepairScratch, RepairSettings, Repaired, Repairer};
use crate::review::{Corrections, Extent, Reviewed};
use crate::split::{Part, Sentence, SplitScratch, SplitSettings, Splitter};
use crate::tables::{ArticleRows, KeywordRow, LongArticle, SentenceRow};
use crate::tag::{TagScratch, TagSettings, Tagged, Tagger, Vocabulary};

/// All stages, ready to run: immutable, shared by all workers.
pub struct Engine {
    /// Restores spelling.
    pub repairer: Repairer,
    /// What people said about articles.
    pub corrections: Corrections,
    /// Splits into sentences.
    pub splitter: Splitter,
    /// Finds keywords and keyphrases.
    pub tagger: Tagger,
    /// Tokens whose form is less probable are listed as doubts.
    doubt_threshold: f32,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct EngineScratch {
    repair: RepairScratch,
    split: SplitScratch,
    tag: TagScratch,
}

impl Engine {
    /// Builds the stages from a model and a vocabulary, without corrections.
    ///
    /// # Errors
    /// If the model lacks a section, or one is damaged.
    pub fn new(
        model: &ModelFile,
        repair: RepairSettings,
        split: SplitSettings,
        tag: TagSettings,
        vocabulary: Vocabulary,
    ) -> Result<Self, ModelError> {
        let doubt_threshold = repair.doubt_threshold;
        let repairer = Repairer::new(model, repair)?;
        let tagger = Tagger::open(vocabulary, tag, model, repairer.frequencies())?;
        Ok(Self {
            repairer,
            corrections: Corrections::default(),
            splitter: Splitter::new(model, split)?,
            tagger,
            doubt_threshold,
        })
    }

    /// Takes one article through every stage after ingest.
    #[must_use]
    pub fn process(&self, document: Document, scratch: &mut EngineScratch) -> Tagged {
        let reviewed = self.review(self.repair(document, scratch), Extent::Whole);
        let sentences = self.split(&reviewed, scratch);
        self.tag(reviewed, sentences, scratch)
    }

    /// Restores the spelling of an article.
    pub fn repair(&self, document: Document, scratch: &mut EngineScratch) -> Repaired {
        self.repairer.repair(document, &mut scratch.repair)
    }

    /// Applies to an article, or to a part of one, what people said about it.
    #[must_use]
    pub fn review(&self, repaired: Repaired, extent: Extent) -> Reviewed {
        self.corrections.review(repaired, extent)
    }

    /// Splits a reviewed article into sentences.
    pub fn split(&self, reviewed: &Reviewed, scratch: &mut EngineScratch) -> Vec<Sentence> {
        self.splitter.split(reviewed, &mut scratch.split)
    }

    /// Splits a part of an article into sentences.
    pub fn split_part(&self, reviewed: &Reviewed, part: Part, scratch: &mut EngineScratch) -> Vec<Sentence> {
        self.splitter.split_part(reviewed, part, &mut scratch.split)
    }

    /// Finds the keywords and keyphrases of an article that was split.
    pub fn tag(&self, reviewed: Reviewed, sentences: Vec<Sentence>, scratch: &mut EngineScratch) -> Tagged {
        self.tagger.tag(reviewed, sentences, &mut scratch.tag)
    }

    /// The passages that longer articles are processed in.
    #[must_use]
    pub fn passage_size(&self) -> PassageSize {
        PassageSize::default().for_sentences(self.splitter.max_tokens())
    }

    /// Takes an article through every stage, as a whole or, if it is long, passage by passage. `pass` gets each finished passage,
    /// and what the source offsets of its tokens lack.
    pub fn process_text(&self, article: ArticleText, scratch: &mut EngineScratch, pass: impl FnMut(&Tagged, usize)) {
        self.process_text_while(&|| true, article, scratch, pass);
    }

    /// The same as long as somebody wants it to go on, which is asked before each passage.
    pub fn process_text_while(
        &self,
        is_wanted: &dyn Fn() -> bool,
        article: ArticleText,
        scratch: &mut EngineScratch,
        mut pass: impl FnMut(&Tagged, usize),
    ) {
        let size = self.passage_size();
        if !size.is_exceeded_by(&article) {
            return pass(&self.process(article.into_document(), scratch), 0);
        }
        let mut passages = Passages::new(article, size);
        while let Some(Passage { article, sentences, offset }) = passages.next(|document, part| {
            let reviewed = self.review(self.repair(document, scratch), Extent::Part);
            let sentences = self.split_part(&reviewed, part, scratch);
            (reviewed, sentences)
        }) {
            pass(&self.tag(article, sentences, scratch), offset);
            if !is_wanted() {
                return;
            }
        }
    }

    /// The rows of a passage's sentences and keyword hits; what the passage says about the article is added to `whole`.
    pub fn passage_rows(
        &self,
        whole: &mut LongArticle,
        tagged: &Tagged,
        offset: usize,
    ) -> (Vec<SentenceRow>, Vec<KeywordRow>) {
        whole.add(tagged, offset, self.tagger.vocabulary(), self.doubt_threshold)
    }

    /// The rows of a finished article.
    #[must_use]
    pub fn rows(&self, tagged: &Tagged) -> ArticleRows {
        ArticleRows::new(tagged, self.tagger.vocabulary(), self.doubt_threshold)
    }
}
