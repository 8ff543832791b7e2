//! The splitting stage: from a repaired article to its sentences.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::boundary_cues::{BoundaryCue, read_cues};
use super::head::{HeadPart, read_head};
use super::length_model::{LengthModel, LengthRatios};
use super::log_odds::{calibrated, expected_sentence_tokens, sentence_end};
use super::punctuation::{CutRun, least_cut, marks_of};
use super::segmentation::{SegmentScratch, best_ends, marginals};
use super::sentence::{Sentence, SentenceKind};
use super::settings::SplitSettings;
use crate::model::{ModelError, ModelFile};
use crate::repair::Repaired;
use crate::review::Reviewed;
use crate::rounded::rounded;

/// The probability of an end that a person set. Less than 1, which is that of an end that the text shows and which needs no mark.
const NEARLY_CERTAIN: f64 = 0.9999;
/// More than any other cut can gain.
const IMPOSSIBLE: f64 = 1e9;

/// Which part of an article is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it, or its beginning: it may have a headline, a dateline and a byline.
    Beginning,
    /// What begins somewhere later.
    Continuation,
}

/// The splitting stage: immutable, shared by all workers.
#[derive(Debug)]
pub struct Splitter {
    settings: SplitSettings,
    lengths: LengthRatios,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct SplitScratch {
    cues: Vec<BoundaryCue>,
    /// Segments that have lost their marks.
    unpunctuated: Vec<Range<usize>>,
    log_odds: Vec<f64>,
    marginals: Vec<f64>,
    segment: SegmentScratch,
    ends: Vec<usize>,
}

impl Splitter {
    /// Builds the stage from a model.
    ///
    /// # Errors
    /// If the model's section is missing or damaged.
    pub fn new(model: &ModelFile, settings: SplitSettings) -> Result<Self, ModelError> {
        Ok(Self::with_lengths(&LengthModel::open(model)?, settings))
    }

    /// Builds the stage from a length model.
    #[must_use]
    pub fn with_lengths(lengths: &LengthModel, settings: SplitSettings) -> Self {
        Self { settings, lengths: LengthRatios::new(lengths, settings.length_weight, settings.max_tokens) }
    }

    /// Cuts an article into sentences.
    pub fn split(&self, article: &Reviewed, scratch: &mut SplitScratch) -> Vec<Sentence> {
        self.split_part(article, Part::Beginning, scratch)
    }

    /// Cuts a part of an article into sentences.
    pub fn split_part(&self, reviewed: &Reviewed, part: Part, scratch: &mut SplitScratch) -> Vec<Sentence> {
        let (article, ends) = (reviewed.article(), HandEnds(&reviewed.by_hand().ends));
        scratch.unpunctuated = read_cues(article, &mut scratch.cues);
        ends.overrule(&mut scratch.cues);
        let mut sentences = Vec::new();
        let head = if part == Part::Beginning { read_head(article, &scratch.cues) } else { Vec::new() };
        for (tokens, kind, confidence) in ends.divide(head) {
            sentences.push(sentence(tokens, kind, rounded(confidence), article));
        }
        let body = sentences.last().map_or(0, |head| head.tokens.end);
        // Once for the whole article: the classes of lengths are classes of articles, not of runs.
        let ratios = self.lengths.ratios(expected_sentence_tokens(article.boundaries(), &scratch.cues));
        for run in body_runs(body, &scratch.cues) {
            self.split_run(run, article, ends, &ratios, scratch, &mut sentences);
        }
        sentences
    }

    /// The most tokens of a sentence.
    #[must_use]
    pub fn max_tokens(&self) -> usize {
        self.settings.max_tokens
    }

    /// Cuts a run of tokens that a known sentence end closes.
    fn split_run(
        &self,
        run: Range<usize>,
        article: &Repaired,
        by_hand: HandEnds<'_>,
        ratios: &[f64],
        scratch: &mut SplitScratch,
        sentences: &mut Vec<Sentence>,
    ) {
        let SplitScratch { cues, unpunctuated, log_odds, marginals: cuts, segment, ends } = scratch;
        let boundaries = article.boundaries()[run.clone()].iter().zip(&cues[run.clone()]);
        log_odds.clear();
        log_odds.extend(boundaries.map(|(logits, cue)| sentence_end(*logits, *cue)));
        marginals(log_odds, ratios, segment, cuts);
        for cut in cuts.iter_mut() {
            // Before the cuts are chosen, so that `cut_confidence` is compared with the probability that the tables show.
            *cut = calibrated(*cut);
        }
        let least = |token: usize| least_cut(article.boundaries()[run.start + token], self.settings.cut_confidence);
        best_ends(cuts, least, self.settings.max_tokens, segment, ends);
        by_hand.correct(
            &run,
            cuts,
            ends,
            |longer, cuts| {
                let mut inside = Vec::new();
                let least = |token: usize| if cuts[token] == 0.0 { IMPOSSIBLE } else { least(longer.start + token) };
                best_ends(cuts, least, self.settings.max_tokens, segment, &mut inside);
                inside
            },
            self.settings.max_tokens,
        );
        let mut start = run.start;
        for end in ends.iter().map(|end| run.start + end) {
            let is_by_hand = by_hand.0.get(&(end - 1)) == Some(&true);
            let confidence = if is_by_hand { 1.0 } else { rounded(cuts[end - 1 - run.start]) };
            let cut_run = CutRun { first: run.start, probabilities: cuts, mark_confidence: self.settings.mark_confidence };
            let marks = marks_of(start..end, article, cues, unpunctuated, &cut_run);
            sentences.push(Sentence { marks, ..sentence(start..end, SentenceKind::Body, confidence, article) });
            start = end;
        }
    }
}

/// The boundaries of which a person said whether a sentence ends there.
#[derive(Clone, Copy)]
struct HandEnds<'r>(&'r BTreeMap<usize, bool>);

impl HandEnds<'_> {
    /// Lifts the cues that a person contradicts.
    fn overrule(self, cues: &mut [BoundaryCue]) {
        for (token, is_end) in self.0 {
            if *is_end != (cues[*token] == BoundaryCue::End) {
                cues[*token] = BoundaryCue::None;
            }
        }
    }

    /// Sets and removes ends of a run, counted from its beginning, and leaves the others where they are. What becomes too long is cut
    /// again by `cut`, which gets its tokens and their probabilities.
    fn correct(
        self,
        run: &Range<usize>,
        cuts: &mut [f64],
        ends: &mut Vec<usize>,
        mut cut: impl FnMut(Range<usize>, &[f64]) -> Vec<usize>,
        max_tokens: usize,
    ) {
        if self.0.range(run.clone()).next().is_none() {
            return;
        }
        let mut corrected: BTreeSet<usize> = ends.iter().copied().collect();
        for (token, is_end) in self.0.range(run.clone()).filter(|(token, _)| **token + 1 < run.end) {
            let end = token + 1 - run.start;
            cuts[end - 1] = if *is_end { NEARLY_CERTAIN } else { 0.0 };
            if *is_end {
                corrected.insert(end)
            } else {
                corrected.remove(&end)
            };
        }
        ends.clear();
        let mut start = 0;
        for end in corrected {
            if end - start > max_tokens {
                ends.extend(cut(start..end, &cuts[start..end]).into_iter().map(|inside| start + inside));
            } else {
                ends.push(end);
            }
            start = end;
        }
    }

    /// Divides the parts of a head where a sentence ends, and gives up the part, with those after it, that ends where none does.
    fn divide(self, head: Vec<HeadPart>) -> Vec<(Range<usize>, SentenceKind, f64)> {
        let mut parts = Vec::new();
        for HeadPart { tokens, kind, confidence } in head {
            if self.0.get(&(tokens.end - 1)) == Some(&false) {
                break;
            }
            let mut start = tokens.start;
            let inside = self.0.range(tokens.start..tokens.end - 1).filter(|(_, is_end)| **is_end);
            for (token, _) in inside {
                parts.push((start..token + 1, kind, 1.0));
                start = token + 1;
            }
            let is_by_hand = self.0.contains_key(&(tokens.end - 1));
            parts.push((start..tokens.end, kind, if is_by_hand { 1.0 } else { confidence }));
        }
        parts
    }
}

/// The runs of tokens from `first` on, each up to a sentence end that the text shows; the last one ends with the article.
fn body_runs(first: usize, cues: &[BoundaryCue]) -> Vec<Range<usize>> {
    let is_end = |token: &usize| cues[*token] == BoundaryCue::End || token + 1 == cues.len();
    let mut start = first;
    let run = |last: usize| std::mem::replace(&mut start, last + 1)..last + 1;
    (first..cues.len()).filter(is_end).map(run).collect()
}

fn sentence(tokens: Range<usize>, kind: SentenceKind, boundary_confidence: f32, article: &Repaired) -> Sentence {
    Sentence { number_gaps: article.number_gaps(tokens.clone()), tokens, kind, boundary_confidence, marks: Vec::new() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::length_model::{CLASSES, LONGEST, LengthClass};
    use super::*;
    use crate::document::Document;
    use crate::repair::{BoundaryLogits, Damage, Outcome, Segment};

    fn splitter(max_tokens: usize) -> Splitter {
        let class = LengthClass { mean: 2000, costs: vec![640; LONGEST] };
        let lengths = LengthModel { classes: vec![class; CLASSES] };
        Splitter::with_lengths(
            &lengths,
            SplitSettings { max_tokens, cut_confidence: 0.4, mark_confidence: 0.4, length_weight: 0.5 },
        )
    }

    fn article(text: &str) -> Repaired {
        let document = Document::from_text("t", text);
        let outcome = || Outcome { confidence: 1.0, unresolved: false, repair: None };
        let outcomes: Vec<Outcome> = document.tokens().iter().map(|_| outcome()).collect();
        // Any logits will do, as long as they vary.
        let odds = |token: usize| f32::from(u8::try_from(token * 37 % 31).expect("small")) / 8.0 - 2.0;
        let logits = |token: usize| BoundaryLogits { sentence_end: odds(token), ..BoundaryLogits::UNLIKELY };
        let boundaries = (0..outcomes.len()).map(logits).collect();
        let segments = Segment::whole(&document, Damage::Stripped);
        Repaired::new(document, segments, outcomes, boundaries)
    }

    proptest! {
        #[test]
        fn sentences_cover_the_article(text in "([ابتثجحخ]{1,4}[ \n.]{1,3}){0,60}", max_tokens in 1_usize..20) {
            let article = article(&text);
            let sentences = splitter(max_tokens).split(&Reviewed::untouched(article.clone()), &mut SplitScratch::default());
            let mut next = 0;
            for sentence in &sentences {
                prop_assert_eq!(sentence.tokens.start, next);
                prop_assert!(!sentence.tokens.is_empty());
                prop_assert!(sentence.kind != SentenceKind::Body || sentence.tokens.len() <= max_tokens);
                next = sentence.tokens.end;
            }
            prop_assert_eq!(next, article.document().tokens().len());
        }
    }

    #[test]
    fn a_blank_line_ends_a_sentence() {
        let article = article("عنوان قصير\n\nثم متن");
        let sentences = splitter(50).split(&Reviewed::untouched(article), &mut SplitScratch::default());
        assert!(sentences.iter().any(|sentence| sentence.tokens.end == 2));
    }
}
