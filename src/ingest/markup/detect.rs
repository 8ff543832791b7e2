//! Is a text HTML?
//!
//! Exports of content management systems are, and a sentence about the tag `<br>` is not. Evidence for markup: the text begins or
//! ends with a tag, a tag has attributes, elements are closed, a line break is glued to a word. Where the text itself speaks of tags,
//! more is asked for: it must be wrapped in elements that are all closed.

use std::collections::BTreeSet;

use crate::ingest::tags::{Kind, Tag, tags};

/// Elements of HTML, also those of former times.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "big",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "mark",
    "marquee",
    "menu",
    "meta",
    "nav",
    "nobr",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// Elements of wikis.
const WIKI: &[&str] = &[
    "ref",
    "references",
    "nowiki",
    "poem",
    "gallery",
    "noinclude",
    "includeonly",
    "onlyinclude",
    "templatestyles",
    "timeline",
    "math",
];

/// Prefixes of elements that office programs and feeds leave in HTML (`<o:p>`).
const PREFIXES: &[&str] = &["o:", "v:", "w:", "m:", "st1:", "fb:", "g:", "amp-", "media:"];

/// Elements that are markup even alone: nobody writes their names in angle brackets for another reason.
const PLAIN: &[&str] = &[
    "br",
    "p",
    "div",
    "img",
    "hr",
    "span",
    "strong",
    "li",
    "td",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "iframe",
    "references",
];

/// Elements that hold lines or paragraphs.
const BLOCKS: &[&str] =
    &["p", "div", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "section", "article", "html", "body"];

/// Elements whose contents are no text: without their end they would hide everything after them.
const RAW: &[&str] = &["script", "style", "textarea", "title", "iframe", "noframes", "xmp", "template", "select"];

/// Words of texts about markup.
const ABOUT: &[&str] = &[
    "html",
    "xml",
    "css",
    "tag",
    "tags",
    "وسم",
    "الوسم",
    "وسوم",
    "الوسوم",
    "بوسم",
    "بالوسم",
    "لوسم",
    "والوسم",
    "ووسم",
    "الوسمان",
];

/// The tags of HTML in a text, apart from those that would hide the rest of it.
pub(super) fn html_tags(text: &str) -> Vec<Tag<'_>> {
    // `a <b c> d` is a comparison: elements with names of one letter have attributes with values, or none.
    let is_comparison = |tag: &Tag<'_>| tag.name.len() == 1 && tag.is_odd();
    let is_html = |tag: &Tag<'_>| tag.kind == Kind::Silent || (is_element(tag.name) && !is_comparison(tag));
    let all: Vec<Tag<'_>> = tags(text).filter(is_html).collect();
    let closes = |name: &str| all.iter().rfind(|tag| tag.kind == Kind::Close && tag.name.eq_ignore_ascii_case(name));
    // Looked up once for each of these few names, not for each tag.
    let ends: Vec<(&str, usize)> = RAW.iter().map(|name| (*name, closes(name).map_or(0, |tag| tag.range.start))).collect();
    let hides = |tag: &Tag<'_>| {
        let end = ends.iter().find(|(name, _)| tag.name.eq_ignore_ascii_case(name)).map(|(_, end)| *end);
        tag.kind == Kind::Open && end.is_some_and(|end| end < tag.range.start)
    };
    all.iter().filter(|tag| !hides(tag)).cloned().collect()
}

/// Whether an element with this name is one of texts that hold HTML.
pub(crate) fn is_element(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_in = |names: &[&str]| names.contains(&lower.as_str());
    is_in(ELEMENTS) || is_in(WIKI) || PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
}

/// Whether a text is HTML; `tags` are its tags.
pub(super) fn is_html(text: &str, tags: &[Tag<'_>]) -> bool {
    let (Some(first), Some(last)) = (tags.first(), tags.last()) else { return false };
    let begins = text[..first.range.start].trim().is_empty();
    let ends = text[last.range.end..].trim().is_empty();
    let is = |tag: &Tag<'_>, names: &[&str]| names.iter().any(|name| tag.name.eq_ignore_ascii_case(name));
    if is_about_markup(text, tags) {
        return begins && ends && is(first, BLOCKS) && are_closed(tags);
    }
    let has_pair = || {
        let opened: BTreeSet<String> = of_kind(tags, Kind::Open).collect();
        of_kind(tags, Kind::Close).any(|name| opened.contains(&name))
    };
    let is_markup = |tag: &Tag<'_>| is(tag, PLAIN) || tag.attributes.contains('=') || tag.kind == Kind::Silent;
    tags.iter().any(is_markup) || has_pair()
}

/// The names of the tags of a kind, in lower case.
fn of_kind<'t>(tags: &'t [Tag<'_>], kind: Kind) -> impl Iterator<Item = String> + 't {
    tags.iter().filter(move |tag| tag.kind == kind).map(|tag| tag.name.to_ascii_lowercase())
}

/// Whether as many blocks are closed as are opened.
fn are_closed(tags: &[Tag<'_>]) -> bool {
    let count = |kind, name: &str| of_kind(tags, kind).filter(|found| found == name).count();
    BLOCKS.iter().all(|name| count(Kind::Open, name) == count(Kind::Close, name))
}

/// Whether a text speaks of markup, apart from its tags.
pub(super) fn is_about_markup(text: &str, tags: &[Tag<'_>]) -> bool {
    let mut at = 0;
    let mut pieces: Vec<&str> = Vec::with_capacity(tags.len() + 1);
    for tag in tags {
        pieces.push(&text[at..tag.range.start]);
        at = tag.range.end;
    }
    pieces.push(&text[at..]);
    let is_about = |word: &str| ABOUT.iter().any(|about| word.eq_ignore_ascii_case(about));
    pieces.iter().flat_map(|piece| piece.split(|c: char| !c.is_alphanumeric())).any(is_about)
}
