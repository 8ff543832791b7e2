//! The commands: each takes its arguments, does one thing with the library, and prints for people.
//!
//! Data goes to standard output; progress, hints and errors to standard error.

mod check;
mod eval;
mod explain;
mod repair;
mod run;
mod stats;
mod train;

use std::io::Write;
use std::path::PathBuf;

use crate::cli::{Cli, Command, OverrideArgs};
use crate::config::{Overrides, Plan};
use crate::error::Error;
use crate::progress::Progress;

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
        Command::Repair(args) => repair::repair(cli.config, &args),
        Command::Check(args) => check::check(&config, args, cli.quiet),
        Command::Explain(args) => explain::explain(&config, args, progress),
        Command::Stats(args) => stats::stats(&config, args),
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

/// Prints to standard output.
fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    written.map_err(|source| Error::Io { what: "standard output".to_owned(), source })
}
