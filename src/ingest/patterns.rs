//! Sets of glob patterns over source paths.

use globset::{Glob, GlobSet, GlobSetBuilder};

/// Patterns as written, compiled.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    written: Vec<String>,
    compiled: GlobSet,
}

impl Patterns {
    /// Compiles patterns.
    ///
    /// # Errors
    /// What is wrong with each faulty one.
    pub fn new(written: &[String]) -> Result<Self, Vec<String>> {
        let (mut set, mut faults) = (GlobSetBuilder::new(), Vec::new());
        for pattern in written {
            match Glob::new(pattern) {
                Ok(glob) => {
                    set.add(glob);
                }
                Err(error) => faults.push(format!("{error}; expected a pattern such as \"**/*.txt\"")),
            }
        }
        let compiled = set.build().map_err(|error| vec![error.to_string()])?;
        if faults.is_empty() { Ok(Self { written: written.to_vec(), compiled }) } else { Err(faults) }
    }

    /// The patterns as written.
    #[must_use]
    pub fn written(&self) -> &[String] {
        &self.written
    }

    /// Whether one of them matches a path.
    #[must_use]
    pub fn match_path(&self, source_path: &str) -> bool {
        self.compiled.is_match(source_path)
    }
}
