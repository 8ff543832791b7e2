//! The setup of a run: a checked configuration with its vocabularies read and its model opened.
//!
//! Invariant: a [`Setup`] exists only if no fault was found, and it holds all that the stages need: of the files that the
//! configuration names, only the articles are read later. Faults are gathered, because people want all of them at once.

use std::path::{Path, PathBuf};

use engine::Engine;
use engine::model::{ModelError, ModelFile};
use engine::review::Corrections;
use engine::settings::{Record, Settings, Value};
use engine::tag::Vocabulary;
use serde_json::Value as Json;

use crate::path_kind::kind_at;

use super::{ConfigFault, NamedFiles, PipelineFile, PipelineSettings};
use crate::ingest::table_as_csv;

/// Values that the command line gives instead of the file; paths are relative to the working directory.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Folder of the articles.
    pub input: Option<PathBuf>,
    /// Folder of the builds.
    pub output: Option<PathBuf>,
    /// Vocabulary files; none leaves the configured ones.
    pub vocabularies: Vec<PathBuf>,
}

/// Everything that a run needs besides the articles.
#[derive(Debug)]
pub struct Setup {
    /// The settings; word lists are read, paths are relative to the working directory.
    pub settings: PipelineSettings,
    /// The model.
    pub model: ModelFile,
    /// The concepts to look for.
    pub vocabulary: Vocabulary,
    /// What people said about the articles.
    pub corrections: Corrections,
}

impl Setup {
    /// Reads and checks a configuration file with everything that it names. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// All faults that were found.
    pub fn open(config: &Path, overrides: Overrides) -> Result<Self, Vec<ConfigFault>> {
        let (mut file, faults) = PipelineFile::open(config, NamedFiles::Read).map_err(|fault| vec![fault])?;
        let are_overridden = !overrides.vocabularies.is_empty();
        // Before the vocabularies are read and the folders compared: both must see what the command line says.
        overrides.apply(&mut file.settings);
        Self::of_file(file, faults, are_overridden)
    }

    /// Checks the settings of a file and of keyword arguments, which win, and reads everything that they name.
    ///
    /// # Errors
    /// All faults that were found.
    pub fn with_arguments(config: Option<&Path>, arguments: Vec<(String, Value)>) -> Result<Self, Vec<ConfigFault>> {
        let (mut file, mut faults) = match config {
            Some(config) => PipelineFile::open(config, NamedFiles::Read).map_err(|fault| vec![fault])?,
            None => PipelineFile::parse("the default settings", "", NamedFiles::Read),
        };
        let are_overridden = arguments.iter().any(|(key, _)| key == "vocabularies");
        if config.is_none() {
            // The default is a path in a checkout; without a file there is none.
            file.settings.vocabulary.vocabularies = Vec::new();
        }
        faults.extend(file.set_arguments(arguments));
        Self::of_file(file, faults, are_overridden)
    }

    fn of_file(file: PipelineFile, mut faults: Vec<ConfigFault>, are_overridden: bool) -> Result<Self, Vec<ConfigFault>> {
        let files = &file.settings.vocabulary.vocabularies;
        let vocabulary = Vocabulary::read_with(files, &table_as_csv).unwrap_or_else(|found| {
            let placed = |fault: ConfigFault| if are_overridden { fault } else { at_key(fault, &file, "tag.vocabularies") };
            faults.extend(found.into_iter().map(ConfigFault::from).map(placed));
            Vocabulary::default()
        });
        let corrections = Corrections::read_with(&file.settings.review.corrections, &table_as_csv).unwrap_or_else(|found| {
            faults.extend(found.into_iter().map(|fault| at_key(ConfigFault::from(fault), &file, "review.corrections")));
            Corrections::default()
        });
        let (input, output) = (&file.settings.ingest.input, &file.settings.dataset.output);
        if is_same_folder(input, output) {
            let what = format!(
                "{} is the input folder, too, and the next run would read this run's tables; choose another",
                output.display()
            );
            faults.push(file.fault("dataset.output", &what));
        }
        if let Some(kind) = kind_at(output).filter(|_| !output.is_dir()) {
            faults.push(file.fault("dataset.output", &format!("{} is {kind}, and a folder is expected", output.display())));
        }
        match file.settings.model.open() {
            Ok(model) if faults.is_empty() => Ok(Self { settings: file.settings, model, vocabulary, corrections }),
            Ok(_) => Err(faults),
            Err(error) => {
                faults.push(file.fault("repair.model", &error.to_string()));
                Err(faults)
            }
        }
    }

    /// Prepares the stages. The settings are returned for what comes after them.
    ///
    /// # Errors
    /// If the model lacks a section or a section is damaged.
    pub fn into_engine(self) -> Result<(Engine, PipelineSettings), ModelError> {
        let Self { settings, model, vocabulary, corrections } = self;
        let mut engine = Engine::new(&model, settings.repair.clone(), settings.split, settings.tag, vocabulary)?;
        engine.corrections = corrections;
        Ok((engine, settings))
    }

    /// The settings that a build's content depends on, by section: paths, threads and limits on the run are left out.
    /// The section of a stage is part of the key of that stage's cache.
    #[must_use]
    pub fn recorded_settings(&self) -> Json {
        let mut record = Record::default();
        self.settings.record(&mut record);
        record.into_json()
    }
}

impl Overrides {
    fn apply(self, settings: &mut PipelineSettings) {
        let Self { input, output, vocabularies } = self;
        if let Some(input) = input {
            settings.ingest.input = input;
        }
        if let Some(output) = output {
            settings.dataset.output = output;
        }
        if !vocabularies.is_empty() {
            settings.vocabulary.vocabularies = vocabularies;
        }
    }
}

/// A fault of a named file as a whole, at the key that names it, since the name may be what is wrong. A fault inside the
/// file keeps its place.
fn at_key(fault: ConfigFault, file: &PipelineFile, key: &str) -> ConfigFault {
    match fault.line {
        0 => file.fault(key, &fault.to_string()),
        _ => fault,
    }
}

/// Whether two paths lead to one folder. Paths that do not exist yet are compared as written.
fn is_same_folder(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(a) == real(b)
}
