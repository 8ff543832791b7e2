//! The flat tables that are made of lists: `tokens`, and `repairs`, the tokens that were changed or are in doubt.

use std::borrow::Cow;
use std::path::Path;

use super::cell::{Cell, RowEncoder};
use super::files::Files;
use super::place::Place;
use crate::dataset::DatasetError;
use crate::dataset::stored::{Item, StoredArticle, StoredSentence, StoredToken, each_item};

/// A token, and where it stands.
pub(super) struct Row<'t> {
    article: &'t StoredArticle,
    sentence: &'t StoredSentence,
    index: usize,
    token: &'t StoredToken,
}

/// A column: its name, and what it says about a token.
pub(super) type Column = (&'static str, for<'t> fn(&Row<'t>) -> Cell<'t>);

/// A row for each token.
pub(super) const TOKENS: &[Column] = &[
    ("article_id", |at| Cell::text(&at.article.id)),
    ("sentence_id", |at| Cell::text(&at.sentence.id)),
    ("source_path", |at| Cell::text(&at.article.source_path)),
    ("section", |at| Cell::optional(at.article.section.as_deref())),
    ("published", |at| Cell::optional(at.article.published.as_deref())),
    ("sentence_index", |at| Cell::count(at.sentence.index)),
    ("kind", |at| Cell::text(&at.sentence.kind)),
    ("token", |at| Cell::count(at.index)),
    ("raw", |at| Cell::text(&at.token.raw)),
    ("form", |at| Cell::text(&at.token.form)),
    ("confidence", |at| Cell::Decimal(at.token.confidence)),
    ("repaired", |at| Cell::Flag(at.token.is_repaired())),
    ("origin", origin),
    ("mark", |at| Cell::optional(at.token.mark.as_ref().map(|(mark, _)| mark.as_str()))),
    ("number_gap", |at| at.token.gap.map_or(Cell::Empty, Cell::Decimal)),
];

/// A row for each token that was changed or is in doubt.
pub(super) const REPAIRS: &[Column] = &[
    ("article_id", |at| Cell::text(&at.article.id)),
    ("sentence_id", |at| Cell::text(&at.sentence.id)),
    ("source_path", |at| Cell::text(&at.article.source_path)),
    ("section", |at| Cell::optional(at.article.section.as_deref())),
    ("published", |at| Cell::optional(at.article.published.as_deref())),
    ("sentence_index", |at| Cell::count(at.sentence.index)),
    ("token", |at| Cell::count(at.index)),
    ("raw", |at| Cell::text(&at.token.raw)),
    ("repaired", |at| Cell::text(&at.token.form)),
    ("confidence", |at| Cell::Decimal(at.token.confidence)),
    ("changed", |at| Cell::Flag(at.token.is_repaired())),
    ("origin", origin),
    ("alternatives", |at| Cell::Text(Cow::Owned(alternatives(at.token)))),
];

/// Who changed the token; empty if nobody did.
fn origin<'t>(at: &Row<'t>) -> Cell<'t> {
    match at.token {
        token if token.is_by_hand => Cell::text("hand"),
        token if token.is_repaired() => Cell::text("engine"),
        _ => Cell::Empty,
    }
}

/// The other forms with their probabilities, best first.
pub(super) fn alternatives(token: &StoredToken) -> String {
    let shown = token.alternatives.iter().map(|(form, confidence)| format!("{form} {confidence:.4}"));
    shown.collect::<Vec<_>>().join(" | ")
}

/// Writes a row for each token that `is_wanted`.
pub(super) fn write(
    build: &Path,
    columns: &[Column],
    is_wanted: fn(&StoredToken) -> bool,
    files: &mut Files<'_, dyn RowEncoder>,
) -> Result<(), DatasetError> {
    // An article without such a token has no file of its own.
    let mut is_here = false;
    each_item(build, |item| match item {
        Item::Article(_) => {
            is_here = false;
            Ok(())
        }
        Item::Sentence(article, sentence) => {
            for (index, token) in sentence.tokens.iter().enumerate().filter(|(_, token)| is_wanted(token)) {
                if !std::mem::replace(&mut is_here, true) {
                    files.turn_to(&Place::of(article))?;
                }
                let at = Row { article, sentence: &sentence, index, token };
                let cells: Vec<_> = columns.iter().map(|(_, value)| value(&at)).collect();
                files.write(|encoder, out| encoder.row(&cells, out))?;
            }
            Ok(())
        }
    })
}
