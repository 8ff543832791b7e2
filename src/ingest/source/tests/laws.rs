//! Laws: nesting changes no record, damage is noticed, and nothing panics.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::super::{Content, Found};
use super::{gzip, read, tar, told, xz, zip, zstd};

/// What a file can be wrapped in.
#[derive(Clone, Copy, Debug)]
enum Wrapper {
    Gzip,
    Zstd,
    Xz,
    Tar,
    Zip,
}

impl Wrapper {
    fn wrap(self, name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
        match self {
            Self::Gzip => (format!("{name}.gz"), gzip(bytes)),
            Self::Zstd => (format!("{name}.zst"), zstd(bytes)),
            Self::Xz => (format!("{name}.xz"), xz(bytes)),
            Self::Tar => ("a.tar".to_owned(), tar(&[(name, bytes)])),
            Self::Zip => ("a.zip".to_owned(), zip(&[(name, bytes)])),
        }
    }
}

fn wrappers(most: usize) -> impl Strategy<Value = Vec<Wrapper>> {
    let one = prop::sample::select(vec![Wrapper::Gzip, Wrapper::Zstd, Wrapper::Xz, Wrapper::Tar, Wrapper::Zip]);
    prop::collection::vec(one, 0..=most)
}

fn leaf() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    prop_oneof![
        "[ا-ي \n]{0,80}".prop_map(|text| ("a.txt", text.into_bytes())),
        prop::collection::vec("[ا-ي ]{0,9}", 0..20).prop_map(|texts| {
            let lines: Vec<String> = texts.iter().map(|text| format!("{{\"t\":\"{text}\"}}")).collect();
            ("a.jsonl", lines.join("\n").into_bytes())
        }),
        prop::collection::vec("[ا-ي ]{0,9}", 0..20).prop_map(|texts| {
            let items: Vec<String> = texts.iter().map(|text| format!("{{\"t\":[\"{text}\"]}}")).collect();
            ("a.json", format!("[{}]", items.join(",\n")).into_bytes())
        }),
        prop::collection::vec("[ا-ي]{1,9}", 0..20).prop_map(|texts| (
            "a.csv",
            ["t".to_owned()].into_iter().chain(texts).collect::<Vec<_>>().join("\n").into_bytes()
        )),
    ]
}

fn contents(found: Vec<Found>) -> Vec<(Option<String>, Option<u64>, Content)> {
    let records = found.into_iter().filter_map(|found| match found {
        Found::Record(record) => Some((record.place, record.byte_offset, record.content)),
        _ => None,
    });
    records.collect()
}

fn wrapped(wrappers: &[Wrapper], name: &str, bytes: Vec<u8>) -> (String, Vec<u8>) {
    wrappers.iter().fold((name.to_owned(), bytes), |(name, bytes), wrapper| wrapper.wrap(&name, &bytes))
}

fn is_reject(found: &Found) -> bool {
    matches!(found, Found::Reject(_))
}

proptest! {
    #![proptest_config(Config::with_cases(96))]

    #[test]
    fn any_nesting_gives_the_records_of_the_plain_file((name, bytes) in leaf(), wrappers in wrappers(8)) {
        let plain = read(name, &bytes);
        prop_assert!(!plain.iter().any(is_reject));
        let (outer, bytes) = wrapped(&wrappers, name, bytes);
        let found = read(&outer, &bytes);
        prop_assert!(!found.iter().any(is_reject), "{:?}", told(&found));
        prop_assert_eq!(contents(found), contents(plain));
    }

    #[test]
    fn a_file_that_is_cut_is_noticed((name, bytes) in leaf(), wrappers in wrappers(3), cut in 0.0..1.0) {
        prop_assume!(!wrappers.is_empty());
        let (outer, bytes) = wrapped(&wrappers, name, bytes);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in the file")]
        let length = (bytes.len() as f64 * cut) as usize;
        let found = read(&outer, &bytes[..length]);
        // The second half of the end mark of a tar archive, and the zeros after it, can go without loss.
        let is_tail = matches!(wrappers.last(), Some(Wrapper::Tar)) && bytes[length.saturating_sub(512)..].iter().all(|byte| *byte == 0);
        prop_assert!(is_tail || found.iter().any(is_reject), "{} of {}: {:?}", length, bytes.len(), told(&found));
    }

    #[test]
    fn damage_never_panics((name, bytes) in leaf(), wrappers in wrappers(3), hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let (outer, mut bytes) = wrapped(&wrappers, name, bytes);
        prop_assume!(!bytes.is_empty());
        for (place, byte) in hits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        // More than a record a byte cannot come of it.
        prop_assert!(read(&outer, &bytes).len() <= 1 << 16);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), name in prop::sample::select(vec![
        "a.txt", "a.jsonl", "a.csv", "a.tsv", "a.zip", "a.tar", "a.gz", "a.jsonl.zst", "a.csv.xz", "a.tgz",
    ])) {
        prop_assert!(read(name, &bytes).len() <= 600);
    }
}
