//! The article as ingested: its unified text, its tokens, and where each was in the decoded text.
//!
//! Invariant: tokens are runs of non-white-space characters of the decoded text, in order, none dropped or joined; white space ends one,
//! and so does a full stop glued to the next sentence (`أمس.وقال`). [`Token::source`] slices the decoded text, and no later stage changes
//! it. The unified text is the tokens separated by single spaces, so any run of tokens is one slice of it.
//!
//! Runs of tokens in other languages than Arabic are found here ([`Document::foreign`]), where their letters are still those that were
//! written. They are not unified.
//!
//! The decoded text is UTF-8 whatever the encoding of the file, and only the main text of a web page, so its offsets are not
//! those of the file. A title supplied separately precedes it, as a paragraph (`title + "\n\n" + text`), unless the text
//! begins with the same words.

mod article;
mod article_text;
mod glued_stop;
mod language;
pub mod mojibake;
mod packed;
mod source;
mod tatweel;
mod token;
mod unify;

pub use article::Document;
pub use article_text::ArticleText;
pub use language::foreign_words;
pub use source::{Encoding, Metadata, Neighbours, Origin};
pub use token::{Gap, Token};
pub use unify::unify_token;
