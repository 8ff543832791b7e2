//! Markup in square brackets, written as HTML: the shortcodes of `WordPress` (`[caption id="1"]…[/caption]`) and `BBCode` (`[b]…[/b]`).
//!
//! Brackets are common in texts, so one counts as markup only if its name is known and it has an end, or attributes, or can be nothing else.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// An element that is never text: captions, pictures and players are none on pages either.
const HIDDEN: &str = "figcaption";

/// Names, and the elements of HTML that they are.
const NAMES: &[(&str, &str)] = &[
    ("b", "b"),
    ("i", "i"),
    ("u", "u"),
    ("s", "s"),
    ("url", "a"),
    ("email", "a"),
    ("color", "span"),
    ("size", "span"),
    ("font", "span"),
    ("center", "div"),
    ("left", "div"),
    ("right", "div"),
    ("justify", "div"),
    ("quote", "blockquote"),
    ("list", "ul"),
    ("caption", HIDDEN),
    ("wp_caption", HIDDEN),
    ("gallery", HIDDEN),
    ("playlist", HIDDEN),
    ("embed", HIDDEN),
    ("img", HIDDEN),
    ("video", HIDDEN),
    ("audio", HIDDEN),
    ("youtube", HIDDEN),
    ("media", HIDDEN),
];

/// Prefixes of the names that page builders give to the boxes around a text.
const BOXES: &[&str] = &["vc_", "et_pb_", "fusion_", "su_"];

/// Names that are markup even alone and without attributes.
const ALONE: &[&str] = &["gallery", "playlist", "br"];

/// Longest attributes, in bytes.
const MAX_ATTRIBUTES: usize = 500;

/// A text with markup in brackets written as HTML.
pub(super) fn as_html(text: &str) -> Cow<'_, str> {
    let brackets: Vec<Bracket<'_>> = brackets(text).collect();
    let ends = Ends::of(&brackets);
    let mut html = String::with_capacity(text.len());
    let mut at = 0;
    for bracket in &brackets {
        let Some(tag) = bracket.html(&ends) else { continue };
        html.push_str(&text[at..bracket.range.start]);
        html.push_str(&tag);
        at = bracket.range.end;
    }
    if at == 0 {
        return text.into();
    }
    html.push_str(&text[at..]);
    html.into()
}

/// For each name, where its first beginning and its last end stand.
struct Ends(BTreeMap<String, (Option<usize>, Option<usize>)>);

impl Ends {
    fn of(brackets: &[Bracket<'_>]) -> Self {
        let mut ends: BTreeMap<String, (Option<usize>, Option<usize>)> = BTreeMap::new();
        for Bracket { name, is_end, range, .. } in brackets {
            let (first, last) = ends.entry(name.to_ascii_lowercase()).or_default();
            if *is_end {
                *last = Some(range.start);
            } else {
                first.get_or_insert(range.start);
            }
        }
        Self(ends)
    }

    /// Whether a name begins before a place, or, of a beginning, ends after it.
    fn has_other(&self, name: &str, is_end: bool, at: usize) -> bool {
        let Some((first, last)) = self.0.get(name) else { return false };
        if is_end { first.is_some_and(|first| first < at) } else { last.is_some_and(|last| last > at) }
    }
}

/// A known name in brackets.
struct Bracket<'t> {
    name: &'t str,
    is_end: bool,
    has_attributes: bool,
    range: Range<usize>,
}

impl Bracket<'_> {
    /// The tag that it is; `None` if it is text.
    fn html(&self, ends: &Ends) -> Option<String> {
        let lower = self.name.to_ascii_lowercase();
        let has_other = ends.has_other(&lower, self.is_end, self.range.start);
        match element(&lower) {
            Some(element) if has_other => Some(format!("<{}{element}>", if self.is_end { "/" } else { "" })),
            Some("br") => Some("<br>".to_owned()),
            Some(_) if !self.is_end && (self.has_attributes || ALONE.contains(&lower.as_str())) => Some(String::new()),
            _ => None,
        }
    }
}

/// The element of HTML that a name in lower case stands for.
fn element(name: &str) -> Option<&'static str> {
    if name == "br" {
        return Some("br");
    }
    let known = NAMES.iter().find(|(other, _)| *other == name).map(|(_, element)| *element);
    known.or_else(|| BOXES.iter().any(|prefix| name.starts_with(prefix)).then_some("div"))
}

/// Every known name in brackets, in order.
fn brackets(text: &str) -> impl Iterator<Item = Bracket<'_>> {
    text.match_indices('[').filter_map(|(start, _)| {
        let rest = &text[start + 1..];
        let (is_end, inner) = rest.strip_prefix('/').map_or((false, rest), |inner| (true, inner));
        let length = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
        let name = &inner[..length];
        element(&name.to_ascii_lowercase())?;
        let attributes = &inner.as_bytes()[length..];
        let end = attributes.iter().take(MAX_ATTRIBUTES).position(|byte| matches!(byte, b']' | b'['))?;
        let is_closed = attributes[end] == b']';
        let is_bare = attributes[..end].trim_ascii().is_empty();
        // `[b c]` is no tag, `[url=…]` and `[caption id="1"]` are.
        let has_attributes = attributes[..end].contains(&b'=');
        let range = start..start + 1 + usize::from(is_end) + length + end + 1;
        (is_closed && (is_bare || has_attributes)).then_some(Bracket { name, is_end, has_attributes, range })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_in_brackets_are_tags() {
        for (text, expected, why) in [
            ("[b]نعم[/b] و[url=http://a.org]لا[/url]", "<b>نعم</b> و<a>لا</a>", "BBCode"),
            ("أول[br]ثان", "أول<br>ثان", "a line break"),
            ("[caption id=\"1\"]صورة[/caption]نص", "<figcaption>صورة</figcaption>نص", "a caption"),
            ("نص [gallery ids=\"1,2\"] نص [gallery]", "نص  نص ", "pictures without an end"),
            ("[vc_row css='x'][vc_column]نص[/vc_column][/vc_row]", "<div><div>نص</div></div>", "boxes"),
            ("[img]http://a.org/b.jpg[/img]نص", "<figcaption>http://a.org/b.jpg</figcaption>نص", "a picture"),
            ("انظر [b] و[1] و[مصدر] و[b c] و[url", "انظر [b] و[1] و[مصدر] و[b c] و[url", "no markup"),
            ("[/b] [b]", "[/b] [b]", "an end before its beginning"),
        ] {
            assert_eq!(as_html(text), expected, "{why}");
        }
    }
}
