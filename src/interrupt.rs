//! SIGINT and SIGTERM: noticed, not acted on, so that a run can leave its output whole.
//!
//! Invariant: the first signal of a kind only sets a flag, which workers look at between two articles; a run that sees it
//! ends as after any error, keeps what was worked out and removes what it staged. A second one ends the program at once,
//! because a person must be able to stop a program that hangs; the output survives that too (`dataset/output.rs`).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

/// Tells whether the program was asked to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Begins to notice signals. A second signal of the same kind ends the program at once.
    ///
    /// # Errors
    /// Where the system refuses a handler.
    pub fn install() -> std::io::Result<Self> {
        let interrupt = Self::default();
        for signal in [SIGINT, SIGTERM] {
            let number = usize::try_from(signal).unwrap_or(usize::MAX);
            let armed = Arc::new(std::sync::atomic::AtomicBool::new(false));
            signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&armed))?;
            signal_hook::flag::register(signal, armed)?;
            signal_hook::flag::register_usize(signal, Arc::clone(&interrupt.signal), number)?;
        }
        Ok(interrupt)
    }

    /// The signal that was received, if any.
    #[must_use]
    pub fn received(&self) -> Option<i32> {
        i32::try_from(self.signal.load(Ordering::Relaxed)).ok().filter(|signal| *signal != 0)
    }
}
