//! The fields of an article, wherever they come from: a record's columns, a sidecar, a web page, a path.
//!
//! Each of these is read into an [`ArticleFields`], and one rule decides between them ([`ArticleFields::or`]): a record or sidecar
//! is trusted more than the page, and the page more than the path. Invariant: no value is lost; one that gives way to a different
//! value is kept in `extra`.

use jiff::civil::Date;

use super::dates::{Reading, read_date};

/// What a source says about an article; `None` if it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArticleFields {
    /// The text, decoded and without markup.
    pub text: Option<String>,
    /// What names the record in its source.
    pub key: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// The section of the newspaper.
    pub section: Option<String>,
    /// The authors, separated by Arabic commas.
    pub byline: Option<String>,
    /// The day of publication: a page's as written, others as ISO 8601.
    pub published: Option<String>,
    /// Every other field, in the order of the source: strings as they are, other values as compact JSON.
    pub extra: Vec<(String, String)>,
}

impl ArticleFields {
    /// Fields that are only a text.
    pub(super) fn of_text(text: String) -> Self {
        Self { text: Some(text), ..Self::default() }
    }

    /// The day of publication.
    pub(super) fn day(&self) -> Option<Date> {
        self.published.as_deref().and_then(|published| published.parse().ok())
    }

    /// Fills the gaps from a source that is trusted less.
    ///
    /// If both have a value and they differ, ours counts and the other is kept in `extra`, its name prefixed with that of its source
    /// (`page_title`). A path is in `source_path` already, so of what it says only a different date is kept. A date of publication fills a
    /// gap only if it can be read as a day; otherwise it is kept in `extra` as it is written.
    pub(super) fn or(mut self, other: Self, source: FieldSource, choose_day: &dyn Fn(Reading) -> Option<Date>) -> Self {
        let Self { text, key, title, section, byline, published, extra } = other;
        self.text = self.text.or(text);
        self.key = self.key.or(key);
        for (name, own, other) in [
            ("title", &mut self.title, title),
            ("section", &mut self.section, section),
            ("byline", &mut self.byline, byline),
        ] {
            let Some(other) = other else { continue };
            match own {
                None => *own = Some(other),
                Some(own) if *own != other && source == FieldSource::Page => {
                    self.extra.push((format!("page_{name}"), other));
                }
                Some(_) => {}
            }
        }
        if let Some(written) = published {
            self.add_date(written, source, choose_day);
        }
        self.extra.extend(extra);
        self
    }

    fn add_date(&mut self, written: String, source: FieldSource, choose_day: &dyn Fn(Reading) -> Option<Date>) {
        let day = choose_day(read_date(&written)).map(|day| day.to_string());
        match (&self.published, day) {
            (None, Some(day)) => self.published = Some(day),
            (Some(own), Some(day)) if *own == day => {}
            // Put into the gap, it would keep the readable date of a less trusted source out.
            (None, None) => self.extra.push(("published".to_owned(), written)),
            (Some(_), _) => self.extra.push((source.published_name().to_owned(), written)),
        }
    }
}

/// A source whose fields may give way to those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldSource {
    /// The web page itself.
    Page,
    /// The path of the file.
    Path,
}

impl FieldSource {
    /// Where its date is kept if it gives way.
    fn published_name(self) -> &'static str {
        match self {
            Self::Page => "page_published",
            Self::Path => PATH_DATE,
        }
    }
}

/// The name in `extra` of a path's date that differs from the article's.
pub(super) const PATH_DATE: &str = "path_published";

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(title: &str, published: &str) -> ArticleFields {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        ArticleFields { title: some(title), published: some(published), ..ArticleFields::default() }
    }

    fn certain(reading: Reading) -> Option<Date> {
        reading.day(|| None)
    }

    fn extra(fields: &ArticleFields) -> Vec<String> {
        fields.extra.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn a_gap_is_filled_and_a_different_value_is_kept() {
        let filled = fields("", "").or(fields("عنوان", "2016-03-07"), FieldSource::Page, &certain);
        assert_eq!(filled, fields("عنوان", "2016-03-07"));
        let kept = fields("عنوان", "2016-03-07").or(fields("آخر", "أمس"), FieldSource::Page, &certain);
        assert_eq!((kept.title.as_deref(), kept.published.as_deref()), (Some("عنوان"), Some("2016-03-07")));
        assert_eq!(extra(&kept), ["page_title=آخر", "page_published=أمس"]);
        let same = fields("عنوان", "2016-03-07");
        assert_eq!(same.clone().or(same.clone(), FieldSource::Page, &certain), same, "an equal value is not kept twice");
        let path = same.clone().or(fields("", "2015-01-01"), FieldSource::Path, &certain);
        assert_eq!(extra(&path), ["path_published=2015-01-01"], "nobody would look for it in source_path");
    }

    #[test]
    fn the_same_day_written_otherwise_is_no_other_date() {
        let page = fields("", "2016-03-07").or(fields("", "الاثنين 7 مارس 2016"), FieldSource::Page, &certain);
        assert_eq!(extra(&page), [""; 0]);
    }

    #[test]
    fn a_date_that_is_no_day_leaves_the_gap_to_the_next_source() {
        let page = fields("", "").or(fields("", "أمس"), FieldSource::Page, &certain);
        assert_eq!((page.published.as_deref(), extra(&page)), (None, vec!["published=أمس".to_owned()]));
        let path = page.or(fields("", "2016-03-07"), FieldSource::Path, &certain);
        assert_eq!(path.published.as_deref(), Some("2016-03-07"));
    }
}
