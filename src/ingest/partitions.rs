//! Hive's partition columns: folders named `section=sport`, as engines of tables write them, tarmim among them.

/// Hive's name for the folder of rows without a value.
const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// What the keys of tarmim's own partitions begin with, so that no reader finds two columns of one name.
const OWN_PREFIX: &str = "by_";

/// The columns in the folders of a path; those without a value are left out.
pub(super) fn partition_columns(path: &str) -> Vec<(String, String)> {
    let Some((folders, _)) = path.rsplit_once('/') else { return Vec::new() };
    let column = |folder| partition(folder).filter(|(_, value)| !value.is_empty() && value != NO_VALUE);
    folders.split('/').filter_map(column).collect()
}

/// Whether a folder's name is a partition column.
pub(super) fn is_partition(folder: &str) -> bool {
    partition(folder).is_some()
}

fn partition(folder: &str) -> Option<(String, String)> {
    let (key, value) = folder.split_once('=')?;
    let is_key = key.starts_with(|c: char| c.is_alphabetic() || c == '_') && !key.contains(char::is_whitespace);
    let key = unescaped(key);
    let key = key.strip_prefix(OWN_PREFIX).map(str::to_owned).unwrap_or(key);
    is_key.then(|| (key, unescaped(value)))
}

/// A name with `%XX` resolved; as it is where that gives no UTF-8.
fn unescaped(name: &str) -> String {
    let (bytes, mut plain, mut at) = (name.as_bytes(), Vec::with_capacity(name.len()), 0);
    while at < bytes.len() {
        let hex = name.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            plain.push(byte);
            at += 3;
        } else {
            plain.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(plain).unwrap_or_else(|_| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_columns() {
        for (path, expected, why) in [
            ("section=sport/year=2020/part-0.parquet", vec![("section", "sport"), ("year", "2020")], "Hive's layout"),
            ("section=%D8%B1%D9%8A%D8%A7%D8%B6%D8%A9/a.txt", vec![("section", "رياضة")], "percent-encoded"),
            ("by_section=a%2Fb/x.parquet", vec![("section", "a/b")], "our own"),
            ("section=__HIVE_DEFAULT_PARTITION__/x.parquet", vec![], "null"),
            ("section=/x.parquet", vec![], "empty"),
            ("a=b=c/x.txt", vec![("a", "b=c")], "the first sign counts"),
            ("section=100%/x.txt", vec![("section", "100%")], "no escape"),
            ("section=%FF/x.txt", vec![("section", "%FF")], "no UTF-8"),
            ("x=1.txt", vec![], "a file is no folder"),
            ("1=2/x.txt", vec![], "a number is no name"),
            ("a b=c/x.txt", vec![], "a sentence is no name"),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            assert_eq!(partition_columns(path), expected, "{path}: {why}");
        }
    }
}
