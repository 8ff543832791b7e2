//! The names of columns.

/// Whether two names are the same, ignoring case and surrounding white space.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    a == b || a.to_lowercase() == b.to_lowercase()
}
