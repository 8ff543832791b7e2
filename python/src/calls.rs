//! Calls that work without the interpreter's lock and still end when they are asked to.
//!
//! Invariant: when the interpreter begins to exit (`close`), every call under way is asked to stop and waited for, and no new one
//! begins. A thread that came back from its work to an interpreter that is gone would end the process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use tarmim::interrupt::Interrupt;

use crate::error::failed;

/// How long an interpreter that exits waits for producers of its own: one that sleeps comes back, one that waits for ever does not.
const GRACE: Duration = Duration::from_secs(2);
/// How long a waiting call does not look whether it is asked to stop.
pub(crate) const POLL: Duration = Duration::from_millis(50);

static CLOSING: AtomicBool = AtomicBool::new(false);
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
/// Calls that wait for a producer in Python.
static AT_PRODUCERS: AtomicUsize = AtomicUsize::new(0);
/// The process that they are counted in. A forked child has a copy of the count, and none of the threads.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// A call under way, and what it is counted in.
pub(crate) struct Call(&'static AtomicUsize);

impl Call {
    /// A producer at work on a thread of its own.
    pub(crate) fn of_producer() -> Self {
        Self::counted_in(&AT_PRODUCERS)
    }

    fn counted_in(counted: &'static AtomicUsize) -> Self {
        forget_the_parents();
        counted.fetch_add(1, Ordering::SeqCst);
        Self(counted)
    }

    fn begin(py: Python<'_>, counted: &'static AtomicUsize) -> PyResult<Self> {
        let call = Self::counted_in(counted);
        if CLOSING.load(Ordering::SeqCst) { Err(exiting(py)) } else { Ok(call) }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Counts from nothing in a process that was forked meanwhile.
fn forget_the_parents() {
    let process = std::process::id();
    if PROCESS.swap(process, Ordering::SeqCst) != process {
        UNDER_WAY.store(0, Ordering::SeqCst);
        AT_PRODUCERS.store(0, Ordering::SeqCst);
        CLOSING.store(false, Ordering::SeqCst);
    }
}

fn exiting(py: Python<'_>) -> PyErr {
    failed(py, "the interpreter is exiting; the call was stopped")
}

fn panicked(py: Python<'_>) -> PyErr {
    failed(py, "the program failed unexpectedly: a bug; please report it with the text that caused it")
}

/// Asks all calls to stop, waits for them and lets none begin: for `atexit`.
#[pyfunction]
pub(crate) fn close(py: Python<'_>) {
    forget_the_parents();
    CLOSING.store(true, Ordering::SeqCst);
    py.detach(|| {
        let begun = Instant::now();
        let waits = || AT_PRODUCERS.load(Ordering::SeqCst) > 0 && begun.elapsed() < GRACE;
        while UNDER_WAY.load(Ordering::SeqCst) > 0 || waits() {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
}

/// Asks a producer in Python for something.
///
/// # Errors
/// Those of the producer, or if the interpreter is exiting.
pub(crate) fn at_producer<T>(py: Python<'_>, ask: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let _call = Call::begin(py, &AT_PRODUCERS)?;
    let asked = ask();
    if CLOSING.load(Ordering::SeqCst) { Err(exiting(py)) } else { asked }
}

/// Does short work without the interpreter's lock.
///
/// # Errors
/// If the work panics, or the interpreter is exiting.
pub(crate) fn briefly<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    let _call = Call::begin(py, &UNDER_WAY)?;
    // The state of a work that panicked is dropped with it: engines are immutable, and its scratch is not used again.
    py.detach(|| catch_unwind(AssertUnwindSafe(work))).map_err(|_| panicked(py))
}

/// Does long work on a thread of its own, while this one looks whether the user interrupts it or the interpreter exits: then
/// the work's flag is set, and the exception is raised once the work has ended.
///
/// # Errors
/// If it was asked to stop, or the work panics.
pub(crate) fn interruptibly<T: Send>(py: Python<'_>, work: impl FnOnce(&Interrupt) -> T + Send) -> PyResult<T> {
    let _call = Call::begin(py, &UNDER_WAY)?;
    let interrupt = Interrupt::default();
    let outcome = Outcome::default();
    let result = std::thread::scope(|scope| {
        scope.spawn(|| outcome.set(catch_unwind(AssertUnwindSafe(|| work(&interrupt))).map_err(|_| Panicked)));
        while !py.detach(|| outcome.wait(POLL)) {
            let asked =
                py.check_signals().and_then(|()| if CLOSING.load(Ordering::SeqCst) { Err(exiting(py)) } else { Ok(()) });
            if let Err(reason) = asked {
                interrupt.ask();
                py.detach(|| while !outcome.wait(POLL) {});
                return Err(reason);
            }
        }
        Ok(())
    });
    result?;
    outcome.take().and_then(Result::ok).ok_or_else(|| panicked(py))
}

struct Panicked;

/// What a work came to, once it has.
struct Outcome<T>(Mutex<Option<Result<T, Panicked>>>, Condvar);

impl<T> Default for Outcome<T> {
    fn default() -> Self {
        Self(Mutex::new(None), Condvar::new())
    }
}

impl<T> Outcome<T> {
    fn set(&self, outcome: Result<T, Panicked>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        self.1.notify_all();
    }

    /// Whether it has come within a while.
    fn wait(&self, longest: Duration) -> bool {
        let outcome = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.1.wait_timeout_while(outcome, longest, |outcome| outcome.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.is_some()
    }

    fn take(&self) -> Option<Result<T, Panicked>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
