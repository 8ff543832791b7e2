//! What a file is, by the endings of its name: the compressions around it, and what is inside.
//!
//! Names decide as far as they say something: a person can tell from a listing what will be read. A name without an ending, or with one
//! that nobody knows, leaves the decision to the contents (`sniff.rs`). So do contents that cannot be what the name says, such as a page
//! whose server undid the compression; that is told. Endings are compared from the right, ignoring case.

use super::endings::strip;
use super::foreign::Foreign;

/// A compression around one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    /// RFC 1952, any number of members.
    Gzip,
    /// RFC 8878, any number of frames.
    Zstd,
    /// The .xz format, any number of streams.
    Xz,
    /// Any number of streams.
    Bzip2,
}

impl Compression {
    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }
}

/// A format that holds articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// One article, plain text.
    Text,
    /// One article, a web page.
    Html,
    /// JSON: one article, a list of them, or one a line; or the metadata of an article beside it.
    Json,
    /// One JSON object per line.
    JsonLines,
    /// A header and rows, their fields separated by this byte.
    Rows(u8),
    /// SGML or XML, one element per article.
    Sgml,
    /// A Parquet table.
    Parquet,
    /// A spreadsheet.
    Spreadsheet,
    /// The name says that it is something else, which holds no articles that can be read.
    Foreign(Foreign),
    /// The name does not say.
    Unknown,
}

/// What is inside all compressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inner {
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// Not a container.
    Leaf(Leaf),
}

/// The structure of a file, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The outermost first.
    pub(super) compressions: Vec<Compression>,
    /// What is inside them.
    pub(super) inner: Inner,
}

/// The supported formats, for messages.
const SUPPORTED: &str = ".txt .text .html .htm .xhtml .sgml .sgm .xml .json .jsonl .ndjson .csv .tsv .xlsx .xls .ods .parquet, each also compressed \
                                    (.gz .zst .xz .bz2) or in an archive (.zip .tar .tar.gz .tgz .tar.zst .tzst .tar.xz .txz .tar.bz2 .tbz2)";

const COMPRESSIONS: [(&str, Compression); 4] =
    [(".gz", Compression::Gzip), (".zst", Compression::Zstd), (".xz", Compression::Xz), (".bz2", Compression::Bzip2)];

const SHORT_TARS: [(&str, Compression); 5] = [
    (".tgz", Compression::Gzip),
    (".tzst", Compression::Zstd),
    (".txz", Compression::Xz),
    (".tbz2", Compression::Bzip2),
    (".tbz", Compression::Bzip2),
];

const FORMATS: [(&str, Inner); 25] = [
    (".zip", Inner::Zip),
    (".tar", Inner::Tar),
    (".txt", Inner::Leaf(Leaf::Text)),
    (".text", Inner::Leaf(Leaf::Text)),
    (".html", Inner::Leaf(Leaf::Html)),
    (".htm", Inner::Leaf(Leaf::Html)),
    (".xhtml", Inner::Leaf(Leaf::Html)),
    (".sgml", Inner::Leaf(Leaf::Sgml)),
    (".sgm", Inner::Leaf(Leaf::Sgml)),
    (".xml", Inner::Leaf(Leaf::Sgml)),
    (".jsonl", Inner::Leaf(Leaf::JsonLines)),
    (".ndjson", Inner::Leaf(Leaf::JsonLines)),
    (".jsonlines", Inner::Leaf(Leaf::JsonLines)),
    (".jl", Inner::Leaf(Leaf::JsonLines)),
    (".ldjson", Inner::Leaf(Leaf::JsonLines)),
    (".xht", Inner::Leaf(Leaf::Html)),
    (".json", Inner::Leaf(Leaf::Json)),
    (".csv", Inner::Leaf(Leaf::Rows(b','))),
    (".tsv", Inner::Leaf(Leaf::Rows(b'\t'))),
    (".parquet", Inner::Leaf(Leaf::Parquet)),
    (".xlsx", Inner::Leaf(Leaf::Spreadsheet)),
    (".xlsm", Inner::Leaf(Leaf::Spreadsheet)),
    (".xlsb", Inner::Leaf(Leaf::Spreadsheet)),
    (".xls", Inner::Leaf(Leaf::Spreadsheet)),
    (".ods", Inner::Leaf(Leaf::Spreadsheet)),
];

/// Why the file with this path is not read, and what to do about it. If its format is not supported, adding a pattern to
/// `ingest.files` does not help.
pub(crate) fn not_read(source_path: &str) -> String {
    match Shape::of(source_path).inner {
        Inner::Leaf(Leaf::Foreign(foreign)) => foreign.not_read(),
        _ => "no pattern of ingest.files matches it; add its pattern there, or to ingest.skip".to_owned(),
    }
}

/// The message for contents that are in no supported format.
pub(super) fn not_recognised() -> String {
    format!(
        "neither its name nor its contents are those of a supported format (Arabic text, a page, records, an archive); convert it, or \
         add its pattern to ingest.skip; supported are: {SUPPORTED}"
    )
}

impl Shape {
    /// The shape of a file about which its name says nothing.
    pub(super) fn unknown() -> Self {
        Self { compressions: Vec::new(), inner: Inner::Leaf(Leaf::Unknown) }
    }

    /// The shape of a file with this name or path.
    pub(super) fn of(path: &str) -> Self {
        let mut name = path.rsplit('/').next().unwrap_or(path);
        let mut compressions = Vec::new();
        while let Some((rest, compression)) = strip(name, &COMPRESSIONS) {
            compressions.push(compression);
            name = rest;
        }
        if let Some((_, compression)) = strip(name, &SHORT_TARS) {
            compressions.push(compression);
            return Self { compressions, inner: Inner::Tar };
        }
        let known = strip(name, &FORMATS).map(|(_, inner)| inner);
        let inner = known.or_else(|| Foreign::named(name).map(|foreign| Inner::Leaf(Leaf::Foreign(foreign))));
        Self { compressions, inner: inner.unwrap_or(Inner::Leaf(Leaf::Unknown)) }
    }
}

/// The path without the endings of its compressions, and also without that of its format.
pub(super) fn stems(path: &str) -> (&str, &str) {
    let mut bare = path;
    while let Some((rest, _)) = strip(bare, &COMPRESSIONS) {
        bare = rest;
    }
    (bare, strip(bare, &FORMATS).map_or(bare, |(rest, _)| rest))
}

/// The path without the endings of its compressions.
pub(super) fn uncompressed(path: &str) -> &str {
    stems(path).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use Compression::{Bzip2, Gzip, Xz, Zstd};

    #[test]
    fn names_say_what_is_in_a_file() {
        for (name, compressions, inner, why) in [
            ("a.txt", vec![], Inner::Leaf(Leaf::Text), "plain"),
            ("b/A.JSONL.GZ", vec![Gzip], Inner::Leaf(Leaf::JsonLines), "case does not matter"),
            ("x.tar.zst", vec![Zstd], Inner::Tar, "the long form"),
            ("x.txz", vec![Xz], Inner::Tar, "the short form"),
            ("x.tgz.zst", vec![Zstd, Gzip], Inner::Tar, "compressed twice"),
            ("x.zip.gz.xz", vec![Xz, Gzip], Inner::Zip, "the outermost first"),
            ("x.tbz2", vec![Bzip2], Inner::Tar, "the short form of bzip2"),
            ("x.pdf.gz", vec![Gzip], Inner::Leaf(Leaf::Foreign(Foreign::Pdf)), "what is not read is known as well"),
            ("gz", vec![], Inner::Leaf(Leaf::Unknown), "an ending has a point"),
            ("خبر.html", vec![], Inner::Leaf(Leaf::Html), "letters of two bytes before the ending"),
            ("خخ", vec![], Inner::Leaf(Leaf::Unknown), "no cut within a letter"),
            ("a.txt/b.csv", vec![], Inner::Leaf(Leaf::Rows(b',')), "only the last part of a path counts"),
        ] {
            assert_eq!(Shape::of(name), Shape { compressions, inner }, "{name}: {why}");
        }
    }

    #[test]
    fn stems_drop_compressions_then_the_format() {
        assert_eq!(stems("a/x.txt.gz"), ("a/x.txt", "a/x"));
        assert_eq!(stems("x.pdf"), ("x.pdf", "x.pdf"));
    }
}
