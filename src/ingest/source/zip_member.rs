//! The name of a zip archive's member, and whether it can be read.

use zip::SUPPORTED_COMPRESSION_METHODS;
use zip::read::ZipFileEntry;
use zip::result::ZipError;

use super::fault::Fault;

/// The flag that says a name is UTF-8 (APPNOTE 4.4.4, bit 11).
const UTF8_FLAG: u16 = 1 << 11;

/// The member's name; `Err` is a lossy version for messages if it is not valid.
///
/// Many writers use UTF-8 without setting its flag, so a name that is valid UTF-8 is read as that, and only others as code page 437.
/// Some writers on Windows separate folders with `\`, which the format forbids: it counts as `/`.
pub(super) fn name(entry: &ZipFileEntry<'_>) -> Result<String, String> {
    let says_utf8 = entry.flags().as_u16() & UTF8_FLAG != 0;
    let lossy = || String::from_utf8_lossy(entry.name_raw()).into_owned();
    if says_utf8 && std::str::from_utf8(entry.name_raw()).is_err() {
        return Err(lossy());
    }
    entry.name().map(|name| name.replace('\\', "/")).map_err(|_| lossy())
}

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
