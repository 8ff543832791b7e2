//! The damage as a noisy channel: which damaged forms a word can have, and what each implies about its writer.
//!
//! A damaged word is the result of two steps, the writer's typing and then a script's deletion, and this module is the only
//! place that knows them. The whole program rests on [`Channel::explain`]: a repair is allowed only if it returns `Some`.
//! Every candidate passes through it before it can be chosen, and the [`ChannelEvents`] that it returns are what the candidate
//! is charged for ([`super::typing_profile`]), so no two parts can disagree. A finished build is not checked again.
//!
//! | letter | [`Channel::Stripped`] leaves | [`Channel::Folded`] leaves |
//! | --- | --- | --- |
//! | `أ إ آ` | nothing, or `ا` if it was typed bare | itself, or `ا` |
//! | `ة` | nothing, or `ه` if it was typed so | itself, or `ه` |
//! | `ى` | nothing, or `ي` if it was typed so | itself, or `ي` |
//! | final `ي` | itself, or nothing if it was typed `ى` | itself |
//! | `ء ئ ؤ` | nothing | itself |
//! | the rest | itself | itself |
//! | a space | nothing | nothing |
//!
//! A space between two words is lost now and then in every state of writing. A pair of words is written as one with
//! [`code::SPACE`] inside; the letter before it is final.

use crate::arabic::{code, fold_letter, is_hamzated_alif, is_plain};

/// A way of damaging words; [`super::damage`] relates it to the states of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Every letter but the 28 plain ones was deleted, after the writer's typing had changed some.
    Stripped,
    /// Letters were folded, all or some; nothing was deleted.
    Folded,
}

/// What happened to the letters of one word on its way through the channel, counted: what the writer typed, not what the
/// script did next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelEvents {
    /// `أ إ آ` that were typed properly (and so deleted).
    pub alif_typed: u8,
    /// `أ إ آ` that were typed as a bare `ا`.
    pub alif_bare: u8,
    /// `ة` that were typed properly.
    pub ta_marbuta_typed: u8,
    /// `ة` that were typed `ه`.
    pub ta_marbuta_as_ha: u8,
    /// `ى` that were typed properly.
    pub maqsura_typed: u8,
    /// `ى` that were typed `ي`.
    pub maqsura_as_ya: u8,
    /// Final `ي` that were typed properly.
    pub final_ya_typed: u8,
    /// Final `ي` that were typed `ى` (and so deleted).
    pub final_ya_as_maqsura: u8,
}

impl ChannelEvents {
    /// The events of a word that says nothing about its writer.
    pub const NONE: Self = Self {
        alif_typed: 0,
        alif_bare: 0,
        ta_marbuta_typed: 0,
        ta_marbuta_as_ha: 0,
        maqsura_typed: 0,
        maqsura_as_ya: 0,
        final_ya_typed: 0,
        final_ya_as_maqsura: 0,
    };
}

/// What is left of one letter, and the event that it counts as.
type Remnant = (Option<u8>, fn(&mut ChannelEvents));

/// The possible remnants of a letter, the one that keeps more first.
type Remnants = [Option<Remnant>; 2];

/// Longer words (in letters) are not repaired: alignment and index would cost too much, and no Arabic word is so long.
pub const MAX_LETTERS: usize = 40;

/// Damaged forms listed for one word at most; no word of the corpus comes near it.
const MAX_FORMS: usize = 256;

fn no_event(_: &mut ChannelEvents) {}

impl Channel {
    fn remnants(self, letter: u8, last: bool) -> Remnants {
        match self {
            _ if letter == code::SPACE => [Some((None, no_event)), None],
            Self::Stripped => stripped_remnants(letter, last),
            Self::Folded => folded_remnants(letter),
        }
    }

    /// What happened to `word` if `damaged` is what the channel left of it (both letter codes); `None` if it cannot be.
    ///
    /// Of several alignments, the first in the order of the remnants counts: the one that keeps letters early.
    #[must_use]
    pub fn explain(self, word: &[u8], damaged: &[u8]) -> Option<ChannelEvents> {
        // Damage never adds a letter.
        if word.len() > MAX_LETTERS || damaged.len() > word.len() {
            return None;
        }
        let mut events = ChannelEvents::default();
        self.align(word, damaged, &mut events).then_some(events)
    }

    /// Depth-first search for an alignment. Words are short and most letters leave one remnant, so it backtracks little.
    fn align(self, word: &[u8], damaged: &[u8], events: &mut ChannelEvents) -> bool {
        let Some((&letter, rest)) = word.split_first() else { return damaged.is_empty() };
        // Too few letters left to explain what is there: the branch is dead, whatever they are.
        if damaged.len() > word.len() {
            return false;
        }
        let last = matches!(rest.first(), None | Some(&code::SPACE));
        for (left, count) in self.remnants(letter, last).into_iter().flatten() {
            let remaining = match (left, damaged.split_first()) {
                (None, _) => damaged,
                (Some(left), Some((&first, remaining))) if left == first => remaining,
                _ => continue,
            };
            let before = *events;
            count(events);
            if self.align(rest, remaining, events) {
                return true;
            }
            // A dead end must leave no trace, or the next remnant would be charged for it too.
            *events = before;
        }
        false
    }

    /// Replaces `forms` with every non-empty form that the channel can leave of `word`, each once.
    pub fn damaged_forms(self, word: &[u8], forms: &mut Vec<Vec<u8>>) {
        forms.clear();
        forms.push(Vec::with_capacity(word.len()));
        for (index, &letter) in word.iter().enumerate() {
            let remnants = self.remnants(letter, index + 1 == word.len());
            // Forms pushed in this round already have their remnant of this letter.
            let grown = forms.len();
            for at in 0..grown {
                // At the limit forms stop branching but go on growing, so each is still what is left of the whole word.
                if let Some((left, _)) = remnants[1].filter(|_| forms.len() < MAX_FORMS) {
                    let mut branch = forms[at].clone();
                    branch.extend(left);
                    forms.push(branch);
                }
                // After the copy, which must not get this remnant as well as its own.
                forms[at].extend(remnants[0].and_then(|(left, _)| left));
            }
        }
        forms.sort_unstable();
        forms.dedup();
        // A word that is lost whole leaves nothing behind to be looked up.
        forms.retain(|form| !form.is_empty());
    }
}

fn stripped_remnants(letter: u8, last: bool) -> Remnants {
    match letter {
        code::ALIF_HAMZA | code::ALIF_HAMZA_BELOW | code::ALIF_MADDA => {
            [Some((Some(code::ALIF), |t| t.alif_bare += 1)), Some((None, |t| t.alif_typed += 1))]
        }
        code::TA_MARBUTA => [Some((Some(code::HA), |t| t.ta_marbuta_as_ha += 1)), Some((None, |t| t.ta_marbuta_typed += 1))],
        code::MAQSURA => [Some((Some(code::YA), |t| t.maqsura_as_ya += 1)), Some((None, |t| t.maqsura_typed += 1))],
        // Ahead of the plain letters, of which it is one: only at the end is it ever typed `ى`.
        code::YA if last => {
            [Some((Some(code::YA), |t| t.final_ya_typed += 1)), Some((None, |t| t.final_ya_as_maqsura += 1))]
        }
        plain if is_plain(plain) => [Some((Some(plain), no_event)), None],
        _ => [Some((None, no_event)), None],
    }
}

fn folded_remnants(letter: u8) -> Remnants {
    let count: [fn(&mut ChannelEvents); 2] = match letter {
        alif if is_hamzated_alif(alif) => [|t| t.alif_typed += 1, |t| t.alif_bare += 1],
        code::TA_MARBUTA => [|t| t.ta_marbuta_typed += 1, |t| t.ta_marbuta_as_ha += 1],
        code::MAQSURA => [|t| t.maqsura_typed += 1, |t| t.maqsura_as_ya += 1],
        _ => return [Some((Some(letter), no_event)), None],
    };
    [Some((Some(letter), count[0])), Some((Some(fold_letter(letter)), count[1]))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::{Word, decode_word};

    fn codes(text: &str) -> Vec<u8> {
        Word::new(text).expect("Arabic letters").codes().to_vec()
    }

    #[test]
    fn deletion_and_typing_explain_the_seeds() {
        for (word, damaged) in [
            ("الأنشطة", "الانشط"),
            ("على", "عل"),
            ("إلى", "ل"),
            ("إلى", "ال"),
            ("المؤسسات", "المسسات"),
            ("تحظى", "تحظي"),
            ("التي", "الت"),
            ("الخليجية", "الخليجيه"),
        ] {
            assert!(Channel::Stripped.explain(&codes(word), &codes(damaged)).is_some(), "{word} from {damaged}");
        }
    }

    #[test]
    fn letters_are_never_invented() {
        for (word, damaged) in [("الدولة", "الدو"), ("كتاب", "كتب"), ("على", "على"), ("الفتاة", "الفتاةة")]
        {
            assert_eq!(Channel::Stripped.explain(&codes(word), &codes(damaged)), None, "{word} from {damaged}");
        }
        assert_eq!(Channel::Folded.explain(&codes("مدرسة"), &codes("مدرس")), None);
    }

    #[test]
    fn a_lost_space_is_explained_with_the_letters_lost_beside_it() {
        let joined = [codes("التي"), vec![code::SPACE], codes("إلى")].concat();
        let events = Channel::Stripped.explain(&joined, &codes("التال")).expect("explained");
        assert_eq!((events.final_ya_as_maqsura, events.alif_bare, events.maqsura_typed), (1, 1, 1));
        assert_eq!(Channel::Folded.explain(&joined, &codes("التالي")), None, "nothing is deleted here");
        assert!(Channel::Folded.explain(&joined, &codes("التيالي")).is_some());
    }

    #[test]
    fn events_show_how_the_writer_typed() {
        let events = Channel::Stripped.explain(&codes("أعلى"), &codes("اعل")).expect("explained");
        assert_eq!((events.alif_bare, events.alif_typed, events.maqsura_typed), (1, 0, 1));
    }

    #[test]
    fn every_listed_form_is_explained() {
        let mut forms = Vec::new();
        for word in ["أنشأتها", "إجراءات", "مستوى", "آخر", "المسؤولية"] {
            for channel in [Channel::Stripped, Channel::Folded] {
                channel.damaged_forms(&codes(word), &mut forms);
                assert!(!forms.is_empty());
                for form in &forms {
                    assert!(channel.explain(&codes(word), form).is_some(), "{word} from {}", decode_word(form));
                }
            }
        }
    }
}
