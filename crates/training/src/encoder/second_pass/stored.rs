//! The second pass as it is shipped.

use crate::encoder::layout::SecondLayout;
use crate::encoder::state::State;
use crate::encoder::stored::stored_affine;
use engine::encoder::TRUNK;
use engine::encoder::network::{StoredAffine, StoredStack};
use engine::encoder::second_pass::StoredSecondPass;

/// The second pass with quantised weights.
pub(super) fn stored(state: &State, layout: &SecondLayout) -> StoredSecondPass {
    let parameters = &state.network.parameters;
    let entry = &layout.stack.entry;
    // Two products when it runs: the trunk's rows are integers already, and what is expected has units of its own.
    let (from_trunk, from_expected) = parameters[entry.weights.clone()].split_at(TRUNK.width * entry.outputs);
    StoredSecondPass {
        expected: StoredAffine::quantise(from_expected, &vec![0.0; entry.outputs]),
        stack: StoredStack {
            entry: StoredAffine::quantise(from_trunk, &parameters[entry.bias.clone()]),
            blocks: layout.stack.blocks.iter().map(|block| stored_affine(parameters, block)).collect(),
        },
        query: stored_affine(parameters, &layout.query),
    }
}
