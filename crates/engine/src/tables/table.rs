//! The tables of a build, by name.

/// A table of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// One row per sentence.
    Sentences,
    /// One row per article.
    Articles,
    /// One row per keyword hit.
    Keywords,
    /// One row per input that could not be used.
    Rejects,
}

impl Table {
    /// All tables, in the order of the data dictionary.
    pub const ALL: [Self; 4] = [Self::Sentences, Self::Articles, Self::Keywords, Self::Rejects];

    /// The table's name, and that of the folder of its files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sentences => "sentences",
            Self::Articles => "articles",
            Self::Keywords => "keywords",
            Self::Rejects => "rejects",
        }
    }
}
