//! The `OpenLineage` events of a run: one at the start, one at the end, however the run ends.

use std::path::{Path, PathBuf};

use super::Error;
use crate::config::Setup;
use crate::dataset::description::lineage::{LineageRun, PRODUCER, RunState, append_event, run_event, run_id};
use crate::pipeline::{RunError, RunOutcome};

/// A run whose start has been logged.
pub(super) struct Lineage {
    log: PathBuf,
    run: LineageRun,
}

impl Lineage {
    /// Logs the start.
    pub(super) fn begin(log: PathBuf, setup: &Setup) -> Result<Self, Error> {
        // Unlike the id of a build, that of a run must differ each time, even if nothing has changed.
        let seed = format!("{} {} {}", now(), std::process::id(), setup.settings.dataset.output.display());
        let run = LineageRun {
            run_id: run_id(seed.as_bytes()),
            namespace: "tarmim".to_owned(),
            job: setup.settings.card.name.clone(),
            producer: PRODUCER.to_owned(),
            input: absolute(&setup.settings.ingest.input),
            tables: absolute(&setup.settings.dataset.output).join("current"),
        };
        append_event(&log, &run_event(&run, &now(), RunState::Start))?;
        Ok(Self { log, run })
    }

    /// Logs the end.
    pub(super) fn end(self, outcome: Result<&RunOutcome, &RunError>) -> Result<(), Error> {
        let message = outcome.err().map(ToString::to_string).unwrap_or_default();
        let state = match outcome {
            Ok(outcome) => RunState::Complete(outcome.manifest()),
            Err(RunError::Interrupted { .. }) => RunState::Abort(&message),
            Err(_) => RunState::Fail(&message),
        };
        Ok(append_event(&self.log, &run_event(&self.run, &now(), state))?)
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The time in RFC 3339 (UTC).
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
