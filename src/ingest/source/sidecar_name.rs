//! Which files are sidecars, by their names.

/// Whether a file is a sidecar: a table `metadata.csv` or `metadata.tsv`, or a file that ends in `.json`.
pub(super) fn is_sidecar(source_path: &str) -> bool {
    delimiter(source_path).is_some() || strip_json(source_path).is_some()
}

/// The delimiter of a table of metadata; `None` for every other name.
pub(super) fn delimiter(source_path: &str) -> Option<u8> {
    match source_path.rsplit('/').next() {
        Some("metadata.csv") => Some(b','),
        Some("metadata.tsv") => Some(b'\t'),
        _ => None,
    }
}

/// The path without the ending `.json`; `None` if it has no such ending, or no name before it.
pub(super) fn strip_json(source_path: &str) -> Option<&str> {
    let (stem, ending) = source_path.split_at_checked(source_path.len().checked_sub(".json".len())?)?;
    (ending.eq_ignore_ascii_case(".json") && !stem.is_empty() && !stem.ends_with('/')).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sidecars_are_recognised_by_their_names() {
        for (path, expected) in [
            ("metadata.csv", true),
            ("a.zip!/d/metadata.tsv", true),
            ("x.txt.JSON", true),
            ("my-metadata.csv", false),
            ("x.jsonl", false),
            ("d/.json", false),
        ] {
            assert_eq!(is_sidecar(path), expected, "{path}");
        }
    }
}
