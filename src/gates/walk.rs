//! The walk: articles, sentences and keywords are read side by side, and each row is checked against the invariants of the dataset
//! and counted for the metrics.
//!
//! The tables hold their articles in the same order, so three readers that keep step see an article together with all its rows,
//! while at most three batches of each table are in memory: the one being judged and two read ahead. Of the whole build,
//! only 16 bytes per article are kept: its id and its position.
//! Invariant: a row that is out of step is counted and skipped, so that one fault is not reported as many.

use std::fmt::Write;
use std::path::Path;

use super::columns::{ArticleColumns, KeywordColumns, SentenceColumns};
use super::sentence_text::{SentenceText, tokens_in};
use super::tally::{SentenceCounts, Tally};
use crate::dataset::DatasetError;
use crate::dataset::part_files;
use crate::dataset::stored::{Columns, Rows};
use crate::dataset::table_reader::batches;
use arrow::array::Array;
use engine::tables::{Projection, Table, articles};
use serde::{Deserialize, Serialize};

/// A property that the rows of every build have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Invariant {
    ArticleIds,
    SentenceIds,
    SentenceIndex,
    SentenceCounts,
    SentencesInArticles,
    KeywordsInSentences,
    KeywordTokens,
    TokenCounts,
    RepairedCounts,
    Offsets,
    Tokens,
    Repairs,
    Marks,
    ArticleText,
    Confidences,
}

impl Invariant {
    /// All invariants, each at the index of its discriminant.
    pub(super) const ALL: [Self; 15] = [
        Self::ArticleIds,
        Self::SentenceIds,
        Self::SentenceIndex,
        Self::SentenceCounts,
        Self::SentencesInArticles,
        Self::KeywordsInSentences,
        Self::KeywordTokens,
        Self::TokenCounts,
        Self::RepairedCounts,
        Self::Offsets,
        Self::Tokens,
        Self::Repairs,
        Self::Marks,
        Self::ArticleText,
        Self::Confidences,
    ];
}

/// How often an invariant is violated, and in which row first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Violation {
    pub(super) count: usize,
    pub(super) first: Option<String>,
}

/// The result of a walk.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Walked {
    violations: [Violation; Invariant::ALL.len()],
    /// Rows of each table.
    pub(super) articles: usize,
    pub(super) sentences: usize,
    pub(super) keywords: usize,
    /// The sums from which the metrics follow.
    pub(super) tally: Tally,
}

impl Walked {
    pub(super) fn violation(&self, invariant: Invariant) -> &Violation {
        &self.violations[invariant as usize]
    }

    /// Adds what was found in another part of the build.
    pub(super) fn merge(&mut self, other: Self) {
        for (violation, of_other) in self.violations.iter_mut().zip(other.violations) {
            violation.count += of_other.count;
            violation.first = violation.first.take().or(of_other.first);
        }
        self.articles += other.articles;
        self.sentences += other.sentences;
        self.keywords += other.keywords;
        self.tally.merge(&other.tally);
    }

    pub(super) fn note(&mut self, invariant: Invariant, row: &str) {
        let violation = &mut self.violations[invariant as usize];
        violation.count += 1;
        violation.first.get_or_insert_with(|| row.to_owned());
    }

    fn require(&mut self, holds: bool, invariant: Invariant, row: &str) {
        if !holds {
            self.note(invariant, row);
        }
    }
}

/// Walks through the tables of a build whose sentences were cut at `cap` tokens.
///
/// # Errors
/// If a table cannot be read.
pub(super) fn walk(build_folder: &Path, cap: usize) -> Result<Walked, DatasetError> {
    let mut walked = Walked { tally: Tally::new(cap), ..Walked::default() };
    // All ids are read beforehand: whether a sentence's article is missing or only comes later cannot be seen in passing.
    let positions = ArticlePositions::read(build_folder, &mut walked)?;
    let mut sentences = Rows::<SentenceColumns>::open(build_folder)?;
    let mut walk = Walk {
        positions,
        articles: Rows::open(build_folder)?,
        position: 0,
        keywords: Rows::open(build_folder)?,
        open: OpenArticle::default(),
        group: String::new(),
        is_in_step: false,
        walked,
        id: String::new(),
    };
    while let Some((columns, row)) = sentences.row() {
        walk.sentence(columns, row)?;
        sentences.advance()?;
    }
    walk.finish(&sentences)
}

engine::projection! {
    struct ArticleIds of articles { article_id }
}

/// The position of each article in its table, sorted by id.
struct ArticlePositions(Vec<(u64, u32)>);

impl ArticlePositions {
    /// Reads the ids and checks them: 16 hex digits, all different.
    fn read(build_folder: &Path, walked: &mut Walked) -> Result<Self, DatasetError> {
        let mut positions: Vec<(u64, u32)> = Vec::new();
        for file in part_files(build_folder, Table::Articles)? {
            for batch in batches(&file, ArticleIds::NAMES, SentenceColumns::ROWS)? {
                let batch = batch.map_err(|error| DatasetError::unreadable(&file, error))?;
                let ids = ArticleIds::read(&batch).map_err(|error| DatasetError::unreadable(&file, error))?;
                for id in ids.article_id.iter().flatten() {
                    // A position is a row of the table, so articles whose id is faulty count as well.
                    let position = u32::try_from(walked.articles).unwrap_or(u32::MAX);
                    walked.articles += 1;
                    match number_of(id) {
                        Some(number) => positions.push((number, position)),
                        None => walked.note(Invariant::ArticleIds, id),
                    }
                }
            }
        }
        // Sorted for the binary search in `of`; it also brings equal ids together.
        positions.sort_unstable();
        for twins in positions.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            walked.note(Invariant::ArticleIds, &format!("{:016x}", twins[1].0));
        }
        Ok(Self(positions))
    }

    fn of(&self, id: &str) -> Option<usize> {
        let number = number_of(id)?;
        let at = self.0.partition_point(|(other, _)| *other < number);
        let (found, position) = self.0.get(at)?;
        usize::try_from(*position).ok().filter(|_| *found == number)
    }
}

/// An article's id, 16 hex digits, as a number.
fn number_of(id: &str) -> Option<u64> {
    // Checked by hand: `from_str_radix` would also take capitals and a leading plus, so two ids could be one number.
    let is_hex = id.len() == 16 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_hex.then(|| u64::from_str_radix(id, 16).ok())?
}

/// Sums over the sentences of an article so far.
#[derive(Debug, Default)]
struct OpenArticle {
    tokens_of: Vec<i32>,
    next_index: i32,
    tokens: i64,
    repaired: i64,
    unresolved: i64,
    source_end: i64,
    text: TextSoFar,
    text_punctuated: TextSoFar,
}

/// How far the sentences of an article account for a text of it.
#[derive(Debug, Default)]
struct TextSoFar {
    bytes: usize,
    differs: bool,
}

impl TextSoFar {
    /// Goes on in the text by a sentence, which a line break separates from the one before.
    fn go_on(&mut self, whole: &str, is_first: bool, sentence: &str) {
        let gap = if is_first { "" } else { "\n" };
        // Stripped piece by piece: joining the sentences would build every article's text a second time.
        let here = whole.get(self.bytes..).and_then(|rest| rest.strip_prefix(gap)?.strip_prefix(sentence));
        match here {
            Some(rest) => self.bytes = whole.len() - rest.len(),
            None => self.differs = true,
        }
    }

    fn is(&self, whole: &str) -> bool {
        !self.differs && self.bytes == whole.len()
    }
}

struct Walk {
    positions: ArticlePositions,
    articles: Rows<ArticleColumns>,
    /// The position of the open article, which is the current row of `articles`.
    position: usize,
    keywords: Rows<KeywordColumns>,
    open: OpenArticle,
    /// The article that the last sentence names.
    group: String,
    /// Whether that article is the open one.
    is_in_step: bool,
    walked: Walked,
    /// A buffer for the expected id of a sentence.
    id: String,
}

impl Walk {
    fn sentence(&mut self, columns: &SentenceColumns, row: usize) -> Result<(), DatasetError> {
        // Before any check: a sentence out of step counts for the metrics all the same.
        self.walked.tally.sentence(&SentenceCounts {
            tokens: columns.token_count.value(row).into(),
            repaired: columns.repaired_count.value(row).into(),
            unresolved: columns.unresolved_count.value(row).into(),
            is_body: columns.kind.value(row) == SentenceCounts::BODY,
        });
        let article_id = columns.article_id.value(row);
        if self.group != article_id {
            self.turn_to(article_id)?;
        }
        let id = columns.sentence_id.value(row);
        if !self.is_in_step {
            self.walked.note(Invariant::SentencesInArticles, id);
            return Ok(());
        }
        let index = columns.sentence_index.value(row);
        self.id.clear();
        // Writing to a string cannot fail.
        let _ = write!(self.id, "{article_id}:{index}");
        self.walked.require(id == self.id, Invariant::SentenceIds, id);
        self.walked.require(index == self.open.next_index, Invariant::SentenceIndex, id);
        // From the index that was found, not the one expected, so that one gap is not reported for every later sentence.
        self.open.next_index = index.saturating_add(1);
        self.offsets(columns, row, id);
        self.counts(columns, row, id);
        self.text(columns, row, id);
        Ok(())
    }

    fn offsets(&mut self, columns: &SentenceColumns, row: usize, id: &str) {
        let (start, end) = (columns.source_start.value(row), columns.source_end.value(row));
        self.walked.require(self.open.source_end <= start && start < end, Invariant::Offsets, id);
        // Taken over even if it is wrong, so that one bad range is not reported for all sentences after it.
        self.open.source_end = end;
    }

    fn counts(&mut self, columns: &SentenceColumns, row: usize, id: &str) {
        let tokens = columns.token_count.value(row);
        let (repaired, unresolved) = (columns.repaired_count.value(row), columns.unresolved_count.value(row));
        self.walked.require(i64::from(tokens) == tokens_in(columns.raw_text.value(row)), Invariant::TokenCounts, id);
        let is_counted = usize::try_from(repaired) == Ok(columns.repairs.row(row).len());
        self.walked.require(is_counted && (0..=tokens).contains(&unresolved), Invariant::RepairedCounts, id);
        self.open.tokens += i64::from(tokens);
        self.open.repaired += i64::from(repaired);
        self.open.unresolved += i64::from(unresolved);
        self.open.tokens_of.push(tokens);
    }

    fn text(&mut self, columns: &SentenceColumns, row: usize, id: &str) {
        let (text, punctuated) = (columns.text.value(row), columns.text_punctuated.value(row));
        let raw_text = columns.raw_text.value(row);
        let source =
            SentenceText { raw_text, tokens: &columns.tokens, repairs: &columns.repairs, marks: &columns.marks, row };
        let derived = source.gives(text, punctuated);
        self.walked.require(derived.tokens, Invariant::Tokens, id);
        self.walked.require(derived.text, Invariant::Repairs, id);
        self.walked.require(derived.text_punctuated, Invariant::Marks, id);
        let Some((articles, article)) = self.articles.row() else { return };
        // `counts` has added this sentence already.
        let is_first = self.open.tokens_of.len() == 1;
        self.open.text.go_on(articles.text.value(article), is_first, text);
        self.open.text_punctuated.go_on(articles.text_punctuated.value(article), is_first, punctuated);
    }

    /// Moves to the article that the next sentence names, unless that article is unknown or has been passed.
    fn turn_to(&mut self, article_id: &str) -> Result<(), DatasetError> {
        article_id.clone_into(&mut self.group);
        // The readers only go forward, so an article that has been passed cannot be opened again.
        let position = self.positions.of(article_id).filter(|position| *position >= self.position);
        // Sentences of another, unknown article stood between those of the open one.
        let is_open_again = position == Some(self.position) && !self.open.tokens_of.is_empty();
        self.is_in_step = position.is_some() && !is_open_again;
        match position {
            Some(position) => self.close_before(position),
            None => Ok(()),
        }
    }

    /// Closes the articles before a position.
    fn close_before(&mut self, position: usize) -> Result<(), DatasetError> {
        while self.position < position {
            self.close_article()?;
            self.articles.advance()?;
            self.position += 1;
            self.open = OpenArticle::default();
        }
        Ok(())
    }

    /// Compares the open article with the sums over its sentences, and judges its keyword hits.
    fn close_article(&mut self) -> Result<(), DatasetError> {
        let Some((columns, row)) = self.articles.row() else { return Ok(()) };
        let (id, open) = (columns.article_id.value(row), &self.open);
        let (has_keywords, is_duplicate) = (!columns.keywords.row(row).is_empty(), columns.duplicate_of.is_valid(row));
        self.walked.tally.article(has_keywords, is_duplicate, columns.damage.value(row));
        let is_sum = |sum: i64, count: i32| sum == i64::from(count);
        let has_sentences = usize::try_from(columns.sentence_count.value(row)) == Ok(open.tokens_of.len());
        self.walked.require(has_sentences, Invariant::SentenceCounts, id);
        // With sentences missing, all sums are wrong as well: one fault would be reported as four.
        if has_sentences {
            let has_repaired = is_sum(open.repaired, columns.repaired_count.value(row))
                && is_sum(open.unresolved, columns.unresolved_count.value(row));
            let has_text =
                open.text.is(columns.text.value(row)) && open.text_punctuated.is(columns.text_punctuated.value(row));
            self.walked.require(is_sum(open.tokens, columns.token_count.value(row)), Invariant::TokenCounts, id);
            self.walked.require(has_repaired, Invariant::RepairedCounts, id);
            self.walked.require(has_text, Invariant::ArticleText, id);
        }
        while let Some((keywords, hit)) = self.keywords.row() {
            let article_id = keywords.article_id.value(hit);
            // The hits of later articles wait; those of unknown or earlier ones are judged here, without sentences.
            if article_id != id && self.positions.of(article_id).is_some_and(|position| position > self.position) {
                break;
            }
            judge_keyword(keywords, hit, (article_id == id).then_some(open.tokens_of.as_slice()), &mut self.walked);
            self.keywords.advance()?;
        }
        Ok(())
    }

    fn finish(mut self, sentences: &Rows<SentenceColumns>) -> Result<Walked, DatasetError> {
        // The articles after the last sentence, too: those without any sentence have to be judged and counted.
        self.close_before(self.walked.articles)?;
        while let Some((keywords, hit)) = self.keywords.row() {
            judge_keyword(keywords, hit, None, &mut self.walked);
            self.keywords.advance()?;
        }
        self.walked.sentences = sentences.count;
        self.walked.keywords = self.keywords.count;
        self.walked.tally.keywords(self.keywords.count);
        let odd = [
            (Table::Sentences, sentences.faults),
            (Table::Articles, self.articles.faults),
            (Table::Keywords, self.keywords.faults),
        ];
        for (table, count) in odd {
            // They were counted by batch, so only the table is known, not the row.
            (0..count).for_each(|_| self.walked.note(Invariant::Confidences, table.name()));
        }
        Ok(self.walked)
    }
}

/// Judges a hit; `tokens_of` holds the token counts of its article's sentences, `None` if the article is missing.
fn judge_keyword(columns: &KeywordColumns, row: usize, tokens_of: Option<&[i32]>, walked: &mut Walked) {
    let (id, index) = (columns.sentence_id.value(row), columns.sentence_index.value(row));
    // The sentence's id is taken apart and not looked up: only the token counts of the open article are kept.
    let number = id.strip_prefix(columns.article_id.value(row)).and_then(|rest| rest.strip_prefix(':'));
    let is_named = number.is_some_and(|number| number.parse() == Ok(index));
    let tokens = usize::try_from(index).ok().and_then(|index| tokens_of?.get(index).copied()).filter(|_| is_named);
    let Some(tokens) = tokens else { return walked.note(Invariant::KeywordsInSentences, id) };
    let (start, end) = (columns.token_start.value(row), columns.token_end.value(row));
    walked.require(0 <= start && start < end && end <= tokens, Invariant::KeywordTokens, id);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_id_is_16_hex_digits() {
        assert_eq!(number_of("00000000000000ff"), Some(255));
        for id in ["", "ff", "00000000000000fg", "00000000000000FF", "+0000000000000ff", "00000000000000ff0"] {
            assert_eq!(number_of(id), None, "{id:?}");
        }
    }
}
