//! Finds terms in the words of a sentence: walks through the trie, one for each form that a word may have.
//!
//! Invariant: of the terms that begin at a word, the longest wins. A term that needs a form which repair did not choose gives way to
//! every other term, since the chosen form is likelier.

use std::cmp::Reverse;

use super::sentence_words::{FormSource, SentenceWord, WordForm};
use super::tagged::Layer;
use super::term_trie::{Position, Term, TermIndex, TermTrie};
use super::vocabulary::Vocabulary;
use crate::arabic::inflection::Bases;
use crate::repair::frequencies::WordFrequencies;
use crate::rounded::rounded;

/// The terms of a vocabulary, compiled for matching.
#[derive(Debug)]
pub(super) struct Matcher {
    terms: TermTrie,
    frequencies: WordFrequencies,
}

/// A term found in a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub(super) term: TermIndex,
    /// Its first word.
    pub(super) start: usize,
    /// The word after its last.
    pub(super) end: usize,
    pub(super) layer: Layer,
    /// Probability of the words that were matched: the minimum over their forms.
    pub(super) confidence: f32,
}

/// A walk through the words of a sentence and the trie at once.
#[derive(Clone, Copy, PartialEq)]
struct Walk {
    position: Position,
    /// The word after the last one matched.
    end: usize,
    layer: Layer,
    confidence: f32,
}

impl Matcher {
    pub(super) fn new(vocabulary: &Vocabulary, frequencies: WordFrequencies) -> Self {
        Self { terms: TermTrie::new(vocabulary, &frequencies), frequencies }
    }

    pub(super) fn term(&self, index: TermIndex) -> &Term {
        self.terms.term(index)
    }

    /// The longest term that begins at a word; of equally long ones, the one written most alike.
    pub(super) fn longest(&self, words: &[SentenceWord], start: usize, bases: &mut Bases) -> Option<Match> {
        Self::best(self.matches_at(words, start, bases))
    }

    /// The term of another concept that matches the same words.
    pub(super) fn other_concept(&self, found: Match, words: &[SentenceWord], bases: &mut Bases) -> Option<Match> {
        let concept = |found: &Match| self.term(found.term).concept;
        let mut others = self.matches_at(words, found.start, bases);
        others.retain(|other| other.end == found.end && concept(other) != concept(&found));
        Self::best(others)
    }

    fn best(matches: Vec<Match>) -> Option<Match> {
        let is_unchosen = |found: &Match| found.layer == Layer::Skeleton;
        matches.into_iter().min_by_key(|found| (is_unchosen(found), Reverse(found.end), found.layer, found.term))
    }

    /// The terms of other concepts within a longer one, at most one for each run of words.
    pub(super) fn inside(&self, words: &[SentenceWord], longest: Match, bases: &mut Bases) -> Vec<Match> {
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
    fn matches_at(&self, words: &[SentenceWord], start: usize, bases: &mut Bases) -> Vec<Match> {
        let mut walks: Vec<Walk> = Vec::new();
        // Several forms of a word lead to the same position. Unless each is continued only once, a term of n words takes 2^n walks.
        let mut done: Vec<Walk> = Vec::new();
        for form in words[start].forms.iter().filter(|form| form.source != FormSource::Unlikely) {
            let layer = if form.source == FormSource::Chosen { Layer::Exact } else { Layer::Skeleton };
            let begin = |position| walks.push(Walk { position, end: start + 1, layer, confidence: form.probability });
            match form.source {
                FormSource::Skeleton => self.terms.begin_with_skeleton(&form.letters, bases, begin),
                FormSource::Chosen | FormSource::Alternative | FormSource::Unlikely => {
                    self.terms.begin(&form.letters, bases, &self.frequencies, begin);
                }
            }
        }
        let mut matches = Vec::new();
        while let Some(walk) = walks.pop() {
            if done.contains(&walk) {
                continue;
            }
            done.push(walk);
            if let Some(term) = self.terms.term_at(walk.position) {
                let layer = walk.layer.max(self.written_layer(&words[start..walk.end], term));
                matches.push(Match { term, start, end: walk.end, layer, confidence: walk.confidence });
            }
            // Extended even after a term has ended here, since a longer one wins.
            if let Some(word) = words.get(walk.end).filter(|_| !words[walk.end - 1].is_closed) {
                self.extend(walk, word, bases, &mut walks);
            }
        }
        matches
    }

    fn extend(&self, walk: Walk, word: &SentenceWord, bases: &mut Bases, walks: &mut Vec<Walk>) {
        for form in word.forms.iter().filter(|form| form.source != FormSource::Unlikely) {
            let layer = if form.source == FormSource::Chosen { walk.layer } else { Layer::Skeleton };
            let confidence = walk.confidence.min(form.probability);
            self.terms.next(walk.position, &form.letters, bases, form.source == FormSource::Skeleton, |position| {
                walks.push(Walk { position, end: walk.end + 1, layer, confidence });
            });
        }
    }

    /// The probability that a match is right: that of its least certain word, of which all forms add up with which the words are still
    /// a term of the concept (`الصناعة` and `الصناعات` are both industry).
    pub(super) fn probability(&self, found: Match, words: &[SentenceWord], bases: &mut Bases) -> f32 {
        let concept = self.term(found.term).concept;
        let mut own = words[found.start..found.end].to_vec();
        let mut least = 1.0_f32;
        for index in 0..own.len() {
            let forms = own[index].forms.clone();
            if forms.len() == 1 {
                least = least.min(forms[0].probability);
                continue;
            }
            let mut sum = 0.0;
            for form in forms.iter().filter(|form| form.source != FormSource::Skeleton) {
                own[index].forms = vec![WordForm { source: FormSource::Chosen, ..form.clone() }];
                let matches = self.matches_at(&own, 0, bases);
                if matches.iter().any(|other| other.end == own.len() && self.term(other.term).concept == concept) {
                    sum += form.probability;
                }
            }
            own[index].forms = forms;
            least = least.min(sum);
        }
        // Sums of rounded numbers; and a word that nothing explains matches by its letters, not by a form.
        rounded(f64::from(least.clamp(found.confidence, 1.0)))
    }

    /// Whether the words, as repair chose them, are exactly the term's.
    fn written_layer(&self, words: &[SentenceWord], term: TermIndex) -> Layer {
        let written = words.iter().map(|word| &word.forms[0].letters);
        if written.eq(&self.term(term).words) { Layer::Exact } else { Layer::Inflected }
    }
}
