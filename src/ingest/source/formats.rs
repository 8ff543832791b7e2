//! What a file is, by the endings of its name: the compressions around it, and what is inside.
//!
//! Names decide, not contents: a person can tell from a listing what will be read, and a file with the wrong ending is an error to
//! report, not something to guess around. Endings are compared from the right, ignoring case.

/// A compression around one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    /// RFC 1952, any number of members.
    Gzip,
    /// RFC 8878, any number of frames.
    Zstd,
    /// The .xz format, any number of streams.
    Xz,
}

impl Compression {
    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
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
    /// None of these.
    Unsupported,
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
                                    (.gz .zst .xz) or in an archive (.zip .tar .tar.gz .tgz .tar.zst .tzst .tar.xz .txz)";

const COMPRESSIONS: [(&str, Compression); 3] =
    [(".gz", Compression::Gzip), (".zst", Compression::Zstd), (".xz", Compression::Xz)];

const SHORT_TARS: [(&str, Compression); 3] =
    [(".tgz", Compression::Gzip), (".tzst", Compression::Zstd), (".txz", Compression::Xz)];

const FORMATS: [(&str, Inner); 23] = [
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

/// Why a file is not read, and what to do about it. If its format is not supported (`is_known` is false), adding a pattern to
/// `ingest.files` does not help.
pub(crate) fn not_read(is_known: bool) -> String {
    if is_known {
        "no pattern of ingest.files matches it; add its pattern there, or to ingest.skip".to_owned()
    } else {
        format!("not in a supported format; convert it, or add its pattern to ingest.skip; supported are: {SUPPORTED}")
    }
}

impl Shape {
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
        let inner = strip(name, &FORMATS).map_or(Inner::Leaf(Leaf::Unsupported), |(_, inner)| inner);
        Self { compressions, inner }
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

fn strip<'n, T: Copy>(name: &'n str, endings: &[(&str, T)]) -> Option<(&'n str, T)> {
    endings.iter().find_map(|(ending, meaning)| {
        let (rest, last) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
        last.eq_ignore_ascii_case(ending).then_some((rest, *meaning))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Compression::{Gzip, Xz, Zstd};

    #[test]
    fn names_say_what_is_in_a_file() {
        for (name, compressions, inner, why) in [
            ("a.txt", vec![], Inner::Leaf(Leaf::Text), "plain"),
            ("b/A.JSONL.GZ", vec![Gzip], Inner::Leaf(Leaf::JsonLines), "case does not matter"),
            ("x.tar.zst", vec![Zstd], Inner::Tar, "the long form"),
            ("x.txz", vec![Xz], Inner::Tar, "the short form"),
            ("x.tgz.zst", vec![Zstd, Gzip], Inner::Tar, "compressed twice"),
            ("x.zip.gz.xz", vec![Xz, Gzip], Inner::Zip, "the outermost first"),
            ("x.tbz2", vec![], Inner::Leaf(Leaf::Unsupported), "bzip2 is not read"),
            ("gz", vec![], Inner::Leaf(Leaf::Unsupported), "an ending has a point"),
            ("خبر.html", vec![], Inner::Leaf(Leaf::Html), "letters of two bytes before the ending"),
            ("خخ", vec![], Inner::Leaf(Leaf::Unsupported), "no cut within a letter"),
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
