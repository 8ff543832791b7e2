//! The index of the articles so far, against which each new one is compared.

use super::settings::DuplicateSettings;
use super::signature::{Signature, Sketch, similarity};
use super::tag_table::TagTable;

/// What an article is a copy of; at most one field is set.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Id of the first article with the same words.
    pub duplicate_of: Option<u64>,
    /// Id of the most similar earlier article, and the similarity, rounded to 1e-4.
    pub near_duplicate_of: Option<(u64, f32)>,
}

/// The articles so far, found by their texts and their anchors.
#[derive(Clone, Debug, Default)]
pub struct DuplicateIndex {
    settings: DuplicateSettings,
    articles: Vec<Row>,
    texts: TagTable,
    anchors: TagTable,
}

/// An article so far.
#[derive(Clone, Debug)]
struct Row {
    id: u64,
    text: [u8; 16],
    sketch: Sketch,
}

impl DuplicateIndex {
    /// An empty index.
    #[must_use]
    pub fn new(settings: DuplicateSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Compares an article with all inserted before, and inserts it unless it is an exact duplicate.
    pub fn add(&mut self, article_id: u64, signature: &Signature) -> Verdict {
        let verdict = self.find(signature);
        if verdict.duplicate_of.is_none() {
            self.insert(article_id, signature);
        }
        verdict
    }

    /// Inserts an article. It must not be an exact duplicate of one inserted before, or copies would fill the index.
    pub fn insert(&mut self, article_id: u64, signature: &Signature) {
        if let Some(text) = signature.text_hash() {
            let row = u32::try_from(self.articles.len()).expect("memory ends before 2^32 articles");
            self.articles.push(Row { id: article_id, text, sketch: signature.sketch() });
            self.texts.insert(tag_of(text), row);
            signature.anchors().for_each(|anchor| self.anchors.insert(anchor, row));
        }
    }

    /// Compares an article with all that were inserted.
    #[must_use]
    pub fn find(&self, signature: &Signature) -> Verdict {
        let duplicate_of = signature.text_hash().and_then(|text| self.with_text(text));
        // An exact copy is not searched for further: at most one field of a verdict is set.
        let near_duplicate_of = if duplicate_of.is_none() { self.most_similar(signature) } else { None };
        Verdict { duplicate_of, near_duplicate_of }
    }

    /// Bytes of memory allocated, for reports.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.articles.capacity() * size_of::<Row>() + self.texts.bytes() + self.anchors.bytes()
    }

    fn with_text(&self, text: [u8; 16]) -> Option<u64> {
        let rows = self.texts.rows(tag_of(text)).map(|row| &self.articles[row as usize]);
        // A tag is a quarter of the hash, so different texts can share one: the whole hash decides.
        rows.filter(|row| row.text == text).map(|row| row.id).next()
    }

    fn most_similar(&self, signature: &Signature) -> Option<(u64, f32)> {
        let sketch = signature.sketch();
        let mut candidates: Vec<u32> = signature.anchors().flat_map(|anchor| self.anchors.rows(anchor)).collect();
        // A copy shares up to twelve anchors, and each would bring its row again; `dedup` needs equal rows side by side.
        candidates.sort_unstable();
        candidates.dedup();
        // Of equally similar ones, the lowest row, which is the earliest.
        let best = candidates
            .into_iter()
            .map(|row| (self.articles[row as usize].sketch.agreements(&sketch), std::cmp::Reverse(row)))
            .max();
        best.map(|(agreements, row)| (self.articles[row.0 as usize].id, similarity(agreements)))
            .filter(|(_, similarity)| *similarity >= self.settings.least_similarity)
    }
}

/// The first four bytes of a text hash: enough to find its row, which has the whole hash.
fn tag_of(text: [u8; 16]) -> u32 {
    u32::from_le_bytes([text[0], text[1], text[2], text[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 24 words.
    const STORM: &str = "أعلنت هيئة الأرصاد مساء الأحد أن عاصفة رملية قوية ستضرب سواحل المدينة خلال ساعات الليل، ودعت \
         الصيادين إلى البقاء في الموانئ حتى تهدأ الرياح وتتحسن الرؤية";
    /// The same text, stripped.
    const STRIPPED: &str = "علنت هي الرصاد مسا الاحد ن عاصف رملي قوي \
         ستضرب سواحل المدين خلال ساعات الليل ودعت الصيادين ل البقا \
         في الموان حت تهد الرياح وتتحسن الري";
    const OTHER: &str = "افتتح وزير الثقافة معرض الكتاب السنوي بحضور عدد كبير من الناشرين العرب، وأكد في كلمة قصيرة أن \
         القراءة باب المعرفة وأن الدعم سيستمر كل عام";

    fn of(text: &str) -> Signature {
        Signature::of(text.split_whitespace())
    }

    fn near(id: u64, similarity: f32) -> Verdict {
        Verdict { near_duplicate_of: Some((id, similarity)), ..Verdict::default() }
    }

    fn exact(id: u64) -> Verdict {
        Verdict { duplicate_of: Some(id), ..Verdict::default() }
    }

    #[test]
    fn copies_are_distinguished_from_other_articles() {
        let mut index = DuplicateIndex::new(DuplicateSettings::default());
        for (id, text, expected, why) in [
            (1, STORM.to_owned(), Verdict::default(), "the first is the original"),
            (2, OTHER.to_owned(), Verdict::default(), "another subject"),
            (3, STORM.replace('،', " -"), exact(1), "marks do not count"),
            (4, STRIPPED.to_owned(), near(1, 1.0), "only letters that the damage deletes differ"),
            (5, STRIPPED.to_owned(), exact(4), "the same words as an earlier copy"),
            (6, STORM.replace("أعلنت", "اعلنت"), near(1, 1.0), "spelling counts; of equally similar ones, the earliest"),
            (7, String::new(), Verdict::default(), "an empty text is no copy"),
            (8, "،".to_owned(), Verdict::default(), "not even of another empty one"),
            (
                9,
                STORM.replace("الليل", "الليل 12"),
                near(1, 1.0),
                "numbers count as written; no state of writing keeps them",
            ),
        ] {
            assert_eq!(index.add(id, &of(&text)), expected, "{id}: {why}");
        }
    }

    #[test]
    fn the_most_similar_is_reported() {
        let mut index = DuplicateIndex::new(DuplicateSettings::default());
        let edited = STORM.replace("الصيادين", "الزوار").replace("مساء", "صباح");
        let closer = edited.replace("صباح", "مساء");
        index.add(1, &of(&edited));
        index.add(2, &of(&closer));
        let (id, similarity) = index.add(3, &of(STORM)).near_duplicate_of.expect("two words differ");
        assert_eq!(id, 2);
        assert!((0.8..0.99).contains(&similarity), "{similarity}");
    }

    #[test]
    fn the_threshold_is_respected() {
        let mut index = DuplicateIndex::new(DuplicateSettings { least_similarity: 0.99, ..DuplicateSettings::default() });
        index.add(1, &of(STORM));
        assert_eq!(index.find(&of(&STORM.replace("الصيادين", "الزوار"))), Verdict::default());
        assert_eq!(index.find(&of(STRIPPED)), near(1, 1.0));
    }

    #[test]
    fn short_texts_do_not_collide() {
        let mut index = DuplicateIndex::new(DuplicateSettings::default());
        for (id, text, expected, why) in [
            (1, "دبي - الخليج", Verdict::default(), "the first"),
            (2, "دبي: الخليج", exact(1), "the same words"),
            (3, "دب الخليجي", Verdict::default(), "two words are too few for a comparison by consonants"),
            (4, "توفي اليوم الفنان الكبير سالم عبد الله", Verdict::default(), "a set phrase"),
            (5, "توفي اليوم الفنان الكبير راشد عبد الله", Verdict::default(), "one word of the phrase differs"),
            (6, "توفى اليوم الفنان الكبير سالم عبد اللة", near(4, 1.0), "another spelling of all the words"),
        ] {
            assert_eq!(index.add(id, &of(text)), expected, "{id}: {why}");
        }
    }

    #[test]
    fn copies_do_not_fill_the_index() {
        let mut index = DuplicateIndex::new(DuplicateSettings::default());
        let signature = of(STORM);
        index.add(0, &signature);
        let bytes = index.bytes();
        assert!((1..10_000).all(|id| index.add(id, &signature) == exact(0)));
        assert_eq!(index.bytes(), bytes);
    }
}
