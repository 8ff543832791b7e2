//! Where each parameter of the encoder lies, in one flat vector.
//!
//! Invariant: the order is that of the stored network, and every parameter belongs to one matrix or one bias.

use std::ops::Range;

use crate::encoder::{BRANCH, EMBEDDING, QUESTIONS, StackShape, TAPS, TRUNK};

/// Ranges of the parameters in one flat vector.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub trunk: StackLayout,
    /// From the mean of the article to the columns of the trunk's [`CONTEXT_BLOCK`].
    pub context: Affine,
    pub request: Affine,
    pub branch: StackLayout,
    pub questions: Affine,
}

#[derive(Clone, Debug)]
pub(super) struct StackLayout {
    pub(super) shape: StackShape,
    pub entry: Affine,
    pub blocks: Vec<Affine>,
}

/// A matrix (inputs × outputs, row by row) and its bias.
#[derive(Clone, Debug)]
pub(super) struct Affine {
    pub weights: Range<usize>,
    pub bias: Range<usize>,
    pub inputs: usize,
    pub outputs: usize,
}

impl Layout {
    pub(super) fn new() -> Self {
        let mut next = 0;
        let mut affine = |inputs: usize, outputs: usize| {
            let weights = next..next + inputs * outputs;
            let bias = weights.end..weights.end + outputs;
            next = bias.end;
            Affine { weights, bias, inputs, outputs }
        };
        let mut stack = |shape: StackShape| StackLayout {
            shape,
            entry: affine(shape.inputs, shape.width),
            blocks: shape.dilations.iter().map(|_| affine(TAPS * shape.width, shape.gated())).collect(),
        };
        let (trunk, branch) = (stack(TRUNK), stack(BRANCH));
        Self {
            trunk,
            branch,
            context: affine(TRUNK.width, TRUNK.gated()),
            request: affine(TRUNK.width, EMBEDDING),
            questions: affine(BRANCH.width, QUESTIONS),
        }
    }

    /// How many parameters there are.
    pub(super) fn len(&self) -> usize {
        self.questions.bias.end
    }

    pub(super) fn affines(&self) -> impl Iterator<Item = &Affine> {
        let stacks = [&self.trunk, &self.branch].into_iter();
        let ends = [&self.context, &self.request, &self.questions];
        stacks.flat_map(|stack| [&stack.entry].into_iter().chain(&stack.blocks)).chain(ends)
    }
}
