//! `tarmim completions` and `tarmim man`: what shells and manuals need to know, made from the declaration of the command line.

use super::Error;
use super::printing::print_data;
use crate::cli::{CompletionsArgs, ManArgs, command};
use crate::progress::Progress;
use crate::shown;

/// Prints a shell's completions.
pub(super) fn completions(args: &CompletionsArgs) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "tarmim", &mut script);
    print_data(String::from_utf8_lossy(&script).trim_end())
}

/// Writes a manual page for the program and one for each command.
pub(super) fn man(args: &ManArgs, progress: &Progress) -> Result<(), Error> {
    let io = |source| Error::Io { what: shown::path(&args.to), source };
    std::fs::create_dir_all(&args.to).and_then(|()| clap_mangen::generate_to(command(), &args.to)).map_err(io)?;
    progress.message(&format!("manual pages written to {}", shown::path(&args.to)));
    Ok(())
}
