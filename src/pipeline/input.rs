//! The files that a run reads, and what to say if there are none.

use super::error::RunError;
use crate::config::Setup;
use crate::ingest::{IngestSettings, Inventory, take_inventory};
use crate::path_kind::kind_at;
use crate::shown;

/// The files to be read.
///
/// # Errors
/// [`RunError::NothingToRead`] if there are none.
pub fn inventory_of(setup: &Setup) -> Result<Inventory, RunError> {
    let settings = &setup.settings.ingest;
    let nothing = |what: String| RunError::NothingToRead { input: shown::path(&settings.input), what };
    if !settings.input.is_dir() {
        return Err(nothing(match kind_at(&settings.input) {
            None => "there is no such folder; set ingest.input, or give another (--input DIR; in Python input=…)".to_owned(),
            Some(kind) => format!(
                "it is {kind}, and a folder is expected; give the folder that holds the files as ingest.input (--input DIR; in Python input=…), \
                 and choose among them with ingest.files"
            ),
        }));
    }
    let inventory = take_inventory(&settings.input, &setup.settings.dataset.output, settings);
    if inventory.files.is_empty() {
        return Err(nothing(nothing_matches(&inventory, settings)));
    }
    Ok(inventory)
}

/// The error for files that are all read and hold neither an article nor anything to reject, such as metadata alone.
pub(super) fn nothing_in(settings: &IngestSettings) -> RunError {
    let what = "its files describe articles, and none holds one".to_owned();
    RunError::NothingToRead { input: shown::path(&settings.input), what }
}

/// Why no file of an inventory is read: there are none, none matches, or all are skipped.
fn nothing_matches(inventory: &Inventory, settings: &IngestSettings) -> String {
    let (patterns, others) = (settings.files.written().join(", "), inventory.rejects.len());
    let (skipped, keys) = match inventory.skipped {
        0 => (String::new(), "ingest.files"),
        skipped => (
            format!(", {skipped} skipped by ingest.skip: {}", settings.skip.written().join(", ")),
            "ingest.files or ingest.skip",
        ),
    };
    format!("no readable file matches {patterns} (other files: {others}{skipped}); set {keys}")
}
