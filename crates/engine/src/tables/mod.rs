//! The dataset's tables: rows, their columns, and Arrow record batches of them.
//!
//! A file declares each table: its columns with their meaning, and how a row is made. [`record`] holds what a declaration
//! expands to, [`cell`] which Rust type fills which Arrow column.

mod article_rows;
pub mod articles;
mod cell;
pub mod keywords;
mod long_article;
mod record;
pub mod rejects;
pub mod schema;
pub mod sentences;
mod table;
mod tokens;

pub use article_rows::ArticleRows;
pub use articles::ArticleRow;
pub use cell::{Cell, Column, ColumnError, Lists};
pub use keywords::KeywordRow;
pub use long_article::LongArticle;
pub use record::{Projection, Record, RecordBatch, TableRow};
pub use rejects::Reject;
pub use sentences::SentenceRow;
pub use table::Table;
pub use tokens::{SentenceTokens, Token, TokenColumns};
