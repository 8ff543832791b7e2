//! Tokens: maximal runs of non-white-space characters, and what separates them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::unify::unify_token;
use crate::arabic::is_space;

/// The white space between a token and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gap {
    /// Within a line.
    Space,
    /// One line break.
    Line,
    /// A blank line, a form feed or a paragraph separator.
    Paragraph,
}

/// A maximal run of non-white-space characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Bytes in the decoded text (with its title), before unification.
    pub source: Range<usize>,
    /// Bytes in the unified text.
    pub(super) text: Range<usize>,
    /// The white space after it; `Paragraph` after the last token.
    pub gap: Gap,
}

/// Splits a decoded text into tokens; returns the unified text (tokens separated by single spaces) and the tokens.
pub(super) fn tokenise(decoded: &str) -> (String, Vec<Token>) {
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
        // `rest` is always a tail of the decoded text, so what it lacks is the offset.
        let start = decoded.len() - rest.len();
        if !text.is_empty() {
            text.push(' ');
        }
        let from = text.len();
        unify_token(&rest[..length], &mut text);
        // The gap is filled in when the next token is found; the last one keeps `Paragraph`.
        tokens.push(Token { source: start..start + length, text: from..text.len(), gap: Gap::Paragraph });
        rest = &rest[length..];
    }
}

fn gap_of(space: &str) -> Gap {
    let paragraph = |c: char| matches!(c, '\u{c}' | '\u{2029}');
    let breaks = space.chars().filter(|c| matches!(c, '\n' | '\u{b}' | '\u{85}' | '\u{2028}')).count();
    // Of `\r\n`, only the `\n` counts: it is one line break, not a blank line.
    let returns = space.matches('\r').count() - space.matches("\r\n").count();
    match breaks + returns {
        _ if space.contains(paragraph) => Gap::Paragraph,
        0 => Gap::Space,
        1 => Gap::Line,
        _ => Gap::Paragraph,
    }
}
