//! What is to be known of a zip archive's member before it is read.

use zip::SUPPORTED_COMPRESSION_METHODS;
use zip::read::ZipFileEntry;
use zip::result::ZipError;

use super::fault::Fault;

/// The flag that says a name is UTF-8 (APPNOTE 4.4.4, bit 11).
const UTF8_FLAG: u16 = 1 << 11;

/// The member's name; as it can be shown, where it is none.
///
/// Many writers give names in UTF-8 and forget to say so, so what is UTF-8 is read as that, and only the rest as code page
/// 437. Some writers on Windows part folders with `\`, which the format forbids: it counts as `/`.
pub(super) fn name(entry: &ZipFileEntry<'_>) -> Result<String, String> {
    let says_utf8 = entry.flags().as_u16() & UTF8_FLAG != 0;
    let lossy = || String::from_utf8_lossy(entry.name_raw()).into_owned();
    if says_utf8 && std::str::from_utf8(entry.name_raw()).is_err() {
        return Err(lossy());
    }
    entry.name().map(|name| name.replace('\\', "/")).map_err(|_| lossy())
}

/// Why the member cannot be read, as far as the directory tells.
pub(super) fn obstacle(entry: &ZipFileEntry<'_>) -> Option<Fault> {
    if entry.is_symlink() {
        return Some(Fault { code: "link", message: "a link, which is not followed; put the file itself there".to_owned() });
    }
    if entry.encrypted() {
        let message = "encrypted; write the archive again without a password".to_owned();
        return Some(Fault { code: "encrypted", message });
    }
    let method = entry.compression();
    (!SUPPORTED_COMPRESSION_METHODS.contains(&method)).then(|| unsupported(&format!("the compression {method} is not read")))
}

/// What an error of the `zip` crate means.
pub(super) fn fault(error: &ZipError) -> Fault {
    match error {
        ZipError::CompressionMethodNotSupported(number) => unsupported(&format!("the compression {number} is not read")),
        ZipError::UnsupportedArchive(what) => unsupported(&format!("a kind of zip archive that is not read ({what})")),
        other => Fault::of(other, "broken_archive", "zip archive"),
    }
}

fn unsupported(what: &str) -> Fault {
    let message = format!("{what}; write the archive again, its members stored, deflated (also Deflate64) or as zstd");
    Fault { code: "unsupported", message }
}
