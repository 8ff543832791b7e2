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
}

impl Misreading {
    /// The name that `articles.encoding` uses.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Decoded { written, read_as } => format!("{} read as {}", written.name(), read_as.name()),
            Self::References => "html character references".to_owned(),
            Self::Escapes => "json escapes".to_owned(),
        }
    }
}

/// A text with one misreading of it undone.
pub(super) type Undone = (String, Misreading);
