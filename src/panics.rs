//! A panic is a mistake of the program: it is told in one line with its place, and the program ends as after any failure.
//!
//! Libraries panic, too, on input that is then refused. What is caught is told by whoever catches it, so nothing is printed where a
//! panic begins, and `RUST_BACKTRACE` adds where it came from only to a panic that ends the program.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

static LAST: Mutex<String> = Mutex::new(String::new());

/// Calls a function; if it panics, gives the message and its place.
///
/// # Errors
/// The message of the last panic.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    set_hook(Box::new(|panic| *LAST.lock().unwrap_or_else(PoisonError::into_inner) = told(panic)));
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| LAST.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

fn told(panic: &PanicHookInfo<'_>) -> String {
    let what = panic.payload_as_str().unwrap_or("a panic without a message");
    let at = panic.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
    let from = Backtrace::capture();
    let from = if from.status() == BacktraceStatus::Captured { format!("\n{from}") } else { String::new() };
    format!("{what}{at}{from}")
}
