//! Which files are sidecars, by their names.

use super::formats::uncompressed;

/// A table of metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetadataTable {
    /// CSV or TSV, with the separator that its name promises.
    Rows(u8),
    /// A spreadsheet.
    Spreadsheet,
}

/// The kind of a table of metadata, by its name: `metadata.csv`, `metadata.xlsx`; `None` for every other name.
pub(super) fn metadata_table(source_path: &str) -> Option<MetadataTable> {
    let name = uncompressed(source_path).rsplit('/').next()?.to_ascii_lowercase();
    match name.strip_prefix("metadata.")? {
        "csv" => Some(MetadataTable::Rows(b',')),
        "tsv" => Some(MetadataTable::Rows(b'\t')),
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Some(MetadataTable::Spreadsheet),
        _ => None,
    }
}

/// The path without the ending `.json` and those of compressions; `None` if it has no such ending, or no name before it.
pub(super) fn strip_json(source_path: &str) -> Option<&str> {
    let path = uncompressed(source_path);
    let (stem, ending) = path.split_at_checked(path.len().checked_sub(".json".len())?)?;
    (ending.eq_ignore_ascii_case(".json") && !stem.is_empty() && !stem.ends_with('/')).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sidecars_are_recognised_by_their_names() {
        for (path, table, stem) in [
            ("metadata.csv", Some(MetadataTable::Rows(b',')), None),
            ("a.zip!/d/Metadata.tsv.gz", Some(MetadataTable::Rows(b'\t')), None),
            ("metadata.xlsx", Some(MetadataTable::Spreadsheet), None),
            ("x.txt.JSON", None, Some("x.txt")),
            ("x.html.json.gz", None, Some("x.html")),
            ("my-metadata.csv", None, None),
            ("x.jsonl", None, None),
            ("d/.json", None, None),
        ] {
            assert_eq!((metadata_table(path), strip_json(path)), (table, stem), "{path}");
        }
    }
}
