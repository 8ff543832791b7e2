//! `tarmim diff`: what changed between two builds.

use std::path::Path;

use super::Error;
use super::opening::output_folder;
use super::printing::print;
use crate::analysis::diff::{Build, Diff};
use crate::cli::DiffArgs;
use crate::dataset::OutputFolder;
use crate::progress::Progress;

/// The name of the current build.
const CURRENT: &str = "current";

/// Compares two builds and prints what changed.
pub(super) fn diff(config: &Path, args: DiffArgs, progress: Progress) -> Result<(), Error> {
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
        print(&serde_json::to_string(&diff).expect("a comparison is plain data"))?;
    } else {
        print(diff.to_string().trim_end())?;
    }
    if let Some(folder) = parquet {
        progress.message(&format!("lists written to {}", folder.display()));
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
    let folders = [of_output, name.into()];
    let found = folders.into_iter().find_map(|folder| Build::open(&std::fs::canonicalize(folder).ok()?));
    found.ok_or_else(|| {
        let (input, builds) = (output.display().to_string(), all(output));
        if name == CURRENT {
            return Error::NothingToRead { input, what: "there is no build yet; run `tarmim run`".to_owned() };
        }
        let what = format!("there is no build {name}, neither there nor as a folder with a manifest; {}", listed(&builds));
        // If there are builds, the mistake is in the command line.
        if builds.is_empty() { Error::NothingToRead { input, what } } else { Error::Usage(format!("{input}: {what}")) }
    })
}

/// The build that was current before the present one.
fn build_before(output: &Path, after: &Build) -> Result<Build, Error> {
    let builds = all(output);
    let (count, listed) = (builds.len(), listed(&builds));
    let previous = OutputFolder::new(output).previous();
    let older = builds.into_iter().find(|build| Some(&build.build_id) == previous.as_ref());
    older.ok_or_else(|| Error::NothingToRead {
        input: output.display().to_string(),
        what: match count {
            1 => format!("only one build exists, {}; nothing to compare it with", after.build_id),
            _ => format!("no build was current before {}; {listed}", after.build_id),
        },
    })
}

/// All builds, oldest first.
fn all(output: &Path) -> Vec<Build> {
    let folders = OutputFolder::new(output).whole_builds();
    let mut builds: Vec<Build> = folders.iter().filter_map(|folder| Build::open(folder)).collect();
    builds.sort_by(|a, b| (&a.created, &a.build_id).cmp(&(&b.created, &b.build_id)));
    builds
}

fn listed(builds: &[Build]) -> String {
    let ids: Vec<String> = builds.iter().map(|build| format!("{} ({})", build.build_id, build.created)).collect();
    if ids.is_empty() { "there are no builds".to_owned() } else { format!("the builds are {}", ids.join(", ")) }
}
