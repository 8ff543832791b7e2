//! Formats that are recognised and not read, each with what its owner can do.

use super::endings::strip;

/// A format that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// A PDF document.
    Pdf,
    /// A document of a word processor or another office program.
    Document,
    /// An electronic book.
    Book,
    /// An archive of a kind that is not opened.
    Archive,
    /// A piece of an archive that was split.
    ArchivePart,
    /// The web's own archives.
    WebArchive,
    /// A page that a browser saved in one file with its images.
    SavedPage,
    /// A spreadsheet of an old or rare kind.
    Spreadsheet,
    /// A table in HTML or XML that is named as a spreadsheet.
    MarkupTable,
    /// A database.
    Database,
    /// Text with the marks of a program, or a program.
    Source,
    /// Images, sound, film, fonts.
    Media,
}

impl Foreign {
    /// The format of a file with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        strip(name, ENDINGS).map(|(_, foreign)| foreign)
    }

    /// The format that contents begin with.
    pub(super) fn of_contents(head: &[u8]) -> Option<Self> {
        let begins = |magic: &[u8]| head.starts_with(magic);
        let holds = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
        Some(match head {
            _ if begins(b"%PDF-") => Self::Pdf,
            _ if begins(b"{\\rtf") || begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") => Self::Document,
            _ if begins(b"PK\x03\x04") && holds(b"epub+zip") => Self::Book,
            _ if begins(b"PK\x03\x04") && (holds(b"[Content_Types].xml") || holds(b"opendocument")) => Self::Document,
            _ if begins(b"7z\xbc\xaf\x27\x1c") || begins(b"Rar!\x1a\x07") => Self::Archive,
            _ if begins(b"WARC/") => Self::WebArchive,
            _ if begins(b"SQLite format 3\0") => Self::Database,
            _ if [
                b"\x89PNG".as_slice(),
                b"\xff\xd8\xff",
                b"GIF8",
                b"RIFF",
                b"ID3",
                b"OggS",
                b"\0\0\0\x20ftyp",
                b"II*\0",
                b"MM\0*",
            ]
            .iter()
            .any(|magic| begins(magic)) =>
            {
                Self::Media
            }
            _ => return None,
        })
    }

    /// Why it is not read, and what to do.
    pub(super) fn not_read(self) -> String {
        let (what, todo) = match self {
            Self::Pdf => ("a PDF document", "write its text to a .txt file, with pdftotext for instance"),
            Self::Document => {
                ("a document of an office program", "save it as .txt or .html, or a spreadsheet as .xlsx or .csv")
            }
            Self::Book => ("an electronic book", "unpack it as a zip archive: its chapters are pages, to be named .html"),
            Self::Archive => ("an archive of a kind that is not opened", "unpack it, or write it again as .zip or .tar"),
            Self::ArchivePart => {
                ("a part of an archive that was split", "join the parts and write them as one .zip or .tar")
            }
            Self::WebArchive => (
                "a web archive (WARC)",
                "write its pages to .html files, or its texts to .jsonl, with warcio or a similar program",
            ),
            Self::SavedPage => ("a page saved with its images", "save it as .html alone"),
            Self::Spreadsheet => ("a spreadsheet of a kind that is not opened", "save it as .csv in UTF-8"),
            Self::MarkupTable => (
                "a table in HTML or XML that is only named as a spreadsheet",
                "open it in a spreadsheet program and save it as .xlsx or .csv",
            ),
            Self::Database => ("a database", "export its articles as .csv or .jsonl"),
            Self::Source => {
                ("a program, a stylesheet or text with another program's marks", "convert it to .txt if it holds articles")
            }
            Self::Media => ("an image, sound, film or font", "remove it"),
        };
        format!("{what}, which is not read; {todo}, or add its pattern to ingest.skip")
    }
}

const ENDINGS: &[(&str, Foreign)] = &[
    (".pdf", Foreign::Pdf),
    (".docx", Foreign::Document),
    (".doc", Foreign::Document),
    (".docm", Foreign::Document),
    (".dot", Foreign::Document),
    (".rtf", Foreign::Document),
    (".odt", Foreign::Document),
    (".pages", Foreign::Document),
    (".wpd", Foreign::Document),
    (".pptx", Foreign::Document),
    (".ppt", Foreign::Document),
    (".epub", Foreign::Book),
    (".mobi", Foreign::Book),
    (".azw3", Foreign::Book),
    (".fb2", Foreign::Book),
    (".djvu", Foreign::Book),
    (".7z", Foreign::Archive),
    (".rar", Foreign::Archive),
    (".cab", Foreign::Archive),
    (".lzma", Foreign::Archive),
    (".lz4", Foreign::Archive),
    (".lz", Foreign::Archive),
    (".z", Foreign::Archive),
    (".br", Foreign::Archive),
    (".iso", Foreign::Archive),
    (".dmg", Foreign::Archive),
    (".z01", Foreign::ArchivePart),
    (".z02", Foreign::ArchivePart),
    (".r00", Foreign::ArchivePart),
    (".zip.001", Foreign::ArchivePart),
    (".zip.002", Foreign::ArchivePart),
    (".7z.001", Foreign::ArchivePart),
    (".warc", Foreign::WebArchive),
    (".wet", Foreign::WebArchive),
    (".wat", Foreign::WebArchive),
    (".arc", Foreign::WebArchive),
    (".wacz", Foreign::WebArchive),
    (".mht", Foreign::SavedPage),
    (".mhtml", Foreign::SavedPage),
    (".webarchive", Foreign::SavedPage),
    (".maff", Foreign::SavedPage),
    (".numbers", Foreign::Spreadsheet),
    (".db", Foreign::Database),
    (".sqlite", Foreign::Database),
    (".sqlite3", Foreign::Database),
    (".mdb", Foreign::Database),
    (".accdb", Foreign::Database),
    (".sql", Foreign::Database),
    (".bson", Foreign::Database),
    (".feather", Foreign::Database),
    (".arrow", Foreign::Database),
    (".orc", Foreign::Database),
    (".avro", Foreign::Database),
    (".pkl", Foreign::Database),
    (".pickle", Foreign::Database),
    (".npy", Foreign::Database),
    (".npz", Foreign::Database),
    (".h5", Foreign::Database),
    (".md", Foreign::Source),
    (".tex", Foreign::Source),
    (".py", Foreign::Source),
    (".ipynb", Foreign::Source),
    (".js", Foreign::Source),
    (".css", Foreign::Source),
    (".sh", Foreign::Source),
    (".bat", Foreign::Source),
    (".exe", Foreign::Source),
    (".dll", Foreign::Source),
    (".yml", Foreign::Source),
    (".yaml", Foreign::Source),
    (".toml", Foreign::Source),
    (".ini", Foreign::Source),
    (".cfg", Foreign::Source),
    (".log", Foreign::Source),
    (".lnk", Foreign::Source),
    (".url", Foreign::Source),
    (".jpg", Foreign::Media),
    (".jpeg", Foreign::Media),
    (".png", Foreign::Media),
    (".gif", Foreign::Media),
    (".bmp", Foreign::Media),
    (".tif", Foreign::Media),
    (".tiff", Foreign::Media),
    (".webp", Foreign::Media),
    (".svg", Foreign::Media),
    (".ico", Foreign::Media),
    (".mp3", Foreign::Media),
    (".mp4", Foreign::Media),
    (".wav", Foreign::Media),
    (".avi", Foreign::Media),
    (".mov", Foreign::Media),
    (".swf", Foreign::Media),
    (".flv", Foreign::Media),
    (".wmv", Foreign::Media),
    (".woff", Foreign::Media),
    (".woff2", Foreign::Media),
    (".ttf", Foreign::Media),
    (".eot", Foreign::Media),
];
