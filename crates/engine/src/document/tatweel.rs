//! Which tatweel is kept: a stroke inside a word only widens it (`كتـــاب`), one at the edge of a letter or a clitic spells something
//! (`1445هـ`, `لـ«الشرق»`, `الـ 15`).

use crate::arabic::{TATWEEL, is_invisible, is_mark};

/// Whether the tatweel that `rest` begins with, the first of its run, is kept; `before` is what is already written of its token.
pub(super) fn is_kept(before: &str, rest: &str) -> bool {
    let next = rest.chars().find(|c| *c != TATWEEL && !is_mark(*c) && !is_invisible(*c));
    // Marks lie on the letter or stroke before them.
    let written = before.trim_end_matches(is_mark);
    let Some(last) = written.chars().next_back() else {
        // Before anything else it is a dash (`ـ«`), or widens the first letter.
        return next.is_some_and(|next| !is_script_letter(next));
    };
    match next {
        // After a quotation or a digit, it joins an ending to it: `«تويتر»ـها`.
        Some(next) if is_script_letter(next) => !is_script_letter(last),
        _ if is_script_letter(last) => is_letter_or_clitics(last_run(written)),
        _ => true,
    }
}

/// The letters at the end of a text, with their marks.
fn last_run(text: &str) -> &str {
    let rest = text.trim_end_matches(|c| is_script_letter(c) || is_mark(c));
    &text[rest.len()..]
}

/// Whether a run is one letter, or clitics that wait for a word: `و`, `الـ`, `وبالـ`, `لـ`. After any other word, a stroke is ornament.
fn is_letter_or_clitics(run: &str) -> bool {
    let letters: String = run.chars().filter(|c| !is_mark(*c)).collect();
    let after_conjunctions = letters.trim_start_matches(['أ', 'و', 'ف']);
    let after_preposition = after_conjunctions.strip_prefix(['ب', 'ك', 'ل', 'س']).unwrap_or(after_conjunctions);
    letters.chars().count() == 1 || matches!(after_preposition, "" | "ال" | "ل")
}

/// Whether `c` is a letter of the Arabic script, also in its presentation forms.
fn is_script_letter(c: char) -> bool {
    let is_script = matches!(c, '\u{620}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{8a0}'..='\u{8ff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
    is_script && c.is_alphabetic() && c != TATWEEL && !is_mark(c)
}
