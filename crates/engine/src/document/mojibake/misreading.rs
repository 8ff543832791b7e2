//! How a text was misread.

use serde::{Deserialize, Serialize};

use super::code_page::CodePage;
use crate::document::source::Encoding;

/// How a text was once misread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Misreading {
    /// Its bytes were decoded in another encoding than they were written in.
    Decoded {
        /// The encoding of the bytes.
        written: Encoding,
        /// The one in which they were read.
        read_as: CodePage,
    },
    /// The character references of a page were kept, and its markup was not.
    References,
    /// The escapes of JSON were kept, and its quotes were not.
    Escapes,
    /// Its characters or bytes are written as in an address (`%D8%A7`, `%u0627`).
    PercentEncoding,
    /// Its bytes are written as in a letter (`=D8=A7`).
    QuotedPrintable,
    /// Its bytes are written as in a program (`\xD8\xA7`).
    HexEscapes,
    /// Its characters are written as R prints them (`<U+0627>`).
    REscapes,
    /// Its letters stand in the order in which they are seen, from left to right.
    VisualOrder,
}

impl Misreading {
    /// The name that `articles.encoding` uses.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Decoded { written, read_as } => format!("{} read as {}", written.name(), read_as.name()),
            Self::References => "html character references".to_owned(),
            Self::Escapes => "json escapes".to_owned(),
            Self::PercentEncoding => "percent-encoding".to_owned(),
            Self::QuotedPrintable => "quoted-printable".to_owned(),
            Self::HexEscapes => "hex escapes".to_owned(),
            Self::REscapes => "r escapes".to_owned(),
            Self::VisualOrder => "visual order".to_owned(),
        }
    }
}

/// A text with one misreading of it undone.
pub(super) type Undone = (String, Misreading);
