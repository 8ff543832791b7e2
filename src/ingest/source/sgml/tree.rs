//! The elements of one article as a tree, from whatever tags it has.
//!
//! Nothing is required of the tags: an end tag that closes nothing is dropped, and an element that is never closed ends at the next tag.

use std::collections::HashMap;

use crate::ingest::markup::resolve;
use crate::ingest::tags::{Kind, Tag, tags};

/// Deepest nesting; elements below are taken for ones that are never closed.
const MAX_DEPTH: usize = 64;

/// Elements that are paragraphs.
const PARAGRAPHS: &[&str] = &[
    "p",
    "para",
    "paragraph",
    "head",
    "ab",
    "lg",
    "div",
    "div1",
    "div2",
    "item",
    "list",
    "h1",
    "h2",
    "h3",
    "li",
    "blockquote",
    "block",
];

/// Elements that end lines.
const LINES: &[&str] = &["br", "l", "lb", "line"];

/// Elements that may stand within a word.
const WITHIN_WORDS: &[&str] =
    &["b", "i", "u", "em", "strong", "span", "font", "a", "hi", "sup", "sub", "big", "small", "wbr"];

/// An element.
#[derive(Debug)]
pub(super) struct Element<'r> {
    /// Its name as written, without prefix.
    pub(super) name: &'r str,
    /// Its attributes as written.
    pub(super) attributes: &'r str,
    /// What is in it.
    pub(super) children: Vec<Node<'r>>,
    /// Its start tag as written.
    tag: &'r str,
    is_closed: bool,
}

/// What is in an element.
#[derive(Debug)]
pub(super) enum Node<'r> {
    /// Text with entities.
    Text(&'r str),
    /// Text as it is.
    Data(&'r str),
    /// An element.
    Element(Element<'r>),
}

/// The tree of an article, which begins with its start tag; `None` if it has none.
pub(super) fn tree(record: &str) -> Option<Element<'_>> {
    let closes = tags(record).filter(|tag| tag.kind == Kind::Close);
    let last_close: HashMap<String, usize> = closes.map(|tag| (tag.name.to_lowercase(), tag.range.start)).collect();
    let is_ended = |tag: &Tag<'_>| last_close.get(&tag.name.to_lowercase()).is_some_and(|close| *close > tag.range.start);
    let mut stack: Vec<Element<'_>> = Vec::new();
    let mut at = 0;
    // An Arabic word in angle brackets is an element only if it is closed, and so is a comparison (`a<b c > d`).
    let is_text = |tag: &Tag<'_>| tag.kind == Kind::Open && (!tag.name.is_ascii() || tag.is_odd()) && !is_ended(tag);
    for tag in tags(record).filter(|tag| !is_text(tag)) {
        push_text(&mut stack, &record[at..tag.range.start]);
        at = tag.range.end;
        if matches!(tag.kind, Kind::Open | Kind::Close | Kind::Empty) {
            end_unclosed(&mut stack, local(tag.name));
        }
        match tag.kind {
            Kind::Open | Kind::Empty => {
                let is_closed = stack.len() < MAX_DEPTH && is_ended(&tag);
                let (name, tag_text) = (local(tag.name), &record[tag.range.clone()]);
                let is_closed = is_closed || tag.kind == Kind::Empty || stack.is_empty();
                stack.push(Element { name, attributes: tag.attributes, children: Vec::new(), tag: tag_text, is_closed });
                if tag.kind == Kind::Empty && stack.len() > 1 {
                    close(&mut stack);
                }
            }
            Kind::Close => {
                let opened = stack.iter().rposition(|open| open.name.eq_ignore_ascii_case(local(tag.name)));
                // The article itself ends only with the record.
                while opened.is_some_and(|opened| opened > 0 && stack.len() > opened) {
                    close(&mut stack);
                }
            }
            Kind::Data => {
                if let Some(top) = stack.last_mut() {
                    top.children.push(Node::Data(tag.name));
                }
            }
            Kind::Silent => {}
        }
    }
    push_text(&mut stack, &record[at..]);
    while stack.len() > 1 {
        close(&mut stack);
    }
    stack.pop()
}

/// Ends the elements that have no end tags, before a tag with this name; a paragraph in such an element ends only another paragraph.
fn end_unclosed(stack: &mut Vec<Element<'_>>, name: &str) {
    let marks_text = |name: &str| is(name, &PARAGRAPHS[..3]) || is(name, LINES) || is(name, WITHIN_WORDS);
    let is_within = marks_text(name);
    while stack.len() > 1 && stack.last().is_some_and(|top| !top.is_closed && (!is_within || marks_text(top.name))) {
        close(stack);
    }
}

fn push_text<'r>(stack: &mut [Element<'r>], text: &'r str) {
    if let Some(top) = stack.last_mut().filter(|_| !text.is_empty()) {
        top.children.push(Node::Text(text));
    }
}

/// Ends the innermost element.
fn close(stack: &mut Vec<Element<'_>>) {
    if let Some(element) = stack.pop()
        && let Some(around) = stack.last_mut()
    {
        around.children.push(Node::Element(element));
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn is(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| name.eq_ignore_ascii_case(other))
}

impl<'r> Element<'r> {
    /// The elements in it.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element<'r>> {
        self.children.iter().filter_map(|child| if let Node::Element(element) = child { Some(element) } else { None })
    }

    /// Whether it is a paragraph.
    pub(super) fn is_paragraph(&self) -> bool {
        is(self.name, PARAGRAPHS)
    }

    /// Whether it holds text, and no elements but those that mark up text.
    pub(super) fn is_leaf(&self) -> bool {
        self.elements().all(|inner| {
            let marks_text = inner.is_paragraph() || is(inner.name, LINES) || is(inner.name, WITHIN_WORDS);
            marks_text && inner.is_leaf()
        })
    }

    fn has_paragraphs(&self) -> bool {
        self.elements().any(|inner| inner.is_paragraph() || inner.has_paragraphs())
    }

    /// Its text, the paragraphs separated by blank lines. Without paragraphs, the line breaks of the source stay.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.write(!self.has_paragraphs(), &mut text);
        let lines: Vec<&str> = text.split('\n').map(str::trim).collect();
        let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
        paragraphs.map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n")
    }

    fn write(&self, keeps_lines: bool, text: &mut String) {
        for child in &self.children {
            match child {
                Node::Text(piece) if keeps_lines => text.push_str(&resolve(piece)),
                Node::Text(piece) => text.push_str(&resolve(&piece.replace(['\n', '\r'], " "))),
                Node::Data(piece) => text.push_str(piece),
                Node::Element(inner) => {
                    let border = match inner.name {
                        name if is(name, PARAGRAPHS) => "\n\n",
                        name if is(name, LINES) => "\n",
                        name if is(name, WITHIN_WORDS) => "",
                        // Words and sentences are elements in corpora, often without white space between them.
                        _ => " ",
                    };
                    text.push_str(border);
                    if !inner.is_closed && border == " " {
                        // No element at all, but a name in angle brackets.
                        text.push_str(inner.tag);
                    }
                    inner.write(keeps_lines, text);
                    text.push_str(border);
                }
            }
        }
    }
}
