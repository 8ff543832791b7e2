//! Vocabularies in CSV: the columns `id,label,category,variants`, and optionally `gloss`, `broader`, `kind` and `cues`.
//!
//! `variants`, `broader` (ids) and `cues` are lists separated by `;` or `|`; `kind` is empty or `name`. Fields are separated as the header
//! shows (comma, semicolon, tab or bar), and a backslash may escape quotes. Invariant: every faulty row is
//! reported with its line; reading never stops at the first.

use csv::{Position, ReaderBuilder, StringRecord, Trim};
use serde::Deserialize;

use super::entry::{Entry, Report};

const REQUIRED: [&str; 4] = ["id", "label", "category", "variants"];
const OPTIONAL: [&str; 4] = ["gloss", "broader", "kind", "cues"];

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    label: String,
    category: String,
    variants: String,
    #[serde(default)]
    gloss: String,
    #[serde(default)]
    broader: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    cues: String,
}

/// Reads the entries of a file.
pub(super) fn read(bytes: &[u8], report: &mut Report) -> Vec<Entry> {
    let (bytes, delimiter, skipped) = separated(bytes);
    let escape = bytes.windows(2).any(|pair| pair == b"\\\"").then_some(b'\\');
    let mut reader = ReaderBuilder::new().trim(Trim::All).delimiter(delimiter).escape(escape).from_reader(bytes);
    let headers = match reader.headers() {
        Ok(headers) => headers.iter().map(str::to_lowercase).collect::<StringRecord>(),
        Err(error) => {
            report.fault(1, format!("unreadable header: {error}"));
            return Vec::new();
        }
    };
    if !check_header(&headers, report) {
        return Vec::new();
    }
    let mut entries = Vec::new();
    let mut lines = Lines { bytes, at: 0, line: 1 + skipped };
    for record in reader.records() {
        let (line, row) = match record {
            // Spreadsheets write such rows below their last one.
            Ok(record) if record.iter().all(str::is_empty) => continue,
            Ok(record) => (lines.line_of(record.position()), record.deserialize::<Row>(Some(&headers))),
            Err(error) => (lines.line_of(error.position()), Err(error)),
        };
        match row {
            Ok(row) => {
                report.count_concepts(1);
                entries.extend(entry(row, line, report));
            }
            Err(error) => report.fault(line, error.to_string()),
        }
    }
    entries
}

/// The table behind a first line that tells the separator (`sep=;`), the separator, and the number of lines that are left out. If no line
/// tells it, it is the one that makes the most known columns of the header.
fn separated(bytes: &[u8]) -> (&[u8], u8, u64) {
    let first = bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(first).to_lowercase();
    if let [delimiter] = line.trim_matches(['"', '\r', '\n']).strip_prefix("sep=").unwrap_or_default().as_bytes() {
        return (&bytes[first.len()..], *delimiter, 1);
    }
    let is_known = |name: &str| REQUIRED.contains(&name) || OPTIONAL.contains(&name);
    let known = |delimiter: &u8| {
        let names = line.split(char::from(*delimiter)).map(|name| name.trim().trim_matches('"'));
        names.filter(|name| is_known(name)).count()
    };
    // Of equal ones the last wins.
    let delimiter = [b'|', b'\t', b';', b','].into_iter().max_by_key(known).unwrap_or(b',');
    (bytes, delimiter, 0)
}

/// Counts lines up to records that come in order. The line number of the `csv` crate is wrong after `\r\n` and blank lines.
struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line that a record begins on, from 1; 0 if its position is unknown.
    fn line_of(&mut self, position: Option<&Position>) -> u64 {
        let Some(start) = position.and_then(|position| usize::try_from(position.byte()).ok()) else { return 0 };
        // A record's position lies before the blank lines that the csv crate skips.
        let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let blank = self.bytes.get(start..).map_or(0, |rest| rest.iter().take_while(|byte| is_break(byte)).count());
        let passed = self.bytes.get(self.at..start + blank).unwrap_or_default();
        self.line += passed.split(|byte| *byte == b'\n').skip(1).map(|_| 1).sum::<u64>();
        // Never back: a line that was counted must not be counted again.
        self.at = (start + blank).max(self.at);
        self.line
    }
}

/// Whether the header has all required columns. An unknown column is a fault too, since it may be a misspelt one.
fn check_header(headers: &StringRecord, report: &mut Report) -> bool {
    let found: Vec<&str> = headers.iter().collect();
    if let Some(missing) = REQUIRED.iter().find(|required| !found.contains(required)) {
        report.fault(
            1,
            format!("column \"{missing}\" is missing; expected {}, found {}", REQUIRED.join(","), found.join(",")),
        );
        return false;
    }
    // pandas writes its index as a column without a name, or reads it back as this one.
    let is_index = |name: &str| name.is_empty() || name.starts_with("unnamed: ");
    for unknown in found.iter().filter(|name| !REQUIRED.contains(name) && !OPTIONAL.contains(name) && !is_index(name)) {
        let what = format!("unknown column \"{unknown}\"; supported are {},{}", REQUIRED.join(","), OPTIONAL.join(","));
        report.fault(1, what);
    }
    true
}

fn entry(mut row: Row, line: u64, report: &mut Report) -> Option<Entry> {
    // So pandas writes an empty cell if it was told nothing else.
    for field in [&mut row.variants, &mut row.gloss, &mut row.broader, &mut row.kind, &mut row.cues] {
        if field.eq_ignore_ascii_case("nan") {
            field.clear();
        }
    }
    // All fields are checked before the row is given up, so that one run shows every fault of it.
    let before = report.faults.len();
    for (field, value) in [("id", &row.id), ("label", &row.label), ("category", &row.category)] {
        if value.is_empty() {
            report.fault(line, format!("the {field} is empty"));
        }
    }
    if !["", "name"].contains(&row.kind.as_str()) {
        report.fault(line, format!("the kind is \"{}\"; expected \"name\" or nothing", row.kind));
    }
    (report.faults.len() == before).then(|| Entry {
        variants: list(&row.variants),
        broader: list(&row.broader),
        cues: list(&row.cues),
        id: row.id,
        has_local_id: false,
        iri: None,
        label: row.label,
        category: row.category,
        gloss: row.gloss,
        is_name: row.kind == "name",
        line,
        file: report.file.clone(),
    })
}

fn list(field: &str) -> Vec<String> {
    field.split([';', '؛', '|']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::reader::tests::{faults, read};

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let found = faults(
            "v.csv",
            "id,label,category,variants,kind\noil,نفط,energy,بترول,\noil,نفط,energy,,\ngas,,energy,,place\n",
        );
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("4: the label is empty"));
        assert!(found[1].starts_with("4: the kind is \"place\""));
        assert!(found[2].starts_with("3: the id \"oil\" was used before"));
    }

    #[test]
    fn lines_are_right_after_windows_line_ends_and_blank_lines() {
        let text = "id,label,category,variants\na,راء,x,\n\n\nb,,x,\n";
        assert!(faults("v.csv", text)[0].starts_with("5: the label is empty"));
        assert!(faults("v.csv", &text.replace('\n', "\r\n"))[0].starts_with("5: the label is empty"));
        assert!(faults("v.csv", &format!("\u{feff}{text}"))[0].starts_with("5: the label is empty"));
    }

    #[test]
    fn a_missing_column_is_named_and_an_unknown_one_too() {
        assert!(faults("v.csv", "id,label\n")[0].contains("column \"category\" is missing"));
        assert!(faults("v.csv", "id,label,category,variants,que\n")[0].contains("unknown column \"que\""));
    }

    #[test]
    fn every_dialect_gives_the_same_concepts() {
        let plain = "id,label,category,variants,gloss\noil,نفط,energy,\"بترول;زيت خام\",oil\n";
        let expected = read("v.csv", plain).expect("valid").concepts().to_vec();
        for text in [
            "ID;Label;Category;Variants;Gloss\r\noil;نفط;energy;\"بترول;زيت خام\";oil\r\n;;;;\r\n",
            "id\tlabel\tcategory\tvariants\tgloss\noil\tنفط\tenergy\tبترول|زيت خام\toil\n",
            "sep=|\nid|label|category|variants|gloss\noil|نفط|energy|\"بترول؛زيت خام\"|oil\n",
            "\u{feff},id,label,category,variants,gloss,cues\n0,oil,نفط,energy,بترول;زيت خام,oil,nan\n",
        ] {
            assert_eq!(read("v.csv", text).expect("valid").concepts(), expected, "{text}");
            assert_eq!(read("v.tsv", text).expect("valid").concepts(), expected, "{text}");
        }
        let escaped = read("v.csv", "id,label,category,variants,gloss\noil,نفط,energy,,\"a \\\"b\\\"\"\n").expect("valid");
        assert_eq!(escaped.concepts()[0].gloss, "a \"b\"");
        assert!(faults("v.csv", "sep=;\nid;label;category;variants\na;;x;\n")[0].starts_with("3: the label is empty"));
    }

    #[test]
    fn every_column_is_read() {
        let csv = "id,label,category,variants,gloss,broader,kind,cues\nqatar,قطر,places,دولة قطر,Qatar,gulf,name,دولة;أمير\ngulf,خليج,places,,,,,\n";
        let vocabulary = read("v.csv", csv).expect("valid");
        let concept = &vocabulary.concepts()[0];
        assert_eq!((concept.terms.len(), concept.broader.as_slice(), concept.is_name), (2, [1].as_slice(), true));
        assert_eq!((concept.gloss.as_str(), concept.cues.len()), ("Qatar", 2));
    }
}
