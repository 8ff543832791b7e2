//! Comparing a predicted form with the gold forms, strictly and leniently.
//!
//! The newspaper sets are not perfectly edited. The lenient comparison forgives what an editor would have corrected in the
//! gold: a hamza on an alif that the gold left bare, and words that the gold ran together or split.
//!
//! In gold and prediction, `_` is a space inside a form, and `|` separates alternative gold forms.

/// Whether a form is one of the gold forms.
pub(super) fn is_right(form: &str, gold: &str) -> bool {
    gold.split('|').any(|gold| gold == form)
}

/// Whether a form is one of the gold forms, leniently.
pub(super) fn is_lenient(form: &str, gold: &str) -> bool {
    gold.split('|').any(|gold| gold == form || bare_alif_only(form, gold) || without_spaces(form) == without_spaces(gold))
}

/// Whether `form` differs from `gold` at most by hamzas on alifs that the gold left bare.
///
/// `كان` is left out, because `كأن` is another word, and a common mistake of repair.
pub(super) fn bare_alif_only(form: &str, gold: &str) -> bool {
    gold != "كان"
        // `zip` stops at the shorter word, so a longer one with the same beginning would pass.
        && form.chars().count() == gold.chars().count()
        && form.chars().zip(gold.chars()).all(|(f, g)| f == g || (matches!(f, 'أ' | 'إ' | 'آ') && g == 'ا'))
}

/// A form without the spaces inside it.
pub(super) fn without_spaces(form: &str) -> String {
    form.replace('_', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leniency_forgives_hamzas_and_spaces_that_the_gold_lacks() {
        for (form, gold, right, lenient, why) in [
            ("أكثر", "اكثر", false, true, "a hamza that the gold left out"),
            ("اكثر", "أكثر", false, false, "a hamza that is missing"),
            ("كأن", "كان", false, false, "another word"),
            ("ما_قورن", "ماقورن", false, true, "a space that the gold lacks"),
            ("ماقورن", "ما_قورن", false, true, "a space that is missing"),
            ("أن_لا", "ان_لا|ألا", false, true, "one of several gold forms"),
            ("أن_لا", "انلا", false, false, "a hamza and a space are not forgiven together"),
        ] {
            assert_eq!((is_right(form, gold), is_lenient(form, gold)), (right, lenient), "{form} for {gold}: {why}");
        }
    }
}
