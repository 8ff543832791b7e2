//! Numbers that JSON has not, or that its parser would round, written as what can be read exactly.
//!
//! Python writes numbers that are none as `NaN` and `Infinity`: they are read as null. A whole number of more digits than a computer's
//! has, mostly an id, is read as a text, or the ids of different records would become the same.

use std::borrow::Cow;

/// Fewest digits of a whole number that may be too large.
const LONG: usize = 19;

/// How a text was changed: places in the new text, each with the number of bytes that were added before it.
pub(super) struct Changes(Vec<(usize, usize)>);

impl Changes {
    /// The place in the old text of a place in the new one.
    pub(super) fn place_before(&self, place: usize) -> usize {
        let added = self.0.iter().take_while(|(at, _)| *at <= place).last().map_or(0, |(_, added)| *added);
        place - added
    }
}

/// The text with null for each `NaN` and `Infinity` outside strings, and quotes around each number that is too long.
pub(super) fn rewritten(text: &str) -> (Cow<'_, str>, Changes) {
    if !text.contains("NaN") && !text.contains("Infinity") && !has_long_number(text.as_bytes()) {
        return (Cow::Borrowed(text), Changes(Vec::new()));
    }
    let (mut json, mut changes, mut added) = (String::with_capacity(text.len() + 8), Vec::new(), 0);
    let (mut rest, mut in_string) = (text, false);
    while let Some(at) = rest.find(|c: char| matches!(c, '"' | '\\' | 'N' | 'I' | '-' | '0'..='9')) {
        let (before, from) = rest.split_at(at);
        json.push_str(before);
        let taken = if in_string || from.starts_with(['"', '\\']) {
            in_string ^= from.starts_with('"');
            // What a backslash escapes is taken with it, so that an escaped quote ends no string.
            let escaped = from.strip_prefix('\\').and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            json.push_str(&from[..=escaped]);
            1 + escaped
        } else {
            let (written, length) = number(from);
            json.push_str(&written);
            if written.len() > length {
                added += written.len() - length;
                changes.push((json.len(), added));
            }
            length
        };
        rest = &rest[at + taken..];
    }
    json.push_str(rest);
    (Cow::Owned(json), Changes(changes))
}

/// What to write for the number at the beginning of a text, and its length in the text.
fn number(text: &str) -> (Cow<'_, str>, usize) {
    if let Some(name) = ["NaN", "-Infinity", "Infinity"].into_iter().find(|name| text.starts_with(name)) {
        return (format!("{:width$}", "null", width = name.len()).into(), name.len());
    }
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
    let length = text.find(|c| !is_part(c)).unwrap_or(text.len()).max(1);
    let number = &text[..length];
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_whole = digits.len() >= LONG && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_exact = || number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok();
    if is_whole && !digits.starts_with('0') && !is_exact() {
        (format!("\"{number}\"").into(), length)
    } else {
        (number.into(), length)
    }
}

/// Whether so many digits stand in a row, in a string or not. Of so many bytes in a row one is at a multiple of their number.
fn has_long_number(text: &[u8]) -> bool {
    let is_digit = |byte: &&u8| byte.is_ascii_digit();
    (0..text.len()).step_by(LONG).any(|at| {
        text[at].is_ascii_digit() && {
            let before = text[..at].iter().rev().take(LONG).take_while(is_digit).count();
            before + text[at..].iter().take(LONG).take_while(is_digit).count() >= LONG
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::json_object::parse;

    fn shown(text: &str) -> Vec<String> {
        parse(text).expect(text).iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn numbers_that_are_none_are_null() {
        let text = r#"{"a":NaN,"b":[Infinity,-Infinity,1],"c":"NaN \"Infinity","d":{"e":NaN}}"#;
        assert_eq!(shown(text), ["a=null", "b=[null,null,1]", r#"c="NaN \"Infinity""#, r#"d={"e":null}"#]);
        assert!(parse(r#"{"a":NaNa}"#).is_err());
    }

    #[test]
    fn whole_numbers_keep_every_digit() {
        for (number, expected) in [
            ("12345678901234567890123", r#""12345678901234567890123""#),
            ("-12345678901234567890123", r#""-12345678901234567890123""#),
            ("18446744073709551616", r#""18446744073709551616""#),
            ("18446744073709551615", "18446744073709551615"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("1.5", "1.5"),
            ("-1e3", "-1000.0"),
            (r#""12345678901234567890123""#, r#""12345678901234567890123""#),
            (r#"[1,{"b":12345678901234567890123}]"#, r#"[1,{"b":"12345678901234567890123"}]"#),
        ] {
            assert_eq!(shown(&format!("{{\"a\": {number}}}")), [format!("a={expected}")]);
        }
        let fault = parse("{\"a\":12345678901234567890123,\"b\":x}").expect_err("no value");
        assert!(fault.message(1, 0).starts_with("line 1, byte 33:"), "{}", fault.message(1, 0));
    }
}
