//! The first pass as it is shipped, in floating point.

use crate::encoder::layout::{Affine, Layout, Parameters, StackLayout};
use crate::encoder::table::Table;
use engine::encoder::EMBEDDING;
use engine::encoder::network::{StoredAffine, StoredNetwork, StoredStack, StoredTable};

pub(super) struct FirstPass {
    pub layout: Layout,
    pub parameters: Vec<f32>,
    pub words: Table,
    pub candidates: Table,
}

impl FirstPass {
    pub(super) fn new(network: &StoredNetwork) -> Self {
        let layout = Layout::new();
        let mut parameters = vec![0.0; layout.len()];
        let mut fill = |affine: &Affine, stored: &StoredAffine| {
            let weights = parameters[affine.weights.clone()].iter_mut().zip(&stored.weights).enumerate();
            weights.for_each(|(at, (cell, weight))| *cell = f32::from(*weight) * stored.scales[at % affine.outputs]);
            parameters[affine.bias.clone()].copy_from_slice(&stored.bias);
        };
        let mut fill_stack = |layout: &StackLayout, stored: &StoredStack| {
            fill(&layout.entry, &stored.entry);
            layout.blocks.iter().zip(&stored.blocks).for_each(|(affine, stored)| fill(affine, stored));
        };
        fill_stack(&layout.trunk, &network.trunk);
        fill_stack(&layout.branch, &network.branch);
        fill(&layout.context, &network.context);
        fill(&layout.query, &network.query);
        fill(&layout.heads, &network.heads);
        Self { words: table(&network.words), candidates: table(&network.candidates), layout, parameters }
    }
}

fn table(stored: &StoredTable) -> Table {
    let rows = stored.weights.chunks_exact(EMBEDDING).zip(&stored.scales);
    let weights = rows.flat_map(|(row, scale)| row.iter().map(move |weight| f32::from(*weight) * scale)).collect();
    Table { weights, squares: Vec::new() }
}
