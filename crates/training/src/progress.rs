//! How training reports what it is doing.
//!
//! Training does not know terminals: the program that calls it shows progress in its own way.

/// Receives what training reports.
pub trait Progress {
    /// A line about what happens next, or about a result.
    fn message(&self, text: &str);
    /// The encoder starts a pass over the corpus, of so many steps.
    fn begin_pass(&self, steps: u64) -> Box<dyn PassProgress>;
}

/// Receives the steps of one pass.
pub trait PassProgress {
    /// Some steps are done, over so many words.
    fn advance(&mut self, steps: u64, words: u64);
    /// The pass is over.
    fn finish(self: Box<Self>);
}
