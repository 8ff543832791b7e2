//! Disambiguation of terms that are common words too: `قطر` is a country, a diameter, and "dripped".
//!
//! If a concept has cues, a term of one word counts only with evidence: a cue in the same sentence, or, anywhere in the article, another
//! mention of the concept with a cue or by a term of several words. Words keep one sense per discourse (Gale, Church and Yarowsky 1992).
//!
//! Invariant: disambiguation only removes hits, or replaces one by another concept with the same words.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::sentence_words::SentenceWord;
use super::tagged::Hit;
use super::vocabulary::{ConceptIndex, Vocabulary};
use crate::arabic::folded_codes;
use crate::arabic::inflection::Bases;

/// The cues of a vocabulary.
#[derive(Debug, Default)]
pub(super) struct Cues {
    /// The concepts that a word (folded letter codes) is a cue for.
    concepts: FxHashMap<Vec<u8>, Vec<ConceptIndex>>,
    /// The concepts that have cues, and so need evidence.
    ambiguous: FxHashSet<ConceptIndex>,
}

impl Cues {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let mut cues = Self::default();
        for (index, concept) in vocabulary.concepts().iter().enumerate().filter(|(_, concept)| !concept.cues.is_empty()) {
            cues.ambiguous.insert(index);
            for cue in &concept.cues {
                cues.concepts.entry(folded_codes(cue)).or_default().push(index);
            }
        }
        cues
    }

    /// Whether a hit of a term with this many words needs evidence.
    pub(super) fn are_needed(&self, concept: ConceptIndex, words: usize) -> bool {
        words == 1 && self.ambiguous.contains(&concept)
    }

    /// Whether a word of the sentence, outside the hit itself, is a cue for a concept in any of its forms.
    pub(super) fn support(
        &self,
        concept: ConceptIndex,
        hit: &Range<usize>,
        words: &[SentenceWord],
        bases: &mut Bases,
    ) -> bool {
        words.iter().filter(|word| !hit.contains(&word.token)).any(|word| {
            bases.find(&word.forms[0].letters);
            bases.iter().any(|(letters, _)| self.concepts.get(letters).is_some_and(|concepts| concepts.contains(&concept)))
        })
    }
}

/// Words that match a term, before it is known what they mean.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    pub(super) hit: Hit,
    /// Whether the term needs no evidence, or its sentence has some.
    pub(super) is_supported: bool,
    /// The hit of another concept that the same words are if the article has no evidence for this one.
    pub(super) otherwise: Option<Hit>,
}

/// The hits of an article, and the rejected ones, for which the whole article has no evidence.
pub(super) fn resolve(mentions: Vec<Mention>) -> (Vec<Hit>, Vec<Hit>) {
    let supported: FxHashSet<ConceptIndex> =
        mentions.iter().filter(|mention| mention.is_supported).map(|mention| mention.hit.concept).collect();
    let (mut hits, mut rejected) = (Vec::new(), Vec::new());
    for mention in mentions {
        if supported.contains(&mention.hit.concept) {
            hits.push(mention.hit);
        } else {
            rejected.push(mention.hit);
            // In place of the rejected hit, so that hits stay in the order of their sentences.
            hits.extend(mention.otherwise);
        }
    }
    (hits, rejected)
}
