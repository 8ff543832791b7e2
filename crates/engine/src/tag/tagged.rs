//! The finished article: repaired, split into sentences, tagged.
//!
//! Invariant: hits are in the order of their sentences, which [`Tagged::sentence_hits`] relies on. The outcome of each stage is a separate
//! field, so that the cache can keep them stage by stage.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::phrases::Keyphrase;
use super::term_trie::TermIndex;
use super::vocabulary::ConceptIndex;
use crate::repair::Repaired;
use crate::review::Reviewed;
use crate::rounded::probability;
use crate::split::{Sentence, covered};

/// How a keyword was matched. The order is one of preference: the match that is written most alike comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Layer {
    /// As the vocabulary writes it.
    Exact,
    /// With clitics, another ending, or other definiteness.
    Inflected,
    /// By a likely form that repair did not choose, or by the letters that the damage left.
    Skeleton,
    /// Through a hit of a narrower concept.
    Broader,
    /// By a person.
    Hand,
}

impl Layer {
    /// The name in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Inflected => "inflected",
            Self::Skeleton => "skeleton",
            Self::Broader => "broader",
            Self::Hand => "hand",
        }
    }
}

/// A concept found in a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Index of the sentence.
    pub sentence: usize,
    pub concept: ConceptIndex,
    /// Indices of the article's tokens.
    pub tokens: Range<usize>,
    pub layer: Layer,
    /// The term that matched; `None` if a person found it.
    pub term: Option<TermIndex>,
    /// Probability that the words are those of a term of the concept: that of the least certain word, its matching forms together.
    #[serde(with = "probability")]
    pub confidence: f32,
}

/// How often an article mentions a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeywordCount {
    pub concept: ConceptIndex,
    /// Hits in the article.
    pub count: usize,
}

/// An article that has gone through every stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged {
    article: Reviewed,
    sentences: Vec<Sentence>,
    hits: Vec<Hit>,
    keyphrases: Vec<Keyphrase>,
}

impl Tagged {
    /// Joins an article with its sentences, its hits in the order of their tokens, and its keyphrases, best first.
    #[must_use]
    pub fn new(article: Reviewed, sentences: Vec<Sentence>, hits: Vec<Hit>, keyphrases: Vec<Keyphrase>) -> Self {
        Self { article, sentences, hits, keyphrases }
    }

    /// The repaired article, as a person corrected it.
    #[must_use]
    pub fn article(&self) -> &Repaired {
        self.article.article()
    }

    /// The same with all that the person said.
    #[must_use]
    pub fn reviewed(&self) -> &Reviewed {
        &self.article
    }

    /// The sentences, in order.
    #[must_use]
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// The tokens of the sentences: all, or those of a passage without the tokens around it.
    #[must_use]
    pub fn kept(&self) -> Range<usize> {
        covered(&self.sentences)
    }

    /// The hits, in the order of their sentences.
    #[must_use]
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// The keyphrases, best first.
    #[must_use]
    pub fn keyphrases(&self) -> &[Keyphrase] {
        &self.keyphrases
    }

    /// The hits of one sentence.
    pub fn sentence_hits(&self, sentence: usize) -> impl Iterator<Item = &Hit> {
        // A binary search, which is right only because hits are in the order of their sentences.
        let start = self.hits.partition_point(|hit| hit.sentence < sentence);
        self.hits[start..].iter().take_while(move |hit| hit.sentence == sentence)
    }

    /// The concepts with their counts, most frequent first; of equally frequent ones, in the vocabulary's order.
    #[must_use]
    pub fn keyword_counts(&self) -> Vec<KeywordCount> {
        let mut counts: BTreeMap<ConceptIndex, usize> = BTreeMap::new();
        for hit in &self.hits {
            *counts.entry(hit.concept).or_default() += 1;
        }
        let mut counts: Vec<KeywordCount> =
            counts.into_iter().map(|(concept, count)| KeywordCount { concept, count }).collect();
        // The sort is stable, so the map's order, which is the vocabulary's, decides ties.
        counts.sort_by_key(|keyword| std::cmp::Reverse(keyword.count));
        counts
    }
}
