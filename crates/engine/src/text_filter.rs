//! Repairs a text in place: words change, marks may be added, white space stays as it was.
//!
//! Invariant: what is passed on, put together, is the text with its tokens repaired; nothing of it is left out. A long text goes
//! through the stages in the passages of a build, so that the filter says what a build says.

use std::ops::Range;

use crate::document::{ArticleText, Encoding, Metadata, Neighbours, Origin};
use crate::passages::{PassageSize, Passages};
use crate::repair::{Alternative, RepairScratch, Repairer, TokenRepair};
use crate::review::{Corrections, Extent};
use crate::split::{RestoredMark, SplitScratch, Splitter};

/// The stages that a text goes through.
#[derive(Clone, Copy)]
pub struct TextFilter<'f> {
    /// Restores spelling.
    pub repairer: &'f Repairer,
    /// What people said; of a text that is no article, the rules for all.
    pub corrections: &'f Corrections,
    /// Finds the ends of sentences, at which a long text is cut, and the marks.
    pub splitter: &'f Splitter,
}

/// Memory that is reused from text to text.
#[derive(Debug, Default)]
pub struct FilterScratch {
    repair: RepairScratch,
    split: SplitScratch,
}

/// A token of the text, repaired.
#[derive(Clone, Debug)]
pub struct FilteredToken<'t> {
    /// The white space before it.
    pub space: &'t str,
    /// The token itself, its letters unified.
    pub raw: &'t str,
    /// Its repaired form; contains a space if two words had run together.
    pub form: &'t str,
    /// Its bytes in the text.
    pub source: Range<usize>,
    /// Probability that the form is right.
    pub confidence: f32,
    /// The next best forms, best first; only of tokens that were changed or are in doubt.
    pub alternatives: &'t [Alternative],
    /// The punctuation mark that was restored after it.
    pub mark: Option<RestoredMark>,
    /// The state of its writing, as tables name it.
    pub damage: &'static str,
}

impl TextFilter<'_> {
    /// Passes on each token of a text in order, and returns the white space after the last.
    ///
    /// # Errors
    /// That of `pass`, which ends the filtering.
    pub fn each_token<E>(
        &self,
        text: String,
        scratch: &mut FilterScratch,
        mut pass: impl FnMut(FilteredToken<'_>) -> Result<(), E>,
    ) -> Result<String, E> {
        let size = PassageSize::default().for_sentences(self.splitter.max_tokens());
        let mut passages = Passages::new(unnamed(text), size);
        let mut copied = 0;
        while let Some(passage) = passages.next(|document, part| {
            let repaired = self.repairer.repair(document, &mut scratch.repair);
            let reviewed = self.corrections.review(repaired, Extent::Part);
            let sentences = self.splitter.split_part(&reviewed, part, &mut scratch.split);
            (reviewed, sentences)
        }) {
            let (article, kept) = (passage.article.article(), passage.kept());
            let mut marks = passage.sentences.iter().flat_map(|sentence| &sentence.marks).copied().peekable();
            let mut repairs = article.token_repairs(kept.clone()).peekable();
            for token in kept {
                let within = &article.document().tokens()[token].source;
                let source = passage.offset + within.start..passage.offset + within.end;
                let repair: Option<&TokenRepair> = repairs.next_if(|repair| repair.token == token);
                pass(FilteredToken {
                    space: &passages.text_from(copied)[..source.start - copied],
                    raw: article.document().token_text(token),
                    form: article.token_text(token),
                    confidence: article.finding(token).confidence,
                    alternatives: repair.map_or(&[], |repair| &repair.alternatives),
                    mark: marks.next_if(|restored| restored.token == token),
                    damage: article.damage(token).name(),
                    source: source.clone(),
                })?;
                copied = source.end;
            }
        }
        Ok(passages.text_from(copied).to_owned())
    }
}

/// A text that comes from no file.
fn unnamed(text: String) -> ArticleText {
    ArticleText {
        origin: Origin { source_path: "text".to_owned(), record: None },
        encoding: Encoding::Utf8,
        misreadings: Vec::new(),
        metadata: Metadata::default(),
        neighbours: Neighbours::Unknown,
        text,
    }
}
