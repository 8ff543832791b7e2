//! The declaration of one setting as data, and the record of the values that results depend on.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::Value;

/// The least and the greatest value of a number; of a list, the fewest and the most items.
pub type Range = (f64, f64);

/// Which results depend on a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Which files are read. The build id depends on it; the outcome for an article that is read does not.
    Selection,
    /// The outcome of ingest, and so of all later stages.
    Ingest,
    /// The outcome of repair, and so of splitting and tagging.
    Repair,
    /// The outcome of splitting, and so of tagging.
    Split,
    /// The outcome of tagging.
    Tag,
    /// The tables or the files beside them, but no stage's outcome for an article: the build id alone depends on it.
    Build,
    /// The course of a run and the places where it reads and writes; no byte of a build.
    Run,
}

impl Scope {
    /// The place of a setting in a build's record, as section and subsection; `None` if it is not recorded.
    ///
    /// The section of a stage holds what belongs to the key of that stage's cache, and nothing else.
    fn place(self, table: &'static str) -> Option<(&'static str, Option<&'static str>)> {
        let section = match self {
            Self::Run => return None,
            // In no stage's section: the stage caches must stay valid when such a setting changes.
            Self::Build => return Some((table, None)),
            Self::Selection => return Some(("select", None)),
            Self::Ingest => "ingest",
            Self::Repair => "repair",
            Self::Split => "split",
            Self::Tag => "tag",
        };
        // A table with the stage's own name needs no subsection: its settings lie in the section itself.
        Some((section, Some(table).filter(|table| *table != section)))
    }
}

/// The form of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// True or false.
    Flag,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A text.
    Text,
    /// One of these names.
    Choice(Vec<&'static str>),
    /// A list of texts.
    List,
    /// Two numbers, the lesser first.
    Pair,
    /// Names with a text each.
    Map,
    /// A path, relative to the folder of the configuration.
    Path,
    /// Paths, relative to the folder of the configuration.
    Paths,
    /// Like [`Form::Paths`], of files that are read when the value is set.
    Files,
}

/// The declaration of one setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spec {
    /// The table of `pipeline.toml`.
    pub table: &'static str,
    /// The key in its table.
    pub key: &'static str,
    /// The documentation in `pipeline.toml`, with the line breaks of the declaration.
    pub doc: Cow<'static, str>,
    /// The form of a value.
    pub form: Form,
    /// The least and the greatest value.
    pub range: Option<Range>,
    /// The value when nothing sets it.
    pub default: Value,
    /// A value to show when there is no default.
    pub example: Option<&'static str>,
    /// Which results depend on it.
    pub scope: Scope,
}

impl Spec {
    /// The description of a valid value, as in "a whole number from 1 to 10".
    #[must_use]
    pub fn expected(&self) -> String {
        let range = self.range.map(|(low, high)| format!(" from {low} to {high}")).unwrap_or_default();
        match &self.form {
            Form::Flag => "true or false".to_owned(),
            Form::Integer => format!("a whole number{range}"),
            Form::Number => format!("a number{range}"),
            Form::Text | Form::Path => "a string".to_owned(),
            Form::Choice(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
                format!("one of {}", names.join(", "))
            }
            Form::List if self.range.is_some() => "a list of one name or more, none of them empty".to_owned(),
            Form::Map => "a table of strings, as { \"name\" = \"value\" }".to_owned(),
            Form::List | Form::Paths | Form::Files => "a list of strings".to_owned(),
            Form::Pair => {
                let example = match self.default {
                    Value::Pair(low, high) => format!(", as [{low}, {high}]"),
                    _ => String::new(),
                };
                format!("two numbers{range}, the lesser first{example}")
            }
        }
    }
}

/// The values that a build depends on, by section: one for each stage, `select` for the choice of files, and one for each
/// table of settings that no stage depends on.
#[derive(Clone, Debug, Default)]
pub struct Record(Map<String, Json>);

impl Record {
    /// Adds a setting; `None` adds nothing, for values that are identified by content elsewhere (see [`super::Setting::recorded`]).
    pub fn add(&mut self, scope: Scope, table: &'static str, name: &str, value: Option<Json>) {
        let (Some((section, within)), Some(value)) = (scope.place(table), value) else { return };
        let mut at = object(&mut self.0, section);
        if let Some(within) = within {
            at = object(at, within);
        }
        at.insert(name.to_owned(), value);
    }

    /// The record as JSON, keys sorted.
    #[must_use]
    pub fn into_json(self) -> Json {
        Json::Object(self.0)
    }
}

fn object<'m>(map: &'m mut Map<String, Json>, name: &str) -> &'m mut Map<String, Json> {
    let entry = map.entry(name).or_insert_with(|| Json::Object(Map::new()));
    entry.as_object_mut().expect("sections hold settings, and no setting is called as a section")
}
