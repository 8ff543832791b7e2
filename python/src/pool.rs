//! The threads of an engine.
//!
//! Invariant: a forked process never waits for threads of its parent, which it does not have: it makes its own pool. The pool of the
//! whole process, which rayon makes once and for all, is never used.

use std::sync::{Arc, Mutex, TryLockError};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Threads that are made when they are first needed, in each process.
pub(crate) struct Pool {
    threads: usize,
    made: Mutex<Option<(u32, Arc<ThreadPool>)>>,
}

impl Pool {
    /// A pool of so many threads; 0 stands for one per core.
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads, made: Mutex::new(None) }
    }

    /// Runs work on the pool; parallel iterators in it use its threads.
    ///
    /// # Errors
    /// If the system has no more threads.
    pub(crate) fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, rayon::ThreadPoolBuildError> {
        Ok(self.of_this_process()?.install(work))
    }

    fn of_this_process(&self) -> Result<Arc<ThreadPool>, rayon::ThreadPoolBuildError> {
        let process = std::process::id();
        let build = || ThreadPoolBuilder::new().num_threads(self.threads).build().map(Arc::new);
        let mut made = match self.made.try_lock() {
            Ok(made) => made,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Another thread makes it, or held the lock when this process was forked and never gives it back.
            Err(TryLockError::WouldBlock) => return build(),
        };
        if let Some((of, pool)) = made.as_ref()
            && *of == process
        {
            return Ok(Arc::clone(pool));
        }
        let pool = build()?;
        // A parent's pool is forgotten, not dropped: dropping it would wait for its threads.
        std::mem::forget(made.replace((process, Arc::clone(&pool))));
        Ok(pool)
    }
}
