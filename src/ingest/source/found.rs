//! What the readers of files pass on.

use engine::document::Encoding;
use engine::tables::Reject;
use serde_json::Value;

/// One record of a source, as its format gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct RawRecord {
    /// The file, relative to the input root; for a member of an archive, `outer.zip!/inner.txt`.
    pub source_path: String,
    /// The record in the file, such as "line 3" or "row 7"; `None` for a whole file.
    pub place: Option<String>,
    /// Its first byte in the uncompressed file; `None` for a whole file, and in Parquet tables.
    pub byte_offset: Option<u64>,
    /// The encoding that its fields were decoded from; texts and pages are decoded later.
    pub encoding: Encoding,
    /// Its content.
    pub content: Content,
}

/// The content of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Plain text, not decoded.
    Text(Vec<u8>),
    /// A web page, not decoded.
    Html(Vec<u8>),
    /// Named fields, in the order of the source.
    Fields(Vec<(String, Value)>),
}

/// Something found while reading a source.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A record.
    Record(RawRecord),
    /// Something that cannot be read.
    Reject(Reject),
    /// A file that is skipped on purpose.
    Skipped,
    /// What is worth knowing about a file that is read all the same, with its path.
    Notice(String),
    /// A file that is not what its name says, and is read as what it is: its path, and what to tell.
    Misnamed(String, String),
    /// A file that is read as a list of articles inside an object: its path, and that of a list's items in it.
    Opened(String, String),
    /// A file of articles, by its path; only where sidecars are looked for.
    Listed(String),
}
