//! What a run finds in the output folder before it begins: whether its build is there already, and may stay.
//!
//! `plan` and `check` ask the same question, so they foresee what a run does. Invariant: a build counts as there only if none
//! of its files is damaged.

use super::error::{Consequence, RunError};
use super::publish::{how_to_inspect, refusal};
use crate::config::PipelineSettings;
use crate::dataset::{BuildDamage, Manifest, OutputFolder, RollBack};
use crate::gates::{Subject, first_rejects, judge_again};
use crate::shown;

/// How the output folder stands to the build that the input gives.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// The build is current.
    UpToDate(Box<Manifest>),
    /// The user rolled back from it to the build that is current.
    RolledBack(Box<Manifest>, RollBack),
    /// An earlier run made it, and another build became current since.
    Kept(Box<Manifest>),
    /// It has to be made; with the damage if it is the current one that was damaged.
    ToBuild(Option<BuildDamage>),
}

impl Standing {
    /// Looks at the output folder. Reads every file of the build in question.
    ///
    /// # Errors
    /// [`RunError::RolledBackToDamaged`] if the user rolled back to a build that is damaged now. It cannot be made again from this
    /// input, and publishing the build rolled back from would undo what the user decided.
    pub(super) fn of(output: &OutputFolder, build_id: &str) -> Result<Self, RunError> {
        if let Some(rolled) = output.rolled_back_from(build_id) {
            return match output.whole_build(&rolled.to) {
                Ok(manifest) => Ok(Self::RolledBack(Box::new(manifest), rolled)),
                Err(damage) => Err(RunError::RolledBackToDamaged { build_id: rolled.to, from: build_id.to_owned(), damage }),
            };
        }
        let is_current = output.current_id().is_some_and(|current| current == build_id);
        Ok(match output.whole_build(build_id) {
            Ok(manifest) if is_current => Self::UpToDate(Box::new(manifest)),
            Ok(manifest) => Self::Kept(Box::new(manifest)),
            Err(damage) => Self::ToBuild(is_current.then_some(damage)),
        })
    }

    /// Applies the gates as they are set now to a build that is there already: they may be narrower than when it was published.
    ///
    /// Drift is left out. Whoever accepted a change with `drift = "warn"` accepted it for good. So is a build that the user
    /// rolled back to.
    ///
    /// # Errors
    /// [`RunError::TooManyRejects`] or [`RunError::Refused`].
    pub(super) fn judge(&self, output: &OutputFolder, settings: &PipelineSettings) -> Result<(), RunError> {
        let (manifest, consequence) = match self {
            Self::UpToDate(manifest) => (manifest, Consequence::StaysCurrent),
            Self::Kept(manifest) => (manifest, Consequence::not_published(output)),
            Self::RolledBack(..) | Self::ToBuild(_) => return Ok(()),
        };
        let folder = output.build(&manifest.build_id);
        let subject = Subject {
            folder: &folder,
            build_id: &manifest.build_id,
            counts: &manifest.counts,
            inputs: manifest.counts.inputs,
            max_reject_ratio: settings.dataset.max_reject_ratio,
            max_sentence_tokens: settings.split.max_tokens,
            settings: &settings.gates,
            previous: None,
        };
        let report = judge_again(&subject)?;
        if report.passed() {
            return Ok(());
        }
        let place = format!("the build is {}; {}", shown::path(&folder), how_to_inspect(&report, &folder));
        Err(refusal(&report, &subject, consequence, &first_rejects(&folder)?, &place))
    }
}
