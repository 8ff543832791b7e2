//! What will run: the configuration checked, its paths resolved, its vocabularies read, its model opened.
//!
//! Invariant: there is a [`Plan`] only where no fault was found, and it holds all that the stages need: nothing that the
//! file names is read later but the articles. Faults are gathered, because people want all of them at once.
//! [`Plan::settings`] is the part of it that the build id is made of.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{ConfigFault, IngestTable, PipelineFile};
use crate::dataset::PartitionBy;
use crate::dataset::description::CardSettings;
use crate::gates::limits::GateSettings;
use crate::ingest::IngestSettings;
use crate::ingest::path_pattern::PathPattern;
use crate::ingest::patterns::Patterns;
use crate::ingest::source::FieldNames;
use engine::duplicates::{DuplicateSettings, Duplicates};
use engine::model::ModelFile;
use engine::repair::{RepairSettings, WordList};
use engine::split::SplitSettings;
use engine::tag::{TagSettings, Vocabulary};

/// What the command line says instead of the file; paths are relative to the working directory.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Folder of the articles.
    pub input: Option<PathBuf>,
    /// Folder of the builds.
    pub output: Option<PathBuf>,
    /// Vocabulary files; none leaves the configured ones.
    pub vocabularies: Vec<PathBuf>,
}

/// What will run.
#[derive(Debug)]
pub struct Plan {
    /// Folder of the articles.
    pub input: PathBuf,
    /// Folder of the builds.
    pub output: PathBuf,
    /// How files are read.
    pub ingest: IngestSettings,
    /// The model.
    pub model: ModelFile,
    /// How spelling is restored.
    pub repair: RepairSettings,
    /// How sentences are cut.
    pub split: SplitSettings,
    /// What is looked for.
    pub vocabulary: Vocabulary,
    /// How it is looked for.
    pub tag: TagSettings,
    /// Share of inputs that may be rejected.
    pub max_reject_ratio: f64,
    /// What a build must be to be published.
    pub gates: GateSettings,
    /// How many builds are kept.
    pub keep_builds: usize,
    /// What counts as a copy, and what is done with it.
    pub duplicates: Duplicates,
    /// What tables are parted by.
    pub partition_by: PartitionBy,
    /// What the publisher says of the dataset.
    pub card: CardSettings,
    /// Whether what is worked out of each article is kept for the next run.
    pub cache: bool,
}

impl Plan {
    /// Reads and checks a configuration file with everything that it names. Its paths are relative to its own folder.
    ///
    /// # Errors
    /// Every fault that was found.
    pub fn open(config: &Path, overrides: &Overrides) -> Result<Self, Vec<ConfigFault>> {
        let (file, faults) = PipelineFile::open(config).map_err(|fault| vec![fault])?;
        let folder = config.parent().unwrap_or(Path::new(""));
        Self::compile(&config.display().to_string(), &file, faults, folder, overrides)
    }

    fn compile(
        name: &str,
        file: &PipelineFile,
        mut faults: Vec<ConfigFault>,
        folder: &Path,
        overrides: &Overrides,
    ) -> Result<Self, Vec<ConfigFault>> {
        let fault = |key: &str, what: String| {
            let line = file.lines.get(key).copied().unwrap_or(0);
            ConfigFault { file: name.to_owned(), line, what: format!("{key}: {what}") }
        };
        let resolve = |path: &str| folder.join(path);
        let (ingest, found) = ingest_settings(&file.ingest, &file.fields);
        faults.extend(found.into_iter().map(|(key, what)| fault(key, what)));
        let vocabularies = match overrides.vocabularies.as_slice() {
            [] => file.tag.vocabularies.iter().map(|path| resolve(path)).collect(),
            given => given.to_vec(),
        };
        let vocabulary = Vocabulary::read(&vocabularies).unwrap_or_else(|found| {
            let is_configured = overrides.vocabularies.is_empty();
            let named =
                |fault: ConfigFault| if is_configured { at_key(fault, name, file, "tag.vocabularies") } else { fault };
            faults.extend(found.into_iter().map(ConfigFault::from).map(named));
            Vocabulary::default()
        });
        let repair = repair_settings(name, file, folder).unwrap_or_else(|found| {
            faults.extend(found);
            RepairSettings::default()
        });
        let model = match &file.repair.model {
            Some(path) => ModelFile::open(&resolve(path)),
            None => ModelFile::shipped(),
        };
        let input = overrides.input.clone().unwrap_or_else(|| resolve(&file.ingest.input));
        let output = overrides.output.clone().unwrap_or_else(|| resolve(&file.dataset.output));
        if is_same_folder(&input, &output) {
            let what = format!(
                "{} is the input folder too, and the next run would read this one's tables; name another",
                output.display()
            );
            faults.push(fault("dataset.output", what));
        }
        let model = match model {
            Ok(model) if faults.is_empty() => model,
            Ok(_) => return Err(faults),
            Err(error) => {
                faults.push(fault("repair.model", error.to_string()));
                return Err(faults);
            }
        };
        Ok(Self {
            input,
            output,
            ingest,
            model,
            repair,
            split: SplitSettings {
                max_tokens: usize::try_from(file.split.max_tokens).unwrap_or(usize::MAX),
                cut_confidence: file.split.cut_confidence,
                length_weight: file.split.length_weight,
            },
            vocabulary,
            tag: TagSettings { nested: file.tag.nested, expand_broader: file.tag.expand_broader },
            max_reject_ratio: file.dataset.max_reject_ratio,
            gates: file.gates.clone(),
            keep_builds: usize::try_from(file.dataset.keep_builds).unwrap_or(usize::MAX),
            duplicates: Duplicates {
                policy: file.dataset.duplicates,
                settings: DuplicateSettings { least_similarity: threshold(file.dataset.near_duplicate_similarity) },
            },
            partition_by: file.dataset.partition_by,
            card: file.card.clone(),
            cache: file.dataset.cache,
        })
    }

    /// The settings that the build's content depends on: paths, threads and limits on the run are left out.
    #[must_use]
    pub fn settings(&self) -> Value {
        let IngestSettings { files, skip, encoding, path_pattern, fields, max_file_bytes } = &self.ingest;
        let FieldNames { text, title, published, section, byline, id } = fields;
        json!({
            "ingest": {
                "path_pattern": path_pattern.as_str(), "max_file_bytes": max_file_bytes,
                "encoding": encoding.map_or("auto", |declared| declared.0.name()),
                "fields": {
                    "text": text, "title": title, "published": published, "section": section, "byline": byline, "id": id,
                },
            },
            "select": { "files": files.written(), "skip": skip.written() },
            "repair": {
                "doubt_threshold": self.repair.doubt_threshold, "keep_raw_below": self.repair.keep_raw_below,
                "lexicon": self.repair.lexicon.hash(), "protect": self.repair.protect.hash(),
            },
            "split": {
                "max_tokens": self.split.max_tokens, "cut_confidence": self.split.cut_confidence,
                "length_weight": self.split.length_weight,
            },
            "tag": { "nested": self.tag.nested, "expand_broader": self.tag.expand_broader },
            "card": {
                "name": self.card.name, "licence": self.card.licence, "citation": self.card.citation,
                "creator": self.card.creator, "homepage": self.card.homepage,
            },
            "dataset": {
                "duplicates": self.duplicates.policy.name(), "partition_by": self.partition_by.name(),
                "near_duplicate_similarity": self.duplicates.settings.least_similarity,
            },
        })
    }
}

/// A fault of a named file as a whole, at the key that names it, since that may be what is wrong. A fault in the file has a line there.
fn at_key(fault: ConfigFault, name: &str, file: &PipelineFile, key: &str) -> ConfigFault {
    match fault.line {
        0 => {
            let line = file.lines.get(key).copied().unwrap_or(0);
            ConfigFault { file: name.to_owned(), line, what: format!("{key}: {fault}") }
        }
        _ => fault,
    }
}

/// What the table `[repair]` of a configuration says, its word lists read; their paths are relative to `folder`. `name` is for messages.
///
/// # Errors
/// Every fault of the word lists.
pub fn repair_settings(name: &str, file: &PipelineFile, folder: &Path) -> Result<RepairSettings, Vec<ConfigFault>> {
    let table = &file.repair;
    let mut faults = Vec::new();
    let mut read = |key: &str, files: &[String]| {
        let files: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
        WordList::read(&files).unwrap_or_else(|found| {
            let found = found.into_iter().map(|f| ConfigFault { file: f.file, line: f.line, what: f.what });
            faults.extend(found.map(|fault| at_key(fault, name, file, key)));
            WordList::default()
        })
    };
    let settings = RepairSettings {
        doubt_threshold: threshold(table.doubt_threshold),
        keep_raw_below: threshold(table.keep_raw_below),
        lexicon: read("repair.lexicons", &table.lexicons),
        protect: read("repair.protect", &table.protect),
    };
    if faults.is_empty() { Ok(settings) } else { Err(faults) }
}

/// Whether two paths lead to one folder; those that are not there yet are compared as they are written.
fn is_same_folder(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(a) == real(b)
}

#[expect(clippy::cast_possible_truncation, reason = "a probability with a few digits")]
fn threshold(probability: f64) -> f32 {
    probability as f32
}

/// What the tables `[ingest]` and `[fields]` say; what is faulty reads as nothing, and the faults are given with their keys.
fn ingest_settings(table: &IngestTable, fields: &FieldNames) -> (IngestSettings, Vec<(&'static str, String)>) {
    let mut faults = Vec::new();
    let mut patterns = |key, written: &[String]| {
        Patterns::new(written).unwrap_or_else(|found| {
            faults.extend(found.into_iter().map(|what| (key, what)));
            Patterns::default()
        })
    };
    let (files, skip) = (patterns("ingest.files", &table.files), patterns("ingest.skip", &table.skip));
    let path_pattern = PathPattern::new(&table.path_pattern).unwrap_or_else(|what| {
        faults.push(("ingest.path_pattern", what));
        PathPattern::default()
    });
    let max_file_bytes = table.max_file_mib << 20;
    let encoding = table.encoding;
    (IngestSettings { files, skip, encoding, path_pattern, fields: fields.clone(), max_file_bytes }, faults)
}
