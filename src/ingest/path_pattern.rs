//! What the path of an article says of it: a pattern with `{section}` and `{date}` in the place of folder or file names.
//!
//! Invariant: a pattern that does not match says nothing; it never makes an article unreadable.

use std::fmt::Write;

use regex::Regex;

/// What a path says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The section.
    pub section: Option<String>,
    /// The day of publication, as written.
    pub published: Option<String>,
}

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
    /// Compiles a pattern; an empty one says nothing of any path.
    ///
    /// # Errors
    /// What is wrong with it.
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

    /// What a path says.
    #[must_use]
    pub fn read(&self, source_path: &str) -> Told {
        let Some(found) = self.compiled.as_ref().and_then(|compiled| compiled.captures(source_path)) else {
            return Told::default();
        };
        // The name of an archive says nothing of what lies in it.
        let says = |part: &str| !part.is_empty() && !part.ends_with('!');
        let part = |name| found.name(name).map(|part| part.as_str().to_owned()).filter(|part| says(part));
        Told { section: part("section"), published: part("date") }
    }
}

/// The regular expression of a pattern: `**/` is any folders, `*` anything but `/`, `{name}` the same, told.
fn expression(pattern: &str) -> Result<String, String> {
    let mut expression = String::from("^");
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
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
            if expression.contains(&format!("(?<{name}>")) {
                return Err(format!(
                    "{{{name}}} stands in it twice; name one folder or file so, and write * for the others"
                ));
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
    fn a_path_says_section_and_day() {
        for (pattern, path, section, published) in [
            ("**/{section}/*", "a/sport/x.txt", Some("sport"), None),
            ("**/{section}/*", "sport/x.txt", Some("sport"), None),
            ("**/{section}/*", "x.txt", None, None),
            ("{section}/**", "sport/2016/x.txt", Some("sport"), None),
            ("**/{date}/{section}-*.txt", "a/2016-03-07/sport-1.txt", Some("sport"), Some("2016-03-07")),
            ("**/{section}/*", "a.zip!/رياضة/x.txt", Some("رياضة"), None),
            ("**/{section}/*", "b/a.zip!/x.txt", None, None),
            ("", "sport/x.txt", None, None),
        ] {
            let told = PathPattern::new(pattern).expect("sound").read(path);
            assert_eq!((told.section.as_deref(), told.published.as_deref()), (section, published), "{pattern} {path}");
        }
        assert!(PathPattern::new("{sections}/*").expect_err("unknown").contains("{sections} is unknown"));
        let told = PathPattern::new("{date}/{section}/{section}/*").expect_err("a name stands once");
        assert_eq!(told, "{section} stands in it twice; name one folder or file so, and write * for the others");
    }
}
