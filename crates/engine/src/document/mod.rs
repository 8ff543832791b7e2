//! The article as ingested: its unified text, its tokens, and where each stood in the decoded text.
//!
//! Invariant: tokens are maximal runs of non-white-space characters of the decoded text, in order, none added, dropped or
//! joined; [`Token::source`] slices the decoded text and is never rewritten by a later stage. The unified text is the
//! tokens parted by single spaces, so any run of tokens is one slice of it. The decoded text is UTF-8 whatever the file is
//! in, and of a page it is the main text, so its offsets are not those of the file. A title that is given apart stands
//! before it, as a paragraph of its own (`title + "\n\n" + text`), unless the text begins with its words.

use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

mod unify;

pub use unify::unify_token;

use crate::arabic::is_space;

/// How the bytes of a source were read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gap {
    /// White space within a line.
    Space,
    /// One line break.
    Line,
    /// A blank line, a form feed or a paragraph separator.
    Paragraph,
}

/// A title of more tokens is none: the text has run into it.
const LONGEST_TITLE: usize = 60;

/// A maximal run of non-white-space characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Bytes in the decoded text, its title before it, before unification.
    pub source: Range<usize>,
    /// Bytes in [`Document::text`].
    text: Range<usize>,
    /// What follows it.
    pub gap: Gap,
}

/// What a source says of an article besides its text; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The headline, where the source gives it apart from the text.
    pub title: Option<String>,
    /// The section of the newspaper.
    pub section: Option<String>,
    /// Who wrote it.
    pub byline: Option<String>,
    /// The day of publication.
    pub published: Option<Date>,
    /// Every other field, by name, in the order of the source.
    pub extra: Vec<(String, String)>,
}

/// Where an article stands: a file, or a record in one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Relative to the input root, with `/`; a member of an archive follows `!/`.
    pub source_path: String,
    /// The record's key in the file; `None` where the file is one article.
    pub record: Option<String>,
}

impl Origin {
    /// 16 hex digits of a hash of the path and the record's key: they stay while the source stays where it is, whatever comes or goes
    /// beside it.
    #[must_use]
    pub fn article_id(&self) -> String {
        let record = self.record.as_deref().unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.source_path.as_bytes()).update(&[0]).update(record.as_bytes());
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// The same as a number.
    #[must_use]
    pub fn article_number(&self) -> u64 {
        u64::from_str_radix(&self.article_id(), 16).expect("16 hex digits")
    }
}

/// An article as ingested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// See [`Origin::article_id`].
    pub article_id: String,
    /// Where it stands.
    pub origin: Origin,
    /// How the source was read.
    pub encoding: Encoding,
    /// What the source says besides.
    pub metadata: Metadata,
    text: String,
    #[serde(with = "packed")]
    tokens: Vec<Token>,
    title_tokens: usize,
}

impl Document {
    /// An article from the decoded text of one source. Its title is put before it, unless the text begins with it.
    #[must_use]
    pub fn new(origin: Origin, encoding: Encoding, metadata: Metadata, decoded: &str) -> Self {
        let (mut text, mut tokens) = tokenise(decoded);
        let title = metadata.title.as_deref().map(tokenise).unwrap_or_default();
        let mut title_tokens = title.1.len();
        let rest = text.strip_prefix(&title.0).filter(|rest| rest.is_empty() || rest.starts_with(' '));
        if rest.is_none() && title_tokens > 0 {
            (text, tokens) = tokenise(&format!("{}\n\n{decoded}", metadata.title.as_deref().unwrap_or_default()));
        } else if title_tokens > 0 && tokens[title_tokens - 1].gap == Gap::Space {
            // The line goes on after the title's words: they are a part of its first sentence.
            title_tokens = 0;
        }
        if title_tokens >= tokens.len() || title_tokens > LONGEST_TITLE {
            title_tokens = 0;
        }
        Self { article_id: origin.article_id(), origin, encoding, metadata, text, tokens, title_tokens }
    }

    /// An article that was given as text, not as a file.
    #[must_use]
    pub fn from_text(name: &str, decoded: &str) -> Self {
        let origin = Origin { source_path: name.to_owned(), record: None };
        Self::new(origin, Encoding::Utf8, Metadata::default(), decoded)
    }

    /// How many tokens, from the first on, are the title that the source gives.
    #[must_use]
    pub fn title_tokens(&self) -> usize {
        self.title_tokens
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

    /// The bytes of the decoded text from the first to the last of a run of tokens; the run is not empty.
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

/// Tokens by the lengths of what they hold and what lies between them: small numbers, which take a byte each.
mod packed {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Gap, Token};

    pub(super) fn serialize<S: Serializer>(tokens: &[Token], serializer: S) -> Result<S::Ok, S::Error> {
        let mut end = 0;
        serializer.collect_seq(tokens.iter().map(|token| {
            let before = token.source.start - end;
            end = token.source.end;
            (before, token.source.len(), token.text.len(), token.gap)
        }))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Vec<Token>, D::Error> {
        let lengths = Vec::<(usize, usize, usize, Gap)>::deserialize(deserializer)?;
        let (mut source, mut text) = (0, 0);
        let token = |(before, length, written, gap)| {
            let start = source + before;
            source = start + length;
            let from = text;
            text = from + written + 1;
            Token { source: start..source, text: from..from + written, gap }
        };
        Ok(lengths.into_iter().map(token).collect())
    }
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

    fn titled(title: &str, text: &str) -> Document {
        let origin = Origin { source_path: "t".to_owned(), record: None };
        let metadata = Metadata { title: Some(title.to_owned()), ..Metadata::default() };
        Document::new(origin, Encoding::Utf8, metadata, text)
    }

    #[test]
    fn a_title_stands_before_the_text_once() {
        for (title, text, unified, title_tokens, why) in [
            ("خبر جديد", "وصل الوفد", "خبر جديد وصل الوفد", 2, "it is put before the text"),
            ("خبر جديد", "خبر جديد\nوصل الوفد", "خبر جديد وصل الوفد", 2, "the text has it in a line of its own"),
            (
                "خبر جديد",
                "خبر جديد عن الوفد",
                "خبر جديد عن الوفد",
                0,
                "the text's first sentence begins with the same words",
            ),
            ("خبر جديد", "", "خبر جديد", 0, "an article of nothing else is text"),
            ("", "وصل الوفد", "وصل الوفد", 0, "a title of no words"),
        ] {
            let document = titled(title, text);
            assert_eq!((document.text(), document.title_tokens()), (unified, title_tokens), "{why}");
        }
    }

    proptest! {
        #[test]
        fn a_document_survives_its_packing(source in "[ابجد\\.ﻻﷺ\u{200c}\u{640} \t\r\n\u{1e}ـ1]{0,40}") {
            let document = titled("خبر", &source);
            let bytes = postcard::to_stdvec(&document).expect("packed");
            prop_assert_eq!(postcard::from_bytes::<Document>(&bytes).expect("unpacked"), document);
        }

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
