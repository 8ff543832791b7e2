//! Cells of flat tables, and where their rows go.

use std::borrow::Cow;
use std::io::{self, Write};

use super::files::Encoder;

/// A value of a flat table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'c> {
    Empty,
    Text(Cow<'c, str>),
    Whole(i64),
    Decimal(f32),
    Flag(bool),
}

impl<'c> Cell<'c> {
    pub(super) fn text(text: &'c str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    pub(super) fn optional(text: Option<&'c str>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    /// An index or a count, of which an article has fewer than 2^31.
    pub(super) fn count(count: usize) -> Self {
        Self::Whole(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// The value as it is written where everything is text.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Whole(number) => Cow::Owned(number.to_string()),
            Self::Decimal(number) => Cow::Owned(number.to_string()),
            Self::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
        }
    }
}

/// A format that writes flat tables. The names of the columns are given to it when it is made.
pub(super) trait RowEncoder: Encoder {
    /// Writes a row, with a cell for each column.
    fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()>;
}
