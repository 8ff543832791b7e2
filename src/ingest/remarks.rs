//! What is to be known about an article that was read: a date that was not understood, a path that says something else.
//!
//! Read from what becomes the article's row, so that articles from the cache get the same remarks as new ones.

use engine::document::{Metadata, Origin};
use serde_json::Value;

use super::column_name::same_name;
use super::dates::{has_short_year, read_date, read_value};
use super::fields::PATH_DATE;
use super::settings::IngestSettings;

/// What is to be known about an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArticleRemarks {
    /// Its date was not understood: why, and as written.
    pub(super) unread_date: Option<(UnreadDate, String)>,
    /// Its path has another date.
    pub(super) path_date: Option<String>,
    /// Its path is one of those that `path_pattern` describes.
    pub(super) fits_pattern: bool,
}

/// Why a date was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum UnreadDate {
    /// It can be either of two days.
    Ambiguous,
    /// Its year has two digits.
    ShortYear,
    /// It names no day, or several, or contradicts itself.
    NoDay,
}

impl ArticleRemarks {
    /// The remarks about an article.
    #[must_use]
    pub fn of(origin: &Origin, metadata: &Metadata, settings: &IngestSettings) -> Self {
        let is_date = |name: &str| name == "published" || settings.fields.is_published(name);
        let mut dates = metadata.extra.iter().filter(|(name, _)| is_date(name)).map(|(_, written)| written);
        let unread = dates.next().filter(|_| metadata.published.is_none());
        let path_date = metadata.extra.iter().find(|(name, _)| same_name(name, PATH_DATE));
        Self {
            unread_date: unread.map(|written| (why_unread(written), written.clone())),
            path_date: path_date.map(|(_, date)| date.clone()),
            fits_pattern: settings.path_pattern.is_match(&origin.source_path),
        }
    }
}

fn why_unread(written: &str) -> UnreadDate {
    let cell = read_value(&Value::String(written.to_owned()));
    if cell.is_ambiguous() || read_date(written).is_ambiguous() {
        UnreadDate::Ambiguous
    } else if has_short_year(written) {
        UnreadDate::ShortYear
    } else {
        UnreadDate::NoDay
    }
}
