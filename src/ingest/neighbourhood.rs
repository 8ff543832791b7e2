//! The state of writing and the encoding of the texts around each article, from a first pass over all records that counts letters.
//!
//! A headline of an intact newspaper may lack every letter that stripping deletes, as all stripped headlines do; the rest of its file or
//! folder tells which it is. A headline of one word may read about equally well in two encodings; those of its folder tell. The pass decodes and counts, which takes a small part of the time of repair, and keeps a few numbers for each
//! file of several records and for each folder.
//!
//! Invariant: what is told of an article depends on the input alone, not on threads or batches; and it is part of the record's
//! fingerprint, so that a text that came into new company is done again. To keep that rare, only three states are told, of short texts only.

use std::ops::ControlFlow;

use engine::arabic::is_letter;
use engine::document::{Encoding, Neighbours};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::decode::decode;
use super::detection::EncodingVotes;
use super::inventory::Inventory;
use super::reader::{Ingested, ReadError, read_records};
use super::record::{Body, Record};
use super::settings::IngestSettings;

/// A longer text, in bytes, speaks for itself.
const SHORT_BYTES: usize = 2048;
/// Fewest words that tell about their place.
const FEWEST_WORDS: u64 = 100;
/// Text that is kept has `أ إ آ ى ة` in nearly every third word; soft writing in fewer. Other texts have none, but for strays.
const FOLDABLE_IF_KEPT: f64 = 0.10;
const FOLDABLE_IF_LOST: f64 = 0.01;
/// Text that is stripped has no `ء ئ ؤ`, other text one in about twenty words.
const HAMZAS_IF_KEPT: f64 = 0.004;
/// Probability that a word of kept text has none of the eight letters.
const BARE_IF_KEPT: f64 = 0.68;
/// How many times more words in texts without any of the letters there may be than chance makes, and how many at least.
const MOST_BARE: f64 = 3.0;
const BARE_SLACK: f64 = 40.0;

/// Counts of the words in one place.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Words {
    all: u64,
    foldable: u64,
    hamzas: u64,
    /// Of texts without any of the eight letters.
    bare: u64,
    /// How many of those chance would make if all texts had their letters.
    bare_by_chance: f64,
    encodings: EncodingVotes,
}

/// What the letters tell about each file of several records, and about each folder.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Neighbourhood(FxHashMap<String, Words>);

impl Neighbourhood {
    /// Counts the letters of all records, or of the first `limit`, until `is_over`.
    ///
    /// # Errors
    /// If a file changed since the inventory was taken.
    pub fn survey(
        inventory: &Inventory,
        settings: &IngestSettings,
        limit: Option<usize>,
        is_over: &dyn Fn() -> bool,
    ) -> Result<Self, ReadError> {
        let mut neighbourhood = Self::default();
        let mut left = limit.unwrap_or(usize::MAX);
        read_records(inventory, settings, &mut |ingested, _| {
            if let Ingested::Record(record) = ingested {
                neighbourhood.add(&record, settings);
                left -= 1;
            }
            if left > 0 && !is_over() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(neighbourhood)
    }

    /// Adds what a record tells about the texts around it.
    pub(super) fn add(&mut self, record: &Record, settings: &IngestSettings) {
        let words = match &record.body {
            Body::Decoded(_) => count(record.fields.text.as_deref().unwrap_or_default()),
            // Of a page its markup, too, in which there is no Arabic; what cannot be decoded will be a reject.
            Body::Text(bytes) | Body::Html(bytes) => match decode(bytes, settings.encoding.0) {
                Ok((text, _)) => Words { encodings: EncodingVotes::of(bytes), ..count(&text) },
                Err(_) => return,
            },
        };
        for place in places_of(record) {
            self.0.entry(place.to_owned()).or_default().add(words);
        }
    }

    /// Adds what was counted elsewhere.
    #[expect(clippy::iter_over_hash_type, reason = "each place has a sum of its own")]
    pub(super) fn merge(&mut self, other: Self) {
        for (place, words) in other.0 {
            self.0.entry(place).or_default().add(words);
        }
    }

    /// Tells a record what is known about the texts around it: of the nearest place that tells anything.
    pub fn tell(&self, record: &mut Record) {
        record.neighbours = self.state_around(record);
        record.likely_encoding = self.encoding_around(record);
    }

    /// Tells a record what is known about those of the same file, whatever its own path is.
    pub(super) fn tell_of_file(&self, record: &mut Record, file: &str) {
        record.neighbours = self.state_in(record, places(file, true));
    }

    fn encoding_around(&self, record: &Record) -> Option<Encoding> {
        let Body::Text(bytes) = &record.body else { return None };
        if bytes.len() > SHORT_BYTES || std::str::from_utf8(bytes).is_ok() {
            return None;
        }
        places_of(record).filter_map(|place| self.0.get(place)).find_map(|words| words.encodings.winner())
    }

    fn state_around(&self, record: &Record) -> Neighbours {
        self.state_in(record, places_of(record))
    }

    /// The state of the texts in the first of some places that tells one.
    fn state_in<'p>(&self, record: &Record, mut places: impl Iterator<Item = &'p str>) -> Neighbours {
        if record.len() > SHORT_BYTES {
            return Neighbours::Unknown;
        }
        let known = places.find_map(|place| self.0.get(place).filter(|words| words.all >= FEWEST_WORDS));
        known.map_or(Neighbours::Unknown, Words::state)
    }
}

/// The places of a record, the nearest first: its file if that holds several, and its folders; an archive is one.
fn places_of(record: &Record) -> impl Iterator<Item = &str> {
    places(&record.origin.source_path, record.origin.record.is_some())
}

fn places(path: &str, holds_several: bool) -> impl Iterator<Item = &str> {
    let file = holds_several.then_some(path);
    let folders = std::iter::successors(Some(path), |path| match path.rsplit_once('/') {
        Some((folder, _)) => Some(folder),
        None => (!path.is_empty()).then_some(""),
    });
    file.into_iter().chain(folders.skip(1))
}

fn count(text: &str) -> Words {
    let mut words = Words::default();
    for word in text.split(|c| !is_letter(c)).filter(|word| !word.is_empty()) {
        words.all += 1;
        if word.contains(['أ', 'إ', 'آ', 'ى', 'ة']) {
            words.foldable += 1;
        } else if word.contains(['ء', 'ئ', 'ؤ']) {
            words.hamzas += 1;
        }
    }
    if words.foldable + words.hamzas == 0 {
        words.bare = words.all;
    }
    words.bare_by_chance = as_number(words.all) * chance(words.all);
    words
}

/// The probability that so many words of kept text have none of the letters, by multiplication: equal on every machine.
fn chance(words: u64) -> f64 {
    /// Beyond that many it is nothing.
    const MOST: u64 = 100;
    (0..words.min(MOST)).fold(1.0, |chance, _| chance * BARE_IF_KEPT)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn as_number(count: u64) -> f64 {
    count as f64
}

impl Words {
    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.foldable += other.foldable;
        self.hamzas += other.hamzas;
        self.bare += other.bare;
        self.bare_by_chance += other.bare_by_chance;
        self.encodings.add(other.encodings);
    }

    fn state(&self) -> Neighbours {
        let share = |count: u64| as_number(count) / as_number(self.all);
        if share(self.foldable) >= FOLDABLE_IF_KEPT {
            let is_of_one_kind =
                as_number(self.bare) <= self.bare_by_chance * MOST_BARE + BARE_SLACK.min(as_number(self.all) / 5.0);
            return if is_of_one_kind { Neighbours::Kept } else { Neighbours::Unknown };
        }
        match share(self.foldable) < FOLDABLE_IF_LOST {
            true if share(self.hamzas) >= HAMZAS_IF_KEPT => Neighbours::Normalised,
            true => Neighbours::Stripped,
            false => Neighbours::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::document::Origin;

    use super::*;
    use crate::ingest::ArticleFields;

    const KEPT: &str = "أعلنت الحكومة عن الخطة الجديدة لدعم الأسر المحتاجة في القرى النائية";
    const STRIPPED: &str = "علنت الحكوم عن الخط الجديد لدعم السر المحتاج في القر الناي";
    const NORMALISED: &str = "اعلنت الحكومه عن الخطه الجديده لدعم الاسر المحتاجه في القري النائيه";
    const BARE: &str = "باحث فرنسي من نسل النبي محمد";

    fn record(path: &str, key: Option<&str>, text: &str) -> Record {
        let origin = Origin { source_path: path.to_owned(), record: key.map(str::to_owned) };
        Record {
            origin,
            byte_offset: None,
            body: Body::Decoded(Encoding::Utf8),
            fields: ArticleFields::of_text(text.to_owned()),
            path: Box::default(),
            page_order: None,
            neighbours: Neighbours::Unknown,
            likely_encoding: None,
        }
    }

    fn around(texts: &[(&str, &str, usize)], path: &str) -> Neighbours {
        let mut neighbourhood = Neighbourhood::default();
        for (path, text, times) in texts {
            for _ in 0..*times {
                neighbourhood.add(&record(path, Some("k"), text), &IngestSettings::default());
            }
        }
        neighbourhood.state_around(&record(path, Some("k"), BARE))
    }

    #[test]
    fn a_file_tells_before_its_folder_and_that_before_the_rest() {
        for (texts, path, expected, why) in [
            (vec![("a/x.jsonl", KEPT, 12), ("a/x.jsonl", BARE, 3)], "a/x.jsonl", Neighbours::Kept, "its file"),
            (
                vec![("a/x.jsonl", STRIPPED, 12), ("a/y.jsonl", KEPT, 12)],
                "a/x.jsonl",
                Neighbours::Stripped,
                "its file first",
            ),
            (vec![("a/x.jsonl", NORMALISED, 12)], "a/x.jsonl", Neighbours::Normalised, "hamzas, and nothing else"),
            (vec![("a/x.jsonl", KEPT, 12)], "a/y.jsonl", Neighbours::Kept, "its folder"),
            (vec![("a/x.jsonl", KEPT, 12)], "b/c/y.jsonl", Neighbours::Kept, "the whole input"),
            (vec![("a/x.jsonl", KEPT, 2)], "a/x.jsonl", Neighbours::Unknown, "too few words"),
            (vec![("a/x.jsonl", KEPT, 12), ("a/x.jsonl", STRIPPED, 12)], "a/x.jsonl", Neighbours::Unknown, "two kinds"),
            (vec![("a/x.jsonl", KEPT, 12), ("a/x.jsonl", BARE, 60)], "a/x.jsonl", Neighbours::Unknown, "too many without"),
        ] {
            assert_eq!(around(&texts, path), expected, "{why}");
        }
    }

    #[test]
    fn a_long_text_is_asked_for_itself() {
        let mut neighbourhood = Neighbourhood::default();
        let long = record("a.txt", None, &KEPT.repeat(40));
        neighbourhood.add(&long, &IngestSettings::default());
        assert_eq!(neighbourhood.state_around(&long), Neighbours::Unknown);
        assert_eq!(neighbourhood.state_around(&record("b.txt", None, BARE)), Neighbours::Kept);
    }
}
