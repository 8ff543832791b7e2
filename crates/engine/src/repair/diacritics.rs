//! Puts the diacritics of a damaged word back onto its repaired form.
//!
//! The script deleted letters, not diacritics: `ايضاً` is `أيضاً`, and `مدرسً` was `مدرسةً`. Invariant: a form has the diacritics
//! of the damaged word, in their order, except that a tanwin moves behind letters that were lost at the word's end; and a
//! form that equals the damaged word is that word, to the byte.

use super::channel::Channel;
use super::words::Diacritic;
use crate::arabic::decode_letter;

/// The signs of an indefinite case ending, which belong to the last letter of a word, or to the one before its last alif.
const TANWIN: [char; 3] = ['\u{64b}', '\u{64c}', '\u{64d}'];

/// The text of a form (letter codes) with the diacritics of the damaged word; `None` if the channel does not explain the
/// form.
pub(super) fn marked(form: &[u8], damaged: &[u8], marks: &[Diacritic], channel: Channel) -> Option<String> {
    let mut text = String::with_capacity(2 * (form.len() + marks.len()));
    let mut written = 0;
    for (index, end) in ends_of(form, damaged, channel)?.into_iter().enumerate() {
        text.extend(form[written..end].iter().copied().map(decode_letter));
        written = end;
        let here = marks.iter().filter(|mark| mark.letters_before == index + 1).map(|mark| mark.mark);
        let lost_at_the_end = index + 1 == damaged.len() && end < form.len();
        if lost_at_the_end {
            let (tanwin, others): (Vec<char>, Vec<char>) = here.partition(|mark| TANWIN.contains(mark));
            text.extend(others);
            text.extend(form[end..].iter().copied().map(decode_letter));
            text.extend(tanwin);
        } else {
            text.extend(here);
        }
    }
    Some(text)
}

/// Where each damaged letter ends in the form, as early as the channel allows: what was lost after a letter stays behind its
/// diacritics.
fn ends_of(form: &[u8], damaged: &[u8], channel: Channel) -> Option<Vec<usize>> {
    // Both halves must be explained, or a later diacritic would have no letter to go to.
    let explained = |end: usize, index: usize| {
        channel.explain(&form[..end], &damaged[..=index]).is_some()
            && channel.explain(&form[end..], &damaged[index + 1..]).is_some()
    };
    (0..damaged.len()).map(|index| (1..=form.len()).find(|end| explained(*end, index))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::Word;
    use crate::repair::words::words_of;

    fn put_back(form: &str, damaged: &str, channel: Channel) -> Option<String> {
        let word = words_of(damaged).remove(0);
        let form: Vec<u8> = form
            .split(' ')
            .flat_map(|part| {
                let letters = Word::new(part).expect("letters").codes().to_vec();
                letters.into_iter().chain([crate::arabic::code::SPACE])
            })
            .collect();
        marked(&form[..form.len() - 1], &word.codes, &word.diacritics, channel)
    }

    #[test]
    fn diacritics_stay_with_their_letters() {
        use Channel::{Folded, Stripped};
        for (form, damaged, channel, expected, why) in [
            ("أيضا", "ايضاً", Folded, "أيضاً", "letters were folded, so each is where it was"),
            ("أيضا", "يضاً", Stripped, "أيضاً", "a letter was lost before it"),
            ("المدرسة", "المدرسهِ", Folded, "المدرسةِ", "the mark was on the letter that was folded"),
            ("المؤتمر", "المُتمر", Stripped, "المُؤتمر", "a letter was lost behind it"),
            ("مدرسة", "مدرسً", Stripped, "مدرسةً", "a tanwin ends a word"),
            ("مدرسة", "مدرّس", Stripped, "مدرّسة", "a shadda stays on its letter"),
            ("على", "علَ", Stripped, "علَى", "a vowel stays on its letter"),
            ("محمد", "مُحمَّدٌ", Stripped, "مُحمَّدٌ", "nothing was lost"),
            ("منطقة في", "منطقَفي", Stripped, "منطقَة في", "two words had run together"),
        ] {
            assert_eq!(put_back(form, damaged, channel).as_deref(), Some(expected), "{why}");
        }
        assert_eq!(put_back("كتاب", "قلَم", Stripped), None, "no form of this word");
    }
}
