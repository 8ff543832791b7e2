//! Character references of HTML (`&#1582;&#1576;&#1585;`) in text that is no HTML.

use crate::arabic::is_letter;

/// Fewest Arabic letters so written that make it no accident, such as an example in a text about HTML.
const FEWEST: usize = 3;

/// The text with its numeric references replaced by their characters, if they write Arabic letters.
pub(super) fn undo(text: &str) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let (mut letters, mut rest) = (0, text);
    while let Some(at) = rest.find("&#") {
        result.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((c, length)) = reference(rest) {
            letters += usize::from(is_letter(c));
            result.push(c);
            rest = &rest[length..];
        } else {
            result.push_str("&#");
            rest = &rest[2..];
        }
    }
    result.push_str(rest);
    (letters >= FEWEST).then_some(result)
}

/// The character of the reference with which a text begins, and the reference's length.
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
