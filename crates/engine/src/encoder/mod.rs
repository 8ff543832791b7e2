//! The encoder: a small gated convolutional network that reads an article's damaged words and says, of each, which candidate its
//! context speaks for, and whether a sentence ends after it, a clause ends there, or a number is missing there.
//!
//! ```text
//! word ─ hashed features ─ embeddings, summed ─ trunk ─┬─ · candidate embedding ─ score of each candidate
//!                                                      └─ branch ─┬─ sentence end
//!                                                                 ├─ missing number
//!                                                                 └─ clause end
//! ```
//!
//! Trunk and branch are stacks of gated convolutions. It reads the *damaged* words, which are certain, and both ways along the
//! article, so it sees agreement over a distance that the n-gram model cannot; the n-gram model knows exact neighbours better.
//! Repair joins the two in one decoding. One block of the trunk also sees the mean of the whole article: its subject and its manner.
//!
//! Gated convolutions after Dauphin et al. 2017 (arXiv:1612.08083); the gate is a softsign, which needs no exponential; the
//! input of each block is divided by its root mean square (Zhang & Sennrich 2019, arXiv:1910.07467).

mod compiled;
pub mod features;
mod integer;
pub mod network;

pub use compiled::{Encoder, EncoderScratch};

/// A stack of gated convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackShape {
    /// Numbers that enter, for each word.
    pub inputs: usize,
    /// Numbers that pass from block to block.
    pub width: usize,
    /// Per block, the distance between the three words that its convolution sees.
    pub dilations: &'static [usize],
}

impl StackShape {
    /// Columns of a block before its gate: values, then openings.
    #[must_use]
    pub const fn gated(&self) -> usize {
        2 * self.width
    }

    /// Words on each side that can influence a word.
    const fn reach(&self) -> usize {
        let (mut reach, mut block) = (0, 0);
        while block < self.dilations.len() {
            reach += self.dilations[block];
            block += 1;
        }
        reach
    }
}

/// Numbers that describe a word, a candidate, and what the context asks for.
pub const EMBEDDING: usize = 128;
/// What every question is read from.
pub const TRUNK: StackShape = StackShape { inputs: EMBEDDING, width: 192, dilations: &[1, 2, 4, 8, 2, 1] };
/// What the questions about places are read from besides: narrow, and far-sighted.
pub const BRANCH: StackShape = StackShape { inputs: TRUNK.width, width: 96, dilations: &[4, 12] };
/// The block of the trunk that sees the mean of the article.
pub const CONTEXT_BLOCK: usize = 3;
/// Words on each side that can influence a word, but for the mean of the article.
pub const REACH: usize = TRUNK.reach() + BRANCH.reach();
/// Empty places that must stand before and after an article: the largest dilation.
pub const MARGIN: usize = 12;
/// Questions asked of the place after each word: does a sentence end, is a number missing, does a clause end.
pub const QUESTIONS: usize = 3;
/// Words of the convolution.
pub const TAPS: usize = 3;
/// Added to a mean square before its root is taken.
pub const LEAST_SQUARE: f32 = 1e-6;
