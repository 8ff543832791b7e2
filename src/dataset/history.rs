//! Which build became current and when, and which builds the user rolled back from.
//!
//! ```text
//! output/publications.jsonl   one line each time a build became current
//! output/rolled-back.json     the roll-back that is in force, if there is one
//! ```
//!
//! Invariant: no build depends on either file. Without the first, `rollback` needs the name of a build; without the second,
//! a roll-back lasts until the next run.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::durable::{remove_file, replace};
use super::error::DatasetError;
use crate::failpoint::reach;

const ROLLED_BACK: &str = "rolled-back.json";
const PUBLICATIONS: &str = "publications.jsonl";

/// The user made an older build current. It stays current until a run would make a build that is not among those rolled back
/// from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollBack {
    /// The builds rolled back from.
    pub from: Vec<String>,
    /// The build rolled back to.
    pub to: String,
    /// When (UTC, RFC 3339).
    pub at: String,
}

/// A build became current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Publication {
    build_id: String,
    at: String,
}

/// The history of an output folder.
pub(super) struct History<'r> {
    root: &'r Path,
}

impl<'r> History<'r> {
    pub(super) fn of(root: &'r Path) -> Self {
        Self { root }
    }

    /// The roll-back that is in force, if there is one.
    pub(super) fn roll_back(&self) -> Option<RollBack> {
        serde_json::from_slice(&fs::read(self.root.join(ROLLED_BACK)).ok()?).ok()
    }

    pub(super) fn has_roll_back(&self) -> bool {
        self.root.join(ROLLED_BACK).exists()
    }

    pub(super) fn set_roll_back(&self, rolled: &RollBack) -> Result<(), DatasetError> {
        let mut json = serde_json::to_vec_pretty(rolled).expect("a roll-back is plain data");
        json.push(b'\n');
        replace(&self.root.join(ROLLED_BACK), &self.part(ROLLED_BACK), &json)
    }

    pub(super) fn end_roll_back(&self) -> Result<(), DatasetError> {
        reach("rollback.forget").map_err(|source| DatasetError::io(self.root, source))?;
        remove_file(&self.root.join(ROLLED_BACK))
    }

    /// The ids of the builds that became current, in order; a build is listed each time it did.
    pub(super) fn published(&self) -> Vec<String> {
        self.publications().into_iter().map(|publication| publication.build_id).collect()
    }

    /// Adds that a build became current. An error is ignored: the build is published with or without the note.
    pub(super) fn add(&self, build_id: &str) {
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let line = line(&Publication { build_id: build_id.to_owned(), at });
        let path = self.root.join(PUBLICATIONS);
        let file = reach("publications.append").and_then(|()| File::options().create(true).append(true).open(path));
        let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
    }

    /// Forgets what was published after a build that the user rolled back to, so that the next roll-back goes further back.
    pub(super) fn forget_after(&self, build_id: &str) {
        let mut kept = self.publications();
        // The last time it became current counts: a build is listed each time it did.
        kept.truncate(kept.iter().rposition(|publication| publication.build_id == build_id).map_or(0, |last| last + 1));
        let lines: String = kept.iter().map(line).collect();
        let _ = replace(&self.root.join(PUBLICATIONS), &self.part(PUBLICATIONS), lines.as_bytes());
    }

    /// Removes what a run that was killed left half-written.
    pub(super) fn sweep(&self) -> Result<(), DatasetError> {
        remove_file(&self.part(ROLLED_BACK))?;
        remove_file(&self.part(PUBLICATIONS))
    }

    fn publications(&self) -> Vec<Publication> {
        let text = fs::read_to_string(self.root.join(PUBLICATIONS)).unwrap_or_default();
        // Lines are appended without waiting for the disk, so the last may be cut short; the others still count.
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn part(&self, name: &str) -> PathBuf {
        self.root.join(format!(".{name}"))
    }
}

fn line(publication: &Publication) -> String {
    serde_json::to_string(publication).expect("a publication is plain data") + "\n"
}
