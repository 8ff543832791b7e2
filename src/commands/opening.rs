//! Opening what several commands begin with: a setup, the repair stage, a build.

use std::path::{Path, PathBuf};

use super::Error;
use super::missing_build::{no_build_yet, no_such_build};
use crate::cli::OverrideArgs;
use crate::config::{ConfigFault, ModelSettings, NamedFiles, Overrides, PipelineFile, Setup};
use crate::dataset::OutputFolder;
use crate::ingest::table_as_csv;
use engine::model::ModelFile;
use engine::repair::RepairSettings;
use engine::review::Corrections;
use engine::split::SplitSettings;

/// The configuration that is read unless another is named.
pub(super) const CONFIG: &str = "pipeline.toml";

impl From<OverrideArgs> for Overrides {
    fn from(args: OverrideArgs) -> Self {
        Self { input: args.input, output: args.output, vocabularies: args.vocabulary }
    }
}

/// Checks the configuration and everything that it names.
pub(super) fn open_setup(config: &Path, overrides: OverrideArgs) -> Result<Setup, Error> {
    Setup::open(config, overrides.into()).map_err(Error::Config)
}

/// What the repair of a single text takes.
pub(super) struct RepairSetup {
    pub(super) model: ModelFile,
    pub(super) repair: RepairSettings,
    pub(super) split: SplitSettings,
    pub(super) corrections: Corrections,
}

/// The model and the settings of repair: those of the configuration if one is named or lies in the working directory,
/// otherwise the defaults. `model` replaces the configured model.
pub(super) fn repair_setup(config: Option<PathBuf>, model: Option<&Path>) -> Result<RepairSetup, Error> {
    let chosen = |configured| model.map_or(configured, |model| ModelSettings { model: Some(model.to_owned()) });
    // Only the default file may be missing. One that was named is opened, and an error if it cannot be.
    let Some(config) = config.or_else(|| Some(PathBuf::from(CONFIG)).filter(|path| path.is_file())) else {
        let model = chosen(ModelSettings::default()).open()?;
        let (repair, split, corrections) = Default::default();
        return Ok(RepairSetup { model, repair, split, corrections });
    };
    let settings = PipelineFile::open_valid(&config, NamedFiles::Read).map_err(Error::Config)?.settings;
    let corrections = Corrections::read_with(&settings.review.corrections, &table_as_csv)
        .map_err(|faults| Error::Config(faults.into_iter().map(ConfigFault::from).collect()))?;
    Ok(RepairSetup { model: chosen(settings.model).open()?, repair: settings.repair, split: settings.split, corrections })
}

/// The folder of the builds: the one named, or the configured one.
pub(super) fn output_folder(config: &Path, named: Option<PathBuf>) -> Result<PathBuf, Error> {
    if let Some(named) = named {
        return Ok(named);
    }
    // A missing word list must not keep anybody from looking at a finished build.
    let file = PipelineFile::open_valid(config, NamedFiles::Ignore).map_err(Error::Config)?;
    Ok(file.settings.dataset.output)
}

/// The folder of a build, or of the current one if none is named. The link is resolved once, so that a build published
/// meanwhile cannot be mixed with this one.
pub(super) fn build_folder(output: &Path, build_id: Option<&str>) -> Result<PathBuf, Error> {
    let builds = OutputFolder::new(output);
    let folder = build_id.map_or_else(|| builds.current(), |id| builds.build(id));
    std::fs::canonicalize(&folder)
        .map_err(|_| build_id.map_or_else(|| no_build_yet(output), |build_id| no_such_build(output, build_id)))
}
