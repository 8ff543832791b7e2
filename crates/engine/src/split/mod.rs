//! Splitting: cuts a [`Repaired`](crate::repair::Repaired) article into sentences, although most of its text has lost its marks.
//!
//! ```text
//! marks, lines, lists (boundary_cues) ────┐
//! encoder's boundary logits (log_odds) ──┼─ segmentation ─┐
//! sentence lengths (length_model) ───────┘                ├─ sentences (splitter)
//! headline, dateline, byline (head/) ────────────────────┘  └─ restored marks (punctuation)
//! ```
//!
//! Invariant: sentences are consecutive runs of tokens that cover the article, so joining them always gives the article back. Marks
//! and breaks that survive in the text are binding. Between them, the cuts are the best segmentation given the encoder's logits and
//! the usual sentence lengths of such articles. No sentence is longer than the limit: one that would be is cut at its best boundary.

mod boundary_cues;
mod brackets;
mod head;
pub mod length_model;
mod lines;
mod list_labels;
mod lists;
mod log_odds;
mod marks;
mod punctuation;
mod segmentation;
mod sentence;
mod settings;
mod splitter;

pub use head::name_of;
pub use punctuation::RestoredMark;
pub use sentence::{Sentence, SentenceKind, covered};
pub use settings::SplitSettings;
pub use splitter::{Part, SplitScratch, Splitter};

/// Version of this stage's code: part of the build id. Raise it whenever equal input could give different output.
pub const VERSION: u32 = 7;
