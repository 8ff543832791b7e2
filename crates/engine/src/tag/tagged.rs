//! The finished article: repaired, cut into sentences, its keywords found.
//!
//! Invariant: nothing is added to it after this, and hits are in the order of their sentences, which
//! [`Tagged::sentence_hits`] searches by. What each stage found lies beside what the others found, so that the cache can
//! keep it stage by stage.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{ConceptIndex, Keyphrase, TermIndex};
use crate::repair::Repaired;
use crate::rounded::probability;
use crate::split::Sentence;

/// How a keyword was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Layer {
    /// Written as the vocabulary writes it.
    Exact,
    /// With clitics, another ending, or other definiteness.
    Inflected,
    /// In a form that repair did not choose where it was unsure, or in the letters that the damage left.
    Skeleton,
    /// Not itself, but by a narrower concept.
    Broader,
}

impl Layer {
    /// The name that tables use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Inflected => "inflected",
            Self::Skeleton => "skeleton",
            Self::Broader => "broader",
        }
    }
}

/// A concept found in a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Index of the sentence.
    pub sentence: usize,
    /// Which concept.
    pub concept: ConceptIndex,
    /// Tokens of the article.
    pub tokens: Range<usize>,
    /// How it was found.
    pub layer: Layer,
    /// The term that was found.
    pub term: TermIndex,
    /// How probable it is that the text has the words that were read: that of the least sure one.
    #[serde(with = "probability")]
    pub confidence: f32,
}

/// How often an article speaks of a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeywordCount {
    /// Which concept.
    pub concept: ConceptIndex,
    /// Hits in the article.
    pub count: usize,
}

/// An article that has gone through every stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged {
    article: Repaired,
    sentences: Vec<Sentence>,
    hits: Vec<Hit>,
    keyphrases: Vec<Keyphrase>,
}

impl Tagged {
    /// Joins an article with its sentences, its hits in the order of their tokens, and its keyphrases, best first.
    #[must_use]
    pub fn new(article: Repaired, sentences: Vec<Sentence>, hits: Vec<Hit>, keyphrases: Vec<Keyphrase>) -> Self {
        Self { article, sentences, hits, keyphrases }
    }

    /// The repaired article.
    #[must_use]
    pub fn article(&self) -> &Repaired {
        &self.article
    }

    /// Its sentences, in order.
    #[must_use]
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// Its keywords, in order.
    #[must_use]
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// What it is about, in its own words, best first.
    #[must_use]
    pub fn keyphrases(&self) -> &[Keyphrase] {
        &self.keyphrases
    }

    /// The keywords of one sentence.
    pub fn sentence_hits(&self, sentence: usize) -> impl Iterator<Item = &Hit> {
        let start = self.hits.partition_point(|hit| hit.sentence < sentence);
        self.hits[start..].iter().take_while(move |hit| hit.sentence == sentence)
    }

    /// Concepts with their counts, most frequent first, then in the vocabulary's order.
    #[must_use]
    pub fn keyword_counts(&self) -> Vec<KeywordCount> {
        let mut counts: BTreeMap<ConceptIndex, usize> = BTreeMap::new();
        for hit in &self.hits {
            *counts.entry(hit.concept).or_default() += 1;
        }
        let mut counts: Vec<KeywordCount> =
            counts.into_iter().map(|(concept, count)| KeywordCount { concept, count }).collect();
        counts.sort_by_key(|keyword| std::cmp::Reverse(keyword.count));
        counts
    }
}
