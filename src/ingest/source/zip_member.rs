//! The name of a zip archive's member, and whether it can be read.

use std::io::{Read, Seek};

use zip::SUPPORTED_COMPRESSION_METHODS;
use zip::read::ZipFileEntry;
use zip::result::ZipError;
use zip::unstable::read::ZipIterableFiles;

use super::fault::Fault;
use super::name_encoding::{NameEncoding, NameEncodingGuess};

/// The member's name; `Err` is a lossy version for messages if it is not valid.
///
/// Some writers on Windows separate folders with `\`, which the format forbids: it counts as `/`.
pub(super) fn name(entry: &ZipFileEntry<'_>, encoding: NameEncoding) -> Result<String, String> {
    let raw = entry.name_raw();
    let encoding = if says_utf8(entry) { NameEncoding::Utf8 } else { encoding };
    encoding.decode(raw).map(|name| name.replace('\\', "/")).ok_or_else(|| String::from_utf8_lossy(raw).into_owned())
}

/// The encoding of the names in an archive that do not say it.
pub(super) fn name_encoding<R: Read + Seek>(members: &mut ZipIterableFiles<R>) -> NameEncoding {
    let mut guess = NameEncodingGuess::default();
    // A fault of the directory is reported when its members are read.
    while let Some(Ok(member)) = members.next() {
        if !says_utf8(&member) {
            guess.note(member.name_raw());
        }
    }
    guess.decide()
}

/// Whether the entry says that its name is UTF-8, by its flag or by Info-ZIP's extra field.
fn says_utf8(entry: &ZipFileEntry<'_>) -> bool {
    entry.flags().as_u16() & UTF8_FLAG != 0
}

/// The flag that says a name is UTF-8 (APPNOTE 4.4.4, bit 11).
const UTF8_FLAG: u16 = 1 << 11;

/// Why the member cannot be read, as far as the archive's directory shows.
pub(super) fn obstacle(entry: &ZipFileEntry<'_>) -> Option<Fault> {
    if entry.is_symlink() {
        return Some(Fault { code: "link", message: "a link, which is not followed; put the file itself there".to_owned() });
    }
    if entry.encrypted() {
        let message = "encrypted; write the archive again without a password".to_owned();
        return Some(Fault { code: "encrypted", message });
    }
    let method = entry.compression();
    (!SUPPORTED_COMPRESSION_METHODS.contains(&method))
        .then(|| unsupported(&format!("compression method {method} is not supported")))
}

/// The fault for an error of the `zip` crate.
pub(super) fn fault(error: &ZipError) -> Fault {
    match error {
        ZipError::CompressionMethodNotSupported(number) => {
            unsupported(&format!("compression method {number} is not supported"))
        }
        ZipError::UnsupportedArchive(what) => unsupported(&format!("an unsupported kind of zip archive ({what})")),
        other => Fault::of(other, "broken_archive", "zip archive"),
    }
}

fn unsupported(what: &str) -> Fault {
    let message =
        format!("{what}; write the archive again with its members stored, deflated (Deflate64 is fine) or as zstd");
    Fault { code: "unsupported", message }
}
