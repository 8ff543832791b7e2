//! `tarmim stats`: what a build holds, in figures.

use std::path::{Path, PathBuf};

use super::print;
use crate::analysis::stats::Stats;
use crate::cli::StatsArgs;
use crate::config::PipelineFile;
use crate::dataset::OutputFolder;
use crate::error::Error;

/// Prints statistics of the current build.
pub(super) fn stats(config: &Path, args: StatsArgs) -> Result<(), Error> {
    let output = match args.output {
        Some(output) => output,
        None => configured_output(config)?,
    };
    // Resolved once, so that a build published meanwhile cannot mix with this one.
    let current = OutputFolder::new(&output).current();
    let build = std::fs::canonicalize(&current).map_err(|_| Error::NothingToRead {
        input: output.display().to_string(),
        what: "there is no build yet; run `tarmim run`".to_owned(),
    })?;
    let stats = Stats::measure(&build)?;
    if args.json {
        print(&serde_json::to_string(&stats).expect("statistics are plain data"))
    } else {
        print(stats.to_string().trim_end())
    }
}

fn configured_output(config: &Path) -> Result<PathBuf, Error> {
    let file = PipelineFile::open_sound(config).map_err(Error::Config)?;
    Ok(config.parent().unwrap_or(Path::new("")).join(file.dataset.output))
}
