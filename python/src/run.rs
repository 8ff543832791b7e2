//! `tarmim.run`: builds a dataset as the command does.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tarmim::commands::Error as CommandError;
use tarmim::config::Setup;
use tarmim::dataset::OutputFolder;
use tarmim::pipeline::{self, RunOptions, RunOutcome};
use tarmim::progress::{Event, Listener, Progress};

use crate::calls::interruptibly;
use crate::engine::arguments_of;
use crate::error::{failed, of_program};
use crate::pool::Pool;

/// How a run ended, and the folder of the build that is current now.
type Outcome = (&'static str, PathBuf);

/// Builds the dataset. `listen` is called with an event and its values; an exception that it raises stops the run.
#[pyfunction]
#[pyo3(signature = (config, jobs, limit, force, arguments, listen))]
pub(crate) fn run(
    py: Python<'_>,
    config: Option<PathBuf>,
    jobs: usize,
    limit: Option<usize>,
    force: bool,
    arguments: &Bound<'_, PyDict>,
    listen: Py<PyAny>,
) -> PyResult<Outcome> {
    let arguments = arguments_of(arguments)?;
    let pool = Pool::new(jobs);
    let raised: Arc<Mutex<Option<PyErr>>> = Arc::default();
    let done = interruptibly(py, |interrupt| {
        let (to_raise, to_ask) = (Arc::clone(&raised), interrupt.clone());
        let listener = Listener::new(move |event| {
            if let Err(error) = Python::attach(|py| tell(py, &listen, event)) {
                *to_raise.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                to_ask.ask();
            }
        });
        pool.run(|| {
            let setup = Setup::with_arguments(config.as_deref(), arguments).map_err(CommandError::Config)?;
            let output = setup.settings.dataset.output.clone();
            let progress = Progress::Told(listener);
            setup.vocabulary.warnings().iter().for_each(|warning| progress.message(&format!("warning: {warning}")));
            let outcome = pipeline::run(setup, RunOptions { limit, force }, &progress, interrupt)?;
            Ok::<_, CommandError>((name_of(&outcome), output, outcome))
        })
    })?;
    // The reason of a listener comes first: the run says only that it was interrupted.
    if let Some(error) = raised.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(error);
    }
    let done = done.map_err(|error| failed(py, &error.to_string()))?;
    let (name, output, outcome) = done.map_err(|error| of_program(py, error))?;
    Ok((name, OutputFolder::new(&output).build(&outcome.manifest().build_id)))
}

fn tell(py: Python<'_>, listen: &Py<PyAny>, event: Event<'_>) -> PyResult<()> {
    match event {
        Event::Message(text) => listen.call1(py, ("message", text)),
        Event::Reached { stage, unit, done, total, words } => listen.call1(py, ("reached", stage, unit, done, total, words)),
    }
    .map(drop)
}

/// The name of the event that ended a run, as the command's log has it.
fn name_of(outcome: &RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::UpToDate(_) => "up_to_date",
        RunOutcome::RolledBack(..) => "rolled_back",
        RunOutcome::Published(_) => "published",
    }
}
