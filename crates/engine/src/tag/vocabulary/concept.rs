//! Concepts: what a vocabulary lists, and tagging finds.

/// Index of a concept in its vocabulary.
pub type ConceptIndex = usize;

/// One concept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concept {
    /// Stable identifier: the CSV's id; a SKOS concept's notation or the last part of its IRI.
    pub id: String,
    /// The IRI of a SKOS concept.
    pub iri: Option<String>,
    /// Preferred Arabic label.
    pub label: String,
    /// Subject field.
    pub category: String,
    /// English meaning; may be empty.
    pub gloss: String,
    /// The terms to look for: the label, then its variants, each of Arabic words separated by single spaces.
    pub terms: Vec<String>,
    /// The next broader concepts.
    pub broader: Vec<ConceptIndex>,
    /// Whether it is a name, which takes clitics, but neither a plural nor a pronoun.
    pub is_name: bool,
    /// Words of which one must be in the sentence for a term of one word to count; empty if the term needs no such evidence.
    pub cues: Vec<String>,
}
