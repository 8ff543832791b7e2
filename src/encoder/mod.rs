//! The encoder: a small gated convolutional network that reads an article's damaged words and says, of each, which candidate its
//! context speaks for, whether a sentence ends there, and whether a number is missing there.
//!
//! ```text
//! word ─ hashed features ─ embeddings, summed ─ gated convolutions ─┬─ · candidate embedding ─ score of each candidate
//!                                                                   ├─ sentence end
//!                                                                   └─ missing number
//! ```
//!
//! It reads the *damaged* words, which are certain, and both ways along the article, so it sees agreement over a distance
//! that the n-gram model cannot; the n-gram model knows exact neighbours better. Repair joins the two in one decoding.
//!
//! Gated convolutions after Dauphin et al. 2017 (arXiv:1612.08083); the gate is a softsign, which needs no exponential; the
//! input of each block is divided by its root mean square (Zhang & Sennrich 2019, arXiv:1910.07467).

mod compiled;
pub mod features;
pub mod network;

pub use compiled::{Encoder, EncoderScratch};

/// Numbers that describe a word, a candidate, and what the context asks for.
pub const EMBEDDING: usize = 96;
/// Numbers that pass from block to block.
pub const WIDTH: usize = 192;
/// Columns of a block before its gate: values, then openings.
pub const GATED: usize = 2 * WIDTH;
/// Distance between the three words that each block's convolution sees.
pub const DILATIONS: [usize; 6] = [1, 2, 4, 8, 2, 1];
/// Words on each side that can influence a word.
pub const REACH: usize = 18;
/// Empty places that must stand before and after an article.
pub const MARGIN: usize = 8;
/// Questions asked of the place after each word: does a sentence end, is a number missing.
pub const QUESTIONS: usize = 2;
/// Words of the convolution.
pub const TAPS: usize = 3;
/// Added to a mean square before its root is taken.
pub const LEAST_SQUARE: f32 = 1e-6;
