//! Names and values that come with the data, as they stand in messages for people.
//!
//! Invariant: what is shown is one line, obeys no control character and is of bounded length, so that no file name, label or record
//! id can write to a terminal, look like a message of the program, or push one off the screen.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;

/// Longest text in a message, in characters.
const LONGEST: usize = 4_000;

/// A text on one line: control characters are written as in Rust (`\n`, `\u{1b}`), and one that is too long is cut.
pub(crate) fn on_one_line(text: &str) -> Cow<'_, str> {
    let cut = text.char_indices().nth(LONGEST).map(|(at, _)| &text[..at]);
    if cut.is_none() && !text.contains(is_active) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(cut.unwrap_or(text).len() + 16);
    for letter in cut.unwrap_or(text).chars() {
        if is_active(letter) {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    if cut.is_some() {
        // Writing to a string cannot fail.
        let _ = write!(shown, "… ({} bytes)", text.len());
    }
    Cow::Owned(shown)
}

/// Whether a character moves the cursor, ends a line or changes the direction of what follows.
fn is_active(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}')
}

/// A warning of what was found in the data.
pub(crate) fn warning(text: &str) -> String {
    format!("warning: {}", on_one_line(text))
}

/// A path on one line.
pub(crate) fn path(path: &Path) -> String {
    on_one_line(&path.to_string_lossy()).into_owned()
}

/// A string of SQL, in which a folder's name can only be a name.
pub(crate) fn sql_string(text: &str) -> String {
    text.replace('\'', "''")
}

/// A command that shows the result of a query, for any POSIX shell.
pub(crate) fn duckdb_command(query: &str) -> String {
    let mut command = String::from("duckdb -c \"");
    for letter in query.chars() {
        match letter {
            '"' | '\\' | '$' | '`' => command.extend(['\\', letter]),
            // Bash expands it even in double quotes, and leaves a backslash before it.
            '!' => command.push_str("\"'!'\""),
            _ => command.push(letter),
        }
    }
    command + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_nothing_but_name() {
        for (text, shown) in [
            ("a.txt", "a.txt"),
            ("قال «نعم»", "قال «نعم»"),
            ("a\ntarmim: done", "a\\ntarmim: done"),
            ("\u{1b}]52;c;x\u{7}", "\\u{1b}]52;c;x\\u{7}"),
            ("a\r\tb\u{9b}31m", "a\\r\\tb\\u{9b}31m"),
            ("a\u{202e}txt.exe\u{2028}", "a\\u{202e}txt.exe\\u{2028}"),
        ] {
            assert_eq!(on_one_line(text), shown);
        }
        let long = on_one_line(&"خ".repeat(10_000)).into_owned();
        assert!(long.ends_with("خ… (20000 bytes)") && long.chars().count() < LONGEST + 20);
    }

    #[test]
    fn a_shell_passes_on_the_query_as_it_is() {
        for query in ["select 1", r#"from 'a "b" $HOME `id` \ ! $(id) it''s'"#, "!!", "\\"] {
            let command = duckdb_command(query).replacen("duckdb -c", "printf %s", 1);
            let said = std::process::Command::new("sh").args(["-c", &command]).output().expect("a shell");
            assert_eq!(String::from_utf8_lossy(&said.stdout), query);
        }
    }
}
