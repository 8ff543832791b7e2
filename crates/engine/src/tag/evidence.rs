//! Evidence for terms that are common words too: `قطر` is a country, a diameter, and "dripped".
//!
//! A term of one word, of a concept that has cues, counts where one of them stands in the same sentence, and so does the rest of such hits
//! in an article that is known to speak of the concept: by a hit with a cue, or by a term of several words. Words keep their sense within an
//! article (Gale, Church and Yarowsky 1992). Invariant: evidence takes hits away, or puts another concept of the same words in their place.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::tagged::Hit;
use super::text::TextWord;
use super::vocabulary::{ConceptIndex, Vocabulary};
use crate::arabic::folded_codes;
use crate::arabic::inflection::Bases;

/// The cues of a vocabulary.
#[derive(Debug, Default)]
pub(super) struct Cues {
    /// Concepts by the word that speaks for them, folded.
    speaking: FxHashMap<Vec<u8>, Vec<ConceptIndex>>,
    needing: FxHashSet<ConceptIndex>,
}

impl Cues {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let mut cues = Self::default();
        for (index, concept) in vocabulary.concepts().iter().enumerate().filter(|(_, concept)| !concept.cues.is_empty()) {
            cues.needing.insert(index);
            for cue in &concept.cues {
                cues.speaking.entry(folded_codes(cue)).or_default().push(index);
            }
        }
        cues
    }

    /// Whether a hit of a term of so many words needs evidence.
    pub(super) fn are_needed(&self, concept: ConceptIndex, words: usize) -> bool {
        words == 1 && self.needing.contains(&concept)
    }

    /// Whether one of the words of a sentence, those of the hit itself left out, speaks for a concept.
    pub(super) fn speak_for(
        &self,
        concept: ConceptIndex,
        hit: &Range<usize>,
        words: &[TextWord],
        bases: &mut Bases,
    ) -> bool {
        words.iter().filter(|word| !hit.contains(&word.token)).any(|word| {
            bases.find(&word.forms[0].letters);
            bases.iter().any(|(letters, _)| self.speaking.get(letters).is_some_and(|concepts| concepts.contains(&concept)))
        })
    }
}

/// A hit, and whether it stands by itself.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) hit: Hit,
    pub(super) is_supported: bool,
    /// What the same words are where nothing supports the claim.
    pub(super) instead: Option<Hit>,
}

/// The hits that something supports, and those that nothing does.
pub(super) fn weigh(claims: Vec<Claim>) -> (Vec<Hit>, Vec<Hit>) {
    let supported: FxHashSet<ConceptIndex> =
        claims.iter().filter(|claim| claim.is_supported).map(|claim| claim.hit.concept).collect();
    let (mut hits, mut unsupported) = (Vec::new(), Vec::new());
    for claim in claims {
        if supported.contains(&claim.hit.concept) {
            hits.push(claim.hit);
        } else {
            unsupported.push(claim.hit);
            hits.extend(claim.instead);
        }
    }
    (hits, unsupported)
}
