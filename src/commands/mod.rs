//! The commands: each takes its arguments, does one thing with the library, and prints for people.
//!
//! Data goes to standard output; progress, hints and errors go to standard error.

mod builds;
mod check;
#[cfg(feature = "analysis")]
mod diff;
mod error;
#[cfg(feature = "evaluation")]
mod eval;
mod explain;
mod export;
mod lineage;
mod missing_build;
mod opening;
mod plan;
mod printing;
mod remarks;
mod repair;
mod rollback;
mod run;
mod settings;
#[cfg(feature = "analysis")]
mod stats;
mod tag_test;
#[cfg(feature = "training")]
mod train;
mod wording;

pub use error::Error;

use std::path::PathBuf;

use crate::cli::{Cli, Command};
use crate::dataset::dictionary::data_dictionary;
use crate::progress::Progress;
use opening::CONFIG;
use printing::print;

/// Runs a command.
///
/// # Errors
/// If the command fails; [`Error::exit_code`] tells how.
pub fn execute(cli: Cli) -> Result<(), Error> {
    // First of all: the global pool is built once, by its first use if not here.
    if let Some(jobs) = cli.jobs {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build_global();
        pool.map_err(|error| Error::Usage(format!("--jobs {jobs}: {error}")))?;
    }
    let progress = Progress::new(cli.quiet, cli.log_format);
    let config = cli.config.clone().unwrap_or_else(|| PathBuf::from(CONFIG));
    match cli.command {
        Command::Run(args) => run::run(&config, args, &progress, cli.quiet),
        Command::Plan(args) => plan::plan(&config, args),
        Command::Builds(args) => builds::builds(&config, args),
        Command::Rollback(args) => rollback::rollback(&config, args, cli.quiet),
        Command::Repair(args) => repair::repair(cli.config, &args),
        Command::Check(args) => check::check(&config, args, cli.quiet),
        Command::Explain(args) => explain::explain(&config, args, &progress),
        Command::TagTest(args) => tag_test::tag_test(cli.config, &args, &progress),
        #[cfg(feature = "analysis")]
        Command::Stats(args) => stats::stats(&config, args),
        #[cfg(feature = "analysis")]
        Command::Diff(args) => diff::diff(&config, args, &progress),
        Command::Export(args) => export::export(&config, args, &progress),
        Command::Dictionary => print(data_dictionary().trim_end()),
        Command::Settings(args) => settings::settings(&args),
        #[cfg(feature = "evaluation")]
        Command::Eval(args) => eval::eval(&config, &args),
        #[cfg(feature = "training")]
        Command::Train(args) => train::train(args, &progress, cli.quiet),
    }
}
