//! Text that a spreadsheet would take for a formula.
//!
//! Articles are anybody's text. A program that opens a table of them must not run what they say.

use std::borrow::Cow;

use engine::review::FORMULA_STARTS;

/// A cell that no spreadsheet takes for a formula: a text that begins like one, also after white space, or with a tab or a
/// line break, gets an apostrophe before it.
pub(crate) fn without_formula(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(FORMULA_STARTS);
    if is_formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_formulas_change() {
        for text in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", " =1", "\u{a0}=1", "\n", "＝1"] {
            assert_eq!(without_formula(text), format!("'{text}"));
        }
        for text in ["", "a=1", "'=1", "قال", "1-2"] {
            assert_eq!(without_formula(text), text);
        }
    }
}
