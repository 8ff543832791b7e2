//! Asides in round and square brackets: a sentence does not end inside one.

use std::ops::Range;

use crate::arabic::is_digit;
use crate::document::{Document, Gap};

/// A longer aside holds sentences of its own, or its bracket was never closed.
const LONGEST_ASIDE: usize = 30;
/// How many brackets may stand open between a bracket and its partner.
const DEEPEST: usize = 16;

/// The tokens before boundaries that lie inside brackets which close soon, in the order of their closing.
pub(super) fn asides(document: &Document) -> Vec<Range<usize>> {
    let mut asides = Vec::new();
    let mut open: Vec<(usize, char)> = Vec::new();
    for (token, gap) in document.tokens().iter().map(|token| token.gap).enumerate() {
        let text = document.token_text(token);
        // Asked once: a token may be nothing but brackets.
        let is_label = is_item_label(text);
        for bracket in text.chars().filter(|c| matches!(c, '(' | '[' | ')' | ']')) {
            let partner = match bracket {
                ')' => '(',
                ']' => '[',
                _ => {
                    open.push((token, bracket));
                    continue;
                }
            };
            if is_label {
                continue;
            }
            // What stands open inside a closed bracket was never closed.
            let Some(above) = open.iter().rev().take(DEEPEST).position(|(_, bracket)| *bracket == partner) else { continue };
            let at = open.len() - 1 - above;
            let (start, _) = open[at];
            open.truncate(at);
            if (1..=LONGEST_ASIDE).contains(&(token - start)) {
                asides.push(start..token);
            }
        }
        if gap == Gap::Paragraph {
            open.clear();
        }
    }
    asides
}

/// Whether a token is `1)` or `أ)`, whose bracket closes nothing.
fn is_item_label(token: &str) -> bool {
    let label = token.strip_suffix(')').unwrap_or_default();
    !label.is_empty()
        && (label.chars().all(is_digit) || label.chars().count() == 1 && label.starts_with(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_brackets_that_close_soon_make_an_aside() {
        let long = format!("قال ({}) نعم", "كلمة ".repeat(40).trim_end());
        for (text, expected, why) in [
            ("قال (كما قيل. ثم) نعم", vec![(1, 3)], "an aside of three tokens"),
            ("قال (نعم) ثم", vec![], "one of a single token has no boundary inside"),
            ("قال (كما [مثلا هنا] قيل) نعم", vec![(2, 3), (1, 4)], "nested"),
            ("قال (كما قيل\n\nثم) نعم", vec![], "no aside goes past a blank line"),
            ("قال (كما 1) قيل 2) نعم", vec![], "brackets of labels"),
            (&long, vec![], "too long"),
        ] {
            let found: Vec<_> =
                asides(&Document::from_text("t", text)).into_iter().map(|aside| (aside.start, aside.end)).collect();
            assert_eq!(found, expected, "{text}: {why}");
        }
    }
}
