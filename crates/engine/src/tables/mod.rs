//! The dataset's tables: schemas, rows and record batches.

mod columns;
mod rows;
pub mod schema;

pub use columns::{TableRow, batch_of};
pub use rows::{ArticleRow, ArticleRows, KeywordRow, Reject, SentenceRow, TokenCounts};
pub use schema::Table;
