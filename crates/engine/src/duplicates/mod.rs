//! Duplicates: which articles of a build are copies of an earlier one, word for word or nearly.
//!
//! [`Signature::of`] runs in the workers, one article at a time. [`DuplicateIndex::find`] and [`DuplicateIndex::insert`] run in the one
//! thread that sees the articles in the order of their sources. Each article is compared with all before it, so the earliest of a
//! group of copies is the original.
//!
//! - `duplicate_of`: the first article with exactly the same words. Marks and diacritics do not count, since stripped text has none.
//!   Spelling does: `أحمد` and `احمد` are different words here.
//! - `near_duplicate_of`: the most similar earlier article (the earliest, if several are), if it is similar enough. **Similarity is the
//!   share of its word pairs (neighbouring words) that an article has in common with the other** (Dice's coefficient of the two sets of
//!   pairs). Words are reduced to letters that every state of writing keeps (`reduced_words`), so that an intact text and its stripped,
//!   normalised or misspelt copy have similarity 1.
//!
//! The similarity `s` is estimated from 256 minima of two bits each. Its standard error is
//! `sqrt(p (1 - p) / 256) / 0.75 · 2 / (1 + J)²` with `J = s / (2 - s)` and `p = (1 + 3 J) / 4`: 0.047 at 0.5, 0.040 at 0.6,
//! 0.017 at 0.9, and 0 at 1.
//!
//! Articles of fewer than 20 words are near duplicates only if all their words agree, and those of fewer than 5 never are: a dateline
//! or a set phrase is no article.
//!
//! Invariant: a verdict depends on nothing but the signatures and their order. A hash bucket only proposes candidates; each is compared
//! by its whole sketch. A text that was seen before is not inserted again, and buckets are bounded, so the cost of an article
//! does not grow with the number of its copies.

mod index;
mod reduced_words;
mod settings;
mod signature;
mod tag_table;

pub use index::{DuplicateIndex, Verdict};
pub use settings::{DuplicatePolicy, DuplicateSettings};
pub use signature::{SHORT, Signature, SignatureReader, TOO_SHORT};
pub use tag_table::BUCKET;

/// Version of this code: part of the build id. Raise it whenever equal input could give different output.
pub const VERSION: u32 = 3;
