//! SIGINT, SIGTERM and SIGHUP: recorded rather than obeyed at once, so that a run can leave its output intact.
//!
//! Invariant: the first signal of a kind only sets a flag, which workers check between articles. A run that sees it ends
//! as after any error: it keeps the cached results and removes the staged build. A second signal ends the program at once, since
//! a person must be able to stop a program that hangs; the output survives that as well (`dataset/output.rs`).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

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
        // A run started with `nohup` outlives its terminal.
        let hang_up = Some(SIGHUP).filter(|signal| !is_ignored(*signal));
        for signal in [SIGINT, SIGTERM].into_iter().chain(hang_up) {
            let number = usize::try_from(signal).unwrap_or(usize::MAX);
            let armed = Arc::new(std::sync::atomic::AtomicBool::new(false));
            // Order matters: the shutdown is registered before the flag that arms it, so the first signal only arms it.
            signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&armed))?;
            signal_hook::flag::register(signal, armed)?;
            signal_hook::flag::register_usize(signal, Arc::clone(&interrupt.signal), number)?;
        }
        Ok(interrupt)
    }

    /// Makes a write beyond the largest size of a file (`ulimit -f`) fail instead of ending the program without a word.
    ///
    /// # Errors
    /// If the system refuses a handler.
    pub fn outlive_file_limit() -> std::io::Result<()> {
        signal_hook::flag::register(SIGXFSZ, Arc::default()).map(drop)
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

/// Whether the program was started with a signal ignored. Linux tells; elsewhere none counts as ignored.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
