//! A page's tree, at a bounded cost.
//!
//! The parser walks its open elements at many tags, and opens formatting elements that were left open anew in every paragraph, so a
//! hostile page can cost the square of its length. It is therefore fed in pieces, and what it has made is looked at between them.

use std::borrow::Cow;

use dom_query::{Document, NodeRef};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};

use super::super::decode::DecodeFault;

/// Bytes that the parser is given at once: few enough that it cannot do much harm with them.
const PIECE_BYTES: usize = 4096;

/// Deepest nesting that is read. Browsers flatten what is deeper than 512; newspaper pages stay below 60.
const MAX_DEPTH: usize = 512;

/// Most nodes; a page of a newspaper has some thousands.
const MAX_NODES: usize = 300_000;

/// Parses a page.
///
/// # Errors
/// Where it is nested too deep or has too many elements.
pub(super) fn parse(html: &str) -> Result<Document, DecodeFault> {
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let mut parser = parse_document(Document::default(), ParseOpts { tree_builder, ..ParseOpts::default() });
    let mut offset = 0;
    while offset < html.len() {
        let end = html.ceil_char_boundary(offset + PIECE_BYTES);
        parser.process(StrTendril::from(&html[offset..end]));
        offset = end;
        let tree = &parser.tokenizer.sink.sink.tree;
        // What is open is the last child of what is open.
        let open = std::iter::successors(Some(tree.root()), NodeRef::last_child).take(MAX_DEPTH + 1).count();
        if tree.len() > MAX_NODES || open > MAX_DEPTH {
            return Err(too_complex(offset));
        }
    }
    let document = parser.finish();
    if document.root().descendants_it().any(|node| node.first_child().is_none() && is_too_deep(&node)) {
        return Err(too_complex(html.len()));
    }
    Ok(document)
}

fn is_too_deep(node: &NodeRef) -> bool {
    node.ancestors_it(Some(MAX_DEPTH + 1)).count() > MAX_DEPTH
}

fn too_complex(offset: usize) -> DecodeFault {
    let message = format!(
        "HTML too complex before byte {offset}: expected at most {MAX_DEPTH} nested elements and {MAX_NODES} nodes; this is no newspaper \
         page: remove the file, or cut the article out of it"
    );
    DecodeFault { code: "html_too_complex", message, offset: Some(offset) }
}

/// Text in which characters may stand as entities (`&quot;`), as they do in metadata.
pub(super) fn resolve_entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    Document::fragment(text.replace('<', "&lt;")).text().to_string().into()
}

/// Text with each run of white space as one space.
pub(super) fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
