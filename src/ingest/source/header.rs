//! The header of a table: the names of its columns.

use std::collections::BTreeSet;

/// The names of the columns, each different.
///
/// # Errors
/// If there is no name, or one occurs twice.
pub(super) fn checked(mut names: Vec<String>) -> Result<Vec<String>, String> {
    // A second byte order mark, from a file that was converted twice.
    if let Some(first) = names.first_mut()
        && let Some(bare) = first.strip_prefix('\u{feff}')
    {
        *first = bare.to_owned();
    }
    if names.iter().all(|name| name.trim().is_empty()) {
        return Err("no header: the first row has no text; it must name the columns".to_owned());
    }
    let mut seen = BTreeSet::new();
    for (index, name) in names.iter_mut().enumerate() {
        // pandas writes its index as a column without a name, and a separator at the end of the line makes one as well.
        if name.trim().is_empty() {
            *name = format!("column {}", index + 1);
        }
        // Names that differ only in case or spaces count as one when columns are looked up, so they would be ambiguous.
        if !seen.insert(name.trim().to_lowercase()) {
            return Err(format!("the header names {:?} twice; give every column a different name", name.trim()));
        }
    }
    Ok(names)
}
