//! A form taken apart as corpora have it: words, and the punctuation that is glued to them.
//!
//! Invariant: the pieces of a form, with a space after each that ends a word but the last, are the form.

/// A word, or one or more of the same punctuation mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'f> {
    pub(super) text: &'f str,
    pub(super) is_mark: bool,
    /// Whether a space or the end of the form follows.
    pub(super) ends_word: bool,
}

/// The pieces of a form, which may hold single spaces.
pub(super) fn pieces(form: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for word in form.split(' ') {
        let (before, stem, after) = parts(word);
        push_marks(&mut pieces, before);
        if !stem.is_empty() {
            pieces.push(Piece { text: stem, is_mark: false, ends_word: false });
        }
        push_marks(&mut pieces, after);
        if let Some(last) = pieces.last_mut() {
            last.ends_word = true;
        }
    }
    pieces
}

/// The punctuation before a word, the word, and the punctuation after it. A sign before a number belongs to it.
pub(super) fn parts(word: &str) -> (&str, &str, &str) {
    let stem = word.trim_start_matches(is_punctuation);
    let mut start = word.len() - stem.len();
    if stem.starts_with(char::is_numeric) && word[..start].ends_with('-') {
        start -= 1;
    }
    let (before, rest) = word.split_at(start);
    let (stem, after) = rest.split_at(rest.trim_end_matches(is_punctuation).len());
    (before, stem, after)
}

/// A piece for each run of the same mark: `...` is one, `.»` are two.
fn push_marks<'f>(pieces: &mut Vec<Piece<'f>>, marks: &'f str) {
    let mut rest = marks;
    while let Some(mark) = rest.chars().next() {
        let (text, after) = rest.split_at(rest.len() - rest.trim_start_matches(mark).len());
        pieces.push(Piece { text, is_mark: true, ends_word: false });
        rest = after;
    }
}

/// Marks that are no part of the word that they are glued to.
fn is_punctuation(letter: char) -> bool {
    matches!(
        letter,
        '!' | '"' | '\'' | '(' | ')' | '*' | ',' | '-' | '.' | '/' | ':' | ';' | '?' | '[' | ']' | '{' | '|' | '}'
            | '«' | '»' | '·' | '،' | '؛' | '؟' | '٭' | '۔' | '‐'..='―' | '‘'..='‟' | '•' | '…' | '‹' | '›' | '﴾' | '﴿'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(form: &str) -> String {
        let pieces = pieces(form);
        let text: String =
            pieces.iter().map(|p| if p.ends_word { format!("{} ", p.text) } else { p.text.to_owned() }).collect();
        assert_eq!(text.trim_end(), form, "the pieces are the form");
        pieces.iter().map(|piece| piece.text).collect::<Vec<_>>().join("_")
    }

    #[test]
    fn marks_are_taken_off_words() {
        assert_eq!(shown("قال"), "قال");
        assert_eq!(shown("(قال):"), "(_قال_)_:");
        assert_eq!(shown("«عبد الله»..."), "«_عبد_الله_»_...");
        assert_eq!(shown("3.5%"), "3.5%");
        assert_eq!(shown("(-5)"), "(_-5_)");
        assert_eq!(shown("--"), "--");
        assert_eq!(shown("."), ".");
        assert_eq!(shown("http://a.b/c"), "http://a.b/c");
    }
}
