//! How stale the cached result of an article is.

use super::StageName;

/// Whether an article's cached result can be used, and if not, why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Staleness {
    /// Nothing has changed: the result is used as it is.
    Fresh,
    /// Nothing has changed since a run that published nothing: its result is used, and no build has it yet.
    Unpublished,
    /// The code, settings, model or vocabulary of a stage has changed: the article is redone from that stage on. The names
    /// say which of them.
    StageChanged(StageName, Vec<String>),
    /// What people said about the article has changed: it is redone from splitting on.
    Corrected,
    /// The article's text or metadata has changed.
    ContentChanged,
    /// The cached result is damaged.
    Damaged,
    /// The article is not in the cache.
    New,
    /// The user asked for everything to be redone.
    Forced,
}

impl Staleness {
    /// The reason in a few words, for people and for grouping; part of `redone.csv` and of the manifest.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Fresh => "unchanged".to_owned(),
            Self::Unpublished => "processed earlier, not published".to_owned(),
            Self::StageChanged(stage, names) => format!("{} changed: {}", stage.name(), names.join(", ")),
            Self::Corrected => "corrections changed".to_owned(),
            Self::ContentChanged => "content changed".to_owned(),
            Self::Damaged => "kept outcome damaged".to_owned(),
            Self::New => "new".to_owned(),
            Self::Forced => "forced".to_owned(),
        }
    }

    /// The first stage to redo; `None` if none is.
    #[must_use]
    pub fn first_stage(&self) -> Option<StageName> {
        match self {
            Self::Fresh | Self::Unpublished => None,
            Self::StageChanged(stage, _) => Some(*stage),
            Self::Corrected => Some(StageName::Split),
            Self::ContentChanged | Self::Damaged | Self::New | Self::Forced => Some(StageName::Ingest),
        }
    }
}
