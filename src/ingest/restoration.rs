//! Undoes mojibake in the fields of a record, each by itself: a title may be spoiled whose text is not.
//!
//! Invariant: nothing is lost. A text that cannot be restored makes its record a reject; another field of which letters are lost is no
//! longer what the article says of itself, and is kept in `extra` as it is.

use engine::arabic::is_letter;
use engine::document::mojibake::{Condition, Loss, Misreading, examine, examine_text};

use super::fields::ArticleFields;

/// Restores the text of a record and all else that it says; returns the text, and how it or any of them had been misread, after what is
/// `known` of its page.
///
/// # Errors
/// What is lost of the text.
pub(super) fn restore(
    fields: &mut ArticleFields,
    text: String,
    known: Vec<Misreading>,
) -> Result<(String, Vec<Misreading>), Loss> {
    let mut all = known;
    // An Arabic title shows what the letters of its text were.
    let is_titled = fields.title.as_deref().is_some_and(|title| title.contains(is_letter));
    let text = match if is_titled { examine(&text) } else { examine_text(&text) } {
        Condition::Sound => text,
        Condition::Undone { text, misreadings } => {
            note(&mut all, misreadings);
            text
        }
        Condition::Lost(loss) => return Err(loss),
    };
    let ArticleFields { text: _, key: _, title, section, byline, published, extra } = fields;
    let mut lost = Vec::new();
    for (name, field) in [("title", title), ("section", section), ("byline", byline), ("published", published)] {
        match field.as_deref().map(examine) {
            None | Some(Condition::Sound) => {}
            Some(Condition::Undone { text, misreadings }) => {
                *field = Some(text);
                note(&mut all, misreadings);
            }
            Some(Condition::Lost(_)) => lost.extend(field.take().map(|value| (name.to_owned(), value))),
        }
    }
    for (_, value) in extra.iter_mut() {
        if let Condition::Undone { text, misreadings } = examine(value) {
            *value = text;
            note(&mut all, misreadings);
        }
    }
    extra.extend(lost);
    Ok((text, all))
}

/// Adds what another field was misread as, unless the same is known of one before it.
fn note(all: &mut Vec<Misreading>, misreadings: Vec<Misreading>) {
    let is_new = |misreading: &Misreading| !all.contains(misreading);
    let new: Vec<Misreading> = misreadings.into_iter().filter(is_new).collect();
    all.extend(new);
}
