//! Partitioned tables, in Hive's layout: folders such as `by_section=sport` and `by_year=2016`.
//!
//! The key is not the name of a column: readers that turn the key into a column would find two of one name. Invariant: different
//! values have different folders, and every file system accepts a folder's name.

use std::fmt::Write;

use jiff::civil::Date;

/// What tables are partitioned by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartitionBy {
    /// Not partitioned: one folder.
    #[default]
    None,
    /// The section of the article.
    Section,
    /// The year of publication.
    Year,
}

/// Hive's name for the folder of rows without a value.
const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";
/// Longest value in a folder's name, in bytes; file systems take 255 for the whole name.
const LONGEST_VALUE: usize = 200;
/// Characters written as `%XX`, besides control characters: they mean something to a file system or a reader.
const RESERVED: &str = "%/\\:*?\"<>|={}[]#";

impl PartitionBy {
    /// The name that configuration uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Section => "section",
            Self::Year => "year",
        }
    }

    /// The folder of an article's rows below that of the table; empty if the table is not partitioned.
    pub(super) fn folder_of(self, section: Option<&str>, published: Option<Date>) -> String {
        let value = match self {
            Self::None => return String::new(),
            Self::Section => section.filter(|section| !section.is_empty()).map(folder_name),
            Self::Year => published.map(|day| day.year().to_string()),
        };
        let value = value.unwrap_or_else(|| NO_VALUE.to_owned());
        format!("by_{}={value}", self.name())
    }
}

/// A value as part of a folder's name. A value that is too long is cut and ends in a hash of the whole.
fn folder_name(value: &str) -> String {
    let mut name = String::with_capacity(value.len());
    for (at, c) in value.char_indices() {
        // A leading dot hides a folder, and tools trim spaces at the ends.
        let is_at_end = at == 0 || at + c.len_utf8() == value.len();
        if c.is_control() || RESERVED.contains(c) || (is_at_end && (c == '.' || c.is_whitespace())) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string cannot fail.
                let _ = write!(name, "%{byte:02X}");
            }
        } else {
            name.push(c);
        }
    }
    if name == NO_VALUE {
        // A section of that name must not be taken for no section.
        name.replace_range(..1, "%5F");
    }
    if name.len() > LONGEST_VALUE {
        let hash = blake3::hash(value.as_bytes()).to_hex();
        let end = (0..=LONGEST_VALUE).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
        // Do not cut within a `%XX`.
        let end = name[..end].rfind('%').filter(|percent| percent + 3 > end).unwrap_or(end);
        name.truncate(end);
        name.push('~');
        name.push_str(&hash[..16]);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_folders() {
        for (section, folder, why) in [
            (Some("رياضة"), "by_section=رياضة", "letters stay"),
            (Some("a/b=c%"), "by_section=a%2Fb%3Dc%25", "separators are escaped"),
            (Some(".."), "by_section=%2E%2E", "not the folder above"),
            (Some(" x "), "by_section=%20x%20", "spaces at the ends count"),
            (Some("__HIVE_DEFAULT_PARTITION__"), "by_section=%5F_HIVE_DEFAULT_PARTITION__", "a section of that name"),
            (Some(""), "by_section=__HIVE_DEFAULT_PARTITION__", "no section"),
            (None, "by_section=__HIVE_DEFAULT_PARTITION__", "no section"),
        ] {
            assert_eq!(PartitionBy::Section.folder_of(section, None), folder, "{why}");
        }
        assert_eq!(PartitionBy::Year.folder_of(None, Some(jiff::civil::date(2016, 3, 7))), "by_year=2016");
        assert_eq!(PartitionBy::None.folder_of(Some("x"), None), "");
    }

    #[test]
    fn a_long_value_is_cut_and_stays_its_own() {
        let folder = |value: &str| PartitionBy::Section.folder_of(Some(value), None);
        for letter in ["م", "/", "x"] {
            let (one, other) = (letter.repeat(300), letter.repeat(301));
            assert!(folder(&one).len() < 255);
            assert_ne!(folder(&one), folder(&other));
        }
    }
}
