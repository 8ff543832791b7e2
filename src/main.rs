//! The program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use tarmim::cli::Cli;
use tarmim::commands::execute;
use tarmim::progress::LogFormat;

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
