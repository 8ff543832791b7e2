//! The article as ingested: its unified text, its tokens, and where each stood in the source.
//!
//! Invariant: tokens are maximal runs of non-white-space characters of the decoded source, in order, none added, dropped
//! or joined; [`Token::source`] slices the decoded source and is never rewritten by a later stage. The unified text is the
//! tokens parted by single spaces, so any run of tokens is one slice of it.

use std::ops::Range;

use serde::Serialize;

use super::unify::unify_token;
use crate::arabic::is_space;

/// How the bytes of a source were read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, little-endian.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, big-endian.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Windows code page 1256 (Arabic).
    #[serde(rename = "windows-1256")]
    Windows1256,
}

impl Encoding {
    /// The name that tables and configuration use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1256 => "windows-1256",
        }
    }
}

/// What stands between a token and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// White space within a line.
    Space,
    /// One line break.
    Line,
    /// A blank line, a form feed or a paragraph separator.
    Paragraph,
}

/// A maximal run of non-white-space characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Bytes in the decoded source, before unification.
    pub source: Range<usize>,
    /// Bytes in [`Document::text`].
    text: Range<usize>,
    /// What follows it.
    pub gap: Gap,
}

/// What a source says of an article besides its text; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The headline, where the source gives it apart from the text.
    pub title: Option<String>,
    /// The section of the newspaper.
    pub section: Option<String>,
    /// Who wrote it.
    pub byline: Option<String>,
}

/// An article as ingested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// 16 hex digits, stable while the source stays where it is.
    pub article_id: String,
    /// Relative to the input root, with `/`.
    pub source_path: String,
    /// How the source was read.
    pub encoding: Encoding,
    /// What the source says besides.
    pub metadata: Metadata,
    text: String,
    tokens: Vec<Token>,
}

impl Document {
    /// An article from the decoded text of one source.
    #[must_use]
    pub fn new(source_path: &str, encoding: Encoding, metadata: Metadata, decoded: &str) -> Self {
        let (text, tokens) = tokenise(decoded);
        Self {
            article_id: article_id(source_path, ""),
            source_path: source_path.to_owned(),
            encoding,
            metadata,
            text,
            tokens,
        }
    }

    /// An article that was given as text, not as a file.
    #[must_use]
    pub fn from_text(name: &str, decoded: &str) -> Self {
        Self::new(name, Encoding::Utf8, Metadata::default(), decoded)
    }

    /// The unified text: the tokens, parted by single spaces.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tokens, in order.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The unified text of one token.
    #[must_use]
    pub fn token_text(&self, token: usize) -> &str {
        &self.text[self.tokens[token].text.clone()]
    }

    /// The unified text of a run of tokens, parted by single spaces.
    #[must_use]
    pub fn span_text(&self, tokens: Range<usize>) -> &str {
        if tokens.is_empty() {
            return "";
        }
        &self.text[self.tokens[tokens.start].text.start..self.tokens[tokens.end - 1].text.end]
    }

    /// The bytes of the decoded source from the first to the last of a run of tokens; the run is not empty.
    #[must_use]
    pub fn span_source(&self, tokens: Range<usize>) -> Range<usize> {
        self.tokens[tokens.start].source.start..self.tokens[tokens.end - 1].source.end
    }

    /// 32 hex digits of a hash of the unified text.
    #[must_use]
    pub fn content_hash(&self) -> String {
        blake3::hash(self.text.as_bytes()).to_hex()[..32].to_owned()
    }
}

/// 16 hex digits of a hash of a source's path and a record's key in it (empty where the file is one article).
#[must_use]
pub fn article_id(source_path: &str, record: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(source_path.as_bytes()).update(&[0]).update(record.as_bytes());
    hasher.finalize().to_hex()[..16].to_owned()
}

fn tokenise(decoded: &str) -> (String, Vec<Token>) {
    let mut text = String::with_capacity(decoded.len());
    let mut tokens: Vec<Token> = Vec::with_capacity(decoded.len() / 10);
    let mut rest = decoded;
    loop {
        let Some(space) = rest.find(|c| !is_space(c)) else { return (text, tokens) };
        if let Some(last) = tokens.last_mut() {
            last.gap = gap_of(&rest[..space]);
        }
        rest = &rest[space..];
        let length = rest.find(is_space).unwrap_or(rest.len());
        let start = decoded.len() - rest.len();
        if !text.is_empty() {
            text.push(' ');
        }
        let from = text.len();
        unify_token(&rest[..length], &mut text);
        tokens.push(Token { source: start..start + length, text: from..text.len(), gap: Gap::Paragraph });
        rest = &rest[length..];
    }
}

fn gap_of(space: &str) -> Gap {
    let paragraph = |c: char| matches!(c, '\u{c}' | '\u{2029}');
    let breaks = space.chars().filter(|c| matches!(c, '\n' | '\u{b}' | '\u{85}' | '\u{2028}')).count();
    let returns = space.matches('\r').count() - space.matches("\r\n").count();
    match breaks + returns {
        _ if space.contains(paragraph) => Gap::Paragraph,
        0 => Gap::Space,
        1 => Gap::Line,
        _ => Gap::Paragraph,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gaps_tell_lines_from_paragraphs() {
        let document = Document::from_text("t", "ا ب\r\nج\r\rد\u{2029}ه\u{1c}و");
        let gaps: Vec<Gap> = document.tokens().iter().map(|t| t.gap).collect();
        assert_eq!(gaps, [Gap::Space, Gap::Line, Gap::Paragraph, Gap::Paragraph, Gap::Space, Gap::Paragraph]);
    }

    proptest! {
        #[test]
        fn tokens_cover_the_source_and_nothing_else(source in "[ابجد\\.ﻻﷺ\u{200c}\u{640} \t\r\n\u{1e}ـ1]{0,40}") {
            let document = Document::from_text("t", &source);
            let expected: Vec<&str> = source.split(is_space).filter(|t| !t.is_empty()).collect();
            let sliced: Vec<&str> = document.tokens().iter().map(|t| &source[t.source.clone()]).collect();
            prop_assert_eq!(&sliced, &expected);
            let resplit: Vec<&str> = document.text().split(is_space).collect();
            prop_assert_eq!(resplit.len().max(1), expected.len().max(1));
            for (index, token) in resplit.iter().enumerate().take(expected.len()) {
                prop_assert_eq!(*token, document.token_text(index));
                prop_assert!(!token.is_empty());
            }
        }
    }
}
