//! The fields of an article, wherever they come from: a record's columns, a sidecar, a web page, a path.
//!
//! Each of these is read into an [`ArticleFields`], and one rule decides between them ([`ArticleFields::or`]): a record or sidecar
//! is trusted more than the page, and the page more than the path. Invariant: no value is lost; one that gives way to a different
//! value is kept in `extra`.

use super::dates::parse_date;

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
    /// The day of publication, as written.
    pub published: Option<String>,
    /// Every other field, in the order of the source: strings as they are, other values as compact JSON.
    pub extra: Vec<(String, String)>,
}

impl ArticleFields {
    /// Fields that are only a text.
    pub(super) fn of_text(text: String) -> Self {
        Self { text: Some(text), ..Self::default() }
    }

    /// Fills the gaps from a source that is trusted less.
    ///
    /// If both have a value and they differ, ours counts and the other is kept in `extra`, its name prefixed with that of its source
    /// (`page_title`); a source without a name needs no such copy. A date of publication fills a gap only if it can be read as a day;
    /// otherwise it is kept in `extra` as it is written.
    pub(super) fn or(mut self, other: Self, source: Option<&str>) -> Self {
        let Self { text, key, title, section, byline, published, extra } = other;
        self.text = self.text.or(text);
        self.key = self.key.or(key);
        let is_readable = published.as_deref().is_some_and(|written| parse_date(written).is_some());
        let (published, unread) = match published {
            // Put into the gap, it would keep the readable date of a less trusted source out.
            Some(written) if self.published.is_none() && !is_readable => (None, Some(written)),
            published => (published, None),
        };
        for (name, own, other) in [
            ("title", &mut self.title, title),
            ("section", &mut self.section, section),
            ("byline", &mut self.byline, byline),
            ("published", &mut self.published, published),
        ] {
            let Some(other) = other else { continue };
            match (own.as_ref(), source) {
                // Before the other arms: a gap is filled by any source, even one without a name.
                (None, _) => *own = Some(other),
                (Some(own), Some(source)) if *own != other => self.extra.push((format!("{source}_{name}"), other)),
                (Some(_), _) => {}
            }
        }
        self.extra.extend(unread.map(|written| ("published".to_owned(), written)));
        self.extra.extend(extra);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(title: &str, published: &str) -> ArticleFields {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        ArticleFields { title: some(title), published: some(published), ..ArticleFields::default() }
    }

    fn extra(fields: &ArticleFields) -> Vec<String> {
        fields.extra.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn a_gap_is_filled_and_a_different_value_is_kept() {
        let filled = fields("", "").or(fields("عنوان", "2016-03-07"), Some("page"));
        assert_eq!(filled, fields("عنوان", "2016-03-07"));
        let kept = fields("عنوان", "2016-03-07").or(fields("آخر", "أمس"), Some("page"));
        assert_eq!((kept.title.as_deref(), kept.published.as_deref()), (Some("عنوان"), Some("2016-03-07")));
        assert_eq!(extra(&kept), ["page_title=آخر", "page_published=أمس"]);
        let same = fields("عنوان", "2016-03-07");
        assert_eq!(same.clone().or(same.clone(), Some("page")), same, "an equal value is not kept twice");
        let path = same.clone().or(fields("", "2015-01-01"), None);
        assert_eq!(path, same, "a path is in source_path already");
    }

    #[test]
    fn a_date_that_is_no_day_leaves_the_gap_to_the_next_source() {
        let page = fields("", "").or(fields("", "أمس"), Some("page"));
        assert_eq!((page.published.as_deref(), extra(&page)), (None, vec!["published=أمس".to_owned()]));
        let path = page.or(fields("", "2016-03-07"), None);
        assert_eq!(path.published.as_deref(), Some("2016-03-07"));
    }
}
