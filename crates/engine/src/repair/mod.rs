//! Repair: gives each token of a [`Document`](crate::document::Document) the form that it had before it was damaged.
//!
//! ```text
//! token ─ words ─ candidates ─ lattice ─ scores ─ decoder ─ recurrence ─ outcome ─ Repaired
//!                 │                      │        │
//!                 lexicon + channel      typing   language
//!                 (inverted)             profile, model
//!                                        encoder
//! ```
//!
//! It is a noisy-channel model: the [`channel`] says which forms a damaged word can have had, the language model and the
//! encoder which of them fits. Invariant: every form chosen is explained by the channel of its segment or is the word as it
//! stands; no model can talk repair into a letter that the damage cannot have taken.

pub mod candidates;
pub mod channel;
pub mod costs;
pub mod damage;
pub mod decoder;
pub mod frequencies;
pub mod indexed_lexicon;
pub mod language_model;
pub mod lattice;
pub mod lexicon;
pub mod proposal;
pub mod typing_profile;
pub mod words;

mod agency_remnants;
mod article_word;
mod boundaries;
mod custom_lexicon;
mod declared_damage;
mod derivation;
mod diacritics;
mod effort;
mod first_person;
mod form_cache;
mod joined;
mod number_gaps;
mod outcome;
mod recurrence;
mod repaired;
mod repairer;
mod scores;
mod segments;
mod settings;
mod word_list;

pub use boundaries::{BoundaryLogits, logistic};
pub use damage::Damage;
pub use declared_damage::{DamageByPath, DeclaredDamage};
pub use effort::Effort;
pub use number_gaps::NumberGap;
pub use outcome::{Alternative, Outcome};
pub use repaired::{Finding, MIXED, Repaired, TokenRepair};
pub use repairer::{RepairScratch, Repairer, WordChoice};
pub use segments::Segment;
pub use settings::RepairSettings;
pub use word_list::{WordList, WordListFault};

/// Version of this stage's code: part of the build id and the cache keys, raised whenever equal input could give other
/// output.
pub const VERSION: u32 = 8;
