//! Where each parameter of the encoder lies in one flat vector; the second pass has a vector of its own.
//!
//! Invariant: every parameter belongs to one matrix or one bias, and is updated as one of [`Parameters::matrices`] or
//! [`Parameters::vectors`].

use std::ops::Range;

use engine::encoder::{BRANCH, EMBEDDING, OUTPUTS, SECOND, StackShape, TAPS, TRUNK};

/// What an optimiser has to know about a vector of parameters.
pub(super) trait Parameters {
    /// The number of parameters.
    fn len(&self) -> usize;
    /// The matrices that `Muon` updates. Each tap of a convolution is a matrix.
    fn matrices(&self) -> Vec<Matrix>;
    /// All other parameters.
    fn vectors(&self) -> Vec<Range<usize>>;
    /// The affine maps that they make up.
    fn affines(&self) -> Vec<&Affine>;
}

/// Ranges of the first pass's parameters.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub trunk: StackLayout,
    /// From the mean of the article to the columns of the trunk's [`CONTEXT_BLOCK`].
    pub context: Affine,
    pub query: Affine,
    pub branch: StackLayout,
    pub heads: Affine,
}

/// Ranges of the second pass's parameters.
#[derive(Clone, Debug)]
pub(super) struct SecondLayout {
    pub stack: StackLayout,
    /// From the mean of the article's inputs to the stream.
    pub context: Affine,
    pub query: Affine,
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

/// Gives out ranges of a vector, one after the other.
#[derive(Default)]
struct Allocator(usize);

impl Allocator {
    fn affine(&mut self, inputs: usize, outputs: usize) -> Affine {
        let weights = self.0..self.0 + inputs * outputs;
        let bias = weights.end..weights.end + outputs;
        self.0 = bias.end;
        Affine { weights, bias, inputs, outputs }
    }

    fn stack(&mut self, shape: StackShape) -> StackLayout {
        let entry = self.affine(shape.inputs, shape.width);
        let blocks = shape.dilations.iter().map(|_| self.affine(TAPS * shape.width, shape.gated())).collect();
        StackLayout { shape, entry, blocks }
    }
}

impl Layout {
    pub(super) fn new() -> Self {
        let mut allocator = Allocator::default();
        // Offsets are given out in the order of these calls, so another order would make old snapshots mean something else.
        Self {
            trunk: allocator.stack(TRUNK),
            branch: allocator.stack(BRANCH),
            context: allocator.affine(TRUNK.width, TRUNK.gated()),
            query: allocator.affine(TRUNK.width, EMBEDDING),
            heads: allocator.affine(BRANCH.width, OUTPUTS),
        }
    }
}

impl SecondLayout {
    pub(super) fn new() -> Self {
        let mut allocator = Allocator::default();
        Self {
            stack: allocator.stack(SECOND),
            context: allocator.affine(SECOND.inputs, SECOND.width),
            query: allocator.affine(SECOND.width, EMBEDDING),
            heads: allocator.affine(SECOND.width, OUTPUTS),
        }
    }
}

impl Parameters for Layout {
    fn len(&self) -> usize {
        // Parameters lie without gaps, and those of the heads come last.
        self.heads.bias.end
    }

    /// All but the output layer of the heads (Jordan et al. 2024 leave output layers to `Adam` too).
    fn matrices(&self) -> Vec<Matrix> {
        let stacks = [&self.trunk, &self.branch];
        let blocks = stacks.into_iter().flat_map(|stack| &stack.blocks).flat_map(|block| block.parts(TAPS));
        let others = [&self.context, &self.query, &self.trunk.entry, &self.branch.entry];
        blocks.chain(others.into_iter().flat_map(|affine| affine.parts(1))).collect()
    }

    fn vectors(&self) -> Vec<Range<usize>> {
        let biases = self.affines().into_iter().map(|affine| affine.bias.clone());
        biases.chain([self.heads.weights.clone()]).collect()
    }

    fn affines(&self) -> Vec<&Affine> {
        let stacks = [&self.trunk, &self.branch].into_iter();
        let ends = [&self.context, &self.query, &self.heads];
        stacks.flat_map(StackLayout::affines).chain(ends).collect()
    }
}

impl Parameters for SecondLayout {
    fn len(&self) -> usize {
        self.heads.bias.end
    }

    /// All but the output layer of the heads, as for the first pass.
    fn matrices(&self) -> Vec<Matrix> {
        let blocks = self.stack.blocks.iter().flat_map(|block| block.parts(TAPS));
        let others = [&self.context, &self.query, &self.stack.entry];
        blocks.chain(others.into_iter().flat_map(|affine| affine.parts(1))).collect()
    }

    fn vectors(&self) -> Vec<Range<usize>> {
        let biases = self.affines().into_iter().map(|affine| affine.bias.clone());
        biases.chain([self.heads.weights.clone()]).collect()
    }

    fn affines(&self) -> Vec<&Affine> {
        self.stack.affines().chain([&self.context, &self.query, &self.heads]).collect()
    }
}

impl StackLayout {
    fn affines(&self) -> impl Iterator<Item = &Affine> {
        [&self.entry].into_iter().chain(&self.blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_moved_once() {
        let layouts: [&dyn Parameters; 2] = [&Layout::new(), &SecondLayout::new()];
        for layout in layouts {
            let matrices = layout.matrices().into_iter().map(|matrix| matrix.weights);
            let mut ranges: Vec<_> = matrices.chain(layout.vectors()).collect();
            ranges.sort_by_key(|range| range.start);
            assert_eq!(ranges.first().map(|range| range.start), Some(0));
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start), "{ranges:?}");
            assert_eq!(ranges.last().map(|range| range.end), Some(layout.len()));
        }
    }
}
