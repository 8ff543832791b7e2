//! The encoder: a small gated convolutional network that reads an article's damaged words and predicts, for each, which
//! candidate fits its context, whether a sentence ends, a number is missing or a clause ends after it, and which punctuation mark
//! stood there.
//!
//! ```text
//! word ─ hashed features ─ embeddings, summed ─ trunk ─┬─ query · candidate embedding ─ score of each candidate
//!                                                      └─ branch ─ heads ─┬─ sentence end
//!                                                                         ├─ missing number
//!                                                                         ├─ clause end
//!                                                                         └─ punctuation mark
//! ```
//!
//! Trunk and branch are stacks of gated convolutions. The network reads the *damaged* words, which are certain, and in both
//! directions, so it sees agreement over a distance that the n-gram model cannot; the n-gram model knows exact neighbours
//! better, and repair combines the two. One block of the trunk also sees the mean of the whole article: its subject and
//! its style.
//!
//! A second pass may follow ([`second_pass`]): once the candidates have probabilities, each word is known by what it is expected
//! to be, its gender and number included, and another stack reads that and corrects the queries.
//!
//! Gated convolutions after Dauphin et al. 2017 (arXiv:1612.08083); the gate is a softsign, which needs no exponential (and so
//! no `libm`); the input of each block is divided by its root mean square (Zhang & Sennrich 2019, arXiv:1910.07467).

mod compiled;
pub mod features;
mod integer;
mod layers;
pub mod network;
mod scratch;
pub mod second_pass;
mod shape;
mod window;

pub use compiled::Encoder;
pub use integer::Kernel;
pub use scratch::EncoderScratch;
pub use shape::{
    BRANCH, CONTEXT_BLOCK, EMBEDDING, HEADS, LEAST_SQUARE, MARGIN, MARKS, OUTPUTS, REACH, SECOND, SECOND_INPUTS, StackShape,
    TAPS, TRUNK,
};
