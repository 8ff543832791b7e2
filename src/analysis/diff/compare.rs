//! One article in two builds: what became of it and of each of its sentences.
//!
//! Invariant: every sentence of either side is in at most one change; those of which only confidences differ are counted
//! and not listed, since another model moves nearly all of them. An article's words are compared as one run, wherever it is
//! cut: a sentence that ends elsewhere makes other cuts, not another text.

use serde::Serialize;

use super::articles::ChangedArticle;
use super::pairing::{Pair, pair_sentences};
use super::sentences::Sentences;

/// What became of an article or a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the later build has it.
    Added,
    /// Only the earlier build has it.
    Removed,
    /// Both have it, and it is not the same.
    Edited,
}

impl Change {
    /// As it is written in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Edited => "edited",
        }
    }
}

/// An article that was added, removed or edited.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArticleChange {
    /// What became of it.
    pub change: Change,
    /// Its id.
    pub article_id: String,
    /// Its source.
    pub source_path: String,
    /// Of an edited one, what differs: content, text, cuts, keywords, keyphrases, metadata, or of its sentences kind, `number_gaps`.
    pub what: Vec<&'static str>,
    /// Metadata columns that differ.
    pub metadata: Vec<String>,
    /// Sentences that were added.
    pub sentences_added: usize,
    /// Sentences that were removed.
    pub sentences_removed: usize,
    /// Sentences that were edited.
    pub sentences_edited: usize,
    /// The repaired text in the earlier build, where it differs.
    #[serde(skip)]
    pub before: Option<String>,
    /// The repaired text in the later build, where it differs.
    #[serde(skip)]
    pub after: Option<String>,
}

/// One side of a sentence that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// Its id.
    pub sentence_id: String,
    /// Its place in the article, from 0.
    pub sentence_index: i32,
    /// Its repaired text.
    pub text: String,
    /// Its tokens as ingested.
    pub raw_text: String,
    /// The concepts found in it.
    pub keyword_ids: Vec<String>,
}

/// A sentence that was added, removed or edited.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SentenceChange {
    /// What became of it.
    pub change: Change,
    /// Its article.
    pub article_id: String,
    /// The article's source.
    pub source_path: String,
    /// Of an edited one, what differs: `raw_text`, `text`, boundaries, keywords, kind, `number_gaps`.
    pub what: Vec<&'static str>,
    /// The sentence in the earlier build.
    pub before: Option<Side>,
    /// The sentence in the later build.
    pub after: Option<Side>,
}

/// What became of an article and its sentences.
pub(super) struct Compared {
    /// None where nothing differs but confidences.
    pub(super) article: Option<ArticleChange>,
    pub(super) sentences: Vec<SentenceChange>,
    /// Sentences of which only confidences differ.
    pub(super) confidence_only: usize,
}

/// Compares an article in two builds.
pub(super) fn compare(article: &ChangedArticle, before: &Sentences, after: &Sentences) -> Compared {
    let (rows_before, rows_after) = (before.of(&article.article_id), after.of(&article.article_id));
    let raw_before: Vec<&str> = rows_before.clone().map(|row| before.raw_text(row)).collect();
    let raw_after: Vec<&str> = rows_after.clone().map(|row| after.raw_text(row)).collect();
    let mut confidence_only = 0;
    let mut sentences = Vec::new();
    for pair in pair_sentences(&raw_before, &raw_after) {
        let left = pair.before.map(|place| rows_before.start + place);
        let right = pair.after.map(|place| rows_after.start + place);
        let (change, what) = match (left, right) {
            (Some(left), Some(right)) => {
                let what = edited_columns(pair, (before, left), (after, right));
                if what.is_empty() {
                    confidence_only += usize::from(!before.same_confidences(left, after, right));
                    continue;
                }
                (Change::Edited, what)
            }
            (None, _) => (Change::Added, Vec::new()),
            (_, None) => (Change::Removed, Vec::new()),
        };
        sentences.push(SentenceChange {
            change,
            article_id: article.article_id.clone(),
            source_path: article.source_path.clone(),
            what,
            before: left.map(|row| side(before, row)),
            after: right.map(|row| side(after, row)),
        });
    }
    let article = article_change(article, before, after, &sentences);
    Compared { article, sentences, confidence_only }
}

/// What differs in a sentence that both builds have.
fn edited_columns(
    pair: Pair,
    (before, left): (&Sentences, usize),
    (after, right): (&Sentences, usize),
) -> Vec<&'static str> {
    let columns = [
        ("raw_text", before.raw_text(left) != after.raw_text(right)),
        ("text", before.text(left) != after.text(right)),
        ("boundaries", pair.recut),
        ("keywords", !before.same_keywords(left, after, right)),
        ("kind", before.kind(left) != after.kind(right)),
        ("number_gaps", !before.same_gaps(left, after, right)),
    ];
    columns.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}

fn side(sentences: &Sentences, row: usize) -> Side {
    Side {
        sentence_id: sentences.id(row).to_owned(),
        sentence_index: sentences.index(row),
        text: sentences.text(row).to_owned(),
        raw_text: sentences.raw_text(row).to_owned(),
        keyword_ids: sentences.keyword_ids(row),
    }
}

fn article_change(
    article: &ChangedArticle,
    before: &Sentences,
    after: &Sentences,
    sentences: &[SentenceChange],
) -> Option<ArticleChange> {
    let change = match (article.before, article.after) {
        (false, _) => Change::Added,
        (_, false) => Change::Removed,
        _ => Change::Edited,
    };
    let any = |column: &str| sentences.iter().any(|sentence| sentence.what.contains(&column));
    let (words_before, words_after) = (words(before, article), words(after, article));
    let edits = [
        ("content", article.content),
        ("text", words_before != words_after),
        ("cuts", any("boundaries")),
        (
            "keywords",
            article.keywords
                || sentences.iter().any(|sentence| same_tokens(sentence) && sentence.what.contains(&"keywords")),
        ),
        ("keyphrases", article.keyphrases),
        ("metadata", !article.metadata.is_empty()),
        ("kind", any("kind")),
        ("number_gaps", any("number_gaps")),
    ];
    let edited = change == Change::Edited;
    let what: Vec<&str> = edits.into_iter().filter_map(|(name, differs)| (edited && differs).then_some(name)).collect();
    if edited && what.is_empty() && sentences.is_empty() {
        return None;
    }
    let lines = |sentences: &Sentences, has: bool| has.then(|| text_of(sentences, article));
    let (text_before, text_after) = (lines(before, article.before), lines(after, article.after));
    let differ = text_before != text_after;
    let count = |change: Change| sentences.iter().filter(|sentence| sentence.change == change).count();
    Some(ArticleChange {
        change,
        article_id: article.article_id.clone(),
        source_path: article.source_path.clone(),
        what,
        metadata: if edited { article.metadata.clone() } else { Vec::new() },
        sentences_added: count(Change::Added),
        sentences_removed: count(Change::Removed),
        sentences_edited: count(Change::Edited),
        before: text_before.filter(|_| differ),
        after: text_after.filter(|_| differ),
    })
}

fn same_tokens(sentence: &SentenceChange) -> bool {
    !sentence.what.contains(&"raw_text")
}

/// The repaired words of an article, wherever it is cut.
fn words<'s>(sentences: &'s Sentences, article: &ChangedArticle) -> Vec<&'s str> {
    sentences.of(&article.article_id).flat_map(|row| sentences.text(row).split(' ')).collect()
}

/// The repaired text of an article: its sentences, parted by line breaks, as `articles.text` has it.
fn text_of(sentences: &Sentences, article: &ChangedArticle) -> String {
    sentences.of(&article.article_id).map(|row| sentences.text(row)).collect::<Vec<_>>().join("\n")
}
