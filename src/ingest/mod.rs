//! Ingest: turns the files of a folder into [`Document`]s, or says why one cannot be.
//!
//! Invariant: files come in the byte order of their paths, so everything after depends on names and contents alone; every
//! file is either a document or a [`Reject`], and none is passed over in silence.

pub mod decode;
mod document;
mod inventory;
pub(crate) mod unify;

use serde::Serialize;

pub use document::{Document, Encoding, Gap, Metadata, Token, article_id};
pub use inventory::{Inventory, SourceFile, take_inventory};
pub use unify::unify_token;

use decode::DeclaredEncoding;

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 1;

/// An input that could not be used: a row of the rejects table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The file, relative to the input root.
    pub source_path: String,
    /// The record in the file; null for a whole file.
    pub record: Option<String>,
    /// The stage that rejected it.
    pub stage: &'static str,
    /// What kind of fault, for grouping.
    pub code: &'static str,
    /// What was expected, what was found, what to do.
    pub message: String,
    /// Where in the file; null if unknown.
    pub byte_offset: Option<u64>,
}

impl Reject {
    fn new(source_path: &str, code: &'static str, message: String) -> Self {
        let source_path = source_path.to_owned();
        Self { source_path, record: None, stage: "ingest", code, message, byte_offset: None }
    }
}

/// How files are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestSettings {
    /// Patterns (globs) of the files that are articles.
    pub files: Vec<String>,
    /// Patterns of files that are passed over on purpose.
    pub skip: Vec<String>,
    /// The encoding, if it is known.
    pub encoding: Option<DeclaredEncoding>,
    /// Whether the name of an article's folder is its section.
    pub section_from_folder: bool,
    /// Largest file, in bytes.
    pub max_file_bytes: u64,
}

/// Reads one file as an article.
///
/// # Errors
/// Where it cannot be read or holds no text.
pub fn read_document(file: &SourceFile, settings: &IngestSettings) -> Result<Document, Reject> {
    let reject = |code, message| Reject::new(&file.source_path, code, message);
    let bytes = std::fs::read(&file.path).map_err(|error| reject("unreadable", format!("cannot be read: {error}")))?;
    if file.hash.is_some_and(|hash| hash != blake3::hash(&bytes)) {
        return Err(reject("changed", "the file changed while the build was running; run again".to_owned()));
    }
    let (text, encoding) = decode::decode(&bytes, settings.encoding).map_err(|fault| Reject {
        byte_offset: fault.offset.map(|offset| offset as u64),
        ..reject(fault.code, fault.message)
    })?;
    let section = settings.section_from_folder.then(|| parent_folder(&file.source_path)).flatten();
    let metadata = Metadata { section, ..Metadata::default() };
    let document = Document::new(&file.source_path, encoding, metadata, &text);
    if document.tokens().is_empty() {
        return Err(reject(
            "empty",
            format!("no text: {} bytes, all of them white space; delete the file or add it to skip", bytes.len()),
        ));
    }
    Ok(document)
}

/// The name of the folder that a file lies in, if it is not the input root.
fn parent_folder(source_path: &str) -> Option<String> {
    let (folder, _) = source_path.rsplit_once('/')?;
    Some(folder.rsplit('/').next().unwrap_or(folder).to_owned())
}
