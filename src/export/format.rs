//! What can be exported, and as what.

use clap::ValueEnum;
use engine::tables::Table;

/// The format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One JSON object per row and line
    Jsonl,
    /// The repaired text, one sentence per line; a blank line follows each article
    Text,
    /// The same with restored punctuation
    Punctuated,
    /// Comma-separated values, for spreadsheets
    Csv,
    /// Tab-separated values
    Tsv,
    /// An Excel workbook
    Xlsx,
    /// Sentences with a word on each line, as treebanks have them
    Conllu,
    /// TEI P5, an XML format for text corpora
    Tei,
}

impl ExportFormat {
    /// The format's name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Text => "text",
            Self::Punctuated => "punctuated",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Xlsx => "xlsx",
            Self::Conllu => "conllu",
            Self::Tei => "tei",
        }
    }

    /// The extension of a file's name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Text | Self::Punctuated => "txt",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Xlsx => "xlsx",
            Self::Conllu => "conllu",
            Self::Tei => "xml",
        }
    }

    /// Whether a file may begin with a byte order mark.
    #[must_use]
    pub fn may_have_mark(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }

    /// Whether it writes whole articles, and not the rows of a table.
    #[must_use]
    pub fn is_document(self) -> bool {
        matches!(self, Self::Conllu | Self::Tei)
    }

    /// Whether it is the text alone, which not every table has.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Punctuated)
    }
}

/// A table of an export: one of the build, or one made of its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportTable {
    /// One row per article
    Articles,
    /// One row per sentence
    Sentences,
    /// One row per keyword hit
    Keywords,
    /// One row per input that could not be used
    Rejects,
    /// One row per token
    Tokens,
    /// One row per token that was changed or is in doubt
    Repairs,
    /// One row per concept, month and section: mentions, and how many are to be expected
    #[cfg(feature = "analysis")]
    Counts,
}

impl ExportTable {
    /// The table's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Articles => "articles",
            Self::Sentences => "sentences",
            Self::Keywords => "keywords",
            Self::Rejects => "rejects",
            Self::Tokens => "tokens",
            Self::Repairs => "repairs",
            #[cfg(feature = "analysis")]
            Self::Counts => "counts",
        }
    }

    /// Whether its rows belong to articles, so that they can be parted.
    #[must_use]
    pub fn is_of_articles(self) -> bool {
        match self {
            #[cfg(feature = "analysis")]
            Self::Counts => false,
            _ => true,
        }
    }

    /// The same table of the build; `None` if it has none.
    #[must_use]
    pub fn stored(self) -> Option<Table> {
        match self {
            Self::Articles => Some(Table::Articles),
            Self::Sentences => Some(Table::Sentences),
            Self::Keywords => Some(Table::Keywords),
            Self::Rejects => Some(Table::Rejects),
            Self::Tokens | Self::Repairs => None,
            #[cfg(feature = "analysis")]
            Self::Counts => None,
        }
    }
}

/// What gets a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Each {
    /// Each article, named like its source
    Article,
    /// Each section of the newspaper
    Section,
}

/// What is exported.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    /// The format.
    pub format: ExportFormat,
    /// The table.
    pub table: ExportTable,
    /// Whether restored punctuation is part of the text; only CoNLL-U can be with it or without.
    pub punctuated: bool,
    /// Whether files begin with a byte order mark.
    pub mark: bool,
}
