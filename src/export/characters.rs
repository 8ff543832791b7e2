//! Characters that formats forbid.

use std::borrow::Cow;

/// A text without the characters that XML 1.0 forbids, and that no text needs: control characters other than tab and line breaks, and
/// U+FFFE and U+FFFF. Each becomes U+FFFD.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(is_forbidden) {
        return Cow::Owned(text.replace(is_forbidden, "\u{fffd}"));
    }
    Cow::Borrowed(text)
}

fn is_forbidden(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\t' | '\n' | '\r') || matches!(letter, '\u{fffe}' | '\u{ffff}')
}
