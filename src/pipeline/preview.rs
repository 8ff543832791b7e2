//! What a run would do, and why, without doing it.
//!
//! Invariant: nothing is written and no lock is taken, and it asks what a run asks, of the same code: the build id, the
//! cache, the reading of records. So every record is read, because only its content tells whether it has changed; whether
//! the gates would pass is not foretold.

use engine::document::Origin;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rustc_hash::FxHashSet;

use super::error::RunError;
use super::identity::{build_id, provenance, stage_keys};
use super::input::inventory_of;
use crate::cache::{ArticleCache, CacheFolder, Staleness};
use crate::config::Setup;
use crate::dataset::{Manifest, OutputFolder, RollBack};
use crate::ingest::{Ingested, Record, read_records};

/// An article that a run would work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewedArticle {
    /// Where it stands.
    pub origin: Origin,
    /// Why.
    pub staleness: Staleness,
}

/// What a run would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The build that it would publish.
    pub build_id: String,
    /// The build that is current now.
    pub current: Option<Manifest>,
    /// That the user went back from that build, so that a run keeps the current one.
    pub rolled_back: Option<RollBack>,
    /// How many articles it would work on, by the reason; the unchanged ones are among them.
    pub work: BTreeMap<String, usize>,
    /// The first of those that it would work on.
    pub articles: Vec<PreviewedArticle>,
    /// Inputs that would be rejected.
    pub rejects: usize,
    /// Whether that build is kept already, so that a run would only make it current.
    pub is_kept: bool,
    /// Whether the current build has all its files.
    pub is_complete: bool,
    /// Articles that earlier runs knew and that are gone.
    pub gone: usize,
}

impl Preview {
    /// Whether a run would write nothing.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.is_complete && self.current.as_ref().is_some_and(|current| current.build_id == self.build_id)
    }
}

impl Preview {
    /// Notes what a run would do with a record. What would be read anew is read, since it may turn out to be no article.
    fn note(&mut self, record: Record, cache: &ArticleCache, setup: &Setup, seen: &mut FxHashSet<u64>, listed: usize) {
        let article_id = record.origin.article_number();
        // A build that is kept is only made current.
        let staleness = if self.is_kept { Staleness::Fresh } else { cache.assess(article_id, &record.fingerprint()).0 };
        let origin = record.origin.clone();
        let is_article = staleness == Staleness::Fresh || record.read(&setup.settings.ingest).is_ok();
        if !is_article || !seen.insert(article_id) {
            self.rejects += 1;
            return;
        }
        *self.work.entry(staleness.reason()).or_default() += 1;
        if staleness != Staleness::Fresh && self.articles.len() < listed {
            self.articles.push(PreviewedArticle { origin, staleness });
        }
    }
}

/// Finds out what a run would do; the first `listed` articles that it would work on are listed. Nothing is written.
///
/// # Errors
/// Where there is nothing to read, or a file cannot be read to its end.
pub fn preview(setup: &Setup, listed: usize) -> Result<Preview, RunError> {
    let inventory = inventory_of(setup)?;
    let output = OutputFolder::new(&setup.settings.dataset.output);
    let keys = stage_keys(setup);
    let cache = CacheFolder::new(output.cache(), setup.settings.dataset.cache).open(keys, false);
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
    let mut seen = FxHashSet::default();
    read_records(&inventory, &setup.settings.ingest, &mut |ingested, _| {
        match ingested {
            Ingested::Reject(_) => preview.rejects += 1,
            Ingested::Record(record) => preview.note(record, &cache, setup, &mut seen, listed),
        }
        ControlFlow::Continue(())
    })?;
    preview.gone = cache.known().collect::<FxHashSet<u64>>().difference(&seen).count();
    Ok(preview)
}
