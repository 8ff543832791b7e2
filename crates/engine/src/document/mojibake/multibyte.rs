//! UTF-8 that was read as an encoding of one byte a character: `Ø®Ø¨Ø±`, `ط®ط¨ط±`.
//!
//! A letter became two characters, of which the first is one of a few: those runs of characters whose bytes are valid UTF-8 are what
//! was written. A run that begins like them and is not valid has lost characters on its way.

use super::code_page::{CodePage, Roles, roles};
use super::loss::Loss;
use super::misreading::{Misreading, Undone};
use super::single_byte;
use crate::arabic::{is_letter, is_mark};
use crate::document::source::Encoding;

/// The first byte of every letter of Arabic and its neighbours in UTF-8.
const LEADS: std::ops::RangeInclusive<u8> = 0xd8..=0xdb;
/// Fewest letters that prove a misreading; where Arabic letters stand for the bytes, a few pairs of them occur by chance.
const PROOF: usize = 2;
const PROOF_IN_ARABIC: usize = 3;

/// What a page makes of a text.
#[derive(Default)]
struct Reading {
    text: String,
    /// Arabic letters that came out.
    letters: usize,
    /// Punctuation of three bytes that came out (`â€œ`), and U+FFFD (`ï¿½`), which no language spells so.
    marks: usize,
    /// Runs that changed.
    changed: usize,
    /// Runs that hold pieces of letters and cannot be read.
    broken: usize,
}

/// Undoes one misreading. `Err` if some of the text cannot be undone.
pub(super) fn undo(text: &str) -> Result<Option<Undone>, Loss> {
    let pages = pages_of(text);
    if pages == 0 {
        return Ok(None);
    }
    let candidates = CodePage::ALL.into_iter().enumerate().filter(|(bit, _)| pages & (1 << bit) != 0);
    let readings = candidates.map(|(_, page)| (page, read(text, page)));
    // Of equally good ones the first: they stand in the order of their frequency.
    let proven = readings.rev().filter(|(page, reading)| reading.is_proven(*page));
    let Some((page, reading)) = proven.max_by_key(|(_, reading)| reading.letters + reading.marks) else { return Ok(None) };
    let misreading = Misreading::Decoded { written: Encoding::Utf8, read_as: page.named_by(text) };
    if reading.broken > 0 {
        return Err(Loss::Misread { misreading, broken: reading.broken, of: reading.changed + reading.broken });
    }
    Ok(Some((reading.text, misreading)))
}

impl Reading {
    fn is_proven(&self, page: CodePage) -> bool {
        let needed = if page == CodePage::Windows1256 { PROOF_IN_ARABIC } else { PROOF };
        if self.letters >= needed {
            return true;
        }
        // Saved wrongly more than once: what comes out is mojibake again, and must prove itself in turn.
        self.changed > 0 && (self.marks > 0 || (self.letters == 0 && is_misread_arabic(&self.text)))
    }
}

/// Whether a text without Arabic letters has them once it is undone, however often it was misread.
fn is_misread_arabic(text: &str) -> bool {
    let again = match undo(text) {
        Ok(Some((text, _))) => text.contains(is_letter) || is_misread_arabic(&text),
        Ok(None) => false,
        // Some of it is lost, and that is told when it comes up again.
        Err(_) => true,
    };
    again || single_byte::undo(text).is_some()
}

/// The pages, a bit for each, of which the text holds a character that begins a letter or a mark, before one that continues it.
fn pages_of(text: &str) -> u16 {
    let (mut found, mut before) = (0, Roles::default());
    for c in text.chars() {
        let role = if c.is_ascii() { Roles::default() } else { roles(c).unwrap_or_default() };
        found |= before.begins & role.continues;
        before = role;
    }
    found
}

fn is_continuation(byte: u8) -> bool {
    (0x80..=0xbf).contains(&byte)
}

fn read(text: &str, page: CodePage) -> Reading {
    let mut reading = Reading { text: String::with_capacity(text.len()), ..Reading::default() };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_of_page = |c: char| !c.is_ascii() && page.byte(c).is_some();
        let length = if is_of_page(c) {
            rest.find(|c| !is_of_page(c)).unwrap_or(rest.len())
        } else {
            rest.find(is_of_page).unwrap_or(rest.len())
        };
        let (run, after) = rest.split_at(length);
        if is_of_page(c) {
            reading.add_run(run, page, after);
        } else {
            reading.text.push_str(run);
        }
        rest = after;
    }
    reading
}

/// Marks that somebody may have put around a misread word, and whose byte can only continue a character.
fn is_around(c: char) -> bool {
    matches!(c, '«' | '»' | '“' | '”' | '‘' | '’' | '…' | '–' | '—')
}

impl Reading {
    fn add_run(&mut self, run: &str, page: CodePage, after: &str) {
        let inner = run.trim_start_matches(is_around);
        self.text.push_str(&run[..run.len() - inner.len()]);
        // Behind a word the same marks may be the end of its last letter.
        let bytes = |run: &str| run.chars().filter_map(|c| page.byte(c)).collect::<Vec<u8>>();
        let shorter = inner.trim_end_matches(is_around);
        if str::from_utf8(&bytes(inner)).is_err() && str::from_utf8(&bytes(shorter)).is_ok() {
            self.add_bare_run(shorter, page, "");
            self.text.push_str(&inner[shorter.len()..]);
        } else if !inner.is_empty() {
            self.add_bare_run(inner, page, after);
        }
    }

    fn add_bare_run(&mut self, run: &str, page: CodePage, after: &str) {
        let bytes: Vec<u8> = run.chars().filter_map(|c| page.byte(c)).collect();
        let (valid, tail) = match str::from_utf8(&bytes) {
            Ok(valid) => (valid, 0),
            // A title cut in the middle of its last letter: the piece of it stays as it is.
            Err(error) if after.trim().is_empty() && error.error_len().is_none() && error.valid_up_to() > 0 => {
                let valid = str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
                (valid, bytes.len() - error.valid_up_to())
            }
            Err(_) => {
                self.broken += usize::from(holds_pieces(&bytes, page));
                return self.text.push_str(run);
            }
        };
        if !valid.chars().all(is_expected) {
            return self.text.push_str(run);
        }
        self.letters += valid.chars().filter(|c| is_letter(*c)).count();
        self.marks += valid.chars().filter(|c| matches!(*c, '\u{2010}'..='\u{2026}' | char::REPLACEMENT_CHARACTER)).count();
        self.changed += 1;
        self.text.push_str(valid);
        let kept = run.char_indices().rev().nth(tail.saturating_sub(1)).map_or(run.len(), |(at, _)| at);
        self.text.push_str(if tail == 0 { "" } else { &run[kept..] });
    }
}

/// Whether bytes that are no UTF-8 are what is left of some: of Arabic words in Windows-1256 only if most of them are pairs.
fn holds_pieces(bytes: &[u8], page: CodePage) -> bool {
    let pairs = bytes.windows(2).filter(|pair| LEADS.contains(&pair[0]) && is_continuation(pair[1])).count();
    if page == CodePage::Windows1256 {
        pairs >= 2 && pairs * 4 >= bytes.len()
    } else {
        pairs > 0 || LEADS.contains(&bytes[0])
    }
}

/// Whether Arabic text, or other text misread once more, holds such a character.
fn is_expected(c: char) -> bool {
    is_mark(c)
        || matches!(c, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{2000}'..='\u{206f}' | '\u{fb50}'..='\u{fdff}')
        || matches!(c, '\u{fe70}'..='\u{feff}' | char::REPLACEMENT_CHARACTER)
        || roles(c).is_some()
}
