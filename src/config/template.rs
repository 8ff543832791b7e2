//! `pipeline.toml` with every setting at its default, written from the declarations.

use std::fmt::Write;

use engine::settings::{Form, Settings, Spec, Value};

use super::PipelineSettings;

/// Longest line of a comment, in characters.
const WIDTH: usize = 120;

/// The head of the file.
const HEAD: &str = "\
The pipeline, in the order in which data flows. Every setting is shown with its default; paths are relative to this file. \
`tarmim check` checks this file and everything that it names, and reports all faults at once. \
`tarmim settings` prints this page.";

/// Introductions to some of the tables.
const INTRODUCTIONS: [(&str, &str); 3] = [
    (
        "fields",
        "Names of the fields in JSONL, CSV, TSV, Parquet and sidecars: the first name with a value counts, in upper or lower case. \
         All other fields are kept in articles.extra.",
    ),
    (
        "gates",
        "Before a build is published, its tables are checked: that they keep every invariant of the dataset, and that the metrics \
         below lie within their limits, [least, greatest]. A build that fails is not published (exit code 4); it is kept for inspection, and \
         the message says how to look at it.",
    ),
    (
        "card",
        "How the descriptions in each build (croissant.json, README.md, datapackage.json) introduce the dataset to other tools.",
    ),
];

/// The page.
#[must_use]
pub fn template() -> String {
    let mut page = String::new();
    write_comment(&mut page, HEAD);
    let mut table = "";
    for spec in PipelineSettings::specs() {
        if spec.table != table {
            table = spec.table;
            // Writing to a string cannot fail.
            let _ = write!(page, "\n[{table}]\n");
            if let Some((_, introduction)) = INTRODUCTIONS.iter().find(|(of, _)| *of == table) {
                write_comment(&mut page, introduction);
                page.push('\n');
            }
        }
        write_comment(&mut page, &documentation(&spec));
        let _ = match (&spec.default, spec.example) {
            // TOML has no null: a setting without a value can only be shown as a comment.
            (Value::Unset, example) => writeln!(page, "# {} = {:?}", spec.key, example.unwrap_or_default()),
            (default, _) => writeln!(page, "{} = {}", spec.key, toml_of(default)),
        };
    }
    page
}

/// A setting's documentation, with its range if it is a number.
fn documentation(spec: &Spec) -> String {
    let doc: Vec<&str> = spec.doc.split_whitespace().collect();
    // Code marks around quoted names are for the documentation of the code.
    let doc = doc.join(" ").replace("`\"", "\"").replace("\"`", "\"");
    match (&spec.form, spec.range) {
        (Form::Integer | Form::Number, Some((low, high))) => format!("{doc} From {low} to {high}."),
        _ => doc,
    }
}

fn write_comment(page: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            page.push_str(&line);
            page.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    page.push_str(&line);
    page.push('\n');
}

/// A value as TOML. `Debug` quotes strings as TOML does, for the characters that defaults hold.
fn toml_of(value: &Value) -> String {
    match value {
        Value::Unset => String::new(),
        Value::Flag(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => format!("{number:?}"),
        Value::Text(text) => format!("{text:?}"),
        Value::List(list) => format!("{list:?}"),
        Value::Pair(low, high) => format!("[{low:?}, {high:?}]"),
        Value::Map(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!(" {key:?} = {value:?}")).collect();
            if pairs.is_empty() { "{}".to_owned() } else { format!("{{{} }}", pairs.join(",")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use engine::settings::Scope;

    use super::*;
    use crate::config::{NamedFiles, PipelineFile};

    #[test]
    fn the_shipped_file_is_the_page() {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipeline.toml");
        let shipped = std::fs::read_to_string(shipped).expect("the shipped configuration");
        assert_eq!(shipped, template(), "write it again: tarmim settings > pipeline.toml");
    }

    #[test]
    fn the_page_sets_every_key_to_its_default() {
        let (read, faults) = PipelineFile::parse("p.toml", &template(), NamedFiles::Read);
        assert_eq!(faults, []);
        let (by_default, _) = PipelineFile::parse("p.toml", "", NamedFiles::Read);
        assert_eq!(format!("{:?}", read.settings), format!("{:?}", by_default.settings));
    }

    #[test]
    fn keys_are_unique_and_sections_of_stages_hold_nothing_else() {
        let specs = PipelineSettings::specs();
        for (index, spec) in specs.iter().enumerate() {
            let is_same = |other: &Spec| (other.table, other.key) == (spec.table, spec.key);
            assert!(!specs[..index].iter().any(is_same), "{}.{} is declared twice", spec.table, spec.key);
            let is_stage = ["ingest", "repair", "split", "tag"].contains(&spec.table);
            assert!(!(is_stage && spec.scope == Scope::Build), "{}.{} would be in a stage's key", spec.table, spec.key);
        }
    }
}
