//! What lies in the folder of builds, as its name tells.
//!
//! Invariant: only what bears a name that this program gives is ever removed or replaced. Anything else may be a person's, and the
//! output folder may be one that a person keeps other things in.

use std::path::Path;

use super::manifest::BUILD_ID_DIGITS;

/// A build being written.
pub(super) const STAGING: &str = ".staging-";
/// A build being removed.
pub(super) const REMOVED: &str = ".removed-";
/// A build that a gate refused.
pub(super) const FAILED: &str = ".failed-";
/// Follows the name of a staged build: the damaged build that it replaces, for a moment.
pub(super) const ASIDE: &str = ".aside";

/// The kind of an entry of the folder of builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It has the name of a build.
    Build,
    /// A run that was killed left it.
    LeftOver,
    /// A build that a gate refused.
    Failed,
    /// Not this program's.
    Foreign,
}

impl Entry {
    /// The kind of the entry at a path.
    pub(super) fn at(path: &Path) -> Self {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Self::Foreign };
        let has_id = |prefix: &str| name.strip_prefix(prefix).is_some_and(is_build_id);
        let name_of_staged = name.strip_suffix(ASIDE).unwrap_or(name);
        if is_build_id(name) {
            Self::Build
        } else if has_id(REMOVED) || name_of_staged.strip_prefix(STAGING).is_some_and(is_build_id) {
            Self::LeftOver
        } else if has_id(FAILED) {
            Self::Failed
        } else {
            Self::Foreign
        }
    }
}

fn is_build_id(name: &str) -> bool {
    name.len() == BUILD_ID_DIGITS && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_the_program_gives_are_its_own() {
        for (name, entry) in [
            ("0123456789abcdef", Entry::Build),
            (".staging-0123456789abcdef", Entry::LeftOver),
            (".staging-0123456789abcdef.aside", Entry::LeftOver),
            (".removed-0123456789abcdef", Entry::LeftOver),
            (".failed-0123456789abcdef", Entry::Failed),
            ("android", Entry::Foreign),
            ("0123456789abcde", Entry::Foreign),
            ("0123456789ABCDEF", Entry::Foreign),
            ("0123456789abcdef.aside", Entry::Foreign),
            (".staging-", Entry::Foreign),
            (".staging-area", Entry::Foreign),
            (".removed-0123456789abcdef-copy", Entry::Foreign),
            (".failed", Entry::Foreign),
        ] {
            assert_eq!(Entry::at(&Path::new("builds").join(name)), entry, "{name}");
        }
    }
}
