//! The keys of the records in a file.
//!
//! A record that brings no key gets a hash of its text, so that it keeps its key when records before it come and go. A record that brings
//! the key of an earlier one is another article all the same (tables that were put together begin their numbers again): it gets the
//! hash of its text behind the key. Nothing is lost, and [`RecordKeys::notices`] tells.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

/// The key of a record that brings none: a hash of its text.
pub(super) fn text_name(text: &str) -> String {
    format!("text:{}", &blake3::hash(text.as_bytes()).to_hex()[..16])
}

/// What is put behind a key that an earlier record has: a shorter hash of the text.
pub(super) fn text_tag(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..8].to_owned()
}

/// The keys given so far.
#[derive(Debug, Default)]
pub(super) struct RecordKeys {
    /// How often each key has come up, by a hash of it and its path. Those of one file and its members.
    seen: FxHashMap<u64, u32>,
    /// The paths with keys that came up before: how often, and the first of them.
    repeated: BTreeMap<String, (u64, String)>,
}

impl RecordKeys {
    /// Begins another file. The paths in it are others, so no key of it can have come up.
    pub(super) fn begin_file(&mut self) {
        self.seen.clear();
    }

    /// The key of a record, by the one that it brings.
    pub(super) fn key_of(&mut self, source_path: &str, brought: Option<String>, text: &str) -> String {
        let Some(key) = brought else {
            return self.numbered(source_path, text_name(text));
        };
        if self.times(source_path, &key) == 1 {
            return key;
        }
        let (count, _) = self.repeated.entry(source_path.to_owned()).or_insert_with(|| (0, key.clone()));
        *count += 1;
        self.numbered(source_path, format!("{key}#{}", text_tag(text)))
    }

    /// A key made from a text: of two equal texts, the second is numbered.
    fn numbered(&mut self, source_path: &str, key: String) -> String {
        match self.times(source_path, &key) {
            1 => key,
            times => format!("{key}#{times}"),
        }
    }

    /// How often a key has come up in a file, with this time.
    fn times(&mut self, source_path: &str, key: &str) -> u32 {
        let mut place = blake3::Hasher::new();
        // No path contains a zero, so the two cannot run together.
        place.update(source_path.as_bytes()).update(&[0]).update(key.as_bytes());
        let place = u64::from_le_bytes(place.finalize().as_bytes()[..8].try_into().expect("eight bytes"));
        let times = self.seen.entry(place).or_default();
        *times += 1;
        *times
    }

    /// Which files have keys that are none.
    pub(super) fn notices(&self) -> Vec<String> {
        let notice = |(path, (count, first)): (&String, &(u64, String))| {
            format!(
                "{path}: records with the key of an earlier one: {count} (the first: {first:?}); each is kept, a hash of its text added to \
                 its key. Keys should be unique in a file: name another column in fields.id, or set fields.id = []"
            )
        };
        self.repeated.iter().map(notice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(records: &[(Option<&str>, &str)]) -> (Vec<String>, usize) {
        let mut keys = RecordKeys::default();
        let given = records.iter().map(|(key, text)| keys.key_of("a.csv", key.map(str::to_owned), text)).collect();
        (given, keys.notices().len())
    }

    #[test]
    fn records_without_a_key_are_named_by_their_text() {
        let (given, notices) = keys(&[(None, "a"), (None, "b"), (None, "a")]);
        assert_eq!((given[2].clone(), notices), (format!("{}#2", given[0]), 0));
        assert_ne!(given[0], given[1]);
    }

    #[test]
    fn a_second_record_of_a_key_is_named_by_both() {
        let (given, notices) = keys(&[(Some("0"), "a"), (Some("0"), "b"), (Some("0"), "c"), (Some("0"), "b")]);
        assert_eq!((given[0].as_str(), notices), ("0", 1));
        assert!(given[1].starts_with("0#") && given[1] != given[2]);
        assert_eq!(given[3], format!("{}#2", given[1]));
        let (fewer, _) = keys(&[(Some("0"), "a"), (Some("0"), "c")]);
        assert_eq!(fewer[1], given[2], "its key does not depend on the others between");
    }
}
