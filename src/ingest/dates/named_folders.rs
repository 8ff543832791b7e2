//! Dates in folders and names of files that give the month by its name: `2019/مارس/5`, `03-مارس`, `1 مارس 2019`.
//!
//! Invariant: a name that says anything else besides is no date.

use super::months::month_at;
use super::reading::Reading;
use super::text::read_date;
use super::tokens::{Kind, Token, tokenise};

/// Whether a name is that of a month, with or without numbers beside it.
pub(super) fn is_named_month(name: &str) -> bool {
    month_in(&tokens(name)).is_some()
}

/// The date that folders are, the outermost first, one of which has the name of the month.
pub(super) fn date_with_name(folders: &[String]) -> Reading {
    // Beside other folders, `05-مايو` is the fifth month, not its fifth day: folders are sorted so.
    let is_sorted = |tokens: &[Token]| {
        let month = month_in(tokens).and_then(|at| month_at(tokens, at));
        let number = tokens.first().and_then(|token| token.number(|digits| digits <= 2));
        folders.len() > 1 && month.is_some_and(|(month, _)| number == Some(u64::from(month.number)))
    };
    let written = |name: &String| {
        let name = spaced(name);
        let is_sorted = is_sorted(&tokenise(&name));
        if is_sorted { name.trim_start_matches(|c: char| c.is_numeric() || c == ' ').to_owned() } else { name }
    };
    // Folders go from the year to the day, and dates are written the other way round.
    let text = folders.iter().rev().map(written).collect::<Vec<_>>().join(" ");
    if month_in(&tokens(&text)).is_some() { read_date(&text) } else { Reading::default() }
}

/// The place of a month's name among tokens that are otherwise numbers.
fn month_in(tokens: &[Token]) -> Option<usize> {
    let is_number = |token: &Token| matches!(token.kind, Kind::Number { digits: 1 | 2 | 4, .. } | Kind::Mark(','));
    let start = tokens.iter().position(|token| !is_number(token))?;
    let (_, end) = month_at(tokens, start)?;
    tokens[end..].iter().all(is_number).then_some(start)
}

fn tokens(name: &str) -> Vec<Token> {
    tokenise(&spaced(name))
}

fn spaced(name: &str) -> String {
    name.replace(['-', '_', '.'], " ").trim().to_owned()
}
