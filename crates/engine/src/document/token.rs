//! Tokens: maximal runs of non-white-space characters, and what separates them. A full stop that is glued to the next sentence ends a
//! token too.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::glued_stop::{has_odd_quote, sentence_end_inside};
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
    /// None: the space after a full stop was left out.
    Nothing,
}

impl Gap {
    /// Whether it ends a line.
    #[must_use]
    pub fn is_break(self) -> bool {
        matches!(self, Self::Line | Self::Paragraph)
    }
}

/// A run of non-white-space characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Bytes in the decoded text (with its title), before unification.
    pub source: Range<usize>,
    /// Bytes in the unified text.
    pub(super) text: Range<usize>,
    /// The white space after it; `Paragraph` after the last token.
    pub gap: Gap,
}

/// A token of a decoded text, before its letters are unified.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// Bytes in the decoded text.
    pub source: Range<usize>,
    /// The white space after it; `Paragraph` after the last token.
    pub gap: Gap,
}

/// Which runs of characters are tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenRule {
    /// White space and glued full stops separate them.
    Text,
    /// White space alone separates them.
    WhiteSpace,
}

/// Splits a decoded text into tokens.
pub(super) fn spans_of(decoded: &str, rule: TokenRule) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::with_capacity(decoded.len() / 10);
    let mut rest = decoded;
    let mut in_quotes = false;
    while let Some(space) = rest.find(|c| !is_space(c)) {
        if let Some(last) = spans.last_mut() {
            last.gap = gap_of(&rest[..space]);
        }
        // A quote whose end was forgotten spoils no more than its line.
        in_quotes &= !rest[..space].contains('\n');
        rest = &rest[space..];
        let mut run = &rest[..rest.find(is_space).unwrap_or(rest.len())];
        // `rest` is always a tail of the decoded text, so what it lacks is the offset.
        let mut start = decoded.len() - rest.len();
        rest = &rest[run.len()..];
        while !run.is_empty() {
            let length = sentence_end_inside(run, in_quotes).filter(|_| rule == TokenRule::Text).unwrap_or(run.len());
            in_quotes ^= has_odd_quote(&run[..length]);
            run = &run[length..];
            // The last token of a run gets its gap when the next run is found; the very last keeps `Paragraph`.
            let gap = if run.is_empty() { Gap::Paragraph } else { Gap::Nothing };
            spans.push(Span { source: start..start + length, gap });
            start += length;
        }
    }
    spans
}

/// The unified text (tokens separated by single spaces) and its tokens. Those of `foreign` runs keep their letters, whose differences
/// spell something in their language.
pub(super) fn unify(decoded: &str, spans: Vec<Span>, foreign: &[Range<usize>]) -> (String, Vec<Token>) {
    let mut text = String::with_capacity(decoded.len());
    let mut tokens = Vec::with_capacity(spans.len());
    let mut foreign = foreign.iter().peekable();
    for (index, Span { source, gap }) in spans.into_iter().enumerate() {
        while foreign.next_if(|run| run.end <= index).is_some() {}
        if !text.is_empty() {
            text.push(' ');
        }
        let from = text.len();
        if foreign.peek().is_some_and(|run| run.contains(&index)) {
            text.push_str(&decoded[source.clone()]);
        } else {
            unify_token(&decoded[source.clone()], &mut text);
        }
        tokens.push(Token { source, text: from..text.len(), gap });
    }
    (text, tokens)
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
