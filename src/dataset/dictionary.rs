//! The data dictionary: every table and column with its type, meaning and unit, as a page for people.
//!
//! Invariant: the page is made of the schema that the files are written with, so it cannot say anything else.

use std::fmt::Write;

use arrow::datatypes::{DataType, Field};

use engine::tables::schema::{SCHEMA_VERSION, Table};

/// The page, in Markdown.
#[must_use]
pub fn data_dictionary() -> String {
    let mut page = format!(
        "# Data dictionary\n\nThe tables of a build, schema version {SCHEMA_VERSION}. The same text stands in the metadata of each Parquet \
         column.\nThis page is what `tarmim dictionary` prints.\n"
    );
    for table in Table::ALL {
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## {}\n\n{}; {}.\n\n", table.name(), table.rows(), table.order());
        page.push_str("| column | type | unit | null | meaning |\n| --- | --- | --- | --- | --- |\n");
        for field in table.schema().fields() {
            write_field(&mut page, field.name(), field);
        }
    }
    page
}

/// One line for a column, and one for each field of the structs in it.
fn write_field(page: &mut String, name: &str, field: &Field) {
    let metadata = |key: &str| field.metadata().get(key).map_or("", String::as_str);
    let null = if field.is_nullable() { "yes" } else { "" };
    let (kind, meaning) = (type_name(field.data_type()), metadata("description"));
    let _ = writeln!(page, "| `{name}` | {kind} | {} | {null} | {meaning} |", metadata("unit"));
    if let DataType::List(item) = field.data_type()
        && let DataType::Struct(fields) = item.data_type()
    {
        for inner in fields {
            write_field(page, &format!("{name}.{}", inner.name()), inner);
        }
    }
}

pub(super) fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 => "text".to_owned(),
        DataType::List(item) => format!("list of {}", type_name(item.data_type())),
        DataType::Struct(_) => "struct".to_owned(),
        other => other.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_repository_is_that_of_the_schema() {
        let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/data-dictionary.md"));
        assert_eq!(page, data_dictionary(), "write it anew: tarmim dictionary > docs/data-dictionary.md");
    }

    #[test]
    fn every_column_has_a_meaning_and_every_number_a_unit() {
        let page = data_dictionary();
        for line in page.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            assert!(!cells[5].is_empty(), "{line}");
            let is_number = ["int32", "int64", "float32"].contains(&cells[2]);
            assert!(!is_number || !cells[3].is_empty(), "{line}");
        }
    }
}
