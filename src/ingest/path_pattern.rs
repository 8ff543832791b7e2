//! Section and date of an article from its path: a pattern with `{section}` and `{date}` in place of folder or file names.
//!
//! Invariant: a path that does not match gives no fields; it never makes an article unreadable.

use std::fmt::Write;

use regex::Regex;

/// A pattern such as `**/{section}/*`, compiled.
#[derive(Clone, Debug, Default)]
pub struct PathPattern {
    written: String,
    compiled: Option<Regex>,
}

impl PartialEq for PathPattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for PathPattern {}

impl PathPattern {
    /// Compiles a pattern; the empty one gives no fields for any path.
    ///
    /// # Errors
    /// A description of the mistake in the pattern.
    pub fn new(written: &str) -> Result<Self, String> {
        let compiled = match written {
            "" => None,
            _ => Some(Regex::new(&expression(written)?).map_err(|error| error.to_string())?),
        };
        Ok(Self { written: written.to_owned(), compiled })
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether the pattern has a place for the date.
    #[must_use]
    pub fn names_date(&self) -> bool {
        self.written.contains("{date}")
    }

    /// Whether a path is one of those that the pattern describes.
    #[must_use]
    pub fn is_match(&self, source_path: &str) -> bool {
        self.compiled.as_ref().is_some_and(|compiled| compiled.is_match(source_path))
    }

    /// The parts of a path that stand for the section and the date.
    #[must_use]
    pub fn parts<'p>(&self, source_path: &'p str) -> PathParts<'p> {
        let found = self.compiled.as_ref().and_then(|compiled| compiled.captures(source_path));
        let part = |name| {
            found.as_ref().and_then(|found| found.name(name)).map(|part| part.as_str()).filter(|part| !part.is_empty())
        };
        PathParts { section: part("section"), date: part("date") }
    }
}

/// What a pattern finds in a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathParts<'p> {
    /// In the place of `{section}`.
    pub section: Option<&'p str>,
    /// In the place of `{date}`.
    pub date: Option<&'p str>,
}

/// The regular expression of a pattern: `**/` matches any folders, `*` anything except `/`, `{name}` the same as a named group.
fn expression(pattern: &str) -> Result<String, String> {
    // Anchored at both ends: a pattern describes the whole path, not a part of it.
    let mut expression = String::from("^");
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        // Before `**` and `*`, which would match its beginning.
        if let Some(after) = rest.strip_prefix("**/") {
            expression.push_str("(?:.*/)?");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("**") {
            expression.push_str(".*");
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            if !["section", "date"].contains(&name) {
                return Err(format!("{{{name}}} is unknown; expected {{section}} or {{date}}"));
            }
            // The pattern's own text is escaped, so this can only be a group that was written below.
            if expression.contains(&format!("(?<{name}>")) {
                return Err(format!("{{{name}}} occurs twice; use it for one folder or file, and * for the others"));
            }
            // Writing to a string cannot fail.
            let _ = write!(expression, "(?<{name}>[^/]*)");
            rest = after;
        } else {
            match first {
                '*' => expression.push_str("[^/]*"),
                '?' => expression.push_str("[^/]"),
                other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    expression.push('$');
    Ok(expression)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_gives_section_and_date() {
        for (pattern, path, section, date) in [
            ("**/{section}/*", "a/sport/x.txt", Some("sport"), None),
            ("**/{section}/*", "sport/x.txt", Some("sport"), None),
            ("**/{section}/*", "x.txt", None, None),
            ("{section}/**", "sport/2016/x.txt", Some("sport"), None),
            ("**/{date}/{section}-*.txt", "a/2016-03-07/sport-1.txt", Some("sport"), Some("2016-03-07")),
            ("**/{section}/*", "a.zip!/رياضة/x.txt", Some("رياضة"), None),
            ("", "sport/x.txt", None, None),
        ] {
            let found = PathPattern::new(pattern).expect("sound").parts(path);
            assert_eq!(found, PathParts { section, date }, "{pattern} {path}");
        }
        assert!(PathPattern::new("{sections}/*").expect_err("unknown").contains("{sections} is unknown"));
        let found = PathPattern::new("{date}/{section}/{section}/*").expect_err("a name may occur once");
        assert_eq!(found, "{section} occurs twice; use it for one folder or file, and * for the others");
    }
}
