//! Which build became current and when, and which builds the user rolled back from.
//!
//! ```text
//! output/publications.jsonl   one line each time a build became current
//! output/rolled-back.json     the roll-back that is in force, if there is one
//! ```
//!
//! Invariant: a build is listed before it becomes current, so that no crash loses the way back; the list may therefore end with
//! a build that never became current, until the next run [reconciles](History::reconcile) it. No build depends on either file:
//! without the first, `rollback` needs the name of a build; without the second, a roll-back lasts until the next run.

use std::fs;
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

impl Publication {
    fn now(build_id: &str) -> Self {
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        Self { build_id: build_id.to_owned(), at }
    }
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

    /// Adds a build that becomes current now.
    pub(super) fn add(&self, build_id: &str) -> Result<(), DatasetError> {
        let mut all = self.publications();
        all.push(Publication::now(build_id));
        self.set_publications(&all)
    }

    /// Makes the list end with the build that is current: what follows it was rolled back from, or never became current because
    /// the run was killed.
    pub(super) fn reconcile(&self, current: &str) -> Result<(), DatasetError> {
        if self.ends_with(current) {
            return Ok(());
        }
        let mut all = self.publications();
        // The last time it became current counts: a build is listed each time it did.
        match all.iter().rposition(|publication| publication.build_id == current) {
            Some(last) => all.truncate(last + 1),
            None => all.push(Publication::now(current)),
        }
        self.set_publications(&all)
    }

    /// Whether the list ends with the build that is current.
    pub(super) fn ends_with(&self, current: &str) -> bool {
        self.publications().last().is_some_and(|publication| publication.build_id == current)
    }

    /// Whether a run that was killed left something half-written.
    pub(super) fn has_left_over(&self) -> bool {
        [ROLLED_BACK, PUBLICATIONS].iter().any(|name| self.part(name).exists())
    }

    /// Removes what a run that was killed left half-written.
    pub(super) fn sweep(&self) -> Result<(), DatasetError> {
        remove_file(&self.part(ROLLED_BACK))?;
        remove_file(&self.part(PUBLICATIONS))
    }

    fn publications(&self) -> Vec<Publication> {
        let text = fs::read_to_string(self.root.join(PUBLICATIONS)).unwrap_or_default();
        // Early versions appended lines without waiting for the disk, so the last may be cut short; the others still count.
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn set_publications(&self, publications: &[Publication]) -> Result<(), DatasetError> {
        let lines: String = publications.iter().map(line).collect();
        replace(&self.root.join(PUBLICATIONS), &self.part(PUBLICATIONS), lines.as_bytes())
    }

    fn part(&self, name: &str) -> PathBuf {
        self.root.join(format!(".{name}"))
    }
}

fn line(publication: &Publication) -> String {
    serde_json::to_string(publication).expect("a publication is plain data") + "\n"
}
