//! Characters that an export wrote as two: `\n` for a line break, as dumps of `MySQL` do, `\"` and `<\/p>`, as JSON in JSON does.

use std::borrow::Cow;

/// A text with its escapes resolved. Other backslashes stay, and so do the paths of Windows: `C:\news`.
pub(super) fn resolve(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        resolved.push_str(&rest[..at]);
        let (replacement, taken) = escape(resolved.chars().next_back(), &rest[at..]).unwrap_or(("\\", 1));
        resolved.push_str(replacement);
        rest = &rest[at + taken..];
    }
    resolved.push_str(rest);
    resolved.into()
}

/// What the escape at the beginning of a text stands for, and its length.
fn escape(before: Option<char>, text: &str) -> Option<(&'static str, usize)> {
    const QUOTES_AND_SLASH: [(&str, &str); 3] = [("\\\"", "\""), ("\\'", "'"), ("\\/", "/")];
    // A name in a path goes on in lower case, and its drive stands before it.
    let is_break = |written: &str| {
        let after = text.strip_prefix(written).map(|rest| rest.chars().next());
        before != Some(':') && after.is_some_and(|after| !after.is_some_and(|c| c.is_ascii_lowercase()))
    };
    let found = ["\\r\\n", "\\n", "\\r"].into_iter().find(|written| is_break(written)).map(|written| ("\n", written));
    let found = found.or_else(|| is_break("\\t").then_some((" ", "\\t")));
    let found = found.or_else(|| {
        QUOTES_AND_SLASH.into_iter().find(|(written, _)| text.starts_with(written)).map(|(written, meant)| (meant, written))
    });
    found.map(|(meant, written)| (meant, written.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_exports_are_resolved() {
        for (text, expected, why) in [
            (r"أمس.\nوقال", "أمس.\nوقال", "a line break"),
            (r"أمس.\r\n\r\nوقال\n", "أمس.\n\nوقال\n", "those of Windows"),
            (r"أمس.\n2019\tنعم", "أمس.\n2019 نعم", "before a number; a tab"),
            (r#"قال \"نعم\" و\'لا\'"#, "قال \"نعم\" و'لا'", "quotes"),
            (r"نعم<\/p> http:\/\/a.org", "نعم</p> http://a.org", "slashes"),
            (r"C:\news\today C:\n", r"C:\news\today C:\n", "paths"),
            (r"أ \ ب \\ ج\", r"أ \ ب \\ ج\", "backslashes that stand for themselves"),
        ] {
            assert_eq!(resolve(text), expected, "{why}");
        }
    }
}
