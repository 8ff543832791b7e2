//! Vocabularies in CSV: the columns `id,label,category,variants`, and optionally `gloss`, `broader`, `kind` and `cues`.
//!
//! `variants`, `broader` (ids) and `cues` are lists separated by `;` or `|`; `kind` is empty or `name`. Invariant: every faulty row is
//! reported with its line; reading never stops at the first.

use serde::Deserialize;

use super::entry::{Entry, Report};
use crate::csv_table::{Columns, CsvTable};

const COLUMNS: Columns = Columns {
    all: &["id", "label", "category", "variants", "gloss", "broader", "kind", "cues"],
    required: &["id", "label", "category", "variants"],
};

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
    let table = match CsvTable::open(bytes, COLUMNS) {
        Ok(table) => table,
        Err(faults) => {
            for fault in faults {
                report.fault(1, fault);
            }
            return Vec::new();
        }
    };
    let mut entries = Vec::new();
    table.each(|line, row| match row {
        Ok(row) => {
            report.count_concepts(1);
            entries.extend(entry(row, line, report));
        }
        Err(error) => report.fault(line, error),
    });
    entries
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
