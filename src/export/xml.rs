//! XML, written as text.
//!
//! Invariant: what comes from an article is escaped, in elements and in attributes alike, and holds no character that XML forbids.

use super::characters::printable;

/// A text as it may stand in an element and, between double quotes, in an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in printable(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // As they are, readers would make spaces or line feeds of them.
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// An element with text.
pub(super) fn element(tag: &str, attributes: &[(&str, &str)], text: &str) -> String {
    format!("{}{}</{tag}>", start(tag, attributes), escaped(text))
}

/// A start tag.
pub(super) fn start(tag: &str, attributes: &[(&str, &str)]) -> String {
    let mut start = format!("<{tag}");
    for (name, value) in attributes {
        start.extend([" ", name, "=\"", &escaped(value), "\""]);
    }
    start + ">"
}
