//! What a path says about its articles: partition columns, the section and the date.
//!
//! Invariant: less is believed of a path than of anything else, and it never makes an article unreadable.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use super::columns::ChooseDay;
use super::dates::{NameReading, Reading, compact_numbers_are_dates, date_folders, date_in_path, read_date};
use super::fields::ArticleFields;
use super::partitions::{is_partition, partition_columns};
use super::settings::IngestSettings;

/// How many numbers of eight digits in the names of a folder's files may be no date, one of this many: more, and they are ids.
const MAX_ODD_SHARE: usize = 100;

/// Reads paths.
pub(super) struct PathReader<'r> {
    settings: &'r IngestSettings,
    /// Folders in which numbers of eight digits are ids.
    id_folders: FxHashSet<&'r str>,
}

impl<'r> PathReader<'r> {
    /// A reader for the files with these paths.
    pub(super) fn new(settings: &'r IngestSettings, source_paths: impl Iterator<Item = &'r str>) -> Self {
        let mut numbers: FxHashMap<&str, (usize, usize)> = FxHashMap::default();
        for (folder, name) in source_paths.map(|path| path.rsplit_once('/').unwrap_or(("", path))) {
            let Some(is_date) = compact_numbers_are_dates(name) else { continue };
            let (dates, others) = numbers.entry(folder).or_default();
            *(if is_date { dates } else { others }) += 1;
        }
        let id_folders = numbers.into_iter().filter(|(_, (dates, others))| others * MAX_ODD_SHARE > dates + others);
        Self { settings, id_folders: id_folders.map(|(folder, _)| folder).collect() }
    }

    /// The date in a path: at the place of `{date}` in the pattern if it has one, otherwise wherever a date stands.
    pub(super) fn date(&self, source_path: &str, is_article: bool) -> Reading {
        let pattern = &self.settings.path_pattern;
        if pattern.names_date() {
            return pattern.parts(source_path).date.map(read_date).unwrap_or_default();
        }
        if !self.settings.path_dates {
            return Reading::default();
        }
        let folder = source_path.rsplit_once('/').map_or("", |(folder, _)| folder);
        date_in_path(source_path, NameReading { compact: !self.id_folders.contains(folder), alone: !is_article })
    }

    /// The fields that a path gives. `is_article` says whether the file is one article, or holds many.
    pub(super) fn read(&self, source_path: &str, is_article: bool, choose_day: &ChooseDay<'_>) -> ArticleFields {
        let columns = partition_columns(source_path);
        let days = date_of_parts(&columns);
        let columns: Vec<(String, Value)> = columns.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        let mut fields = self.settings.fields.map_sidecar(&columns, choose_day);
        // The column is one of the path, and many articles share it: it names none of them.
        fields.extra.extend(fields.key.take().map(|key| ("id".to_owned(), key)));
        fields.section = fields.section.or_else(|| self.section(source_path));
        let date = || choose_day("", if days.is_empty() { self.date(source_path, is_article) } else { days });
        fields.published = fields.published.or_else(|| date().map(|day| day.to_string()));
        fields
    }

    /// The section that the pattern finds, unless that folder is something else: an archive, a partition column, a date.
    fn section(&self, source_path: &str) -> Option<String> {
        let pattern = &self.settings.path_pattern;
        let found = pattern.parts(source_path).section?;
        let folders: Vec<(&str, bool)> = source_path.split('/').zip(date_folders(source_path)).collect();
        let is_name = |found: &str| {
            let is_date = folders.iter().any(|(folder, is_date)| *is_date && *folder == found);
            !found.ends_with('!') && !is_partition(found) && !is_date
        };
        if is_name(found) {
            return Some(found.to_owned());
        }
        // The folders of dates lie within those of sections as often as around them.
        let names = folders.iter().filter(|(name, is_date)| !is_date && !is_partition(name)).map(|(name, _)| *name);
        let shorter = names.collect::<Vec<_>>().join("/");
        pattern.parts(&shorter).section.filter(|found| is_name(found)).map(str::to_owned)
    }
}

/// The date of partition columns for its parts, or of one that is named as engines of tables do.
fn date_of_parts(columns: &[(String, String)]) -> Reading {
    let value = |names: &[&str]| {
        let is_named = |name: &str| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        columns.iter().find(|(name, _)| is_named(name)).map(|(_, value)| value.as_str())
    };
    match (value(&["year", "yyyy"]), value(&["month", "mm"]), value(&["day", "dd"])) {
        (Some(year), Some(month), Some(day)) => read_date(&format!("{year}-{month}-{day}")),
        _ => value(&["dt", "ds", "day"]).map(read_date).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::path_pattern::PathPattern;

    fn read(pattern: &str, path: &str) -> (String, String, String) {
        let path_pattern = PathPattern::new(pattern).expect("sound");
        let settings = IngestSettings { path_pattern, ..IngestSettings::default() };
        let fields = PathReader::new(&settings, std::iter::once(path)).read(path, true, &|_, reading| reading.day(|| None));
        let extra: Vec<String> = fields.extra.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (fields.section.unwrap_or_default(), fields.published.unwrap_or_default(), extra.join(" "))
    }

    #[test]
    fn paths_give_fields() {
        let default = "**/{section}/*";
        for (pattern, path, section, date, extra) in [
            (default, "sport/x.txt", "sport", "", ""),
            (default, "sport/2004-05-17_x.txt", "sport", "2004-05-17", ""),
            (default, "sport/2004/05/17/x.txt", "sport", "2004-05-17", ""),
            (default, "2004/05/17/sport/x.txt", "sport", "2004-05-17", ""),
            (default, "2004/x.txt", "", "", ""),
            (default, "y/2019/مارس/5/a.txt", "y", "2019-03-05", ""),
            (default, "2019/آذار/05/رياضة/a.txt", "رياضة", "2019-03-05", ""),
            (default, "y/2019/03-March/a.txt", "y", "", ""),
            (default, "مارس/a.txt", "مارس", "", ""),
            (default, "a.zip!/x.txt", "", "", ""),
            (default, "a.zip!/رياضة/x.txt", "رياضة", "", ""),
            (default, "section=sport/year=2020/part-0.parquet", "sport", "", "year=2020"),
            (default, "by_section=sport/part-0.parquet", "sport", "", ""),
            (default, "section=__HIVE_DEFAULT_PARTITION__/part-0.parquet", "", "", ""),
            (default, "year=2020/month=5/day=17/x.parquet", "", "2020-05-17", "year=2020 month=5 day=17"),
            (default, "dt=20200517/x.parquet", "", "2020-05-17", "dt=20200517"),
            (default, "date=2020-05-17/author=هند/x.txt", "", "2020-05-17", ""),
            (default, "sport/year=2020/x.parquet", "sport", "", "year=2020"),
            ("{section}/{date}/*", "sport/17 مايو 2004/x.txt", "sport", "2004-05-17", ""),
            ("{date}/*", "x/2004-05-17.txt", "", "", ""),
            ("", "sport/20040517-x.html", "", "2004-05-17", ""),
        ] {
            let expected = (section.to_owned(), date.to_owned(), extra.to_owned());
            assert_eq!(read(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn ids_are_no_dates() {
        let settings = IngestSettings::default();
        let paths = ["a/20040517.txt", "a/20049999.txt", "b/20040517.txt"];
        let reader = PathReader::new(&settings, paths.into_iter());
        let days = paths.map(|path| reader.date(path, true).day(|| None).map(|day| day.to_string()));
        assert_eq!(days, [None, None, Some("2004-05-17".to_owned())]);
    }
}
