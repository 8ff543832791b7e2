//! Entities (`&quot;`, `&#1575;`) in text without tags: only those that are complete, so that a lone `&` and addresses stay.

use std::borrow::Cow;

use crate::ingest::html::resolve_entities;

/// Longest name of an entity in HTML.
const LONGEST: usize = 31;

/// Whether a text has entities.
pub(crate) fn has_entities(text: &str) -> bool {
    ampersands(text).any(|rest| entity_length(rest).is_some())
}

/// Whether the ampersand of an entity is itself an entity: `&amp;quot;`.
pub(super) fn is_escaped_twice(text: &str) -> bool {
    ampersands(text).any(|rest| {
        let inner = ["&amp;", "&#38;", "&#x26;"].iter().find_map(|escape| rest.strip_prefix(escape));
        inner.is_some_and(|inner| entity_after(inner).is_some())
    })
}

/// A text with its entities resolved; those that HTML does not know stay.
pub(crate) fn resolve(text: &str) -> Cow<'_, str> {
    if !has_entities(text) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        escaped.push_str(&rest[..at]);
        let length = entity_length(&rest[at..]);
        // An ampersand that begins no entity is escaped, because HTML also takes `&copy=2` for one.
        escaped.push_str(if length.is_some() { "&" } else { "&amp;" });
        rest = &rest[at + 1..];
    }
    escaped.push_str(rest);
    resolve_entities(&escaped).into_owned().into()
}

fn ampersands(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('&').map(|(at, _)| &text[at..])
}

/// The length of the entity at the beginning of a text.
fn entity_length(text: &str) -> Option<usize> {
    entity_after(text.strip_prefix('&')?).map(|length| length + 1)
}

/// The length of an entity without its ampersand.
fn entity_after(text: &str) -> Option<usize> {
    let end = text.bytes().take(LONGEST + 1).position(|byte| byte == b';')?;
    let name = &text[..end];
    let is_entity = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            // A number that is no character would become U+FFFD.
            code.ok().filter(|code| *code != 0).and_then(char::from_u32).is_some()
        }
        None => name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    };
    is_entity.then_some(end + 1)
}
