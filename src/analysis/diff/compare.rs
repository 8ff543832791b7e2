//! One article in two builds: how it and each of its sentences changed.
//!
//! Invariant: every sentence of either build is in at most one change. Sentences that differ only in confidences are counted and
//! not listed, because a new model moves nearly all of them. An article's words are compared as one sequence, regardless of
//! sentence boundaries: a moved boundary changes the cuts, not the text.

use serde::Serialize;

use super::articles::ChangedArticle;
use super::pairing::{Pair, pair_sentences};
use super::sentences::{Sentence, Side};

/// The change of an article or a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the later build has it.
    Added,
    /// Only the earlier build has it.
    Removed,
    /// Both builds have it, and it differs.
    Edited,
}

impl Change {
    /// Its name in tables.
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
    /// How it changed.
    pub change: Change,
    /// Its id.
    pub article_id: String,
    /// The path of its source.
    pub source_path: String,
    /// What differs in an edited article: content, text, cuts, keywords, keyphrases, metadata; or kind, `number_gaps`, marks
    /// of sentences.
    pub what: Vec<&'static str>,
    /// Metadata columns that differ.
    pub metadata: Vec<String>,
    /// Number of sentences added.
    pub sentences_added: usize,
    /// Number of sentences removed.
    pub sentences_removed: usize,
    /// Number of sentences edited.
    pub sentences_edited: usize,
    /// The repaired text in the earlier build, if it differs.
    #[serde(skip)]
    pub before: Option<String>,
    /// The repaired text in the later build, if it differs.
    #[serde(skip)]
    pub after: Option<String>,
}

/// A sentence that was added, removed or edited.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SentenceChange {
    /// How it changed.
    pub change: Change,
    /// Its article.
    pub article_id: String,
    /// The path of the article's source.
    pub source_path: String,
    /// What differs in an edited sentence: `raw_text`, `text`, boundaries, keywords, kind, `number_gaps`, marks.
    pub what: Vec<&'static str>,
    /// The sentence in the earlier build.
    pub before: Option<Side>,
    /// The sentence in the later build.
    pub after: Option<Side>,
}

/// The changes of an article and its sentences.
pub(super) struct Compared {
    /// `None` if nothing but confidences differs.
    pub(super) article: Option<ArticleChange>,
    pub(super) sentences: Vec<SentenceChange>,
    /// Number of sentences that differ only in confidences.
    pub(super) confidence_only: usize,
}

/// Compares an article in two builds.
pub(super) fn compare(article: &ChangedArticle, before: &[Sentence], after: &[Sentence]) -> Compared {
    let mut confidence_only = 0;
    let mut sentences = Vec::new();
    for pair in pair_sentences(&raw_texts(before), &raw_texts(after)) {
        let (left, right) = (pair.before.map(|at| &before[at]), pair.after.map(|at| &after[at]));
        let (change, what) = match (left, right) {
            (Some(left), Some(right)) => {
                let what = edited_columns(pair, left, right);
                if what.is_empty() {
                    confidence_only += usize::from(left.confidences != right.confidences);
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
            before: left.map(|sentence| sentence.side.clone()),
            after: right.map(|sentence| sentence.side.clone()),
        });
    }
    let article = article_change(article, before, after, &sentences);
    Compared { article, sentences, confidence_only }
}

fn raw_texts(sentences: &[Sentence]) -> Vec<&str> {
    sentences.iter().map(|sentence| sentence.side.raw_text.as_str()).collect()
}

/// What differs in a sentence that both builds have.
fn edited_columns(pair: Pair, before: &Sentence, after: &Sentence) -> Vec<&'static str> {
    let columns = [
        ("raw_text", before.side.raw_text != after.side.raw_text),
        ("text", before.side.text != after.side.text),
        ("boundaries", pair.recut),
        ("keywords", before.side.keyword_ids != after.side.keyword_ids),
        ("kind", before.kind != after.kind),
        ("number_gaps", before.gaps != after.gaps),
        ("marks", before.marks != after.marks),
    ];
    columns.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}

fn article_change(
    article: &ChangedArticle,
    before: &[Sentence],
    after: &[Sentence],
    sentences: &[SentenceChange],
) -> Option<ArticleChange> {
    let change = match (article.before, article.after) {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        _ => Change::Edited,
    };
    let is_edited = change == Change::Edited;
    let (what, metadata) = match change {
        Change::Edited => (edited_parts(article, before, after, sentences), article.metadata()),
        Change::Added | Change::Removed => (Vec::new(), Vec::new()),
    };
    // Its fingerprints differ, but only in confidences.
    if is_edited && what.is_empty() && sentences.is_empty() {
        return None;
    }
    let (text_before, text_after) = (article.before.map(|_| text_of(before)), article.after.map(|_| text_of(after)));
    let differ = text_before != text_after;
    let count = |change: Change| sentences.iter().filter(|sentence| sentence.change == change).count();
    Some(ArticleChange {
        change,
        article_id: article.article_id.clone(),
        source_path: article.source_path.clone(),
        what,
        metadata,
        sentences_added: count(Change::Added),
        sentences_removed: count(Change::Removed),
        sentences_edited: count(Change::Edited),
        before: text_before.filter(|_| differ),
        after: text_after.filter(|_| differ),
    })
}

/// What differs in an article that both builds have.
fn edited_parts(
    article: &ChangedArticle,
    before: &[Sentence],
    after: &[Sentence],
    sentences: &[SentenceChange],
) -> Vec<&'static str> {
    let any = |column: &str| sentences.iter().any(|sentence| sentence.what.contains(&column));
    // Other words bring other keywords; only a sentence that kept its words shows that tagging itself differs.
    let retagged = sentences.iter().any(|one| one.what.contains(&"keywords") && !one.what.contains(&"raw_text"));
    let parts = [
        ("content", article.differs_in("content_hash")),
        ("text", !words(before).eq(words(after))),
        ("cuts", any("boundaries")),
        ("keywords", retagged || article.differs_in("keywords")),
        ("keyphrases", article.differs_in("keyphrases")),
        ("metadata", !article.metadata().is_empty()),
        ("kind", any("kind")),
        ("number_gaps", any("number_gaps")),
        ("marks", any("marks")),
    ];
    parts.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}

/// The repaired words of an article, wherever it is cut.
fn words(sentences: &[Sentence]) -> impl Iterator<Item = &str> {
    sentences.iter().flat_map(|sentence| sentence.side.text.split(' '))
}

/// The repaired text of an article: its sentences, separated by line breaks, as in `articles.text`.
fn text_of(sentences: &[Sentence]) -> String {
    sentences.iter().map(|sentence| sentence.side.text.as_str()).collect::<Vec<_>>().join("\n")
}
