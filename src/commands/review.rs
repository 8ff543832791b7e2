//! `tarmim review`: what a build is least certain of, for people to correct.

use std::path::Path;

use clap::ValueEnum;

use super::Error;
use super::opening::{build_folder, output_folder};
use super::wording::counted;
use crate::cli::{ReviewAction, ReviewArgs, ReviewExportArgs};
use crate::dataset::{NewFile, ReviewKind, write_review_sheet};
use crate::progress::Progress;
use crate::shown;

/// Does what is asked.
pub(super) fn review(config: &Path, args: ReviewArgs, progress: &Progress) -> Result<(), Error> {
    match args.action {
        ReviewAction::Export(args) => export(config, args, progress),
    }
}

/// Writes the sheet of what a person should look at.
fn export(config: &Path, args: ReviewExportArgs, progress: &Progress) -> Result<(), Error> {
    let ReviewExportArgs { to, kind, limit, build, output } = args;
    let kinds = if kind.is_empty() { ReviewKind::value_variants() } else { &kind };
    let build = build_folder(&output_folder(config, output)?, build.as_deref())?;
    if to == Path::new("-") {
        let mut out = std::io::stdout().lock();
        write_review_sheet(&build, kinds, limit, (Path::new("standard output"), &mut out))?;
        return Ok(());
    }
    let mut file = NewFile::create(to.clone())?;
    let rows = write_review_sheet(&build, kinds, limit, (&to, &mut file))?;
    file.finish()?;
    let next = "fill in the column correction, and name the file in [review] corrections";
    progress.message(&format!("{} written to {}: {next}", counted(rows, "row"), shown::path(&to)));
    Ok(())
}
