//! Where each parameter of the encoder lies in one flat vector.
//!
//! Invariant: every parameter belongs to one matrix or one bias, and is updated as one of [`Layout::matrices`] or
//! [`Layout::vectors`].

use std::ops::Range;

use engine::encoder::{BRANCH, EMBEDDING, HEADS, StackShape, TAPS, TRUNK};

/// Ranges of the parameters in one flat vector.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub trunk: StackLayout,
    /// From the mean of the article to the columns of the trunk's [`CONTEXT_BLOCK`].
    pub context: Affine,
    pub query: Affine,
    pub branch: StackLayout,
    pub heads: Affine,
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

/// A matrix among the parameters: inputs × outputs, row by row.
#[derive(Debug)]
pub(super) struct Matrix {
    pub weights: Range<usize>,
    pub inputs: usize,
    pub outputs: usize,
}

impl Affine {
    /// The matrix cut into `count` matrices of equal height.
    fn parts(&self, count: usize) -> impl Iterator<Item = Matrix> {
        let (inputs, outputs, start) = (self.inputs / count, self.outputs, self.weights.start);
        let size = inputs * outputs;
        (0..count).map(move |part| Matrix { weights: start + part * size..start + (part + 1) * size, inputs, outputs })
    }
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
        // Offsets are given out in the order of these calls, so another order would make old snapshots mean something else.
        let (trunk, branch) = (stack(TRUNK), stack(BRANCH));
        Self {
            trunk,
            branch,
            context: affine(TRUNK.width, TRUNK.gated()),
            query: affine(TRUNK.width, EMBEDDING),
            heads: affine(BRANCH.width, HEADS),
        }
    }

    /// The number of parameters.
    pub(super) fn len(&self) -> usize {
        // Parameters lie without gaps, and those of the heads come last.
        self.heads.bias.end
    }

    /// The matrices that `Muon` updates: all but the output layer of the heads (Jordan et al. 2024 leave output layers to `Adam`
    /// too). Each tap of a convolution is a matrix.
    pub(super) fn matrices(&self) -> Vec<Matrix> {
        let stacks = [&self.trunk, &self.branch];
        let blocks = stacks.into_iter().flat_map(|stack| &stack.blocks).flat_map(|block| block.parts(TAPS));
        let others = [&self.context, &self.query, &self.trunk.entry, &self.branch.entry];
        blocks.chain(others.into_iter().flat_map(|affine| affine.parts(1))).collect()
    }

    /// All other parameters.
    pub(super) fn vectors(&self) -> Vec<Range<usize>> {
        let biases = self.affines().map(|affine| affine.bias.clone());
        biases.chain([self.heads.weights.clone()]).collect()
    }

    pub(super) fn affines(&self) -> impl Iterator<Item = &Affine> {
        let stacks = [&self.trunk, &self.branch].into_iter();
        let ends = [&self.context, &self.query, &self.heads];
        stacks.flat_map(|stack| [&stack.entry].into_iter().chain(&stack.blocks)).chain(ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_moved_once() {
        let layout = Layout::new();
        let matrices = layout.matrices().into_iter().map(|matrix| matrix.weights);
        let mut ranges: Vec<_> = matrices.chain(layout.vectors()).collect();
        ranges.sort_by_key(|range| range.start);
        assert_eq!(ranges.first().map(|range| range.start), Some(0));
        assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start), "{ranges:?}");
        assert_eq!(ranges.last().map(|range| range.end), Some(layout.len()));
    }
}
