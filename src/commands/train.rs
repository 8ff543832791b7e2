//! `tarmim train`: trains a model from clean text.

use engine::review::Corrections;
use training::{PassProgress, TrainSettings};

use super::Error;
use super::printing::print_data;
use crate::cli::TrainArgs;
use crate::config::ConfigFault;
use crate::failpoint::reach;
use crate::ingest::table_as_csv;
use crate::progress::{Progress, Stage};
use crate::shown;

/// Trains a model.
pub(super) fn train(args: TrainArgs, progress: &Progress, quiet: bool) -> Result<(), Error> {
    let TrainArgs { corpus, benchmarks, corrections, lexicon, model, checkpoints, seed, unfinished } = args;
    let corrected = Corrections::read_sentences(&corrections, &table_as_csv)
        .map_err(|faults| Error::Config(faults.into_iter().map(ConfigFault::from).collect()))?;
    let settings =
        TrainSettings { corpora: corpus, corrected, benchmarks, lexicon, output: model, checkpoints, seed, unfinished };
    let id = training::train(&settings, progress)?;
    if quiet {
        return Ok(());
    }
    print_data(&format!("model {id} written to {}", shown::path(&settings.output)))
}

impl training::Progress for Progress {
    fn message(&self, text: &str) {
        Progress::message(self, text);
    }

    fn begin_pass(&self, steps: u64) -> Box<dyn PassProgress> {
        // Tests only kill here; progress has no way to return the failure of a step.
        let _ = reach("train.pass");
        Box::new(self.stage("encoder", "steps", steps))
    }
}

impl PassProgress for Stage {
    fn advance(&mut self, steps: u64, words: u64) {
        let _ = reach("train.step");
        Stage::advance(self, steps, words);
    }

    fn finish(self: Box<Self>) {
        Stage::finish(*self);
    }
}
