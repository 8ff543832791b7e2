//! What a build says of itself to other tools: files beside the tables that catalogues and loaders read.
//!
//! - `croissant.json`: Croissant 1.1, for machine-learning loaders and data-set search;
//! - `README.md`: a dataset card with YAML front matter, for the Hugging Face hub and `datasets`;
//! - `datapackage.json`: a Frictionless Data Package, version 2;
//! - [`lineage`]: `OpenLineage` events, written when a run is asked for them.
//!
//! Invariant: all of it is made of the manifest and of the schema that the tables are written with, so it cannot say
//! anything else. Nothing here reads the clock or the tables, and no list of columns is written down: a new column of
//! [`super::schema`] is described without a change here.

mod card;
mod columns;
mod croissant;
mod datapackage;
mod licence;
pub mod lineage;

use std::fs::File;
use std::io::Write;
use std::path::Path;

pub use card::dataset_card;
pub use croissant::croissant;
pub use datapackage::data_package;

use super::{DatasetError, Manifest};
use serde_json::Value;

/// The Croissant description's name in a build's folder.
pub const CROISSANT: &str = "croissant.json";
/// The dataset card's name in a build's folder; the hub reads no other.
pub const CARD: &str = "README.md";
/// The data package's name in a build's folder; fixed by its standard.
pub const DATA_PACKAGE: &str = "datapackage.json";

/// What the manifest cannot know about a dataset: the words of the person who publishes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardSettings {
    /// The dataset's name, for people.
    pub name: String,
    /// SPDX identifier, address or name of the licence of the articles and so of the dataset; `None` where nobody said.
    pub licence: Option<String>,
    /// How to cite the dataset, `BibTeX` if possible; `None` makes one of the name and the build.
    pub citation: Option<String>,
    /// The person or organisation that publishes it.
    pub creator: Option<String>,
    /// Its page on the web.
    pub homepage: Option<String>,
}

/// Writes all descriptions into the folder of a build, over those that are there. Call it before the manifest is written, so
/// that a whole build is a described one.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_descriptions(build_folder: &Path, manifest: &Manifest, card: &CardSettings) -> Result<(), DatasetError> {
    write(&build_folder.join(CROISSANT), &shown(&croissant(manifest, card)))?;
    write(&build_folder.join(DATA_PACKAGE), &shown(&data_package(manifest, card)))?;
    write(&build_folder.join(CARD), &dataset_card(manifest, card))
}

fn shown(value: &Value) -> String {
    format!("{value:#}\n")
}

fn write(path: &Path, text: &str) -> Result<(), DatasetError> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|source| DatasetError::io(path, source))
}

/// What the dataset is, in one paragraph.
fn summary(manifest: &Manifest) -> String {
    let counts = &manifest.counts;
    format!(
        "Arabic newspaper articles whose spelling had been damaged (hamza forms, final ta marbuta and alif maqsura, digits \
         and marks deleted), repaired, cut into sentences and annotated: {} articles, {} sentences, {} tokens, {} keyword \
         hits. Each repair keeps what stood in the source and how sure it is.",
        counts.articles, counts.sentences, counts.tokens, counts.keywords,
    )
}

/// What a user of the dataset has to know before trusting it; one sentence each.
fn limits(manifest: &Manifest) -> Vec<String> {
    let counts = &manifest.counts;
    vec![
        "Repairs are a statistical model's choices and can be wrong. Every changed token is listed with its source form, \
         the probability of the form chosen and the next best forms; doubtful tokens are listed apart."
            .to_owned(),
        "Probabilities come from the model that made the repairs and hold for newspaper prose; on other kinds of text they \
         say less."
            .to_owned(),
        "Numbers that had been deleted cannot be restored; where one is missing, the place is marked, with a probability."
            .to_owned(),
        "Where punctuation had been deleted, sentence ends are estimates; each has its probability.".to_owned(),
        "Keywords and keyphrases are found by rules and statistics, not by readers.".to_owned(),
        format!(
            "{} of {} tokens were changed; {} are explained by no word of the lexicon and stand as they were.",
            counts.repaired, counts.tokens, counts.unresolved
        ),
        format!("{} of {} inputs could not be used; the table `rejects` says why.", counts.rejects, counts.inputs),
        "The articles keep the rights, the opinions and the personal data that they had in the newspaper.".to_owned(),
    ]
}

/// The name by which machines know the dataset: lower-case ASCII letters, digits and hyphens.
fn slug(name: &str) -> String {
    let letters = name.to_lowercase();
    let words: Vec<&str> =
        letters.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "arabic-newspapers".to_owned() } else { words.join("-") }
}

/// A text without line breaks, which would end a heading or an entry.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How to cite the dataset.
fn citation(manifest: &Manifest, card: &CardSettings) -> String {
    card.citation.clone().unwrap_or_else(|| {
        let author =
            card.creator.as_deref().map(|creator| format!(" author = {{{}}},", one_line(creator))).unwrap_or_default();
        let year = manifest.created.get(..4).unwrap_or("n.d.");
        format!(
            "@misc{{{},{author} title = {{{}}}, year = {{{year}}}, note = {{Build {}}}}}",
            slug(&card.name),
            one_line(&card.name),
            manifest.build_id
        )
    })
}

/// The dataset's version as Semantic Versioning has it: that of the tables, with the build as build metadata.
fn version(manifest: &Manifest) -> String {
    let dots = manifest.schema_version.matches('.').count();
    format!("{}{}+{}", manifest.schema_version, ".0".repeat(2_usize.saturating_sub(dots)), manifest.build_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_what_machines_accept() {
        let cases = [
            ("Restored newspapers", "restored-newspapers", "a space parts words"),
            ("  A--B_2 ", "a-b-2", "whatever is no letter or digit parts words, once"),
            ("صحف", "arabic-newspapers", "a name without a Latin letter falls back"),
            ("", "arabic-newspapers", "so does an empty one"),
        ];
        for (name, expected, why) in cases {
            assert_eq!(slug(name), expected, "{why}");
        }
    }

    #[test]
    fn versions_are_semantic() {
        for (schema, expected) in [("1.2", "1.2.0+b1"), ("2", "2.0.0+b1"), ("1.2.3", "1.2.3+b1")] {
            let manifest = Manifest { schema_version: schema.to_owned(), ..samples::manifest() };
            assert_eq!(version(&manifest), expected);
        }
    }

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

/// A manifest and settings for the tests of the formats.
#[cfg(test)]
mod samples {
    use super::CardSettings;
    use crate::dataset::{Counts, Manifest, PartFile, Provenance, RunSummary};
    use engine::tables::schema::Table;

    /// Two files a table, the second in a folder of its own.
    pub(super) fn manifest() -> Manifest {
        let part = |path: String, digit: &str| PartFile {
            path,
            rows: 5,
            bytes: 70,
            blake3: digit.repeat(64),
            sha256: digit.repeat(64),
        };
        let parts = |table: Table| {
            let name = table.name();
            let files =
                vec![part(format!("{name}/part-00000.parquet"), "a"), part(format!("{name}/k=v/part-00000.parquet"), "b")];
            (name.to_owned(), files)
        };
        Manifest {
            schema_version: "1.2".to_owned(),
            build_id: "b1".to_owned(),
            created: "2026-01-02T03:04:05.000006Z".to_owned(),
            provenance: Provenance {
                tarmim: "0.1.0".to_owned(),
                stages: [("repair".to_owned(), 3)].into(),
                model_id: "m1".to_owned(),
                vocabulary: "v1".to_owned(),
                inputs: "i1".to_owned(),
                settings: serde_json::json!({}),
            },
            counts: Counts {
                inputs: 4,
                articles: 3,
                rejects: 1,
                sentences: 10,
                keywords: 10,
                tokens: 90,
                ..Counts::default()
            },
            run: RunSummary::default(),
            tables: Table::ALL.map(parts).into(),
        }
    }

    pub(super) fn card() -> CardSettings {
        CardSettings { name: "Restored newspapers".to_owned(), ..CardSettings::default() }
    }
}
