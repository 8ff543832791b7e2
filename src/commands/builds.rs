//! `tarmim builds`: the builds in the output folder, which one is current, and which were rolled back.

use std::path::Path;

use serde_json::json;

use super::Error;
use super::opening::output_folder;
use super::printing::{print, print_data};
use crate::cli::BuildsArgs;
use crate::dataset::{Manifest, OutputFolder};
use crate::terminal::Printer;

/// Lists the builds, oldest first.
pub(super) fn builds(config: &Path, args: BuildsArgs, printer: Printer) -> Result<(), Error> {
    let output = OutputFolder::new(&output_folder(config, args.output)?);
    let current = output.current_id();
    let builds = output.builds();
    // Only of the current build: reading all builds would take long, and this is the one that readers have.
    let damage = current.as_ref().and_then(|current| output.whole_build(current).err());
    let state = |id: &str| match (Some(id) == current.as_deref(), output.rolled_back_from(id)) {
        (true, _) => damage.as_ref().map_or_else(|| "current".to_owned(), |damage| format!("current, damaged: {damage}")),
        (false, Some(rolled)) => format!("rolled back on {}", rolled.at),
        (false, None) => String::new(),
    };
    if args.json {
        let build = |manifest: &Manifest| {
            json!({
                "build_id": manifest.build_id, "created": manifest.created, "counts": manifest.counts,
                "model_id": manifest.provenance.model_id, "state": state(&manifest.build_id),
            })
        };
        return print_data(&json!(builds.iter().map(build).collect::<Vec<_>>()).to_string());
    }
    if builds.is_empty() && current.is_none() {
        return print(printer, "there is no build yet; run `tarmim run`");
    }
    let line = |manifest: &Manifest| {
        let Manifest { build_id, created, counts, .. } = manifest;
        let line = format!(
            "{build_id}  {created}  {:>9} articles {:>10} sentences  {}",
            counts.articles,
            counts.sentences,
            state(build_id)
        );
        // A build without a state would end in blanks.
        line.trim_end().to_owned()
    };
    let mut lines: Vec<String> = builds.iter().map(line).collect();
    // A build whose manifest is damaged is not among those listed.
    lines.extend(
        current
            .iter()
            .filter(|id| builds.iter().all(|build| build.build_id != **id))
            .map(|id| format!("{id}  {}", state(id))),
    );
    print(printer, &lines.join("\n"))
}
