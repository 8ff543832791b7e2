//! The program: parse the command line, run the command, set the exit code.

use std::io::Write;
use std::process::ExitCode;

use tarmim::cli::parse;
use tarmim::commands::{Error, execute};
use tarmim::interrupt::Interrupt;
use tarmim::panics::caught;
use tarmim::progress::{LogFormat, event_of};
use tarmim::terminal::Printer;

mod allocator;

fn main() -> ExitCode {
    allocator::hold_little();
    let cli = parse();
    let (format, printer) = (cli.log_format, Printer::for_log(cli.plain));
    #[cfg(feature = "failpoints")]
    if let Err(message) = tarmim::failpoint::choose_kernel() {
        writeln!(std::io::stderr(), "tarmim: {message}").ok();
        return ExitCode::from(2);
    }
    let done = Interrupt::outlive_file_limit()
        .map_err(|source| Error::Io { what: "signal handlers".to_owned(), source })
        .and_then(|()| caught(|| execute(cli)).unwrap_or_else(|panic| Err(Error::of_panic(panic))));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of our output has seen enough (`tarmim export … | head`).
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            report(&error, format, printer);
            ExitCode::from(error.exit_code())
        }
    }
}

/// Writes an error to standard error. If that fails, the exit code still tells it.
fn report(error: &Error, format: LogFormat, printer: Printer) {
    let line = match format {
        LogFormat::Text => printer.shown(&format!("tarmim: {error}")),
        LogFormat::Json => {
            let data = serde_json::json!({ "level": "error", "message": error.to_string(), "exit_code": error.exit_code() });
            event_of("error", &data).to_string()
        }
    };
    writeln!(std::io::stderr(), "{line}").ok();
}
