//! Writing to standard output.

use std::io::Write;

use super::Error;

/// Prints a line, or several.
pub(super) fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    written.map_err(|source| Error::Io { what: "standard output".to_owned(), source })
}
