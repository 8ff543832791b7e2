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
    /// A description of each faulty pattern.
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

    /// Whether one of them matches a path. A `..` in the name of an archive member does not count as a name, because `**/.*` is meant for
    /// hidden files.
    #[must_use]
    pub fn match_path(&self, source_path: &str) -> bool {
        if !source_path.contains("..") {
            return self.compiled.is_match(source_path);
        }
        let names: Vec<&str> = source_path.split('/').filter(|name| *name != "..").collect();
        self.compiled.is_match(names.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_above_is_no_hidden_one() {
        let hidden = Patterns::new(&["**/.*".to_owned()]).expect("a pattern");
        for (path, expected) in
            [("a/.b.txt", true), ("z.zip!/../n.txt", false), ("z.zip!/../.n.txt", true), ("a..b.txt", false)]
        {
            assert_eq!(hidden.match_path(path), expected, "{path}");
        }
    }
}
