//! The second pass as it is shipped.

use crate::encoder::layout::SecondLayout;
use crate::encoder::state::State;
use crate::encoder::stored::stored_affine;
use engine::encoder::SECOND_INPUTS;
use engine::encoder::network::{StoredAffine, StoredStack};
use engine::encoder::second_pass::StoredSecondPass;

/// The second pass with quantised weights.
pub(super) fn stored(state: &State, layout: &SecondLayout) -> StoredSecondPass {
    let parameters = &state.network.parameters;
    let entry = &layout.stack.entry;
    // Three products when it runs: the trunk's rows are integers already, and the others have units of their own.
    let [trunk, expected, _] = SECOND_INPUTS.map(|inputs| inputs * entry.outputs);
    let (from_trunk, others) = parameters[entry.weights.clone()].split_at(trunk);
    let (from_expected, from_boundary) = others.split_at(expected);
    let unbiased = |weights: &[f32]| StoredAffine::quantise(weights, &vec![0.0; entry.outputs]);
    StoredSecondPass {
        expected: unbiased(from_expected),
        boundary: unbiased(from_boundary),
        context: stored_affine(parameters, &layout.context),
        stack: StoredStack {
            entry: StoredAffine::quantise(from_trunk, &parameters[entry.bias.clone()]),
            blocks: layout.stack.blocks.iter().map(|block| stored_affine(parameters, block)).collect(),
        },
        query: stored_affine(parameters, &layout.query),
        heads: stored_affine(parameters, &layout.heads),
    }
}
