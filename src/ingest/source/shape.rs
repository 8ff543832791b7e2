//! What a file is, by the endings of its name: the compressions around it, and what they hold.
//!
//! Names decide, not contents: a person can see from a listing what will be read, and a file that was given the wrong
//! ending is a fault that is told, not guessed around. Endings are compared without regard to case, from the right.

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
    /// The name that messages use.
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
    /// A JSON object a line.
    JsonLines,
    /// A header and rows, their fields parted by this byte.
    Rows(u8),
    /// A Parquet table.
    Parquet,
    /// None of these.
    Unsupported,
}

/// What is left when every compression is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inner {
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// No container.
    Leaf(Leaf),
}

/// What a name says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The outermost first.
    pub(super) compressions: Vec<Compression>,
    /// What they hold.
    pub(super) inner: Inner,
}

/// The formats that are read, for messages.
pub(super) const SUPPORTED: &str = ".txt .text .html .htm .xhtml .jsonl .ndjson .csv .tsv .parquet, each also compressed \
                                    (.gz .zst .xz) or in an archive (.zip .tar .tar.gz .tgz .tar.zst .tzst .tar.xz .txz)";

const COMPRESSIONS: [(&str, Compression); 3] =
    [(".gz", Compression::Gzip), (".zst", Compression::Zstd), (".xz", Compression::Xz)];

const SHORT_TARS: [(&str, Compression); 3] =
    [(".tgz", Compression::Gzip), (".tzst", Compression::Zstd), (".txz", Compression::Xz)];

const FORMATS: [(&str, Inner); 12] = [
    (".zip", Inner::Zip),
    (".tar", Inner::Tar),
    (".txt", Inner::Leaf(Leaf::Text)),
    (".text", Inner::Leaf(Leaf::Text)),
    (".html", Inner::Leaf(Leaf::Html)),
    (".htm", Inner::Leaf(Leaf::Html)),
    (".xhtml", Inner::Leaf(Leaf::Html)),
    (".jsonl", Inner::Leaf(Leaf::JsonLines)),
    (".ndjson", Inner::Leaf(Leaf::JsonLines)),
    (".csv", Inner::Leaf(Leaf::Rows(b','))),
    (".tsv", Inner::Leaf(Leaf::Rows(b'\t'))),
    (".parquet", Inner::Leaf(Leaf::Parquet)),
];

impl Shape {
    /// What the name (or path) says.
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

/// The path without its compressions, and that without the ending of its format.
pub(super) fn stems(path: &str) -> (&str, &str) {
    let mut bare = path;
    while let Some((rest, _)) = strip(bare, &COMPRESSIONS) {
        bare = rest;
    }
    (bare, strip(bare, &FORMATS).map_or(bare, |(rest, _)| rest))
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
