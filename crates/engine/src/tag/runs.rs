//! The runs of letters and digits in a token: Arabic words, and what stands between them in names, such as the `19` of `كوفيد-19` and
//! the `G20` of `مجموعة العشرين G20`.
//!
//! Invariant: a run of digits or of another script is a word that is compared as it is, in lower case and with Western digits. Its bytes
//! are UTF-8, all above the codes of Arabic letters, so that both kinds of words can be keys of one table.

use std::ops::Range;

use crate::arabic::{TATWEEL, is_digit, is_letter, is_mark};
use crate::repair::words::words_of;

/// Clitics that are written onto a word in another script (`وG20`).
const CLITICS: [&str; 11] = ["و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "فال", "كال", "لل"];

/// A run of letters or digits in a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Its bytes in the token.
    pub(super) bytes: Range<usize>,
    /// What it is compared by: letter codes as written, or the bytes of a run that is no Arabic word.
    pub(super) letters: Vec<u8>,
}

/// The runs of a token, in order.
pub(super) fn runs_of(token: &str) -> Vec<Run> {
    let words = words_of(token).into_iter().map(|word| Run { bytes: word.bytes, letters: word.codes });
    let mut runs: Vec<Run> = words.collect();
    let words = runs.len();
    let (mut open, mut next) = (false, 0);
    for (at, c) in token.char_indices() {
        while runs[..words].get(next).is_some_and(|word| word.bytes.end <= at) {
            next += 1;
        }
        let is_in_word = runs[..words].get(next).is_some_and(|word| word.bytes.contains(&at));
        if is_in_word || !(c.is_alphanumeric() || (open && is_mark(c))) {
            open = false;
            continue;
        }
        if !open {
            runs.push(Run { bytes: at..at, letters: Vec::new() });
            open = true;
        }
        if let Some(run) = runs.last_mut() {
            run.bytes.end = at + c.len_utf8();
        }
    }
    for run in &mut runs[words..] {
        run.letters = compared(&token[run.bytes.clone()]).into_bytes();
    }
    runs.sort_by_key(|run| run.bytes.start);
    runs
}

/// Whether these letters are a run of digits or of another script.
pub(super) fn is_symbol(letters: &[u8]) -> bool {
    letters.first().is_some_and(|first| *first >= b'0')
}

/// Whether what stands between two runs of a token joins them.
pub(super) fn is_joint(between: &str) -> bool {
    matches!(between, "" | "-" | "\u{2010}" | "\u{2011}" | "\u{2013}" | "_")
}

/// The letters of a word of a term, which is one run.
pub(super) fn letters_of(word: &str) -> Vec<u8> {
    runs_of(word).into_iter().next().map(|run| run.letters).unwrap_or_default()
}

/// A run that is no Arabic word, as it is compared.
fn compared(run: &str) -> String {
    let stem = run.trim_start_matches(|c| is_letter(c) || is_mark(c) || c == TATWEEL);
    let clitics = run[..run.len() - stem.len()].trim_end_matches(TATWEEL);
    let is_clitic = !stem.is_empty() && CLITICS.contains(&clitics) && !stem.chars().any(is_letter);
    let bare = if is_clitic { stem } else { run };
    bare.chars().filter(|c| !is_mark(*c)).flat_map(|c| western(c).to_lowercase()).collect()
}

/// A digit as the West writes it; any other character as it is.
fn western(c: char) -> char {
    if !is_digit(c) || c.is_ascii() {
        return c;
    }
    let zero = if c >= '\u{6f0}' { 0x6f0 } else { 0x660 };
    char::from_digit(c as u32 - zero, 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(token: &str) -> Vec<String> {
        let shown = |run: Run| {
            let letters =
                if is_symbol(&run.letters) { String::from_utf8_lossy(&run.letters).into_owned() } else { "word".to_owned() };
            format!("{}={letters}", &token[run.bytes])
        };
        runs_of(token).into_iter().map(shown).collect()
    }

    #[test]
    fn a_token_is_cut_into_words_numbers_and_names() {
        for (token, expected) in [
            ("كوفيد-19،", vec!["كوفيد=word", "19=19"]),
            ("كوفيد١٩", vec!["كوفيد=word", "١٩=19"]),
            ("(G20)", vec!["G20=g20"]),
            ("وG20", vec!["وG20=g20"]),
            ("والـiPhone", vec!["والـiPhone=iphone"]),
            ("پژو", vec!["پژو=پژو"]),
            ("F-16", vec!["F=f", "16=16"]),
            ("مُحمد", vec!["مُحمد=word"]),
            ("...", vec![]),
        ] {
            assert_eq!(shown(token), expected, "{token}");
        }
    }

    #[test]
    fn the_two_kinds_of_words_cannot_be_confused() {
        assert!(
            runs_of("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي")
                .iter()
                .all(|run| run.letters.iter().all(|letter| *letter < b'0'))
        );
        assert!(runs_of("0 9 a Z é پ").iter().all(|run| run.letters.iter().all(|letter| *letter >= b'0')));
    }
}
