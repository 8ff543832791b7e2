//! The encoding of a page: a byte order mark, else the configured encoding, else what its bytes are.
//!
//! What a page declares is often wrong: it was converted when it was saved and kept the old `<meta>`, or its author copied that
//! line from elsewhere. The bytes tell more. They are believed where they tell anything, and the declaration decides only where
//! they tell nothing.

use encoding_rs::{ISO_8859_6, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1256};
use engine::document::Encoding;

use super::super::decode::{DeclaredEncoding, DecodeFault, decode};

/// The part of a page that is searched for a declaration, in bytes from its beginning.
const PRESCAN_BYTES: usize = 2048;

/// Decodes a page.
///
/// # Errors
/// If neither its bytes nor its declaration name a supported encoding in which it is valid.
pub(super) fn decode_page(bytes: &[u8], declared: Option<DeclaredEncoding>) -> Result<(String, Encoding), DecodeFault> {
    let has_mark = bytes.starts_with(b"\xef\xbb\xbf") || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    // Either settles the encoding, so what the page says about itself is not even looked at.
    if has_mark || declared.is_some() {
        return decode(bytes, declared);
    }
    let own = own_label(&bytes[..bytes.len().min(PRESCAN_BYTES)]);
    let supported = own.as_ref().and_then(|(label, _)| supported(label));
    match decode(bytes, None) {
        // Pure ASCII proves nothing: it reads the same in all encodings, so the page keeps its own.
        Ok((text, found)) if text.is_ascii() => Ok((text, supported.unwrap_or(found))),
        Ok(decoded) => Ok(decoded),
        // Damaged UTF-8 would read as any encoding of one byte a character, without a fault, but to garbage.
        Err(fault) if fault.code != "unknown_encoding" => Err(fault),
        Err(fault) => match (supported, own) {
            (Some(encoding), _) => decode(bytes, Some(DeclaredEncoding(encoding))),
            (None, Some((label, offset))) => Err(unsupported(&label, offset, &fault)),
            (None, None) => Err(fault),
        },
    }
}

/// The encoding of a label; `None` for one that is not supported, and for UTF-16, because a page whose declaration can be read
/// as ASCII is not UTF-16.
fn supported(label: &str) -> Option<Encoding> {
    match encoding_rs::Encoding::for_label(label.as_bytes())? {
        encoding if encoding == UTF_8 => Some(Encoding::Utf8),
        encoding if encoding == WINDOWS_1256 => Some(Encoding::Windows1256),
        encoding if encoding == ISO_8859_6 => Some(Encoding::Iso8859_6),
        _ => None,
    }
}

fn unsupported(label: &str, offset: usize, fault: &DecodeFault) -> DecodeFault {
    let says_utf16 = encoding_rs::Encoding::for_label(label.as_bytes()).is_some_and(|e| e == UTF_16LE || e == UTF_16BE);
    if says_utf16 {
        return fault.clone();
    }
    let message = format!(
        "the page says that it is {label}, which is not supported (expected utf-8, windows-1256 or iso-8859-6), and its bytes are {}",
        fault.message
    );
    DecodeFault { code: "unsupported_charset", message, offset: Some(offset) }
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
