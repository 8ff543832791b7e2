//! Files that are called JSON and hold no object: a call of a function around it, or a single value.

use serde_json::Value;

/// What is wrong with a file that begins with `head`, and what to do; `None` if it may hold records.
pub(super) fn mistake(head: &[u8], is_whole: bool) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    let text = head.trim_start_matches('\u{feff}').trim();
    if let Some(function) = called(text) {
        return Some(format!(
            "not JSON, but a call of the function {function} (JSONP): expected an object or a list; delete what stands before the first \
             bracket of the JSON, {function:?} and \"(\", and what stands after its last one, \")\""
        ));
    }
    let value =
        serde_json::from_str(text).ok().filter(|value| is_whole && !matches!(value, Value::Object(_) | Value::Array(_)))?;
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        _ => "a text",
    };
    Some(format!(
        "all that the file holds is {found}: expected an object or a list of objects; delete the file, or add it to ingest.skip"
    ))
}

/// The function of a call around JSON.
fn called(text: &str) -> Option<&str> {
    // Against a form of attack, some writers put an empty comment before the call.
    let text = text.strip_prefix("/**/").unwrap_or(text).trim_start();
    let (function, arguments) = text.split_once('(')?;
    let function = function.trim_end();
    let is_name =
        !function.is_empty() && function.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.'));
    (is_name && arguments.trim_start().starts_with(['{', '['])).then_some(function)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_named() {
        for (text, named) in [
            ("callback({\"text\": \"خبر\"});", "callback"),
            ("/**/ jQuery.cb_1 ( [{\"text\": 1}])", "jQuery.cb_1"),
            ("null", "null"),
            ("\u{feff} null\n", "null"),
            ("\"خبر\"", "a text"),
            ("12", "a number"),
        ] {
            assert!(mistake(text.as_bytes(), true).is_some_and(|message| message.contains(named)), "{text}");
        }
        for text in ["{}", "[]", "{\"a\": \"f({})\"}", "نص (1)", "text (1)", "", "{\"a\":"] {
            assert_eq!(mistake(text.as_bytes(), true), None, "{text}");
        }
        assert_eq!(mistake(b"12", false), None, "only the beginning");
    }
}
