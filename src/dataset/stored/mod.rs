//! A build read back: rows by column, and articles with their sentences and keyword hits.

mod ahead;
mod articles;
mod rows;
mod sentence;

pub(crate) use articles::{ArticleCursor, Item, each_item};
pub(crate) use rows::{Columns, Rows};
pub(crate) use sentence::{StoredArticle, StoredHit, StoredSentence, StoredToken, day};
