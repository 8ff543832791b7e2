//! Parses a page into a tree, at a bounded cost.
//!
//! At many tags the parser walks all open elements, and it reopens unclosed formatting elements in every paragraph, so a hostile page
//! can take time quadratic in its length. So the parser is fed in pieces, and the size of the tree is checked between them.

use std::borrow::Cow;

use dom_query::{Document, NodeRef};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};

use super::super::decode::DecodeFault;

/// Bytes given to the parser at once: few enough that a single piece cannot cost much.
const PIECE_BYTES: usize = 4096;

/// Maximum nesting. Browsers flatten what is deeper than 512; newspaper pages stay below 60.
const MAX_DEPTH: usize = 512;

/// Maximum number of nodes; the page of a newspaper has some thousands.
const MAX_NODES: usize = 300_000;

/// Maximum number of attributes of a tag: the parser compares each with all before it.
const MAX_ATTRIBUTES: usize = 25_000;

/// Maximum length of a text times the characters in it that must be escaped: the extractor writes texts as HTML, and searches the rest of
/// the text at each of those.
const MAX_ESCAPES: usize = 10_000_000_000;

/// Parses a page.
///
/// # Errors
/// If it is nested too deeply, has too many elements, or more in one of them than can be read in time.
pub(super) fn parse(html: &str) -> Result<Document, DecodeFault> {
    if let Some(offset) = crowded_tag(html) {
        return Err(too_complex(offset));
    }
    // Without scripting, what is in `<noscript>` is parsed as elements, not as raw text.
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let mut parser = parse_document(Document::default(), ParseOpts { tree_builder, ..ParseOpts::default() });
    let mut offset = 0;
    while offset < html.len() {
        // Rounded up, so that a piece never cuts a character and the loop always moves on.
        let end = html.ceil_char_boundary(offset + PIECE_BYTES);
        parser.process(StrTendril::from(&html[offset..end]));
        offset = end;
        let tree = &parser.tokenizer.sink.sink.tree;
        // Each open element is the last child of the one around it.
        let open = std::iter::successors(Some(tree.root()), NodeRef::last_child).take(MAX_DEPTH + 1).count();
        if tree.len() > MAX_NODES || open > MAX_DEPTH {
            // Checked between pieces, so that a hostile page is given up before its whole tree is built.
            return Err(too_complex(offset));
        }
    }
    let document = parser.finish();
    // The check in the loop sees only what is open after each piece. The leaves are enough: the deepest node is one.
    if document.root().descendants_it().any(|node| node.first_child().is_none() && is_too_deep(&node)) {
        // No single place is known any more; the whole page is before its end.
        return Err(too_complex(html.len()));
    }
    if html.len() > MAX_ESCAPES.isqrt() && document.root().descendants_it().any(|node| has_too_many_escapes(&node)) {
        return Err(too_complex(html.len()));
    }
    Ok(document)
}

/// The first tag with too many attributes. What stands between a `<` and the next `>` counts as one, in quotes or not.
fn crowded_tag(html: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = html[at..].find('<').map(|found| at + found) {
        let end = html[start + 1..].find(['<', '>']).map_or(html.len(), |found| start + 1 + found);
        let is_tag = html[start + 1..].starts_with(|c: char| c.is_ascii_alphabetic());
        if is_tag && html[start..end].split([' ', '\t', '\n', '\r', '\u{c}', '/']).nth(MAX_ATTRIBUTES).is_some() {
            return Some(start);
        }
        at = end;
    }
    None
}

fn has_too_many_escapes(node: &NodeRef) -> bool {
    // `&`, and the first byte of a no-break space.
    let is_slow = |text: &str| text.len() * text.bytes().filter(|byte| matches!(byte, b'&' | 0xc2)).count() > MAX_ESCAPES;
    node.is_text() && is_slow(&node.text()) || node.attrs().iter().any(|attribute| is_slow(&attribute.value))
}

fn is_too_deep(node: &NodeRef) -> bool {
    node.ancestors_it(Some(MAX_DEPTH + 1)).count() > MAX_DEPTH
}

fn too_complex(offset: usize) -> DecodeFault {
    let message = format!(
        "HTML too complex before byte {offset}: expected at most {MAX_DEPTH} nested elements, {MAX_NODES} nodes, {MAX_ATTRIBUTES} attributes \
         of an element and no text of `&` alone; this is no newspaper \
         page: remove the file, or cut the article out of it"
    );
    DecodeFault { code: "html_too_complex", message, offset: Some(offset) }
}

/// Resolves the entities (`&quot;`) in a text, such as the value of an attribute or of JSON-LD.
pub(crate) fn resolve_entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        // Most values have no entity, and building a tree for each would be slow.
        return text.into();
    }
    // `<` is escaped first, so that the parser sees one text and drops nothing as a tag.
    Document::fragment(text.replace('<', "&lt;")).text().to_string().into()
}

/// Collapses each run of white space to one space.
pub(crate) fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
