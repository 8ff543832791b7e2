//! The program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use tarmim::cli::Cli;
use tarmim::commands::execute;
use tarmim::progress::LogFormat;

/// Rows are many small texts, made in one thread and dropped in another: a rebuild takes a fifth less time with this allocator than with
/// that of the C library.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let format = cli.log_format;
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.exit_code();
            report(&anyhow::Error::new(error), format, code);
            ExitCode::from(code)
        }
    }
}

#[expect(clippy::print_stderr, reason = "the last word of the program")]
fn report(error: &anyhow::Error, format: LogFormat, code: u8) {
    match format {
        LogFormat::Text => eprintln!("tarmim: {error}"),
        LogFormat::Json => {
            eprintln!("{}", serde_json::json!({ "event": "error", "message": error.to_string(), "exit_code": code }));
        }
    }
}
