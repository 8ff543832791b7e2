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
    /// The terms to look for: the label, then its variants, each of words separated by single spaces: Arabic words, numbers, and words in
    /// other scripts in lower case.
    pub terms: Vec<String>,
    /// Whether a term has anything but Arabic words, or was written with hyphens.
    pub has_symbols: bool,
    /// The next broader concepts.
    pub broader: Vec<ConceptIndex>,
    /// Whether it is a name, which takes clitics, but neither a plural nor a pronoun.
    pub is_name: bool,
    /// Words of which one must be in the sentence for a term of one word to count; empty if the term needs no such evidence.
    pub cues: Vec<String>,
}
