//! `tarmim rollback`: makes an older build current again, until a change would give a new build.

use std::path::Path;

use super::Error;
use super::missing_build::{no_build_yet, no_such_build};
use super::opening::output_folder;
use super::printing::print_data;
use crate::cli::RollbackArgs;
use crate::dataset::OutputFolder;

/// Rolls back to a build, or to the one that was current before if none is named.
pub(super) fn rollback(config: &Path, args: RollbackArgs, quiet: bool) -> Result<(), Error> {
    let folder = output_folder(config, args.output)?;
    let output = OutputFolder::new(&folder);
    let no_build = || no_build_yet(&folder);
    // Checked before taking the lock, which would create the folder.
    output.current_id().ok_or_else(no_build)?;
    let output = output.lock()?;
    // Read again under the lock: a run may have published another build since the first look.
    let current = output.current_id().ok_or_else(no_build)?;
    let target = match args.build {
        Some(id) => id,
        None => output.previous().ok_or_else(|| {
            Error::Usage(format!("no build that was current before {current} is kept; `tarmim builds` lists those that are"))
        })?,
    };
    if target == current {
        return Err(Error::Usage(format!("build {target} is already current")));
    }
    // An id names a folder, so one with a separator in it could lead out of the output folder.
    let is_id = Path::new(&target).file_name().is_some_and(|name| name.to_str() == Some(&target));
    // Hidden folders are no builds, whatever they hold.
    if !is_id || target.starts_with('.') || !output.build(&target).is_dir() {
        return Err(no_such_build(&folder, &target));
    }
    output
        .whole_build(&target)
        .map_err(|damage| Error::Usage(format!("build {target} is damaged: {damage}; roll back to another build")))?;
    let rolled = output.roll_back_to(&target)?;
    if quiet {
        return Ok(());
    }
    print_data(&format!(
        "build {} is current again, instead of {}\nit stays current until input, configuration, model or program change, or until `tarmim run --force`",
        rolled.to, current
    ))
}
