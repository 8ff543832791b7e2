//! Letters written as numbers: character references of HTML (`&#1582;&#1576;&#1585;`), escapes of JSON (`\u062e\u0628\u0631`), in
//! text that is neither.

use super::misreading::{Misreading, Undone};
use crate::arabic::is_letter;

/// Fewest Arabic letters so written that make it no accident, such as an example in a text about HTML.
const FEWEST: usize = 3;

/// The text with such numbers replaced by their characters, if they write Arabic letters.
pub(super) fn undo(text: &str) -> Option<Undone> {
    let references = || replace(text, "&#", reference).map(|text| (text, Misreading::References));
    references().or_else(|| replace(text, "\\u", escape).map(|text| (text, Misreading::Escapes)))
}

/// The text with each number that begins with `start` replaced. `read` gives the character of the one with which a text begins, and its
/// length.
fn replace(text: &str, start: &str, read: fn(&str) -> Option<(char, usize)>) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let (mut letters, mut rest) = (0, text);
    while let Some(at) = rest.find(start) {
        result.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((c, length)) = read(rest) {
            letters += usize::from(is_letter(c));
            result.push(c);
            rest = &rest[length..];
        } else {
            result.push_str(start);
            rest = &rest[start.len()..];
        }
    }
    result.push_str(rest);
    (letters >= FEWEST).then_some(result)
}

fn reference(text: &str) -> Option<(char, usize)> {
    /// Longer ones name no character.
    const LONGEST: usize = 10;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let number = &text[2..end];
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    let c = char::from_u32(code.ok()?).filter(|c| !c.is_control() || *c == '\n')?;
    Some((c, end + 1))
}

fn escape(text: &str) -> Option<(char, usize)> {
    const LENGTH: usize = 6;
    let code = u32::from_str_radix(text.get(2..LENGTH)?, 16).ok()?;
    // Half of a surrogate pair is no character, and is left as it stands.
    let c = char::from_u32(code).filter(|c| !c.is_control() || *c == '\n')?;
    Some((c, LENGTH))
}
