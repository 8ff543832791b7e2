//! Where an article comes from, and what its source says about it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The character encoding of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, little-endian.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, big-endian.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Windows code page 1256 (Arabic).
    #[serde(rename = "windows-1256")]
    Windows1256,
    /// ISO 8859-6 (Arabic).
    #[serde(rename = "iso-8859-6")]
    Iso8859_6,
}

impl Encoding {
    /// The name that tables and configuration use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1256 => "windows-1256",
            Self::Iso8859_6 => "iso-8859-6",
        }
    }
}

/// The state of writing of the texts around an article, in its file or its folder, as far as their letters tell it. A headline is too
/// short to tell its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Neighbours {
    /// They are too few, or of several states.
    #[default]
    Unknown,
    /// They have none of the letters that stripping deletes.
    Stripped,
    /// They have `ء ئ ؤ`, but none of the letters that normalising folds.
    Normalised,
    /// They have all letters.
    Kept,
}

/// What a source says about an article besides its text; `None` if it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The headline, if the source supplies it separately.
    pub title: Option<String>,
    /// The section of the newspaper.
    pub section: Option<String>,
    /// The author.
    pub byline: Option<String>,
    /// The date of publication.
    pub published: Option<Date>,
    /// All other fields, name and value, in the order of the source.
    pub extra: Vec<(String, String)>,
}

/// Where an article comes from: a file, or a record in one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Path relative to the input root, with `/`; `!/` precedes a member of an archive.
    pub source_path: String,
    /// The record's key in the file; `None` if the file is one article.
    pub record: Option<String>,
}

impl Origin {
    /// 16 hex digits of a hash of the path and the record's key. The id does not change when other articles are added or
    /// removed.
    #[must_use]
    pub fn article_id(&self) -> String {
        let record = self.record.as_deref().unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        // The zero byte keeps path and key apart: `a` with `bc` is not `ab` with `c`.
        hasher.update(self.source_path.as_bytes()).update(&[0]).update(record.as_bytes());
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// [`Self::article_id`] as a number.
    #[must_use]
    pub fn article_number(&self) -> u64 {
        u64::from_str_radix(&self.article_id(), 16).expect("16 hex digits")
    }
}
