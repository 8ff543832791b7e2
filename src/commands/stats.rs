//! `tarmim stats`: what a build holds, in figures.

use std::path::Path;

use super::Error;
use super::{build_folder, output_folder, print};
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
