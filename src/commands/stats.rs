//! `tarmim stats`: statistics of a build.

use std::path::Path;

use super::Error;
use super::opening::{build_folder, output_folder};
use super::printing::{print, print_data};
use crate::analysis::stats::Stats;
use crate::cli::StatsArgs;
use crate::terminal::Printer;

/// Prints statistics of the current build.
pub(super) fn stats(config: &Path, args: StatsArgs, printer: Printer) -> Result<(), Error> {
    let build = build_folder(&output_folder(config, args.output)?, None)?;
    let stats = Stats::measure(&build)?;
    if args.json {
        print_data(&serde_json::to_string(&stats).expect("statistics are plain data"))
    } else {
        print(printer, stats.to_string().trim_end())
    }
}
