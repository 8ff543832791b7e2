//! Failpoints: named places in a run where a test can kill, stop or fail the program (feature `failpoints`).
//!
//! `TARMIM_FAILPOINT` lists what happens where, separated by commas: `point=action`, or `point#n=action` for the n-th time that
//! the point is reached (the first time if no number is given). Actions:
//!
//! - `kill`, `int`, `term`, `hup`: the program sends itself that signal, then goes on;
//! - `full`: the step fails as it would on a full disk;
//! - `pause`: the program writes `failpoint: <point>` to standard error and waits for a line on standard input, or its end.
//!
//! Invariant: a point stands directly before each step that changes what lies in the output folder. A test that kills a run at
//! every point has therefore seen every state that a crash can leave. Tests find the names in the source by the text
//! `reach("…")`, so a new point is tested without being listed anywhere.
//!
//! Training has points too, between its steps, where a test kills it.
//!
//! Without the feature, [`reach`] is an empty function that is always inlined.

/// Passes a point.
///
/// # Errors
/// If `TARMIM_FAILPOINT` says that the step after this point fails.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
#[expect(clippy::unnecessary_wraps, clippy::inline_always, reason = "nothing may be left of it")]
pub(crate) fn reach(_point: &'static str) -> std::io::Result<()> {
    Ok(())
}

#[cfg(feature = "failpoints")]
pub(crate) use armed::reach;
#[cfg(feature = "failpoints")]
pub use kernels::choose_kernel;

#[cfg(feature = "failpoints")]
mod armed {
    use std::io::Write;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rustix::io::Errno;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::low_level::raise;

    const VARIABLE: &str = "TARMIM_FAILPOINT";
    /// Not among the constants of `signal-hook`, because no handler can be set for it.
    const SIGKILL: i32 = 9;

    /// What happens when a point is reached.
    #[derive(Clone, Copy)]
    enum Action {
        Raise(i32),
        Full,
        Pause,
    }

    /// An action that waits for its point.
    struct Armed {
        point: String,
        /// How many more times the point is passed before the action happens; the action happens once.
        passes: AtomicUsize,
        action: Action,
    }

    static ARMED: LazyLock<Vec<Armed>> = LazyLock::new(|| {
        let list = std::env::var(VARIABLE).unwrap_or_default();
        list.split(',').filter(|item| !item.is_empty()).map(parse).collect()
    });

    /// A wrong name of an action must not pass for a test that saw nothing happen.
    fn parse(item: &str) -> Armed {
        let (place, action) = item.split_once('=').unwrap_or((item, ""));
        let (point, number) = place.split_once('#').unwrap_or((place, "1"));
        let action = match action {
            "kill" => Action::Raise(SIGKILL),
            "int" => Action::Raise(SIGINT),
            "term" => Action::Raise(SIGTERM),
            "hup" => Action::Raise(SIGHUP),
            "full" => Action::Full,
            "pause" => Action::Pause,
            _ => panic!(
                "{VARIABLE}: {item}: expected point=action or point#n=action; actions are kill, int, term, hup, full, pause"
            ),
        };
        let number: usize = number.parse().unwrap_or_else(|_| panic!("{VARIABLE}: {item}: {number} is not a number"));
        Armed { point: point.to_owned(), passes: AtomicUsize::new(number), action }
    }

    /// Passes a point.
    ///
    /// # Errors
    /// If `TARMIM_FAILPOINT` says that the step after this point fails.
    pub(crate) fn reach(point: &'static str) -> std::io::Result<()> {
        for armed in ARMED.iter().filter(|armed| armed.point == point) {
            // At 0 the update fails, so an action that has happened does not happen again.
            let pass = |left: usize| left.checked_sub(1);
            if armed.passes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, pass) == Ok(1) {
                act(point, armed.action)?;
            }
        }
        Ok(())
    }

    fn act(point: &str, action: Action) -> std::io::Result<()> {
        match action {
            // The handler has run in this very thread when `raise` returns, so the step after it already sees the signal.
            Action::Raise(signal) => raise(signal),
            Action::Full => Err(Errno::NOSPC.into()),
            Action::Pause => {
                writeln!(std::io::stderr(), "failpoint: {point}")?;
                std::io::stdin().read_line(&mut String::new()).map(drop)
            }
        }
    }
}

#[cfg(feature = "failpoints")]
mod kernels {
    use engine::encoder::Kernel;

    const VARIABLE: &str = "TARMIM_KERNEL";

    /// Makes the encoder use the kernel that `TARMIM_KERNEL` names, so that tests can compare builds made with different ones.
    ///
    /// # Errors
    /// If this processor cannot run it; the message lists the kernels that it can run.
    pub fn choose_kernel() -> Result<(), String> {
        let Some(name) = std::env::var_os(VARIABLE) else { return Ok(()) };
        let runnable = Kernel::runnable();
        if let Some(kernel) = runnable.iter().find(|kernel| name == kernel.name()) {
            kernel.force();
            return Ok(());
        }
        let names: Vec<&str> = runnable.iter().map(|kernel| kernel.name()).collect();
        Err(format!("{VARIABLE}: this processor can run the kernels {}", names.join(", ")))
    }
}
