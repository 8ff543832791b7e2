//! Mojibake: text that was decoded wrongly before it came here, and saved so. It is undone where nothing of it was lost.
//!
//! ```text
//! «خبر» ─ UTF-8 ─▶ D8 AE D8 A8 D8 B1 ─ read as Windows-1252 ─▶ «Ø®Ø¨Ø±» ─ undone: the same bytes, decoded as what they were
//! ```
//!
//! Two kinds differ in how they are found. Where UTF-8 was read as an encoding of one byte a character (`multibyte.rs`), each run of
//! characters proves itself: chance does not make valid UTF-8. Where one such encoding was read as another (`single_byte.rs`),
//! every line is valid in any, and must read as Arabic in one of them and in no way as it stands. Two more are no wrong decodings, and
//! are found and told in the same way: letters written as numbers (`escapes.rs`) and lines in visual order (`visual_order.rs`).
//!
//! Invariant: what is undone is undone without loss: encoding the result and decoding it wrongly again gives the text as it was.
//! Text of which a part cannot be undone is [`Condition::Lost`]. Text that is Arabic as it stands is never touched.

mod code_page;
mod escapes;
mod loss;
mod misreading;
mod multibyte;
mod single_byte;
mod visual_order;

pub use code_page::CodePage;
pub use loss::{Loss, has_lost_letters};
pub use misreading::Misreading;

use misreading::Undone;

/// Text saved wrongly more often than this is left alone.
const MOST_LAYERS: usize = 6;

/// The condition of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is what was written, as far as one can tell.
    Sound,
    /// It was misread, and this is what was written.
    Undone {
        /// The text as it was.
        text: String,
        /// How it was misread, the last time first.
        misreadings: Vec<Misreading>,
    },
    /// It cannot be restored.
    Lost(Loss),
}

/// Finds out whether a text was misread, and undoes it.
#[must_use]
pub fn examine(text: &str) -> Condition {
    let (undone, misreadings) = match undo_all(text, undo_once) {
        Ok(done) => done,
        Err(loss) => return Condition::Lost(loss),
    };
    match (loss::of(undone.as_deref().unwrap_or(text)), undone) {
        (Some(loss), _) => Condition::Lost(loss),
        (None, Some(text)) => Condition::Undone { text, misreadings },
        (None, None) => Condition::Sound,
    }
}

/// The same for the text of an article. One that holds no letter at all, such as a row of question marks, is what it is: it is published as
/// text that is not Arabic, about which nothing is claimed.
#[must_use]
pub fn examine_text(text: &str) -> Condition {
    match examine(text) {
        Condition::Lost(Loss::QuestionMarks | Loss::Replaced { .. }) if !text.contains(char::is_alphabetic) => {
            Condition::Sound
        }
        condition => condition,
    }
}

/// Undoes the wrong decoding of a page, if it was decoded wrongly and nothing is lost: before it is parsed, since parsing takes some of
/// what the bytes became for white space. Its character references are markup and stay.
#[must_use]
pub fn undo_decoding(page: &str) -> Option<(String, Vec<Misreading>)> {
    let (undone, misreadings) = undo_all(page, undo_decoding_once).ok()?;
    Some((undone?, misreadings))
}

/// Undoes one misreading after the other: a text saved wrongly twice must be undone twice.
fn undo_all(text: &str, undo: fn(&str) -> Result<Option<Undone>, Loss>) -> Result<(Option<String>, Vec<Misreading>), Loss> {
    let mut undone: Option<String> = None;
    let mut misreadings = Vec::new();
    while misreadings.len() < MOST_LAYERS {
        let Some((restored, misreading)) = undo(undone.as_deref().unwrap_or(text))? else { break };
        undone = Some(restored);
        misreadings.push(misreading);
    }
    Ok((undone, misreadings))
}

fn undo_once(text: &str) -> Result<Option<Undone>, Loss> {
    for undo in [escapes::undo, undo_decoding_once, visual_order::undo] {
        if let Some(undone) = undo(text)? {
            return Ok(Some(undone));
        }
    }
    Ok(None)
}

fn undo_decoding_once(text: &str) -> Result<Option<Undone>, Loss> {
    match multibyte::undo(text)? {
        Some(undone) => Ok(Some(undone)),
        None => Ok(single_byte::undo(text)),
    }
}

#[cfg(test)]
mod tests;
