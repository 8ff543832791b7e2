//! `tarmim rollback`: makes an older build current again, until a change would give a new build.

use std::path::Path;

use super::Error;
use super::missing_build::{no_build_yet, no_such_build};
use super::opening::output_folder;
use super::printing::print;
use crate::cli::RollbackArgs;
use crate::dataset::OutputFolder;

/// Rolls back to a build, or to the one that was current before if none is named.
pub(super) fn rollback(config: &Path, args: RollbackArgs, quiet: bool) -> Result<(), Error> {
    let folder = output_folder(config, args.output)?;
    let output = OutputFolder::new(&folder);
    let no_build = || no_build_yet(&folder);
    // Checked before taking the lock, which would create the folder.
    output.current_manifest().ok_or_else(no_build)?;
    let output = output.lock()?;
    // Read again under the lock: a run may have published another build since the first look.
    let current = output.current_manifest().ok_or_else(no_build)?;
    let target = match args.build {
        Some(id) => id,
        None => output.previous().ok_or_else(|| {
            let id = &current.build_id;
            Error::Usage(format!("no build that was current before {id} is kept; `tarmim builds` lists those that are"))
        })?,
    };
    if target == current.build_id {
        return Err(Error::Usage(format!("build {target} is already current")));
    }
    // An id names a folder, so one with a separator in it could lead out of the output folder.
    let is_id = Path::new(&target).file_name().is_some_and(|name| name.to_str() == Some(&target));
    if !is_id || output.whole_build(&target).is_none() {
        let exists = output.builds().iter().any(|build| build.build_id == target);
        let damaged = || Error::Usage(format!("build {target} is damaged: a file is missing or has changed"));
        return Err(if exists { damaged() } else { no_such_build(&folder, &target) });
    }
    let rolled = output.roll_back_to(&target)?;
    if quiet {
        return Ok(());
    }
    print(&format!(
        "build {} is current again, instead of {}\nit stays current until input, configuration, model or program change, or until `tarmim run --force`",
        rolled.to, current.build_id
    ))
}
