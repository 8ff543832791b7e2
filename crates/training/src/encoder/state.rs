//! Everything that is fitted: the network and the two tables of embeddings, with the state of their optimisers.

use super::layout::Layout;
use super::optimiser::Optimiser;
use super::table::Table;
use crate::noise::article_rng;
use engine::encoder::features::FeatureRows;

/// The state of a training run between two steps.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub steps: u64,
    pub network: Optimiser,
    pub words: Table,
    pub candidates: Table,
}

impl State {
    /// Random parameters. The stream of random numbers is one that no article uses.
    pub(super) fn initial(layout: &Layout, words: &FeatureRows, candidates: &FeatureRows, seed: u64) -> Self {
        let mut rng = article_rng(seed, u64::MAX);
        Self {
            steps: 0,
            network: Optimiser::initial(layout, &mut rng),
            words: Table::initial(words.len(), &mut rng),
            candidates: Table::initial(candidates.len(), &mut rng),
        }
    }
}
