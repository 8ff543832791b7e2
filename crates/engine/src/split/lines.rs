//! The lines of an article: which of them a text ends on purpose, and which were wrapped at the width of a page.
//!
//! A break is deliberate if the next word would still have fitted on the line, or if the lines are rows of a table. If at least half of
//! an article's breaks are deliberate, its lines are paragraphs, and all breaks count.

use std::ops::Range;

use crate::arabic::is_digit;
use crate::document::{Document, Gap};

/// A table has at least this many rows that end in a figure; running text has that many by accident once in thousands of lines.
const TABLE_ROWS: usize = 3;
/// A row of a table has at most this many tokens.
const ROW_TOKENS: usize = 10;

/// The lines of an article.
pub(super) struct Lines {
    /// The tokens of each line.
    lines: Vec<Range<usize>>,
    /// For each line, whether the break after it is deliberate by itself.
    deliberate: Vec<bool>,
}

impl Lines {
    pub(super) fn of(document: &Document) -> Self {
        let tokens = document.tokens();
        let breaks = (0..tokens.len()).filter(|token| tokens[*token].gap.is_break());
        let mut lines: Vec<Range<usize>> = Vec::new();
        for end in breaks {
            lines.push(lines.last().map_or(0, |line| line.end)..end + 1);
        }
        let width = |tokens: Range<usize>| document.span_text(tokens).chars().count();
        let widest = lines.iter().map(|line| width(line.clone())).max().unwrap_or(0);
        // The widest line stands for the unknown width of the page: the next line's first word is added to this line.
        let fits = |line: &Range<usize>| line.end < tokens.len() && width(line.start..line.end + 1) <= widest;
        let mut deliberate: Vec<bool> = lines.iter().map(fits).collect();
        for rows in tables(document, &lines) {
            // The line before a table is its heading.
            deliberate[rows.start.saturating_sub(1)..rows.end].fill(true);
        }
        Self { lines, deliberate }
    }

    /// The first token of each line.
    pub(super) fn starts(&self) -> impl Iterator<Item = usize> {
        self.lines.iter().map(|line| line.start)
    }

    /// Whether the break before a line, given by its first token, is deliberate by itself; also true before the first line.
    pub(super) fn is_after_deliberate_break(&self, start: usize) -> bool {
        let line = self.lines.partition_point(|line| line.start < start);
        line.checked_sub(1).is_none_or(|before| self.deliberate[before])
    }

    /// The tokens before breaks that end a sentence. `items` are the tokens at which items of lists begin, in order: the breaks before
    /// them are known, and tell nothing of the others.
    pub(super) fn ends(&self, document: &Document, items: &[usize]) -> Vec<usize> {
        let is_open = |line: &Range<usize>| {
            document.tokens()[line.end - 1].gap == Gap::Line && items.binary_search(&line.end).is_err()
        };
        let open: Vec<(usize, bool)> = (self.lines.iter().zip(&self.deliberate))
            .filter(|(line, _)| is_open(line))
            .map(|(line, deliberate)| (line.end - 1, *deliberate))
            .collect();
        let are_paragraphs = 2 * open.iter().filter(|(_, deliberate)| *deliberate).count() >= open.len();
        open.into_iter().filter(|(_, deliberate)| are_paragraphs || *deliberate).map(|(end, _)| end).collect()
    }
}

/// The runs of lines that end in a figure, with at most one word after it: `تفاح 5.5 درهم`.
fn tables(document: &Document, lines: &[Range<usize>]) -> Vec<Range<usize>> {
    let has_digit = |token: usize| document.token_text(token).contains(is_digit);
    let is_row = |line: &Range<usize>| {
        (2..=ROW_TOKENS).contains(&line.len()) && (line.end.saturating_sub(2).max(line.start + 1)..line.end).any(has_digit)
    };
    let mut start = 0;
    let runs = lines.chunk_by(|a, b| is_row(a) == is_row(b)).map(|run| {
        start += run.len();
        start - run.len()..start
    });
    runs.filter(|run| run.len() >= TABLE_ROWS && is_row(&lines[run.start])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str, items: &[usize]) -> Vec<usize> {
        let document = Document::from_text("t", text);
        Lines::of(&document).ends(&document, items)
    }

    #[test]
    fn a_line_wrapped_at_its_width_goes_on() {
        let wrapped = "كلمة كلمة كلمة\nكلمة كلمة كلمة\nكلمة كلمة كلمة\nكلمة\nكلمة كلمة كلمة\nكلمة كلمة";
        assert_eq!(ends(wrapped, &[]), [9], "only the short line ends deliberately");
        let paragraphs = "كلمة كلمة\nكلمة كلمة كلمة كلمة\nكلمة\nكلمة كلمة كلمة";
        assert_eq!(ends(paragraphs, &[]), [1, 5, 6], "one paragraph a line");
        assert!(ends("كلمة كلمة", &[]).is_empty());
    }

    #[test]
    fn breaks_before_items_tell_nothing_of_the_others() {
        let text = "كلمة كلمة كلمة\nكلمة كلمة كلمة\nكلمة كلمة\n- كلمة\n- كلمة\n- كلمة";
        assert_eq!(ends(text, &[8, 10, 12]), Vec::<usize>::new(), "the text before the list is wrapped");
    }

    #[test]
    fn each_row_of_a_table_is_a_line_of_its_own() {
        assert_eq!(ends("الصنف السعر\nتفاح 5.5 درهم\nبرتقال 3 دراهم\nموز 4 دراهم", &[]), [1, 4, 7]);
    }
}
