//! All stages after ingest, ready to run.
//!
//! Invariant: [`Engine`] never change and are shared by all workers; what is remembered from one article to the next lies
//! in [`EngineScratch`], one for each worker, and changes how fast an article is worked on, not what comes of it. `run`,
//! `explain` and `eval` all go through them, so they cannot disagree.

use crate::document::Document;
use crate::model::{ModelError, ModelFile};
use crate::repair::{RepairScratch, RepairSettings, Repaired, Repairer};
use crate::split::{Sentence, SplitScratch, SplitSettings, Splitter};
use crate::tag::{TagScratch, TagSettings, Tagged, Tagger, Vocabulary};

/// All stages, ready to run: immutable, shared by all workers.
pub struct Engine {
    /// Restores spelling.
    pub repairer: Repairer,
    /// Cuts sentences.
    pub splitter: Splitter,
    /// Finds keywords.
    pub tagger: Tagger,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct EngineScratch {
    repair: RepairScratch,
    split: SplitScratch,
    tag: TagScratch,
}

impl Engine {
    /// The stages with a model's data and a vocabulary.
    ///
    /// # Errors
    /// Where the model lacks a section or one is damaged.
    pub fn new(
        model: &ModelFile,
        repair: RepairSettings,
        split: SplitSettings,
        tag: TagSettings,
        vocabulary: Vocabulary,
    ) -> Result<Self, ModelError> {
        let repairer = Repairer::new(model, repair)?;
        let tagger = Tagger::open(vocabulary, tag, model, repairer.frequencies())?;
        Ok(Self { repairer, splitter: Splitter::new(model, split)?, tagger })
    }

    /// Takes one article through every stage after ingest.
    #[must_use]
    pub fn process(&self, document: Document, scratch: &mut EngineScratch) -> Tagged {
        let repaired = self.repair(document, scratch);
        let sentences = self.split(&repaired, scratch);
        self.tag(repaired, sentences, scratch)
    }

    pub fn repair(&self, document: Document, scratch: &mut EngineScratch) -> Repaired {
        self.repairer.repair(document, &mut scratch.repair)
    }

    pub fn split(&self, repaired: &Repaired, scratch: &mut EngineScratch) -> Vec<Sentence> {
        self.splitter.split(repaired, &mut scratch.split)
    }

    pub fn tag(&self, repaired: Repaired, sentences: Vec<Sentence>, scratch: &mut EngineScratch) -> Tagged {
        self.tagger.tag(repaired, sentences, &mut scratch.tag)
    }
}
