//! The vocabulary: concepts with their Arabic terms, read from CSV (`csv`) and from SKOS in any of its usual formats (`skos`).
//!
//! ```text
//! files ─ csv, skos ─ entries ─ assembly (ids checked, terms cleaned, links resolved) ─ concepts
//! ```
//!
//! Invariant: ids are unique, terms consist of words and numbers, and every broader concept is one of the vocabulary. Whatever would make a
//! build wrong is a [`VocabularyFault`] and stops it. What a vocabulary made for other purposes may well contain (labels in other
//! scripts, links elsewhere) is a notice, which `check` lists; if hardly anything of it can be found, that is a warning, which every run
//! gives.

mod assembly;
mod concept;
mod csv;
mod entry;
mod reader;
mod skos;
mod term;

pub use concept::{Concept, ConceptIndex};
pub use entry::{NoticeKind, VocabularyFault, VocabularyNotice};
#[cfg(test)]
pub(super) use reader::tests;
pub use reader::{ToCsv, Vocabulary};
