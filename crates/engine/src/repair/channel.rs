//! The damage as a channel: which damaged forms a word can have, and what each says of its writer.
//!
//! A damaged word is the result of two steps, a writer's habit and then a script's deletion, and this module is the only
//! place that knows them. The law that the whole program rests on is [`Channel::explain`]: a repair is allowed only where
//! it returns `Some`. Every candidate goes through it before it can be chosen, and what it says of the writer is what the
//! candidate costs, so no two parts can disagree. A finished build is not checked against it once more.
//!
//! | letter | [`Channel::Stripped`] leaves | [`Channel::Folded`] leaves |
//! | --- | --- | --- |
//! | `أ إ آ` | nothing, or `ا` where it was typed bare | itself, or `ا` |
//! | `ة` | nothing, or `ه` where it was typed so | itself, or `ه` |
//! | `ى` | nothing, or `ي` where it was typed so | itself, or `ي` |
//! | `ي` at the end | itself, or nothing where it was typed `ى` | itself |
//! | `ء ئ ؤ` | nothing | itself |
//! | the rest | itself | itself |
//! | a space | nothing | nothing |
//!
//! A space between two words is lost now and then in every state of writing; `word` then holds [`code::SPACE`], and a
//! letter before it is the last of its word.

use crate::arabic::{code, fold_letter, is_hamzated_alif, is_plain};

/// Which letters can be missing from a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Every letter but the 28 plain ones was deleted, after the writer's habits had their way.
    Stripped,
    /// Letters were merged with their bare twins, always or now and then; nothing was deleted.
    Folded,
}

/// What happened to the letters of one word on its way through the channel: how often each habit shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traces {
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

impl Traces {
    /// Those of a word that no habit shows in.
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

/// What is left of one letter, and the count of [`Traces`] that it adds to.
type Remnant = (Option<u8>, fn(&mut Traces));

/// At most two things can be left of a letter.
type Remnants = [Option<Remnant>; 2];

/// The most letters that a word may have to be taken apart; longer ones are left as they are.
pub const MAX_LETTERS: usize = 40;

/// The most damaged forms listed for one word; no Arabic word of the corpus comes near it.
const MAX_FORMS: usize = 256;

fn no_trace(_: &mut Traces) {}

impl Channel {
    fn remnants(self, letter: u8, last: bool) -> Remnants {
        match self {
            _ if letter == code::SPACE => [Some((None, no_trace)), None],
            Self::Stripped => stripped_remnants(letter, last),
            Self::Folded => folded_remnants(letter),
        }
    }

    /// Whether `damaged` can be what the channel left of `word`, and by which habits; both are letter codes.
    ///
    /// Where several readings exist, the one that keeps most letters is reported.
    #[must_use]
    pub fn explain(self, word: &[u8], damaged: &[u8]) -> Option<Traces> {
        if word.len() > MAX_LETTERS || damaged.len() > word.len() {
            return None;
        }
        let mut traces = Traces::default();
        self.align(word, damaged, &mut traces).then_some(traces)
    }

    fn align(self, word: &[u8], damaged: &[u8], traces: &mut Traces) -> bool {
        let Some((&letter, rest)) = word.split_first() else { return damaged.is_empty() };
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
            let before = *traces;
            count(traces);
            if self.align(rest, remaining, traces) {
                return true;
            }
            *traces = before;
        }
        false
    }

    /// Every non-empty form that the channel can leave of `word`, without repetition, appended to `forms`.
    pub fn damaged_forms(self, word: &[u8], forms: &mut Vec<Vec<u8>>) {
        forms.clear();
        forms.push(Vec::with_capacity(word.len()));
        for (index, &letter) in word.iter().enumerate() {
            let remnants = self.remnants(letter, index + 1 == word.len());
            let grown = forms.len();
            for at in 0..grown {
                if let Some((left, _)) = remnants[1].filter(|_| forms.len() < MAX_FORMS) {
                    let mut branch = forms[at].clone();
                    branch.extend(left);
                    forms.push(branch);
                }
                forms[at].extend(remnants[0].and_then(|(left, _)| left));
            }
        }
        forms.sort_unstable();
        forms.dedup();
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
        code::YA if last => {
            [Some((Some(code::YA), |t| t.final_ya_typed += 1)), Some((None, |t| t.final_ya_as_maqsura += 1))]
        }
        plain if is_plain(plain) => [Some((Some(plain), no_trace)), None],
        _ => [Some((None, no_trace)), None],
    }
}

fn folded_remnants(letter: u8) -> Remnants {
    let count: [fn(&mut Traces); 2] = match letter {
        alif if is_hamzated_alif(alif) => [|t| t.alif_typed += 1, |t| t.alif_bare += 1],
        code::TA_MARBUTA => [|t| t.ta_marbuta_typed += 1, |t| t.ta_marbuta_as_ha += 1],
        code::MAQSURA => [|t| t.maqsura_typed += 1, |t| t.maqsura_as_ya += 1],
        _ => return [Some((Some(letter), no_trace)), None],
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
    fn deletion_and_habit_explain_the_seeds() {
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
    fn a_lost_space_is_explained_with_what_was_lost_on_both_its_sides() {
        let joined = [codes("التي"), vec![code::SPACE], codes("إلى")].concat();
        let traces = Channel::Stripped.explain(&joined, &codes("التال")).expect("explained");
        assert_eq!((traces.final_ya_as_maqsura, traces.alif_bare, traces.maqsura_typed), (1, 1, 1));
        assert_eq!(Channel::Folded.explain(&joined, &codes("التالي")), None, "nothing is deleted here");
        assert!(Channel::Folded.explain(&joined, &codes("التيالي")).is_some());
    }

    #[test]
    fn traces_tell_the_habit() {
        let traces = Channel::Stripped.explain(&codes("أعلى"), &codes("اعل")).expect("explained");
        assert_eq!((traces.alif_bare, traces.alif_typed, traces.maqsura_typed), (1, 0, 1));
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
