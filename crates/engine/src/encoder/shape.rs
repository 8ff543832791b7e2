//! The shape of the network: every number that inference, storage and training must agree on.

use crate::arabic::PunctuationMark;

/// A stack of gated convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackShape {
    /// Numbers per word that enter.
    pub inputs: usize,
    /// Numbers per word that pass from block to block.
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
    pub(super) const fn reach(&self) -> usize {
        let (mut reach, mut block) = (0, 0);
        while block < self.dilations.len() {
            reach += self.dilations[block];
            block += 1;
        }
        reach
    }
}

/// Width of the embeddings of words and candidates, and of queries.
pub const EMBEDDING: usize = 128;
/// The stack that everything is read from.
pub const TRUNK: StackShape = StackShape { inputs: EMBEDDING, width: 192, dilations: &[1, 2, 4, 8, 2, 1] };
/// The stack between the trunk and the heads for boundaries: narrow, and far-sighted.
pub const BRANCH: StackShape = StackShape { inputs: TRUNK.width, width: 96, dilations: &[4, 12] };
/// Numbers per word that the second pass reads: the trunk's row, the embedding that the first pass expects, and what it predicts for
/// the boundary after the word: log-odds, and the scores of marks beside that of none.
pub const SECOND_INPUTS: [usize; 3] = [TRUNK.width, EMBEDDING, OUTPUTS - 1];
/// The stack of the second pass.
pub const SECOND: StackShape =
    StackShape { inputs: SECOND_INPUTS[0] + SECOND_INPUTS[1] + SECOND_INPUTS[2], width: 160, dilations: &[1, 2, 4, 8] };
/// The block of the trunk that also sees the mean of the article.
pub const CONTEXT_BLOCK: usize = 3;
/// Words on each side that can influence a word, other than through the mean of the article.
pub const REACH: usize = TRUNK.reach() + BRANCH.reach();
/// Empty rows before and after an article: the largest dilation.
pub const MARGIN: usize = 12;
/// Heads for the boundary after each word: a sentence end, a missing number, a clause end.
pub const HEADS: usize = 3;
/// Scores of punctuation marks.
pub const MARKS: usize = PunctuationMark::COUNT;
/// Columns read from the branch: the log-odds of the heads, then the scores of the marks.
pub const OUTPUTS: usize = HEADS + MARKS;
/// Words that a convolution sees.
pub const TAPS: usize = 3;
/// Added to a mean square before its root is taken, so that an empty row is not divided by zero.
pub const LEAST_SQUARE: f32 = 1e-6;
