//! A term as it is looked for: its words, cleaned as the words of texts are.

use super::super::runs::{is_joint, is_symbol, letters_of, runs_of};
use crate::arabic::inflection::{MOST_LETTERS, without_article};
use crate::arabic::{fold_word, is_mark};
use crate::document::unify_token;

/// A term that can be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// Its words, separated by single spaces.
    pub(super) words: String,
    /// Whether it has anything but Arabic words, or hyphens between them.
    pub(super) has_symbols: bool,
}

/// The term of a label.
///
/// # Errors
/// Why it cannot be looked for.
pub(super) fn term_of(label: &str) -> Result<Term, String> {
    let mut term = Term { words: String::new(), has_symbols: false };
    for token in label.split_whitespace() {
        let mut unified = String::new();
        unify_token(token, &mut unified);
        // Terms are matched letter by letter, and the letters of a word hold no diacritics.
        unified.retain(|c| !is_mark(c));
        add_words(&unified, &mut term).ok_or("contains something other than words, numbers and hyphens")?;
    }
    let words: Vec<&str> = term.words.split(' ').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Err("has no word".to_owned());
    }
    if words.iter().any(|word| word.chars().count() > MOST_LETTERS) {
        return Err(format!("has a word of more than {MOST_LETTERS} letters"));
    }
    if words.iter().all(|word| word.chars().all(|c| c.is_ascii_digit())) {
        return Err("is a number alone, which stands for anything".to_owned());
    }
    Ok(term)
}

/// Adds the words of a token; `None` if there is anything else in it.
fn add_words(token: &str, term: &mut Term) -> Option<()> {
    let runs = runs_of(token);
    let (first, last) = (runs.first()?, runs.last()?);
    if first.bytes.start != 0 || last.bytes.end != token.len() {
        return None;
    }
    if !runs.windows(2).all(|pair| is_joint(&token[pair[0].bytes.end..pair[1].bytes.start])) {
        return None;
    }
    for run in &runs {
        term.has_symbols |= is_symbol(&run.letters) || runs.len() > 1;
        if !term.words.is_empty() {
            term.words.push(' ');
        }
        match std::str::from_utf8(&run.letters) {
            Ok(symbol) if is_symbol(&run.letters) => term.words.push_str(symbol),
            _ => term.words.push_str(&token[run.bytes.clone()]),
        }
    }
    Some(())
}

/// A term's words as matching compares them: folded, the first without its article.
pub(super) fn comparable(term: &str) -> Vec<Vec<u8>> {
    let folded = |(index, word): (usize, &str)| match letters_of(word) {
        symbol if is_symbol(&symbol) => symbol,
        first if index == 0 => without_article(&first),
        later => fold_word(&later),
    };
    term.split(' ').enumerate().map(folded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_cleaned_as_texts_are() {
        for (label, expected) in [
            ("كُوفيد-19", Ok("كوفيد 19")),
            ("كوفيد ١٩", Ok("كوفيد 19")),
            ("مجموعة العشرين G20", Ok("مجموعة العشرين g20")),
            ("المـؤتمـر  العام", Ok("المؤتمر العام")),
            ("بانک مرکزی", Ok("بانك مركزي")),
            ("جيو\u{2011}سياسي", Ok("جيو سياسي")),
            ("رؤية 2030", Ok("رؤية 2030")),
            ("2030", Err("is a number alone")),
            ("منظمة (WHO)", Err("something other")),
            ("-", Err("something other")),
            ("واي فاي", Ok("واي فاي")),
            (" ", Err("no word")),
        ] {
            let found = term_of(label);
            match (found, expected) {
                (Ok(term), Ok(words)) => assert_eq!(term.words, words, "{label}"),
                (Err(why), Err(part)) => assert!(why.contains(part), "{label}: {why}"),
                (found, _) => panic!("{label}: {found:?}"),
            }
        }
    }
}
