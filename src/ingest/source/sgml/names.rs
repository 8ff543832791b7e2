//! What the elements of newswires and feeds are called elsewhere.

/// Names of elements in lower case, and of the columns that they are.
const ALIASES: &[(&str, &str)] = &[
    ("docno", "id"),
    ("docid", "id"),
    ("doc_id", "id"),
    ("guid", "id"),
    ("link", "url"),
    ("head", "headline"),
    ("hl", "headline"),
    ("hl1", "headline"),
    ("time", "datetime"),
    ("date_time", "datetime"),
    ("updated", "datetime"),
    ("issued", "datetime"),
    ("created", "datetime"),
    ("cat", "category"),
    ("creator", "author"),
    ("encoded", "content"),
    ("body.content", "text"),
];

/// The name of the column that an element is; `name` is written as in the file, with or without a prefix.
pub(super) fn column_name(name: &str) -> &str {
    let local = name.rsplit(':').next().unwrap_or(name);
    ALIASES.iter().find(|(other, _)| local.eq_ignore_ascii_case(other)).map_or(local, |(_, alias)| alias)
}
