//! A build's description for other tools: files beside the tables that catalogues and loaders read.
//!
//! - `croissant.json`: Croissant 1.1, for machine-learning loaders and dataset search;
//! - `README.md`: a dataset card with YAML front matter, for the Hugging Face hub and `datasets`;
//! - `datapackage.json`: a Frictionless Data Package, version 2;
//! - [`lineage`]: `OpenLineage` events, written if a run is asked for them.
//!
//! Invariant: everything is derived from the manifest and from the schema that the tables are written with, so the two cannot
//! disagree. Nothing here reads the clock or the tables, and nothing lists columns: a new column is described without a change
//! here.

mod card;
pub(super) mod columns;
mod croissant;
mod datapackage;
mod licence;
pub mod lineage;
mod reliability;
#[cfg(test)]
mod samples;
mod settings;
mod words;

use std::path::Path;

use serde_json::Value;

pub use card::{CARD, dataset_card};
pub use croissant::{CROISSANT, croissant};
pub use datapackage::{DATA_PACKAGE, data_package};
pub use reliability::{Reliability, ReliabilityBand};
pub use settings::CardSettings;

use super::durable;
use super::error::DatasetError;
use super::manifest::Manifest;

/// Writes all descriptions into the folder of a build, replacing existing ones. Call it before the manifest is written, so
/// that every whole build has them.
///
/// # Errors
/// If a file cannot be written.
pub fn write_descriptions(build_folder: &Path, manifest: &Manifest, card: &CardSettings) -> Result<(), DatasetError> {
    let write = |name: &str, text: String| durable::write(&build_folder.join(name), text.as_bytes());
    write(CROISSANT, indented(&croissant(manifest, card)))?;
    write(DATA_PACKAGE, indented(&data_package(manifest, card)))?;
    write(CARD, dataset_card(manifest, card))
}

fn indented(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_the_same_every_time_and_hold_no_other_time() {
        let (first, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let (manifest, card) = (samples::manifest(), samples::card());
        for folder in [&first, &second] {
            write_descriptions(folder.path(), &manifest, &card).expect("written");
        }
        for name in [CROISSANT, CARD, DATA_PACKAGE] {
            let read = |folder: &tempfile::TempDir| std::fs::read_to_string(folder.path().join(name)).expect("there");
            assert_eq!(read(&first), read(&second));
            assert!(read(&first).contains(&manifest.build_id), "{name} names its build");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let missing = Path::new("/nowhere/at/all");
        let error = write_descriptions(missing, &samples::manifest(), &samples::card()).expect_err("no such folder");
        assert!(error.to_string().starts_with("/nowhere/at/all/croissant.json: "), "{error}");
    }
}
