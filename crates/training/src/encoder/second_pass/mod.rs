//! Fits the second pass: a stack that reads, beside the trunk's rows, what the first pass expects each word and each boundary to be,
//! and corrects its queries and logits.
//!
//! The first pass is as it will be shipped, with quantised weights, and stays as it is. Some words are hidden from it: it knows the
//! articles that it was trained on too well, and what it expects there would be right more often than elsewhere.
//!
//! Invariant: as for the first pass; and until something is learnt, the second pass corrects nothing.

mod expectations;
mod first_pass;
mod fit;
mod network;
mod stored;

pub(crate) use fit::fit_second_pass;

/// Version of this stage: raised whenever it would learn something else from equal input.
pub(crate) const VERSION: u32 = 3;
