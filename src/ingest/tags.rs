//! Finds tags in text that may or may not be markup.
//!
//! Parsers of HTML and XML take any `<` for the beginning of a tag and lose what follows up to the next `>`, which is right for a page and
//! wrong for a sentence such as `a <b وc> d` or `<<الخليج>>`. So everything that only might be markup is looked at here first: a tag has
//! a name and attributes that look like attributes, and it ends.

use std::ops::Range;

/// What a piece of markup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `<p>`
    Open,
    /// `</p>`
    Close,
    /// `<p/>`
    Empty,
    /// `<![CDATA[…]]>`
    Data,
    /// A comment, a declaration, a processing instruction, or a condition of Word (`<![if mso]>`).
    Silent,
}

/// A piece of markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'t> {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it stands, in bytes of the text.
    pub(crate) range: Range<usize>,
    /// Its name as written; of CDATA, its contents; otherwise empty.
    pub(crate) name: &'t str,
    /// Its attributes as written, without the slash that ends an empty tag.
    pub(crate) attributes: &'t str,
}

impl Tag<'_> {
    /// Whether it has attributes, but none with a value, which few tags have.
    pub(crate) fn is_odd(&self) -> bool {
        !self.attributes.is_empty() && !self.attributes.contains('=')
    }
}

/// Every piece of markup in a text, in order.
pub(crate) fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    // Found once: a search for an end that never comes, from each of many beginnings, would take time quadratic in the text.
    let last = [text.rfind("-->"), text.rfind("]]>"), text.rfind('>')].map(Option::unwrap_or_default);
    std::iter::from_fn(move || {
        loop {
            at += text.get(at..)?.find('<')?;
            if let Some(tag) = tag_at(text, at, last) {
                at = tag.range.end;
                return Some(tag);
            }
            at += 1;
        }
    })
}

/// The markup that begins at a `<`; `last` are the places of the last ends of a comment, of character data and of a tag.
fn tag_at(text: &str, start: usize, last: [usize; 3]) -> Option<Tag<'_>> {
    let rest = &text[start..];
    let [comment_ends, data_ends, tag_ends] = last.map(|last| last > start);
    let silent = |end: usize| Tag { kind: Kind::Silent, range: start..start + end, name: "", attributes: "" };
    if rest.starts_with("<!--") {
        // An unclosed comment is text: taken for a comment, it would hide everything to the end.
        return comment_ends.then(|| rest.find("-->").map(|end| silent(end + 3)))?;
    }
    if let Some(data) = rest.strip_prefix("<![CDATA[") {
        let end = data_ends.then(|| data.find("]]>"))??;
        let range = start..start + "<![CDATA[".len() + end + 3;
        return Some(Tag { kind: Kind::Data, range, name: &data[..end], attributes: "" });
    }
    let is_declaration = |rest: &str| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic()) || rest.starts_with("[if") || rest.starts_with("[endif")
    };
    if rest.starts_with("<?") || rest.strip_prefix("<!").is_some_and(is_declaration) {
        return tag_ends.then(|| rest.find('>').map(|end| silent(end + 1)))?;
    }
    let (is_close, inner) = rest.strip_prefix("</").map_or((false, &rest[1..]), |inner| (true, inner));
    let name = name_of(inner)?;
    let attributes = attributes_of(&inner[name.len()..])?;
    let length = rest.len() - inner.len() + name.len() + attributes.len() + 1;
    let bare = attributes.trim_end().strip_suffix('/');
    let kind = match bare {
        _ if is_close => Kind::Close,
        Some(_) => Kind::Empty,
        None => Kind::Open,
    };
    Some(Tag { kind, range: start..start + length, name, attributes: bare.unwrap_or(attributes).trim() })
}

/// The name at the beginning of a tag: letters of any script, then also digits and the marks of XML.
fn name_of(inner: &str) -> Option<&str> {
    let end = inner.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))).unwrap_or(inner.len());
    let name = &inner[..end];
    name.starts_with(|c: char| c.is_alphabetic() || c == '_').then_some(name)
}

/// What stands between the name and the `>`, if it looks like attributes: names of ASCII characters, with values in or without quotes.
fn attributes_of(rest: &str) -> Option<&str> {
    if !rest.starts_with(|c: char| c == '>' || c == '/' || c.is_whitespace()) {
        return None;
    }
    let mut quote = None;
    let (mut in_value, mut before) = (false, ' ');
    for (at, c) in rest.char_indices() {
        match c {
            // In quotes too: it mostly means that a quote was forgotten.
            '<' => return None,
            _ if quote == Some(c) => (quote, in_value) = (None, false),
            _ if quote.is_some() => {}
            '>' => return Some(&rest[..at]),
            '"' | '\'' if before == '=' => quote = Some(c),
            '=' => in_value = true,
            _ if c.is_whitespace() => in_value &= before == '=',
            _ if !c.is_ascii() && !in_value => return None,
            _ => {}
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    None
}

/// The value of an attribute, as written.
pub(crate) fn attribute<'t>(attributes: &'t str, wanted: &str) -> Option<&'t str> {
    attribute_list(attributes).find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
}

/// The attributes that have values, in order.
pub(crate) fn attribute_list(attributes: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = attributes;
    std::iter::from_fn(move || {
        let (before, after) = rest.split_once('=')?;
        let name = before.split_whitespace().next_back().unwrap_or_default();
        let after = after.trim_start();
        let value = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after[1..].split(quote).next().unwrap_or_default(),
            _ => after.split_whitespace().next().unwrap_or_default(),
        };
        // Past the value and the quote that ends it.
        let end = value.as_ptr() as usize - after.as_ptr() as usize + value.len();
        rest = after.get(end + usize::from(after.starts_with(['"', '\'']))..).unwrap_or_default();
        Some((name, value))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_are_told_from_text() {
        for (text, expected, why) in [
            ("<p>نص</p>", &["p", "p"][..], "a pair"),
            ("<br/><br /><BR>", &["br", "br", "BR"], "empty tags"),
            ("<a href='x>y' class=\"b\">", &["a"], "a `>` in quotes"),
            ("<img alt=صورة src=a.jpg>", &["img"], "a value without quotes"),
            ("<العنوان>نص</العنوان>", &["العنوان", "العنوان"], "names in any script"),
            ("<dc:date>", &["dc:date"], "a prefix"),
            ("a < b و c > d", &[], "comparisons"),
            ("a <b وc> d", &[], "what follows the name is no attribute"),
            ("<<الخليج>>", &["الخليج"], "the caller knows that there is no such element"),
            ("<a@b.com> <3 <-", &[], "an address, a heart, an arrow"),
            ("<b ثم نص بلا نهاية", &[], "it never ends"),
            ("<a href=\"x>نص <b>", &["b"], "a quote that is not closed"),
            ("<!-- a <b> --><!DOCTYPE html><?xml version='1.0'?>", &["", "", ""], "silent"),
            ("<![if !mso]><b><![endif]>", &["", "b", ""], "conditions of Word"),
            ("<!-- لا نهاية <i>", &["i"], "a comment that never ends"),
            ("<![CDATA[a <b> c]]>", &["a <b> c"], "character data"),
        ] {
            assert_eq!(tags(text).map(|tag| tag.name).collect::<Vec<_>>(), expected, "{text}: {why}");
        }
    }

    #[test]
    fn attributes_have_values() {
        let list = |attributes| attribute_list(attributes).collect::<Vec<_>>();
        assert_eq!(list("id=\"AFP.0001\" type = 'story' n=3 x"), [("id", "AFP.0001"), ("type", "story"), ("n", "3")]);
        assert_eq!(attribute("a='' WHEN=\"2016-03-07\"", "when"), Some("2016-03-07"));
        assert_eq!(attribute("", "when"), None);
    }

    proptest! {
        #[test]
        fn tags_lie_in_order_within_the_text(text in "[<>/=a-c\"' !\\-\\[\\]بت?]{0,40}") {
            let mut end = 0;
            for tag in tags(&text) {
                prop_assert!(tag.range.start >= end && text[tag.range.clone()].ends_with('>'));
                prop_assert!(attribute_list(tag.attributes).count() <= tag.attributes.len());
                end = tag.range.end;
            }
        }
    }
}
