//! Corrections by hand: what a person says about words, sentence ends and keywords, applied to repaired articles.
//!
//! ```text
//! corrections.csv ─ reader ─▶ Corrections ─┐
//!                              Repaired ───┴─ places, rules ─▶ Reviewed ─▶ split, tag
//! ```
//!
//! A correction names its place by the article and by the raw text around it, so it survives rebuilds, other models and edits elsewhere. A
//! rule holds for a word throughout an article or the corpus. Invariant: what a person said wins over what the engine found, is marked, and
//! is certain; a correction whose place is gone or could be several changes nothing and is counted.

mod correction;
mod corrections;
mod places;
mod reader;
mod reviewed;
mod sentences;
mod tally;

pub use correction::{Change, Correction, Scope};
pub use corrections::Corrections;
pub use places::Extent;
pub use reader::{COLUMNS, CorrectionFault, FORMULA_STARTS, unquoted};
pub use reviewed::{ByHand, Mention, Reviewed};
pub use tally::{Answer, ReviewTally};

/// Version of this stage's code: part of the build id if there are corrections, raised whenever equal input could give other
/// output.
pub const VERSION: u32 = 2;
