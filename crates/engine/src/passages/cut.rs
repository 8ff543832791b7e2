//! Places in a text, counted in tokens from another place.
//!
//! Invariant: a place lies outside of tokens: at the end of one going forward, at the start of one going back, or where it began.

use crate::arabic::is_space;

/// Whether a text has no token.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

/// The end of the last of `tokens` tokens from `place` on; of fewer, if these have more than `bytes` bytes, but at least of one.
pub(super) fn after(text: &str, place: usize, tokens: usize, bytes: usize) -> usize {
    let mut end = place;
    for _ in 0..tokens {
        let rest = &text[end..];
        let Some(start) = rest.find(|c| !is_space(c)) else { break };
        let length = rest[start..].find(is_space).unwrap_or(rest.len() - start);
        let next = end + start + length;
        // White space counts, too: a passage holds what it spans.
        if next - place > bytes && end > place {
            break;
        }
        end = next;
    }
    end
}

/// The start of the first of `tokens` tokens before `place`; of fewer, if these have more than `bytes` bytes.
pub(super) fn before(text: &str, place: usize, tokens: usize, bytes: usize) -> usize {
    let mut start = place;
    for _ in 0..tokens {
        let Some(end) = text[..start].rfind(|c| !is_space(c)) else { break };
        let previous = text[..end].rfind(is_space).map_or(0, |space| space + width_at(text, space));
        if place - previous > bytes {
            break;
        }
        start = previous;
    }
    start
}

/// The bytes of the character at a place.
fn width_at(text: &str, place: usize) -> usize {
    text[place..].chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "  قال  نعم\u{2003}لا ";

    #[test]
    fn places_lie_outside_of_tokens() {
        let end_of = |word: &str| TEXT.find(word).expect("a word of it") + word.len();
        let start_of = |word: &str| TEXT.find(word).expect("a word of it");
        assert_eq!(after(TEXT, 0, 1, 100), end_of("قال"));
        assert_eq!(after(TEXT, 0, 2, 100), end_of("نعم"));
        assert_eq!(after(TEXT, 0, 9, 100), end_of("لا"));
        assert_eq!(after(TEXT, 0, 9, 1), end_of("قال"), "one token at least");
        assert_eq!(after(TEXT, 0, 9, 12), end_of("قال"));
        assert_eq!(after(TEXT, end_of("لا"), 9, 100), end_of("لا"), "none is left");
        assert_eq!(before(TEXT, end_of("لا"), 1, 100), start_of("لا"));
        assert_eq!(before(TEXT, end_of("نعم"), 2, 100), start_of("قال"));
        assert_eq!(before(TEXT, end_of("نعم"), 9, 100), start_of("قال"));
        assert_eq!(before(TEXT, end_of("نعم"), 9, 6), start_of("نعم"));
        assert_eq!(before(TEXT, end_of("نعم"), 9, 1), end_of("نعم"));
        assert!(is_blank(" \n\u{2003}") && !is_blank(" ."));
    }
}
