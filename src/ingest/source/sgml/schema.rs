//! Which element of a file is an article.

use std::collections::BTreeMap;

use super::names::column_name;
use crate::ingest::column_name::same_name;
use crate::ingest::markup::is_element;
use crate::ingest::tags::{Kind, Tag, tags};

/// Elements that are articles in formats of newswires, feeds and corpora.
const RECORDS: &[&str] = &[
    "doc", "document", "article", "item", "entry", "story", "record", "tei", "tei.2", "nitf", "newsitem", "news", "post",
    "row", "page",
];

/// Elements of HTML that a plain text may begin with.
const HTML: &[&str] = &[
    "p",
    "br",
    "div",
    "b",
    "i",
    "u",
    "a",
    "font",
    "span",
    "strong",
    "em",
    "center",
    "h1",
    "h2",
    "h3",
    "img",
    "table",
    "ul",
    "blockquote",
];

/// Names shown in a message.
const SHOWN_NAMES: usize = 8;

/// What the beginning of a file shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Schema {
    /// Articles in elements with this name.
    Records(String),
    /// A web page.
    Page,
    /// Markup in which no element is known to hold a text: its elements, each with their number.
    Unknown(String),
    /// No markup, or a text with a few tags in it.
    Text,
}

impl Schema {
    /// What a file is that begins like this.
    pub(super) fn of(head: &str, text_names: &[String]) -> Self {
        let first = tags(head).find(|tag| tag.kind != Kind::Silent);
        let Some(first) = first else { return Self::Text };
        let is = |names: &[&str]| names.iter().any(|name| first.name.eq_ignore_ascii_case(name));
        if is(&["html", "head", "body", "meta"]) {
            return Self::Page;
        }
        if is(HTML) {
            return Self::Text;
        }
        let elements = Elements::of(head);
        match elements.record(text_names) {
            Some(name) => Self::Records(name),
            // A text may begin with any element of HTML, such as a style that a program left there.
            None if !elements.are_closed() || is_element(first.name) => Self::Text,
            None => Self::Unknown(elements.shown()),
        }
    }
}

/// Whether a text begins with a tag, after white space.
pub(super) fn begins_with_tag(head: &str) -> bool {
    let head = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    head.starts_with('<') && tags(head).next().is_some_and(|tag| tag.range.start == 0)
}

/// A name without case and without the number at its end, so that `Article_12` is an `article`.
pub(super) fn kind_of_name(name: &str) -> String {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let bare = if bare.len() < name.len() { bare.trim_end_matches(['_', '-']) } else { name };
    // `h1` and `tei.2` are names with numbers of their own.
    if bare.len() < 3 { name.to_lowercase() } else { bare.to_lowercase() }
}

/// The elements at the beginning of a file.
struct Elements<'h> {
    /// Each that was opened, with the names of those around it, the outermost first.
    opened: Vec<(&'h str, Vec<&'h str>)>,
    closed: usize,
}

impl<'h> Elements<'h> {
    fn of(head: &'h str) -> Self {
        let mut around: Vec<&str> = Vec::new();
        let mut elements = Self { opened: Vec::new(), closed: 0 };
        for Tag { kind, name, .. } in tags(head) {
            match kind {
                Kind::Open => {
                    elements.opened.push((name, around.clone()));
                    // Files without end tags would nest without end.
                    if around.len() < 64 {
                        around.push(name);
                    }
                }
                Kind::Close => {
                    if let Some(at) = around.iter().rposition(|open| open.eq_ignore_ascii_case(name)) {
                        around.truncate(at);
                        elements.closed += 1;
                    }
                }
                Kind::Empty => elements.opened.push((name, around.clone())),
                Kind::Data | Kind::Silent => {}
            }
        }
        elements
    }

    /// Number of elements with a name.
    fn count(&self, name: &str) -> usize {
        self.opened.iter().filter(|(other, _)| kind_of_name(other) == kind_of_name(name)).count()
    }

    /// The name of the elements that are articles.
    fn record(&self, text_names: &[String]) -> Option<String> {
        let is_record =
            |name: &&&str| RECORDS.contains(&kind_of_name(name).as_str()) || RECORDS.contains(&name.to_lowercase().as_str());
        let holds_text =
            |wanted: &String| self.opened.iter().find(|(name, _)| same_name(column_name(name), wanted) && !is_record(&name));
        let Some((text, around)) = text_names.iter().find_map(holds_text) else {
            // The text stands in the article itself.
            let records = self.opened.iter().map(|(name, _)| name);
            let repeated = records.clone().filter(is_record).find(|name| self.count(name) > 1);
            return repeated.or_else(|| records.clone().find(is_record)).map(|name| (*name).to_owned());
        };
        // An element around many texts is no article.
        let is_single = |name: &&&str| self.count(name) >= self.count(text);
        let known = || around.iter().filter(is_record);
        let name = known().find(is_single).or_else(|| known().next_back()).or(around.last()).unwrap_or(text);
        Some((*name).to_owned())
    }

    /// Whether most elements are closed.
    fn are_closed(&self) -> bool {
        self.closed > 0 && self.closed * 2 >= self.opened.len()
    }

    fn shown(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, _) in &self.opened {
            *counts.entry(name).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        let shown: Vec<String> = counts.iter().take(SHOWN_NAMES).map(|(name, count)| format!("{name} ({count})")).collect();
        shown.join(", ")
    }
}
