//! SIGINT and SIGTERM: recorded rather than obeyed at once, so that a run can leave its output intact.
//!
//! Invariant: the first signal of a kind only sets a flag, which workers check between articles. A run that sees it ends
//! as after any error: it keeps the cached results and removes the staged build. A second signal ends the program at once, since
//! a person must be able to stop a program that hangs; the output survives that as well (`dataset/output.rs`).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

/// Whether the program was asked to stop; clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Installs the handlers. A second signal of the same kind ends the program at once.
    ///
    /// # Errors
    /// If the system refuses a handler.
    pub fn install() -> std::io::Result<Self> {
        let interrupt = Self::default();
        for signal in [SIGINT, SIGTERM] {
            let number = usize::try_from(signal).unwrap_or(usize::MAX);
            let armed = Arc::new(std::sync::atomic::AtomicBool::new(false));
            // Order matters: the shutdown is registered before the flag that arms it, so the first signal only arms it.
            signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&armed))?;
            signal_hook::flag::register(signal, armed)?;
            signal_hook::flag::register_usize(signal, Arc::clone(&interrupt.signal), number)?;
        }
        Ok(interrupt)
    }

    /// Asks the program to stop, as the signal SIGINT does.
    pub fn ask(&self) {
        self.signal.store(usize::try_from(SIGINT).unwrap_or(usize::MAX), Ordering::Relaxed);
    }

    /// The signal that was received, if any.
    #[must_use]
    pub fn received(&self) -> Option<i32> {
        // 0 means that none came: the flag starts at it, and no signal has that number.
        i32::try_from(self.signal.load(Ordering::Relaxed)).ok().filter(|signal| *signal != 0)
    }
}
