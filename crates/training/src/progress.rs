//! How training reports its progress.
//!
//! Training does not know about terminals: the program that calls it decides how to show progress.

/// Receives reports of progress.
pub trait Progress {
    /// A line about the next stage, or about a result.
    fn message(&self, text: &str);
    /// The encoder starts a pass of `steps` steps over the corpus.
    fn begin_pass(&self, steps: u64) -> Box<dyn PassProgress>;
}

/// Receives the steps of one pass.
pub trait PassProgress {
    /// `steps` more steps are done, over `words` words.
    fn advance(&mut self, steps: u64, words: u64);
    /// The pass is over.
    fn finish(self: Box<Self>);
}
