//! Training the encoder: the network in floating point, with its gradients written out.
//!
//! ```text
//! corpus ─ vocabulary (features, meanings) ─┐
//! corpus ─ pieces ─ batch (damage) ─────────┴─ network ─ loss, guess ─ gradients ─ optimiser, table ─ state ─ snapshot
//! ```
//!
//! Invariant: the result depends on the corpus, the repairer, the seed and the kind of processor (its instructions, and its
//! caches, by which matrix products are cut), not on the number of threads or on interruptions.

mod batch;
mod fit;
mod guess;
mod layers;
mod layout;
mod loss;
mod muon;
mod network;
mod optimiser;
mod pieces;
mod snapshot;
mod stack;
mod state;
mod table;
mod tally;
mod vocabulary;

pub(super) use fit::fit;

/// Version of this stage: raised whenever it would learn something else from equal input.
pub(super) const VERSION: u32 = 5;
