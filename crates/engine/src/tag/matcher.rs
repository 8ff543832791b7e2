//! Finding terms in the words of a sentence: walks through the trie, one for each form that a word may have.
//!
//! Invariant: of the terms that begin at a word the longest wins, and a term that needs a form which repair did not choose gives way to
//! any other: the form that it did choose is likelier.

use std::cmp::Reverse;

use super::tagged::Layer;
use super::terms::{Step, Term, TermIndex, Terms};
use super::text::{Source, TextWord};
use super::vocabulary::Vocabulary;
use crate::arabic::inflection::Bases;
use crate::repair::frequencies::WordFrequencies;

/// The terms of a vocabulary, ready to be found.
#[derive(Debug)]
pub(super) struct Matcher {
    terms: Terms,
    frequencies: WordFrequencies,
}

/// A term found in the words of a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub(super) term: TermIndex,
    /// Its first word.
    pub(super) start: usize,
    /// The word after its last.
    pub(super) end: usize,
    pub(super) layer: Layer,
    /// How probable it is that the text has these words: that of the least sure one.
    pub(super) confidence: f32,
}

/// Where a walk through the words of a sentence stands.
#[derive(Clone, Copy, PartialEq)]
struct Walk {
    step: Step,
    /// The word after the last.
    end: usize,
    layer: Layer,
    confidence: f32,
}

impl Matcher {
    pub(super) fn new(vocabulary: &Vocabulary, frequencies: WordFrequencies) -> Self {
        Self { terms: Terms::new(vocabulary, &frequencies), frequencies }
    }

    pub(super) fn term(&self, index: TermIndex) -> &Term {
        self.terms.term(index)
    }

    /// The longest term that begins at a word; of equally long ones the one that is written most alike.
    pub(super) fn longest(&self, words: &[TextWord], start: usize, bases: &mut Bases) -> Option<Match> {
        Self::best(self.matches_at(words, start, bases))
    }

    /// The term of another concept that has the same words as a match.
    pub(super) fn other_than(&self, found: Match, words: &[TextWord], bases: &mut Bases) -> Option<Match> {
        let concept = |found: &Match| self.term(found.term).concept;
        let mut others = self.matches_at(words, found.start, bases);
        others.retain(|other| other.end == found.end && concept(other) != concept(&found));
        Self::best(others)
    }

    fn best(matches: Vec<Match>) -> Option<Match> {
        let is_rival = |found: &Match| found.layer == Layer::Skeleton;
        matches.into_iter().min_by_key(|found| (is_rival(found), Reverse(found.end), found.layer, found.term))
    }

    /// The terms of other concepts inside a longer one, one for each run of words.
    pub(super) fn inside(&self, words: &[TextWord], longest: Match, bases: &mut Bases) -> Vec<Match> {
        let concept = |found: &Match| self.term(found.term).concept;
        let mut inside = Vec::new();
        for start in longest.start..longest.end {
            let mut matches = self.matches_at(words, start, bases);
            matches.retain(|found| {
                found.end <= longest.end
                    && found.end - found.start < longest.end - longest.start
                    && concept(found) != concept(&longest)
            });
            matches.sort_by_key(|found| (found.end, found.layer, found.term));
            matches.dedup_by_key(|found| found.end);
            inside.append(&mut matches);
        }
        inside
    }

    /// Every term that begins at a word.
    fn matches_at(&self, words: &[TextWord], start: usize, bases: &mut Bases) -> Vec<Match> {
        let mut walks: Vec<Walk> = Vec::new();
        // Several ways lead to one place: each is gone once, or a long term would be found in 2^n ways.
        let mut gone: Vec<Walk> = Vec::new();
        for form in &words[start].forms {
            let layer = if form.source == Source::Chosen { Layer::Exact } else { Layer::Skeleton };
            let begin = |step| walks.push(Walk { step, end: start + 1, layer, confidence: form.probability });
            match form.source {
                Source::Skeleton => self.terms.begin_with_skeleton(&form.letters, bases, begin),
                Source::Chosen | Source::Rival => self.terms.begin(&form.letters, bases, &self.frequencies, begin),
            }
        }
        let mut matches = Vec::new();
        while let Some(walk) = walks.pop() {
            if gone.contains(&walk) {
                continue;
            }
            gone.push(walk);
            if let Some(term) = self.terms.end(walk.step) {
                let layer = walk.layer.max(self.written_layer(&words[start..walk.end], term));
                matches.push(Match { term, start, end: walk.end, layer, confidence: walk.confidence });
            }
            if let Some(word) = words.get(walk.end).filter(|_| !words[walk.end - 1].is_closed) {
                self.go_on(walk, word, bases, &mut walks);
            }
        }
        matches
    }

    fn go_on(&self, walk: Walk, word: &TextWord, bases: &mut Bases, walks: &mut Vec<Walk>) {
        for form in &word.forms {
            let layer = if form.source == Source::Chosen { walk.layer } else { Layer::Skeleton };
            let confidence = walk.confidence.min(form.probability);
            self.terms.go_on(walk.step, &form.letters, bases, form.source == Source::Skeleton, |step| {
                walks.push(Walk { step, end: walk.end + 1, layer, confidence });
            });
        }
    }

    /// Whether the words, as repair chose them, are the term's own.
    fn written_layer(&self, words: &[TextWord], term: TermIndex) -> Layer {
        let written = words.iter().map(|word| &word.forms[0].letters);
        if written.eq(&self.term(term).words) { Layer::Exact } else { Layer::Inflected }
    }
}
