//! Training the encoder: the network in floating point, with its gradients written out.
//!
//! ```text
//! corpus ─ vocabulary (features, meanings) ─┐
//! corpus ─ pieces ─ batch (damage) ─────────┴─ network ─ loss, guess ─ gradients ─ optimiser, table ─ state ─ snapshot
//! ```
//!
//! The second pass (`second_pass/`) is fitted to the finished encoder in the same way.
//!
//! Invariant: the result depends on the corpus, the repairer, the seed and the kind of processor (its instructions, and its
//! caches, by which matrix products are cut), not on the number of threads or on interruptions.

mod batch;
mod features;
mod fit;
mod guess;
mod layers;
mod layout;
mod loss;
mod muon;
mod network;
mod optimiser;
mod pieces;
mod second_pass;
mod snapshot;
mod stack;
mod state;
mod stored;
mod table;
mod tally;
mod vocabulary;

pub(super) use features::{EncoderRows, choose_features};
pub(super) use fit::{fit, unfinished};
pub(super) use second_pass::{VERSION as SECOND_PASS_VERSION, fit_second_pass};

/// Version of this stage: raised whenever it would learn something else from equal input.
pub(super) const VERSION: u32 = 6;
