//! Tagging: finds the concepts of a vocabulary in the sentences of a [`Repaired`](crate::repair::Repaired) article, and its keyphrases.
//!
//! ```text
//! vocabulary files ─ vocabulary ─ term_trie ─┐
//! sentences ─ sentence_words ────────────────┼─ matcher ─ disambiguation ─ hits
//!                  └─ phrases ─ keyphrases   │
//!                 words of the lexicon ──────┘
//! ```
//!
//! Invariant: the sentences that come in go out unchanged, and every hit is a run of tokens inside one of them. A term is a path
//! in a trie over words without clitics and endings. From each word the longest path wins, and hits do not overlap unless nested ones
//! are asked for. A term that the vocabulary writes with the article (`الأردن`) is found only with it.

mod disambiguation;
mod matcher;
pub mod phrases;
mod runs;
mod sentence_words;
mod settings;
mod tagged;
mod tagger;
mod term_trie;
pub mod vocabulary;

pub use phrases::Keyphrase;
pub use settings::TagSettings;
pub use tagged::{Hit, KeywordCount, Layer, Tagged};
pub use tagger::{TagScratch, Tagger};
pub use term_trie::TermIndex;
pub use vocabulary::{Concept, ConceptIndex, ToCsv, Vocabulary, VocabularyFault, VocabularyNotice};

/// Version of this stage's code: part of the build id. Raise it whenever equal input could give different output.
pub const VERSION: u32 = 6;
