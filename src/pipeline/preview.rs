//! What a run would do, and why, without doing it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rustc_hash::FxHashSet;

use super::identity::{build_id, provenance, stage_keys};
use super::inventory_of;
use crate::cache::{ArticleCache, Work};
use crate::config::Plan;
use crate::dataset::{Manifest, OutputFolder};
use crate::error::Error;
use crate::ingest::{Ingested, Origin, read_records};

/// An article that a run would work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewedArticle {
    /// Where it stands.
    pub origin: Origin,
    /// Why.
    pub work: Work,
}

/// What a run would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The build that it would publish.
    pub build_id: String,
    /// The build that is current now.
    pub current: Option<Manifest>,
    /// How many articles it would work on, by the reason; the unchanged ones are among them.
    pub work: BTreeMap<String, usize>,
    /// The first of those that it would work on.
    pub articles: Vec<PreviewedArticle>,
    /// Inputs that would be rejected before they are read as text.
    pub rejects: usize,
    /// Articles that earlier runs knew and that are gone.
    pub gone: usize,
}

impl Preview {
    /// Whether a run would write nothing.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.current.as_ref().is_some_and(|current| current.build_id == self.build_id)
    }
}

/// Finds out what a run would do; the first `listed` articles that it would work on are listed. Nothing is written.
///
/// # Errors
/// Where there is nothing to read, or a file cannot be read to its end.
pub fn preview(plan: &Plan, listed: usize) -> Result<Preview, Error> {
    let inventory = inventory_of(plan)?;
    let output = OutputFolder::new(&plan.output);
    let keys = stage_keys(plan);
    let cache = if plan.cache { ArticleCache::open(&output.cache(), keys, false) } else { ArticleCache::empty(keys) };
    let mut preview = Preview {
        build_id: build_id(&provenance(plan, &inventory, None)),
        current: output.current_manifest(),
        work: BTreeMap::new(),
        articles: Vec::new(),
        rejects: 0,
        gone: 0,
    };
    let mut gone: FxHashSet<u64> = cache.known().collect();
    read_records(&inventory, &plan.ingest, &mut |ingested, _| {
        match ingested {
            Ingested::Reject(_) => preview.rejects += 1,
            Ingested::Record(record) => {
                let article_id = record.origin.article_number();
                gone.remove(&article_id);
                let (work, _) = cache.assess(article_id, &record.fingerprint());
                *preview.work.entry(work.reason()).or_default() += 1;
                if work != Work::Nothing && preview.articles.len() < listed {
                    preview.articles.push(PreviewedArticle { origin: record.origin, work });
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    preview.gone = gone.len();
    Ok(preview)
}
