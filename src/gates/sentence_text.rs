//! The texts of a sentence, derived again from its raw text: with its repairs, and with its marks.

use engine::arabic::PunctuationMark;
use engine::tables::sentences::{Mark, Repair};
use engine::tables::{Lists, Token};

/// The marks that end a sentence.
const ENDING: [&str; 2] = [PunctuationMark::Stop.text(), PunctuationMark::Question.text()];

/// Which columns of text are what the row's other columns say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Derived {
    /// `tokens`: each is the token of `raw_text` in its place, with the form and confidence of its repair.
    pub(super) tokens: bool,
    /// `text`: `raw_text` with `repairs`, each of which changes the token that it names.
    pub(super) text: bool,
    /// `text_punctuated`: that with `marks`, of which those that end a sentence stand at its end, and the others inside.
    pub(super) text_punctuated: bool,
}

/// A row of `sentences`.
pub(super) struct SentenceText<'a> {
    pub(super) raw_text: &'a str,
    pub(super) tokens: &'a Lists<Token>,
    pub(super) repairs: &'a Lists<Repair>,
    pub(super) marks: &'a Lists<Mark>,
    pub(super) row: usize,
}

impl SentenceText<'_> {
    /// Compares the columns of the row with what they are derived from.
    pub(super) fn gives(&self, text: &str, text_punctuated: &str) -> Derived {
        let Self { raw_text, tokens, repairs, marks, row } = self;
        let (mut repaired, mut marked) = (repairs.row(*row).peekable(), marks.row(*row).peekable());
        let mut listed = tokens.row(*row);
        let (mut rest, mut rest_punctuated) = (Some(text), Some(text_punctuated));
        let (count, mut are_listed, mut is_in_place) = (raw_text.split(' ').count(), true, true);
        for (index, token) in raw_text.split(' ').enumerate() {
            let is_here = |token: i32| usize::try_from(token) == Ok(index);
            // Both are in the order of their tokens; one that is out of order is never reached and left over at the end.
            let repair = repaired.next_if(|member| is_here(repairs.items.token.value(*member)));
            let form = repair.map_or(token, |member| repairs.items.repaired.value(member));
            if repair.is_some_and(|member| repairs.items.raw.value(member) != token || form == token) {
                rest = None;
            }
            are_listed &= listed.next().is_some_and(|member| {
                let confidence = tokens.items.confidence.value(member);
                let is_of_repair = |repair| repairs.items.confidence.value(repair).to_bits() == confidence.to_bits();
                (tokens.items.raw.value(member), tokens.items.form.value(member)) == (token, form)
                    && repair.is_none_or(is_of_repair)
            });
            let mark = marked.next_if(|member| is_here(marks.items.token.value(*member)));
            let mark = mark.map_or("", |member| marks.items.mark.value(member));
            is_in_place &= mark.is_empty() || ENDING.contains(&mark) == (index + 1 == count);
            let gap = if index > 0 { " " } else { "" };
            rest = rest.and_then(|rest| rest.strip_prefix(gap)?.strip_prefix(form));
            rest_punctuated =
                rest_punctuated.and_then(|rest| rest.strip_prefix(gap)?.strip_prefix(form)?.strip_prefix(mark));
        }
        Derived {
            tokens: are_listed && listed.next().is_none(),
            text: rest == Some("") && repaired.next().is_none(),
            text_punctuated: is_in_place && rest_punctuated == Some("") && marked.next().is_none(),
        }
    }
}

/// The tokens of a raw text, separated by single spaces; -1, which no count equals, if it has other white space or an empty
/// token.
pub(super) fn tokens_in(raw: &str) -> i64 {
    let mut tokens = 0;
    for token in raw.split(' ') {
        if token.is_empty() || token.bytes().any(|byte| byte.is_ascii_whitespace()) {
            return -1;
        }
        tokens += 1;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_separated_by_single_spaces() {
        for (raw, tokens) in [("كلمة", 1), ("قال إن", 2), ("", -1), ("قال  إن", -1), (" قال", -1), ("قال\nإن", -1)]
        {
            assert_eq!(tokens_in(raw), tokens, "{raw:?}");
        }
    }
}
