//! `tarmim train`: a model from clean text.

use super::print;
use crate::cli::TrainArgs;
use crate::error::Error;
use crate::progress::Progress;
use crate::train::{self, TrainSettings};

/// Trains a model.
pub(super) fn train(args: TrainArgs, progress: Progress, quiet: bool) -> Result<(), Error> {
    let TrainArgs { corpus, lexicon, model, checkpoints, seed } = args;
    let settings = TrainSettings { corpus, lexicon, output: model, checkpoints, seed };
    let id = train::train(&settings, progress)?;
    if quiet {
        return Ok(());
    }
    print(&format!("model {id} written to {}", settings.output.display()))
}
