//! The commands: each takes its arguments, does one thing with the library, and prints for people.
//!
//! Data goes to standard output; progress, hints and errors to standard error.

mod builds;
mod check;
mod diff;
mod error;
mod eval;
mod explain;
mod export;
mod lineage;
mod plan;
mod repair;
mod rollback;
mod run;
mod stats;
mod tag_test;
mod train;

pub use error::Error;

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::{Cli, Command, OverrideArgs};
use crate::config::{Overrides, PipelineFile, Plan, repair_settings};
use crate::dataset::OutputFolder;
use crate::dataset::dictionary::data_dictionary;
use crate::progress::Progress;
use engine::model::{ModelError, ModelFile};
use engine::repair::RepairSettings;

/// The configuration that is read if no other is named.
const CONFIG: &str = "pipeline.toml";

/// Does what the command line asks.
///
/// # Errors
/// Whatever keeps the command from doing it; see [`Error::exit_code`].
pub fn execute(cli: Cli) -> Result<(), Error> {
    if let Some(jobs) = cli.jobs {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build_global();
        pool.map_err(|error| Error::Usage(format!("--jobs {jobs}: {error}")))?;
    }
    let progress = Progress::new(cli.quiet, cli.log_format);
    let config = cli.config.clone().unwrap_or_else(|| PathBuf::from(CONFIG));
    match cli.command {
        Command::Run(args) => run::run(&config, args, progress, cli.quiet),
        Command::Plan(args) => plan::plan(&config, args),
        Command::Builds(args) => builds::builds(&config, args),
        Command::Rollback(args) => rollback::rollback(&config, args, cli.quiet),
        Command::Repair(args) => repair::repair(cli.config, &args),
        Command::Check(args) => check::check(&config, args, cli.quiet),
        Command::Explain(args) => explain::explain(&config, args, progress),
        Command::TagTest(args) => tag_test::tag_test(cli.config, &args, progress),
        Command::Stats(args) => stats::stats(&config, args),
        Command::Diff(args) => diff::diff(&config, args, progress),
        Command::Export(args) => export::export(&config, args, progress),
        Command::Dictionary => print(data_dictionary().trim_end()),
        Command::Eval(args) => eval::eval(&config, &args),
        Command::Train(args) => train::train(args, progress, cli.quiet),
    }
}

impl From<OverrideArgs> for Overrides {
    fn from(args: OverrideArgs) -> Self {
        Self { input: args.input, output: args.output, vocabularies: args.vocabulary }
    }
}

fn open_plan(config: &std::path::Path, overrides: OverrideArgs) -> Result<Plan, Error> {
    Plan::open(config, &overrides.into()).map_err(Error::Config)
}

/// The model and the settings of repair: of a configuration, where one is named or lies in the working directory, otherwise those
/// built in. `model` is used instead of the configured one.
fn repair_set_up(config: Option<PathBuf>, model: Option<&Path>) -> Result<(ModelFile, RepairSettings), Error> {
    let opened =
        |model: Option<&Path>| -> Result<ModelFile, ModelError> { model.map_or_else(ModelFile::shipped, ModelFile::open) };
    let Some(config) = config.or_else(|| Some(PathBuf::from(CONFIG)).filter(|path| path.is_file())) else {
        return Ok((opened(model)?, RepairSettings::default()));
    };
    let file = PipelineFile::open_sound(&config).map_err(Error::Config)?;
    let folder = config.parent().unwrap_or(Path::new(""));
    let settings = repair_settings(&config.display().to_string(), &file, folder).map_err(Error::Config)?;
    let configured = file.repair.model.map(|path| folder.join(path));
    Ok((opened(model.or(configured.as_deref()))?, settings))
}

/// The folder of the builds: the one named, or that of the configuration.
fn output_folder(config: &Path, named: Option<PathBuf>) -> Result<PathBuf, Error> {
    if let Some(named) = named {
        return Ok(named);
    }
    let file = PipelineFile::open_sound(config).map_err(Error::Config)?;
    Ok(config.parent().unwrap_or(Path::new("")).join(file.dataset.output))
}

/// The folder of a build, the current one if none is named; resolved once, so that a build published meanwhile cannot mix with it.
fn build_folder(output: &Path, build_id: Option<&str>) -> Result<PathBuf, Error> {
    let builds = OutputFolder::new(output);
    let folder = build_id.map_or_else(|| builds.current(), |id| builds.build(id));
    std::fs::canonicalize(&folder).map_err(|_| {
        let (input, kept) = (output.display().to_string(), builds.builds());
        match build_id {
            Some(id) if !kept.is_empty() => {
                let kept: Vec<&str> = kept.iter().map(|manifest| manifest.build_id.as_str()).collect();
                Error::Usage(format!("{input}: there is no build {id}; kept are {}", kept.join(", ")))
            }
            _ => Error::NothingToRead { input, what: "there is no build yet; run `tarmim run`".to_owned() },
        }
    })
}

/// Prints to standard output.
fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    written.map_err(|source| Error::Io { what: "standard output".to_owned(), source })
}
