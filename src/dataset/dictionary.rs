//! The data dictionary: every table and column with its type, meaning and unit, as a page for people.
//!
//! Invariant: the page is generated from the schema that the files are written with, so the two cannot disagree.

use std::fmt::Write;

use arrow::datatypes::{DataType, Field};

use super::description::columns::type_name;
use engine::tables::Table;
use engine::tables::schema::SCHEMA_VERSION;

/// The page, in Markdown.
#[must_use]
pub fn data_dictionary() -> String {
    let mut page = format!(
        "# Data dictionary\n\nThe tables of a build, schema version {SCHEMA_VERSION}. The same descriptions are in the metadata of \
         the Parquet columns.\nThis page is generated: `tarmim dictionary` prints it.\n"
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

/// A line for a column, and one for each field of the structs in it.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_repository_is_up_to_date() {
        let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/data-dictionary.md"));
        assert_eq!(page, data_dictionary(), "generate it again: tarmim dictionary > docs/data-dictionary.md");
    }
}
