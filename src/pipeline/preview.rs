//! What a run would do, and why, without doing it.
//!
//! Invariant: nothing is written and no lock is taken. The answers come from the same code as in a run: the build id, the
//! cache, the reading of records. So all files are read, because only the content of a record tells whether it has changed. Whether
//! the gates would pass is not predicted.

use std::collections::BTreeMap;

use engine::document::Origin;

use rustc_hash::FxHashSet;

use super::error::RunError;
use super::identity::{build_id, provenance, stage_keys};
use super::input::inventory_of;
use super::survey::{Surveyed, survey};
use crate::cache::{CacheFolder, Staleness};
use crate::config::Setup;
use crate::dataset::{Manifest, OutputFolder, RollBack};
use crate::ingest::Record;

/// An article that a run would process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewedArticle {
    /// Its path and key.
    pub origin: Origin,
    /// The reason, and the first stage to redo.
    pub staleness: Staleness,
}

/// What a run would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The build that it would publish.
    pub build_id: String,
    /// The current build.
    pub current: Option<Manifest>,
    /// Set if the user rolled back from the build that a run would publish, so that a run keeps the current one.
    pub rolled_back: Option<RollBack>,
    /// Number of articles by reason for processing them, the unchanged ones among them.
    pub work: BTreeMap<String, usize>,
    /// The first articles that it would process.
    pub articles: Vec<PreviewedArticle>,
    /// Number of inputs that would be rejected.
    pub rejects: usize,
    /// Whether that build already exists, so that a run would only make it current.
    pub is_kept: bool,
    /// Whether the current build has all its files.
    pub is_complete: bool,
    /// Number of articles that earlier runs knew and that are gone from the input.
    pub gone: usize,
}

impl Preview {
    /// Whether a run would write nothing.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.is_complete && self.current.as_ref().is_some_and(|current| current.build_id == self.build_id)
    }
}

/// Finds out what a run would do, and lists the first `listed` articles that it would process. Nothing is written.
///
/// # Errors
/// If the input is empty, or a file changes while it is read.
pub fn preview(setup: &Setup, listed: usize) -> Result<Preview, RunError> {
    let inventory = inventory_of(setup)?;
    let settings = &setup.settings;
    let output = OutputFolder::new(&settings.dataset.output);
    let cache = CacheFolder::new(output.cache(), settings.dataset.cache).open(stage_keys(setup), false);
    let build_id = build_id(&provenance(setup, &inventory, None));
    let mut preview = Preview {
        rolled_back: output.rolled_back_from(&build_id),
        is_kept: output.whole_build(&build_id).is_some(),
        is_complete: output.current_is_complete(),
        build_id,
        current: output.current_manifest(),
        work: BTreeMap::new(),
        articles: Vec::new(),
        rejects: 0,
        gone: 0,
    };
    // A build that exists is only made current: no article is processed.
    let is_kept = preview.is_kept;
    let assess = |record: &Record| {
        if is_kept { Staleness::Fresh } else { cache.assess(record.origin.article_number(), &record.fingerprint()).0 }
    };
    let articles = survey(&inventory, &settings.ingest, &assess, &mut |surveyed| preview.note(surveyed, listed))?;
    // A set, because an article that two earlier runs knew is gone only once.
    let known: FxHashSet<u64> = cache.known().collect();
    preview.gone = known.into_iter().filter(|article_id| !articles.contains(*article_id)).count();
    Ok(preview)
}

impl Preview {
    fn note(&mut self, surveyed: Surveyed, listed: usize) {
        let Surveyed::Article(origin, staleness) = surveyed else {
            self.rejects += 1;
            return;
        };
        *self.work.entry(staleness.reason()).or_default() += 1;
        if staleness != Staleness::Fresh && self.articles.len() < listed {
            self.articles.push(PreviewedArticle { origin, staleness });
        }
    }
}
