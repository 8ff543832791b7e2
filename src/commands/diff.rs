//! `tarmim diff`: what changed between two builds.

use std::path::Path;

use super::Error;
use super::missing_build::{listed, no_build_yet, no_such_build};
use super::opening::output_folder;
use super::printing::{print, print_data};
use crate::analysis::diff::{Build, Diff};
use crate::cli::DiffArgs;
use crate::dataset::OutputFolder;
use crate::progress::Progress;
use crate::shown;
use crate::terminal::Printer;

/// The name of the current build.
const CURRENT: &str = "current";

/// Compares two builds and prints what changed.
pub(super) fn diff(config: &Path, args: DiffArgs, progress: &Progress, printer: Printer) -> Result<(), Error> {
    let DiffArgs { before, after, output, json, parquet, limit } = args;
    // Two build folders can be compared without any configuration.
    let output = match (&before, &after) {
        (Some(before), Some(after)) if output.is_none() && is_build(before) && is_build(after) => Path::new("").to_owned(),
        _ => output_folder(config, output)?,
    };
    let after = named(&output, after.as_deref().unwrap_or(CURRENT))?;
    let before = before.map_or_else(|| build_before(&output, &after), |before| named(&output, &before))?;
    let diff = Diff::measure(before, after, limit, parquet.as_deref())?;
    if json {
        print_data(&serde_json::to_string(&diff).expect("a comparison is plain data"))?;
    } else {
        print(printer, diff.to_string().trim_end())?;
    }
    if let Some(folder) = parquet {
        progress.message(&format!("lists written to {}", shown::path(&folder)));
    }
    Ok(())
}

fn is_build(path: &str) -> bool {
    Build::open(Path::new(path)).is_some()
}

/// The build with an id, the current one, or the one in a folder. The link is resolved once, so that a build published
/// meanwhile cannot be mixed with this one.
fn named(output: &Path, name: &str) -> Result<Build, Error> {
    let builds = OutputFolder::new(output);
    let of_output = if name == CURRENT { builds.current() } else { builds.build(name) };
    // An id in the output folder comes before a path that happens to have the same name.
    let folders = [of_output, name.into()];
    let found = folders.into_iter().find_map(|folder| Build::open(&std::fs::canonicalize(folder).ok()?));
    found.ok_or_else(|| if name == CURRENT { no_build_yet(output) } else { no_such_build(output, name) })
}

/// The build that was current before the present one.
fn build_before(output: &Path, after: &Build) -> Result<Build, Error> {
    let folder = OutputFolder::new(output);
    let before = folder.previous().and_then(|id| Build::open(&folder.build(&id)));
    before.ok_or_else(|| Error::NothingToRead {
        input: shown::path(output),
        what: match folder.builds().as_slice() {
            [] | [_] => format!("only one build exists, {}; nothing to compare it with", after.build_id),
            builds => format!("no build was current before {}; {}", after.build_id, listed(builds)),
        },
    })
}
