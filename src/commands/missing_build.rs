//! Errors about builds that do not exist, in the same words for every command.

use std::path::Path;

use super::error::Error;
use crate::dataset::{Manifest, OutputFolder};
use crate::shown;

/// The error if an output folder has no build at all.
pub(super) fn no_build_yet(output: &Path) -> Error {
    let what = "there is no build yet; run `tarmim run`".to_owned();
    Error::NothingToRead { input: shown::path(output), what }
}

/// The error if an output folder lacks the build that the command line names.
pub(super) fn no_such_build(output: &Path, name: &str) -> Error {
    let builds = OutputFolder::new(output).builds();
    if builds.is_empty() {
        return no_build_yet(output);
    }
    Error::Usage(format!("{}: there is no build {name}; {}", shown::path(output), listed(&builds)))
}

/// The builds that exist, for the end of a message.
pub(super) fn listed(builds: &[Manifest]) -> String {
    let builds: Vec<String> = builds.iter().map(|build| format!("{} ({})", build.build_id, build.created)).collect();
    format!("the builds are {}", builds.join(", "))
}
