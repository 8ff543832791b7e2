//! Elements of XHTML that end within their own tag (`<script src="a.js"/>`), written so that a parser of HTML ends them too.
//!
//! That parser takes the tag for the beginning of the element: a script, style or title would then hold the rest of the page. Browsers do
//! so as well, unless the server says that the page is XML, which a saved page no longer tells. So a page that says so of itself is believed.

use std::borrow::Cow;

use crate::ingest::tags::{Kind, Tag, tags};

/// Bytes at the beginning of a page in which it says that it is XHTML.
const HEAD_BYTES: usize = 2048;

/// Elements that have no end in HTML either.
const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta",
    "param", "source", "track", "wbr",
];

/// Elements in which tags are text.
const RAW: &[&str] = &["script", "style", "title", "textarea", "xmp", "iframe", "noframes"];

/// A page with an end tag for each element that has none of its own; itself unless it says that it is XHTML.
pub(super) fn with_end_tags(html: &str) -> Cow<'_, str> {
    if !says_that_it_is_xhtml(html) {
        return html.into();
    }
    let mut ended = String::with_capacity(html.len() + 256);
    let (mut at, mut raw): (usize, Option<&str>) = (0, None);
    for tag in tags(html) {
        let is = |name: &str| tag.name.eq_ignore_ascii_case(name);
        match raw {
            Some(name) => raw = raw.filter(|_| !(tag.kind == Kind::Close && is(name))),
            None if ends_itself(&tag) => {
                ended.push_str(&html[at..tag.range.end]);
                push_end(&mut ended, tag.name);
                at = tag.range.end;
            }
            None if tag.kind == Kind::Open => raw = RAW.iter().copied().find(|name| is(name)),
            None => {}
        }
    }
    ended.push_str(&html[at..]);
    ended.into()
}

/// Adds the end tag of an element.
pub(crate) fn push_end(html: &mut String, name: &str) {
    html.push_str("</");
    html.push_str(name);
    html.push('>');
}

/// Whether an element ends within its own tag and would not do so in HTML.
pub(crate) fn ends_itself(tag: &Tag<'_>) -> bool {
    // The slash at the end of `<a href=http://a.org/>` belongs to the address.
    let is_value = || {
        let value = tag.attributes.rsplit('=').next().unwrap_or_default();
        tag.attributes.contains('=') && value.contains('/') && !value.ends_with(['"', '\''])
    };
    tag.kind == Kind::Empty && !VOID.iter().any(|name| tag.name.eq_ignore_ascii_case(name)) && !is_value()
}

fn says_that_it_is_xhtml(html: &str) -> bool {
    let head = html[..html.floor_char_boundary(HEAD_BYTES)].to_ascii_lowercase();
    head.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml")
        || head.contains("//dtd xhtml")
        || head.contains("www.w3.org/1999/xhtml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_that_end_in_their_tag_have_an_end() {
        const HEAD: &str = "<?xml version=\"1.0\"?>";
        for (html, expected, why) in [
            ("<script src='a.js'/>نص", "<script src='a.js'/></script>نص", "a script"),
            ("<style /><title/>", "<style /></style><title/></title>", "others whose contents are no tags"),
            ("<div/><a name=\"x\" />", "<div/></div><a name=\"x\" /></a>", "any other"),
            ("<br/><img src='a'/>", "<br/><img src='a'/>", "these never have an end"),
            ("<script>'<i/>'</script><i/>", "<script>'<i/>'</script><i/></i>", "tags in a script are text"),
            ("<a href=http://a.org/>نص</a>", "<a href=http://a.org/>نص</a>", "the slash of an address"),
        ] {
            assert_eq!(with_end_tags(&format!("{HEAD}{html}")), format!("{HEAD}{expected}"), "{why}");
            assert_eq!(with_end_tags(html), html, "not said to be XHTML");
        }
        for head in
            ["<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\">", "<html xmlns='http://www.w3.org/1999/xhtml'>"]
        {
            assert!(with_end_tags(&format!("{head}<p/>")).ends_with("</p>"), "{head}");
        }
    }
}
