//! What to tell about an input whose articles are read all the same: one line for each kind of remark, with its count and an example.

use std::collections::BTreeMap;

use super::path_pattern::PathPattern;
use super::remarks::{ArticleRemarks, UnreadDate};
use super::settings::IngestSettings;

/// How many files of one kind are named.
const NAMED: usize = 3;

/// What to tell about an input.
#[derive(Debug, Default)]
pub struct InputReport {
    articles: usize,
    fit_pattern: usize,
    /// The path of an article that the pattern does not describe.
    misfit: Option<String>,
    unread_dates: BTreeMap<UnreadDate, Examples>,
    path_dates: Examples,
}

/// How many there are, and the first of them.
#[derive(Debug, Default)]
struct Examples {
    count: usize,
    first: Vec<String>,
}

impl Examples {
    fn add(&mut self, example: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(example());
        }
    }

    fn shown(&self) -> String {
        let more = if self.count > self.first.len() { ", …" } else { "" };
        format!("{}{more}", self.first.join(", "))
    }

    /// The number of things of a kind.
    fn counted(&self, noun: &str) -> String {
        format!("{} {noun}{}", self.count, if self.count == 1 { "" } else { "s" })
    }
}

impl InputReport {
    /// Adds an article.
    pub fn note_article(&mut self, source_path: &str, record: Option<&str>, remarks: ArticleRemarks) {
        let ArticleRemarks { unread_date, path_date, fits_pattern } = remarks;
        self.articles += 1;
        self.fit_pattern += usize::from(fits_pattern);
        if !fits_pattern && self.misfit.is_none() {
            self.misfit = Some(source_path.to_owned());
        }
        let place = || record.map_or_else(|| source_path.to_owned(), |record| format!("{source_path} ({record})"));
        if let Some((why, written)) = unread_date {
            self.unread_dates.entry(why).or_default().add(|| format!("«{written}» in {}", place()));
        }
        if let Some(date) = path_date {
            self.path_dates.add(|| format!("{date} for {}", place()));
        }
    }

    /// What to tell, a line for each kind.
    #[must_use]
    pub fn lines(&self, settings: &IngestSettings) -> Vec<String> {
        let mut lines: Vec<String> = self.unread_dates.iter().map(|(why, examples)| unread_line(*why, examples)).collect();
        if self.path_dates.count > 0 {
            let (articles, shown) = (self.path_dates.counted("article"), self.path_dates.shown());
            lines.push(format!(
                "{articles} with a date in the path that differs from the article's own, which counts; the other is in extra as \
                 path_published: {shown}"
            ));
        }
        let pattern = &settings.path_pattern;
        if self.articles > 0 && self.fit_pattern == 0 && is_chosen(pattern) {
            let misfit = self.misfit.as_deref().unwrap_or_default();
            lines.push(format!(
                "ingest.path_pattern \"{}\" describes no path, such as {misfit}; it must fit the whole path below the input folder",
                pattern.as_str()
            ));
        }
        lines
    }
}

fn unread_line(why: UnreadDate, examples: &Examples) -> String {
    let (articles, shown) = (examples.counted("article"), examples.shown());
    match why {
        UnreadDate::Ambiguous => format!(
            "{articles} without a date, because the one given can be two days, and no date beside it tells which; it is in extra: set \
             ingest.date_order to \"day-first\" or \"month-first\": {shown}"
        ),
        UnreadDate::ShortYear => {
            format!("{articles} without a date, because the year has two digits; it is in extra: {shown}")
        }
        UnreadDate::NoDay => {
            format!(
                "{articles} without a date, because the one given names no day, or contradicts itself; it is in extra: {shown}"
            )
        }
    }
}

/// Whether the user wrote the pattern: the default fits no file beside the folders of sections, and need not.
fn is_chosen(pattern: &PathPattern) -> bool {
    !pattern.as_str().is_empty() && *pattern != IngestSettings::default().path_pattern
}
