//! Finished stages of training on disk, so that an interrupted run continues where it stopped.
//!
//! Invariant: a stage's file is named by a hash of everything that its result depends on, and appears whole or not at all. A
//! run with another corpus, seed or version of the stage's code never sees it.

use std::borrow::Cow;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::corpus::Corpus;
use super::error::TrainError;
use super::files::{files_of, name_of};
use super::settings::TrainSettings;
use engine::model::{ModelFile, assemble};

/// A section's name and its bytes.
pub(super) type Section = (&'static str, Vec<u8>);

/// The folder of finished stages.
pub(super) struct Checkpoints {
    folder: PathBuf,
    inputs: blake3::Hasher,
}

impl Checkpoints {
    /// Opens the folder. Only stages made from the same inputs will be found in it.
    pub(super) fn new(settings: &TrainSettings, corpus: &Corpus) -> Result<Self, TrainError> {
        let folder = settings.checkpoints.clone();
        fs::create_dir_all(&folder).map_err(|source| TrainError::io(&folder, source))?;
        let mut inputs = blake3::Hasher::new();
        inputs.update(&settings.seed.to_le_bytes());
        for (name, hash) in corpus.sources.iter().chain(&corpus.benchmarks) {
            inputs.update(name.as_bytes()).update(hash.as_bytes());
        }
        for list in settings.lexicon.iter().map(|folder| files_of(folder, &[""])) {
            for path in list? {
                let bytes = fs::read(&path).map_err(|source| TrainError::io(&path, source))?;
                inputs.update(name_of(&path).as_bytes()).update(blake3::hash(&bytes).as_bytes());
            }
        }
        Ok(Self { folder, inputs })
    }

    /// The file for a stage's result, named by a hash of everything that the result depends on.
    pub(super) fn path(&self, name: &str, version: u32, dependencies: &[&[u8]], extension: &str) -> PathBuf {
        let mut key = self.inputs.clone();
        key.update(&version.to_le_bytes());
        for dependency in dependencies {
            // Hashed one by one: of the bytes alone, two dependencies could be cut elsewhere and give the same key.
            key.update(blake3::hash(dependency).as_bytes());
        }
        self.folder.join(format!("{name}-{}.{extension}", &key.finalize().to_hex()[..16]))
    }

    /// The sections of a stage: from the checkpoint if it was finished before, otherwise from `learn`.
    pub(super) fn stage(
        &self,
        name: &'static str,
        version: u32,
        dependencies: &[&[u8]],
        learn: impl FnOnce() -> Result<Vec<Section>, TrainError>,
    ) -> Result<Vec<Section>, TrainError> {
        let path = self.path(name, version, dependencies, "stage");
        // A file that cannot be read or is damaged counts as missing: the stage is run again.
        let finished = fs::read(&path).ok().and_then(|bytes| ModelFile::parse(Cow::Owned(bytes)).ok());
        if let Some(sections) = finished.and_then(|file| read_sections(&file)) {
            return Ok(sections);
        }
        let sections = learn()?;
        write_beside(&path, &assemble(&sections)).map_err(|source| TrainError::io(&path, source))?;
        Ok(sections)
    }
}

const SECTIONS: [&str; 10] = [
    "lexicon",
    "unigrams",
    "bigrams",
    "trigrams",
    "word rows",
    "candidate rows",
    "encoder",
    "second pass",
    "lengths",
    "phrases",
];

fn read_sections(file: &ModelFile) -> Option<Vec<Section>> {
    let present = SECTIONS.into_iter().filter_map(|name| Some((name, file.section(name).ok()?)));
    present.map(|(name, mut section)| Some((name, section.bytes(section.remaining()).ok()?.to_vec()))).collect()
}

/// Writes a file so that it appears whole or not at all.
pub(super) fn write_beside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A rename is atomic within a file system, so readers see the old file or the whole new one.
    let beside = path.with_extension("part");
    let mut file = fs::File::create(&beside)?;
    file.write_all(bytes)?;
    // Before the rename, or a crash could leave the new name on a file whose bytes never reached the disk.
    file.sync_all()?;
    fs::rename(&beside, path)
}
