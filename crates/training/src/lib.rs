//! Training: from clean corpora to a model file, from a cold start, the same every time.
//!
//! ```text
//! files ─ reading (copies, mending) ─ corpus
//! corpus ─ spelling (lexicon) ─ n-grams ─┬───────────────────────────┐
//! corpus ─ noise ─ candidates ───────────┴─ encoder ─ second pass ───┼─ model file
//! corpus ─ sentence lengths, phrase background ──────────────────────┘
//! ```
//!
//! It is Rust, not a Python notebook, for one reason: the network is trained on damaged text and candidates that are made by
//! the very code that repair runs (channel, candidates, typing profile, features), so the two cannot drift apart.
//!
//! Invariant: the model depends only on the corpus, the word lists, the seed and the kind of processor (whose kernels add up
//! floating-point numbers in their own order). A finished stage is kept in the checkpoint folder under a key of its inputs
//! and of its code's version, so an interrupted run continues where it stopped.

mod checkpoint;
mod copies;
pub mod corpus;
mod encoder;
mod error;
mod files;
mod lengths;
mod mending;
mod ngrams;
pub mod noise;
mod phrases;
mod progress;
mod reading;
mod settings;
pub mod sources;
mod spelling;
pub mod symbols;
mod train;

pub use error::TrainError;
pub use progress::{PassProgress, Progress};
pub use settings::TrainSettings;
pub use train::train;
