//! `tarmim stats`: statistics of a build.

use std::path::Path;

use super::Error;
use super::opening::{build_folder, output_folder};
use super::printing::print;
use crate::analysis::stats::Stats;
use crate::cli::StatsArgs;

/// Prints statistics of the current build.
pub(super) fn stats(config: &Path, args: StatsArgs) -> Result<(), Error> {
    let build = build_folder(&output_folder(config, args.output)?, None)?;
    let stats = Stats::measure(&build)?;
    if args.json {
        print(&serde_json::to_string(&stats).expect("statistics are plain data"))
    } else {
        print(stats.to_string().trim_end())
    }
}
