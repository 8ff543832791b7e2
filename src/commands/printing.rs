//! Writing to standard output.

use std::io::Write;

use super::Error;
use crate::terminal::Printer;

/// Prints lines for people.
pub(super) fn print(printer: Printer, text: &str) -> Result<(), Error> {
    print_data(&printer.shown(text))
}

/// Prints data for other programs, as it is.
pub(super) fn print_data(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    written.map_err(|source| Error::Io { what: "standard output".to_owned(), source })
}
