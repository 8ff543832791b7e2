//! Tagging: finds the concepts of a vocabulary in the sentences of a [`Repaired`] article.
//!
//! Invariant: the sentences that come in go out unchanged, and every hit is a run of tokens inside one of them. A term is a path
//! in a trie over words without clitics and endings; the longest path from a token wins, and hits do not overlap. A term that
//! the vocabulary writes with the article (`الأردن`) is found only with it.

pub mod inflection;
mod tagged;
pub mod vocabulary;

use std::collections::HashMap;
use std::ops::Range;

use rustc_hash::FxBuildHasher;

pub use tagged::{Hit, KeywordCount, Layer, Tagged};
pub use vocabulary::{Concept, Vocabulary, VocabularyFault};

use crate::arabic::is_letter;
use crate::repair::Repaired;
use crate::split::Sentence;
use inflection::{Inflection, folded_codes};

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 1;

/// The category whose terms are names: they take clitics, but no plural and no pronoun.
const NAMES: &str = "places";

/// A place in the trie; 0 is its root.
type Node = u32;

/// Index of a concept in the vocabulary.
pub type ConceptIndex = usize;

/// The tagging stage: immutable, shared by all workers.
#[derive(Debug)]
pub struct Tagger {
    vocabulary: Vocabulary,
    inflection: Inflection,
    /// First words of terms, in their base form; names apart, since they take no ending.
    roots: HashMap<(bool, Vec<u8>), Node, FxBuildHasher>,
    /// Later words, by where they follow and their agreement key.
    edges: HashMap<(Node, Vec<u8>), Node, FxBuildHasher>,
    /// The concept whose term ends at a node, with the term's folded words.
    ends: HashMap<Node, (ConceptIndex, Vec<Vec<u8>>), FxBuildHasher>,
}

impl Tagger {
    /// Compiles a vocabulary. Where two concepts share a term, the first has it.
    #[must_use]
    pub fn new(vocabulary: Vocabulary) -> Self {
        let mut tagger = Self {
            inflection: Inflection::default(),
            roots: HashMap::default(),
            edges: HashMap::default(),
            ends: HashMap::default(),
            vocabulary: Vocabulary::default(),
        };
        let mut nodes = 0;
        for (concept, entry) in vocabulary.concepts().iter().enumerate() {
            entry.terms().for_each(|term| tagger.add_term(concept, entry.category == NAMES, term, &mut nodes));
        }
        tagger.vocabulary = vocabulary;
        tagger
    }

    fn add_term(&mut self, concept: ConceptIndex, name: bool, term: &str, nodes: &mut Node) {
        let words: Vec<Vec<u8>> = term.split_whitespace().map(folded_codes).collect();
        let mut fresh = || {
            *nodes += 1;
            *nodes
        };
        let Some((first, later)) = words.split_first() else { return };
        let mut node = *self.roots.entry((name, first.clone())).or_insert_with(&mut fresh);
        for word in later {
            let key = (node, self.inflection.agreement_key(word));
            node = *self.edges.entry(key).or_insert_with(&mut fresh);
        }
        self.ends.entry(node).or_insert((concept, words));
    }

    /// The vocabulary that is looked for.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Tags an article.
    #[must_use]
    pub fn tag(&self, article: Repaired, sentences: Vec<Sentence>) -> Tagged {
        let mut hits = Vec::new();
        for (index, sentence) in sentences.iter().enumerate() {
            self.tag_sentence(&article, index, sentence.tokens.clone(), &mut hits);
        }
        Tagged::new(article, sentences, hits)
    }

    fn tag_sentence(&self, article: &Repaired, sentence: usize, tokens: Range<usize>, hits: &mut Vec<Hit>) {
        let mut token = tokens.start;
        while token < tokens.end {
            let Some((concept, end, layer)) = self.longest_match(article, token..tokens.end) else {
                token += 1;
                continue;
            };
            hits.push(Hit { sentence, concept, tokens: token..end, layer });
            token = end;
        }
    }

    /// The longest term that begins at the first token of a run: its concept, its end, how it was found.
    fn longest_match(&self, article: &Repaired, tokens: Range<usize>) -> Option<(ConceptIndex, usize, Layer)> {
        let mut nodes = Vec::new();
        self.inflection.base_forms(article.token_text(tokens.start), |base| {
            let kinds: &[bool] = if base.lost_ending { &[false] } else { &[false, true] };
            let roots = kinds.iter().filter_map(|name| self.roots.get(&(*name, base.letters.to_vec())));
            nodes.extend(roots.copied());
        });
        nodes.dedup();
        let found = nodes.into_iter().filter_map(|root| self.longest_from(root, article, tokens.clone()));
        // Of equally long readings the first, which strips least, wins.
        let (node, end) = found.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        let (concept, term) = &self.ends[&node];
        let mut written = (tokens.start..end).map(|token| folded_codes(article.token_text(token)));
        let exact = term.iter().all(|word| written.next().as_ref() == Some(word));
        Some((*concept, end, if exact { Layer::Exact } else { Layer::Inflected }))
    }

    fn longest_from(&self, root: Node, article: &Repaired, tokens: Range<usize>) -> Option<(Node, usize)> {
        let mut node = root;
        let mut end = tokens.start + 1;
        let mut longest = self.ends.contains_key(&node).then_some((node, end));
        while end < tokens.end && !closes_phrase(article.token_text(end - 1)) {
            let key = (node, self.inflection.agreement_key(&folded_codes(article.token_text(end))));
            let Some(next) = self.edges.get(&key) else { break };
            node = *next;
            end += 1;
            if self.ends.contains_key(&node) {
                longest = Some((node, end));
            }
        }
        longest
    }
}

/// Whether a mark at a token's end parts it from the next.
fn closes_phrase(token: &str) -> bool {
    token.chars().next_back().is_some_and(|c| !is_letter(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Document;
    use crate::repair::{Damage, Outcome, PlaceOdds, Stretch};
    use crate::split::SentenceKind;

    fn hits(csv: &str, text: &str) -> Vec<(String, String, Layer)> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("v.csv");
        std::fs::write(&file, format!("id,label,category,variants\n{csv}")).expect("written");
        let tagger = Tagger::new(Vocabulary::read(&[file]).expect("sound"));
        let document = Document::from_text("t", text);
        let count = document.tokens().len();
        let outcomes = (0..count).map(|_| Outcome { confidence: 1.0, unresolved: false, reading: None });
        let outcomes: Vec<Outcome> = outcomes.collect();
        let places = vec![PlaceOdds::UNLIKELY; outcomes.len()];
        let stretches = Stretch::whole(&document, Damage::Intact);
        let article = Repaired::new(document, stretches, outcomes, places);
        let sentence =
            Sentence { tokens: 0..count, kind: SentenceKind::Body, boundary_confidence: 1.0, number_gaps: Vec::new() };
        let found = tagger.tag(article, vec![sentence]);
        let concepts = tagger.vocabulary().concepts();
        let shown = |hit: &Hit| (concepts[hit.concept].id.clone(), found.article().span_text(hit.tokens.clone()), hit.layer);
        found.hits().iter().map(shown).collect()
    }

    const CSV: &str = "sme,صناعات صغيرة ومتوسطة,industry,\nindustry,صناعة,industry,\noil,نفط,energy,بترول\n";

    #[test]
    fn the_longest_term_wins_in_any_form() {
        let found = hits(CSV, "تطوير والصناعات الصغيرة والمتوسطة وصناعتها من النفط");
        let ids: Vec<(&str, &str)> = found.iter().map(|(id, text, _)| (id.as_str(), text.as_str())).collect();
        assert_eq!(ids, [("sme", "والصناعات الصغيرة والمتوسطة"), ("industry", "وصناعتها"), ("oil", "النفط")]);
        assert!(found.iter().all(|(_, _, layer)| *layer == Layer::Inflected));
    }

    #[test]
    fn a_term_is_not_found_inside_another_word() {
        assert_eq!(hits(CSV, "النفطية مصنع صناعي"), []);
    }

    #[test]
    fn names_take_no_endings() {
        let csv = "qatar,قطر,places,\njordan,الأردن,places,\n";
        let found = hits(csv, "في قطر قطرات وبالأردن أردنا للأردن");
        let texts: Vec<&str> = found.iter().map(|(_, text, _)| text.as_str()).collect();
        assert_eq!(texts, ["قطر", "وبالأردن", "للأردن"]);
    }

    #[test]
    fn a_mark_ends_a_phrase() {
        let found = hits(CSV, "صناعات، صغيرة ومتوسطة");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "industry");
    }

    #[test]
    fn an_exact_hit_says_so() {
        assert_eq!(hits(CSV, "سعر نفط")[0].2, Layer::Exact);
    }
}
