//! All stages after ingest, ready to run.
//!
//! Invariant: an [`Engine`] never changes and is shared by all workers. What is remembered from one article to the next is in
//! an [`EngineScratch`], one for each worker, and changes how fast an article is processed, never the result. `run`, `explain`
//! and `eval` all go through these two, so they cannot disagree.

use crate::document::Document;
use crate::model::{ModelError, ModelFile};
use crate::repair::{RepairScratch, RepairSettings, Repaired, Repairer};
use crate::split::{Sentence, SplitScratch, SplitSettings, Splitter};
use crate::tables::ArticleRows;
use crate::tag::{TagScratch, TagSettings, Tagged, Tagger, Vocabulary};

/// All stages, ready to run: immutable, shared by all workers.
pub struct Engine {
    /// Restores spelling.
    pub repairer: Repairer,
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
    /// Builds the stages from a model and a vocabulary.
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
        Ok(Self { repairer, splitter: Splitter::new(model, split)?, tagger, doubt_threshold })
    }

    /// Takes one article through every stage after ingest.
    #[must_use]
    pub fn process(&self, document: Document, scratch: &mut EngineScratch) -> Tagged {
        let repaired = self.repair(document, scratch);
        let sentences = self.split(&repaired, scratch);
        self.tag(repaired, sentences, scratch)
    }

    /// Restores the spelling of an article.
    pub fn repair(&self, document: Document, scratch: &mut EngineScratch) -> Repaired {
        self.repairer.repair(document, &mut scratch.repair)
    }

    /// Splits a repaired article into sentences.
    pub fn split(&self, repaired: &Repaired, scratch: &mut EngineScratch) -> Vec<Sentence> {
        self.splitter.split(repaired, &mut scratch.split)
    }

    /// Finds the keywords and keyphrases of an article that was split.
    pub fn tag(&self, repaired: Repaired, sentences: Vec<Sentence>, scratch: &mut EngineScratch) -> Tagged {
        self.tagger.tag(repaired, sentences, &mut scratch.tag)
    }
    /// The rows of a finished article.
    #[must_use]
    pub fn rows(&self, tagged: &Tagged) -> ArticleRows {
        ArticleRows::new(tagged, self.tagger.vocabulary(), self.doubt_threshold)
    }
}
