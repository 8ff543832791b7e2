//! What a run would do, and why, without doing it.
//!
//! Invariant: nothing is written and no lock is taken. The answers come from the same code as in a run: the build id, the
//! cache, the reading of records. So all files are read, because only the content of a record tells whether it has changed. Whether
//! the gates would pass a build that is yet to be made is not predicted.

use std::collections::BTreeMap;

use engine::document::Origin;
use engine::review::{Corrections, Extent};
use engine::tables::Reject;
use rustc_hash::FxHashSet;

use super::error::{Consequence, RunError};
use super::identity::{build_id, provenance, stage_keys};
use super::input::{inventory_of, nothing_in};
use super::standing::Standing;
use super::survey::{Surveyed, survey};
use crate::cache::{CacheFolder, Cached, StageName, Staleness};
use crate::config::{PipelineSettings, Setup};
use crate::dataset::{BuildDamage, Counts, OutputFolder};
use crate::ingest::{InputReport, Inventory, Neighbourhood, Record};

/// An article that a run would process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewedArticle {
    /// Its path and key.
    pub origin: Origin,
    /// The reason, and the first stage to redo.
    pub staleness: Staleness,
}

/// What a run would do.
#[derive(Debug)]
pub struct Preview {
    /// The build that it would publish.
    pub build_id: String,
    /// The id of the current build.
    pub current: Option<String>,
    /// Number of articles by reason for processing them, the unchanged ones among them.
    pub work: BTreeMap<String, usize>,
    /// The first articles that it would process.
    pub articles: Vec<PreviewedArticle>,
    /// The inputs that would be rejected.
    pub rejects: Vec<Reject>,
    /// Number of articles that earlier runs knew and that are gone from the input.
    pub gone: usize,
    /// What is worth knowing about the input as a whole, a line each.
    pub warnings: Vec<String>,
    /// How it would end, if it would publish nothing although there is something to do.
    pub refusal: Option<RunError>,
    standing: Standing,
}

impl Preview {
    /// Whether the build is current.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        matches!(self.standing, Standing::UpToDate(_))
    }

    /// Whether the user rolled back from the build that a run would publish, so that a run keeps the current one.
    #[must_use]
    pub fn is_rolled_back(&self) -> bool {
        matches!(self.standing, Standing::RolledBack(..))
    }

    /// Whether the build exists already, so that a run would at most make it current.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        matches!(self.standing, Standing::UpToDate(_) | Standing::Kept(_))
    }

    /// What is wrong with the current build, if it is the one that the input gives.
    #[must_use]
    pub fn damage(&self) -> Option<&BuildDamage> {
        if let Standing::ToBuild(damage) = &self.standing { damage.as_ref() } else { None }
    }
}

/// Finds out what a run would do, and lists the first `listed` articles that it would process. Nothing is written.
///
/// # Errors
/// If the input is empty, a file changes while it is read, or the user rolled back to a build that is damaged.
pub fn preview(setup: &Setup, listed: usize) -> Result<Preview, RunError> {
    let inventory = inventory_of(setup)?;
    let settings = &setup.settings;
    let output = OutputFolder::new(&settings.dataset.output);
    let cache = CacheFolder::new(output.cache(), settings.dataset.cache)
        .open(stage_keys(setup), false, &|id| output.was_published(id));
    let build_id = build_id(&provenance(setup, &inventory, None));
    let mut preview = Preview {
        standing: Standing::of(&output, &build_id)?,
        current: output.current_id(),
        build_id,
        work: BTreeMap::new(),
        articles: Vec::new(),
        rejects: Vec::new(),
        gone: 0,
        warnings: Vec::new(),
        refusal: None,
    };
    // A build that exists is only made current: no article is processed.
    let is_kept = preview.is_kept();
    let neighbourhood = if is_kept {
        Neighbourhood::default()
    } else {
        Neighbourhood::survey(&inventory, &settings.ingest, None, &|| false)?
    };
    let assess = |record: &mut Record| {
        neighbourhood.tell(record);
        if is_kept {
            return Staleness::Fresh;
        }
        let (staleness, cached) = cache.assess(record.origin.article_number(), &record.fingerprint());
        let is_split = staleness.first_stage().is_none_or(|first| first > StageName::Split);
        let says_otherwise = |cached| is_corrected_otherwise(cached, &record.origin, &setup.corrections);
        if is_split && cached.is_some_and(says_otherwise) { Staleness::Corrected } else { staleness }
    };
    let (articles, warnings) =
        survey(&inventory, &settings.ingest, &assess, &mut |surveyed| preview.note(surveyed, listed))?;
    preview.warnings = warnings;
    // A set, because an article that two earlier runs knew is gone only once.
    let known: FxHashSet<u64> = cache.known().collect();
    preview.gone = known.into_iter().filter(|article_id| !articles.contains(*article_id)).count();
    preview.refusal = foreseen_refusal(&preview.standing, &output, settings, articles.len(), &preview.rejects)?;
    Ok(preview)
}

/// Whether people say something else about an article than when its result was made.
fn is_corrected_otherwise(cached: Cached<'_>, origin: &Origin, corrections: &Corrections) -> bool {
    if !cached.is_corrected() && !corrections.may_concern(origin) {
        return false;
    }
    let parts = cached.read().and_then(|packed| packed.parts());
    let results = parts.and_then(|parts| Some((parts.repaired()?.1, parts.sentences()?.1)));
    results.is_some_and(|(repaired, by_hand)| corrections.review(repaired, Extent::Whole).by_hand() != &by_hand)
}

/// What a run would read, and how it would end if that is enough to know it.
#[derive(Debug)]
pub struct Foreseen {
    /// Number of articles.
    pub articles: usize,
    /// The inputs that would be rejected.
    pub rejects: Vec<Reject>,
    /// What is worth knowing about the input as a whole, a line each.
    pub warnings: Vec<String>,
    /// How it would end, if it would publish nothing although there is something to do.
    pub refusal: Option<RunError>,
}

/// Reads all of an inventory as a first run would. Nothing is written.
///
/// # Errors
/// As [`preview`].
pub fn foresee(setup: &Setup, inventory: &Inventory) -> Result<Foreseen, RunError> {
    let settings = &setup.settings;
    let output = OutputFolder::new(&settings.dataset.output);
    let (mut rejects, mut report) = (Vec::new(), InputReport::default());
    // Every record counts as new, so that each is read.
    let (articles, mut warnings) =
        survey(inventory, &settings.ingest, &|_| Staleness::New, &mut |surveyed| match surveyed {
            Surveyed::Reject(reject) => rejects.push(reject),
            Surveyed::Article(origin, _, remarks) => {
                report.note_article(&origin.source_path, origin.record.as_deref(), remarks.unwrap_or_default());
            }
        })?;
    warnings.extend(report.lines(&settings.ingest));
    let standing = Standing::of(&output, &build_id(&provenance(setup, inventory, None)))?;
    let refusal = foreseen_refusal(&standing, &output, settings, articles.len(), &rejects)?;
    Ok(Foreseen { articles: articles.len(), rejects, warnings, refusal })
}

/// How a run would end whose input holds this many articles and these rejects, if that is enough to know that it would publish
/// nothing. Whether the gates would pass a build that is yet to be made is not known.
///
/// # Errors
/// If a build that is there already cannot be read.
fn foreseen_refusal(
    standing: &Standing,
    output: &OutputFolder,
    settings: &PipelineSettings,
    articles: usize,
    rejects: &[Reject],
) -> Result<Option<RunError>, RunError> {
    let counts = Counts { inputs: articles + rejects.len(), articles, rejects: rejects.len(), ..Counts::default() };
    let limit = settings.dataset.max_reject_ratio;
    match standing {
        Standing::RolledBack(..) => Ok(None),
        Standing::UpToDate(_) | Standing::Kept(_) => match standing.judge(output, settings) {
            Err(refusal @ (RunError::Refused { .. } | RunError::TooManyRejects { .. })) => Ok(Some(refusal)),
            judged => judged.map(|()| None),
        },
        Standing::ToBuild(_) if counts.inputs == 0 => Ok(Some(nothing_in(&settings.ingest))),
        Standing::ToBuild(_) if counts.reject_ratio() > limit => {
            let (consequence, listed) = (Consequence::Foreseen, "they are listed above".to_owned());
            Ok(Some(RunError::TooManyRejects { consequence, rejects: counts.rejects, inputs: counts.inputs, limit, listed }))
        }
        Standing::ToBuild(_) => Ok(output.why_not_writable().map(RunError::from)),
    }
}

impl Preview {
    fn note(&mut self, surveyed: Surveyed, listed: usize) {
        let (origin, staleness) = match surveyed {
            Surveyed::Article(origin, staleness, _) => (origin, staleness),
            Surveyed::Reject(reject) => return self.rejects.push(reject),
        };
        *self.work.entry(staleness.reason()).or_default() += 1;
        if staleness.first_stage().is_some() && self.articles.len() < listed {
            self.articles.push(PreviewedArticle { origin, staleness });
        }
    }
}
