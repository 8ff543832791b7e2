//! The encoding of a page: a byte order mark, else the configured encoding, else what the page declares, else a guess from its bytes.
//!
//! There is one exception to the declaration: pages that declare Windows-1256 but are UTF-8 were converted when they were saved, and kept
//! the old `<meta>`. Every byte is valid in Windows-1256, so believing it would give garbage without a fault; and no Windows-1256
//! text of a page's length is valid UTF-8 by chance.

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1256};
use engine::document::Encoding;

use super::super::decode::{DeclaredEncoding, DecodeFault, decode};

/// The part of a page that is searched for a declaration, in bytes from its beginning.
const PRESCAN_BYTES: usize = 2048;

/// Decodes a page.
///
/// # Errors
/// If the page declares an unsupported encoding, or its bytes are not valid in its encoding.
pub(super) fn decode_page(bytes: &[u8], declared: Option<DeclaredEncoding>) -> Result<(String, Encoding), DecodeFault> {
    let has_mark = bytes.starts_with(b"\xef\xbb\xbf") || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    // Either settles the encoding, so what the page says about itself is not even looked at.
    if has_mark || declared.is_some() {
        return decode(bytes, declared);
    }
    let own = match own_label(&bytes[..bytes.len().min(PRESCAN_BYTES)]) {
        Some((label, offset)) => supported(&label, offset)?,
        None => None,
    };
    // Pure ASCII proves nothing: it reads the same in both encodings.
    let is_utf8 = || std::str::from_utf8(bytes).is_ok_and(|text| !text.is_ascii());
    match own {
        Some(Encoding::Windows1256) if is_utf8() => decode(bytes, Some(DeclaredEncoding(Encoding::Utf8))),
        own => decode(bytes, own.map(DeclaredEncoding)),
    }
}

/// The encoding of a label; `None` for UTF-16, because a page whose declaration can be read as ASCII is not UTF-16.
fn supported(label: &str, offset: usize) -> Result<Option<Encoding>, DecodeFault> {
    match encoding_rs::Encoding::for_label(label.as_bytes()) {
        Some(encoding) if encoding == UTF_8 => Ok(Some(Encoding::Utf8)),
        Some(encoding) if encoding == WINDOWS_1256 => Ok(Some(Encoding::Windows1256)),
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(None),
        _ => {
            let message = format!(
                "the page says that it is {label}, which is not supported (expected utf-8 or windows-1256); convert it to UTF-8, or \
                 set encoding if the page is wrong about itself"
            );
            Err(DecodeFault { code: "unsupported_charset", message, offset: Some(offset) })
        }
    }
}

/// The label in the first `<meta>` that has one, and its offset.
fn own_label(head: &[u8]) -> Option<(String, usize)> {
    // Only ASCII letters change and the length stays, so offsets in `head` are offsets in the page.
    let head = head.to_ascii_lowercase();
    let mut at = 0;
    while at < head.len() {
        let rest = &head[at..];
        if rest.starts_with(b"<!--") {
            // A `<meta>` in a comment declares nothing. A comment that does not end here hides all the rest.
            at += 4 + find(&rest[4..], b"-->")? + 3;
        } else if rest.starts_with(b"<meta") {
            let tag = &rest[..rest.iter().position(|byte| *byte == b'>').unwrap_or(rest.len())];
            if let Some((label, offset)) = label_of(tag) {
                return Some((label, at + offset));
            }
            at += tag.len();
        } else {
            at += 1;
        }
    }
    None
}

/// The value after `charset=` in a tag: `charset="utf-8"`, or within `content="text/html; charset=utf-8"`.
fn label_of(tag: &[u8]) -> Option<(String, usize)> {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace();
    let mut at = 0;
    loop {
        at += find(&tag[at..], b"charset")? + b"charset".len();
        let equals = at + tag[at..].iter().take_while(|byte| is_blank(byte)).count();
        // The word alone, as in another attribute's value, is no declaration: look for the next one.
        if tag.get(equals) != Some(&b'=') {
            continue;
        }
        let start = equals + 1;
        let start = start + tag[start..].iter().take_while(|byte| is_blank(byte) || matches!(byte, b'"' | b'\'')).count();
        let ends = |byte: &&u8| !is_blank(byte) && !matches!(byte, b'"' | b'\'' | b';' | b'/');
        let label = String::from_utf8_lossy(&tag[start..])
            .chars()
            .take(tag[start..].iter().take_while(ends).count())
            .collect::<String>();
        return (!label.is_empty()).then_some((label, start));
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
