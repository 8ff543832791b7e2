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
#[cfg(feature = "analysis")]
mod kwic;
mod lineage;
#[cfg(feature = "manual")]
mod manual;
mod metrics;
mod missing_build;
mod opening;
mod plan;
mod printing;
mod remarks;
mod repair;
#[cfg(feature = "analysis")]
mod report;
mod review;
mod rollback;
mod run;
mod settings;
#[cfg(feature = "analysis")]
mod stats;
mod tag_test;
#[cfg(feature = "training")]
mod train;
#[cfg(feature = "analysis")]
mod trend;
mod wording;

pub use error::Error;

use std::path::PathBuf;

use crate::cli::{Cli, Command};
use crate::dataset::DatasetError;
use crate::dataset::dictionary::data_dictionary;
use crate::progress::Progress;
use crate::terminal::Printer;
use opening::CONFIG;
use printing::print_data;

/// Runs a command.
///
/// # Errors
/// If the command fails; [`Error::exit_code`] tells how.
pub fn execute(cli: Cli) -> Result<(), Error> {
    // First of all: the global pool is built once, by its first use if not here, which cannot fail with a message. 0 stands for
    // one thread for each core.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cli.jobs.map_or(0, usize::from)).build_global();
    pool.map_err(|error| DatasetError::NoThread(std::io::Error::other(error)))?;
    let progress = Progress::new(cli.quiet, cli.log_format, cli.plain);
    let printer = Printer::for_output(cli.plain);
    let config = cli.config.clone().unwrap_or_else(|| PathBuf::from(CONFIG));
    match cli.command {
        Command::Run(args) => run::run(&config, args, &progress, (cli.quiet, printer)),
        Command::Plan(args) => plan::plan(&config, args, printer),
        Command::Builds(args) => builds::builds(&config, args, printer),
        Command::Rollback(args) => rollback::rollback(&config, args, cli.quiet),
        Command::Repair(args) => repair::repair(cli.config, &args),
        Command::Check(args) => check::check(&config, args, cli.quiet, printer),
        Command::Explain(args) => explain::explain(&config, args, &progress, printer),
        Command::TagTest(args) => tag_test::tag_test(cli.config, &args, &progress, printer),
        #[cfg(feature = "analysis")]
        Command::Stats(args) => stats::stats(&config, args, printer),
        #[cfg(feature = "analysis")]
        Command::Diff(args) => diff::diff(&config, args, &progress, printer),
        Command::Review(args) => review::review(&config, args, &progress),
        #[cfg(feature = "analysis")]
        Command::Report(args) => report::report(&config, args, &progress),
        #[cfg(feature = "analysis")]
        Command::Kwic(args) => kwic::kwic(&config, args, &progress, printer),
        #[cfg(feature = "analysis")]
        Command::Trend(args) => trend::trend(&config, args, printer),
        #[cfg(feature = "manual")]
        Command::Completions(args) => manual::completions(&args),
        #[cfg(feature = "manual")]
        Command::Man(args) => manual::man(&args, &progress),
        Command::Export(args) => export::export(&config, args, &progress),
        Command::Dictionary => print_data(data_dictionary().trim_end()),
        Command::Settings(args) => settings::settings(&args),
        #[cfg(feature = "evaluation")]
        Command::Eval(args) => eval::eval(&config, &args, printer),
        #[cfg(feature = "training")]
        Command::Train(args) => train::train(args, &progress, cli.quiet),
    }
}
