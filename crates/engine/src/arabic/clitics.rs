//! What Arabic writes together with a word: the clitics before it, the endings and pronouns after it.
//!
//! A written word is `[conjunction] [preposition] [article] stem [ending] [pronoun]`: `وبصناعاتهم` is *and* + *by* + *industries* +
//! *their*. This file has the letters and the meaning of each part, and nothing about how they are used: repair, the encoder and
//! tagging select the parts that help them, and give a reason if they leave one out.
//!
//! All parts are letter codes as written. None has a letter that folding changes (names in `_FOLDED` are already folded), so they can be
//! compared with written and with folded words alike.

use super::{code, encode_const};

/// Arabic letters as letter codes, at compile time.
const fn encode<const N: usize>(text: &str) -> [u8; N] {
    let bytes = text.as_bytes();
    let mut codes = [0; N];
    let mut at = 0;
    while at < N {
        // Every Arabic letter is two bytes of UTF-8: 110xxxxx 10xxxxxx.
        let letter = (bytes[2 * at] as u32 & 0x1f) << 6 | (bytes[2 * at + 1] as u32 & 0x3f);
        codes[at] = match char::from_u32(letter) {
            Some(letter) => encode_const(letter),
            // Evaluated at compile time: a literal that is no letter does not build.
            None => panic!("no letter"),
        };
        at += 1;
    }
    codes
}

/// The letter codes of a literal, as a `&'static [u8]`.
macro_rules! letters {
    ($text:literal) => {{
        const CODES: [u8; $text.len() / 2] = encode($text);
        &CODES
    }};
}

/// Conjunctions, which come before everything else: `و` *and*, `ف` *and so*.
pub const CONJUNCTIONS: [u8; 2] = [code::WAW, code::FA];

/// Prepositions of one letter: `ب` *in, by*, `ك` *like*, `ل` *to, for*.
pub const PREPOSITIONS: [u8; 3] = [code::BA, code::KAF, code::LAM];

/// The article, `ال` *the*.
pub const ARTICLE: &[u8] = letters!("ال");

/// `لل` *to the*: after `ل`, the article loses its alif.
pub const TO_THE: &[u8] = letters!("لل");

/// The future's `س` *will*, which only an imperfect verb takes.
pub const FUTURE: u8 = code::SIN;

/// The first letters of an imperfect verb, by person, without the `أ` of *I*: `ي` *he, they*, `ت` *she, you*, `ن` *we*.
pub const IMPERFECT_PREFIXES: [u8; 3] = [code::YA, code::TA, code::NUN];

/// What a noun or a name can have before it, longest first: a conjunction, a preposition and the article, in that order. `فكال` is
/// grammatical but does not occur in newspapers.
pub const NOUN_PROCLITICS: [&[u8]; 22] = [
    letters!("وبال"),
    letters!("وكال"),
    letters!("فبال"),
    letters!("ولل"),
    letters!("فلل"),
    letters!("وال"),
    letters!("فال"),
    letters!("بال"),
    letters!("كال"),
    letters!("لل"),
    letters!("ال"),
    letters!("وب"),
    letters!("ول"),
    letters!("وك"),
    letters!("فب"),
    letters!("فل"),
    letters!("فك"),
    letters!("و"),
    letters!("ف"),
    letters!("ب"),
    letters!("ل"),
    letters!("ك"),
];

/// What a verb in the future can have before it, longest first: a conjunction, `س`, and the first letter of the verb itself.
pub const FUTURE_PROCLITICS: [&[u8]; 6] =
    [letters!("وسي"), letters!("وس"), letters!("فس"), letters!("ست"), letters!("سي"), letters!("س")];

/// Pronouns, each written together with the word before it: of a noun the possessor, of a verb the object.
pub mod pronoun {
    use super::encode;

    /// `ي` *my*.
    pub const MY: &[u8] = letters!("ي");
    /// `ني` *me*, after verbs.
    pub const ME: &[u8] = letters!("ني");
    /// `ك` *your*, of one.
    pub const YOUR: &[u8] = letters!("ك");
    /// `كما` *your*, of two.
    pub const YOUR_OF_TWO: &[u8] = letters!("كما");
    /// `كم` *your*, of many.
    pub const YOUR_OF_MANY: &[u8] = letters!("كم");
    /// `نا` *our*.
    pub const OUR: &[u8] = letters!("نا");
    /// `ه` *his*.
    pub const HIS: &[u8] = letters!("ه");
    /// `ها` *her*; also *their*, of things.
    pub const HER: &[u8] = letters!("ها");
    /// `هما` *their*, of two.
    pub const THEIR_OF_TWO: &[u8] = letters!("هما");
    /// `هم` *their*, of men.
    pub const THEIR_OF_MEN: &[u8] = letters!("هم");
    /// `هن` *their*, of women.
    pub const THEIR_OF_WOMEN: &[u8] = letters!("هن");

    /// The pronouns that can be recognised after a noun. Left out are `ي`, since a word that ends in it is nearly always an adjective
    /// (`نفطي`), `ك`, which is more often a letter of the word (`بنك`), and `كما`, which is rare and ends accusatives (`حاكما`).
    pub const AFTER_NOUNS: [&[u8]; 7] = [THEIR_OF_TWO, HER, THEIR_OF_MEN, THEIR_OF_WOMEN, OUR, YOUR_OF_MANY, HIS];
}

/// Endings of number, gender and case.
pub mod ending {
    use super::encode;

    /// `ه`, the feminine's `ة` when folded.
    pub const FEMININE_FOLDED: &[u8] = letters!("ه");
    /// `ية`, the feminine of an adjective in `ي`, when folded.
    pub const FEMININE_ADJECTIVE_FOLDED: &[u8] = letters!("يه");
    /// `ات`, the sound feminine plural.
    pub const FEMININE_PLURAL: &[u8] = letters!("ات");
    /// `ون`, the sound masculine plural as a subject.
    pub const MASCULINE_PLURAL: &[u8] = letters!("ون");
    /// `ين`, the sound masculine plural and the dual, but as a subject.
    pub const OBLIQUE: &[u8] = letters!("ين");
    /// `ان`, the dual as a subject.
    pub const DUAL: &[u8] = letters!("ان");
    /// `تان`, the dual of a word in `ة`, as a subject.
    pub const FEMININE_DUAL: &[u8] = letters!("تان");
    /// `تين`, the dual of a word in `ة`, but as a subject.
    pub const FEMININE_DUAL_OBLIQUE: &[u8] = letters!("تين");
    /// `و`, which the masculine plural keeps before a genitive and a pronoun.
    pub const MASCULINE_PLURAL_CONSTRUCT: &[u8] = letters!("و");
    /// `ي`, which the oblique plural and dual keep there.
    pub const OBLIQUE_CONSTRUCT: &[u8] = letters!("ي");
    /// `تا`, which the dual of a word in `ة` keeps there.
    pub const FEMININE_DUAL_CONSTRUCT: &[u8] = letters!("تا");
    /// `تي`, the same, but as a subject.
    pub const FEMININE_DUAL_OBLIQUE_CONSTRUCT: &[u8] = letters!("تي");
    /// `ا`, the indefinite accusative; also the dual before a genitive.
    pub const ACCUSATIVE: &[u8] = letters!("ا");
    /// `وا`, *they* of a verb.
    pub const VERB_PLURAL: &[u8] = letters!("وا");
    /// `ت`, *she*, *I* or *you* of a verb in the past.
    pub const VERB_PAST: &[u8] = letters!("ت");
}

/// Whether a letter is a conjunction where it comes before a word.
#[must_use]
pub fn is_conjunction(letter: u8) -> bool {
    CONJUNCTIONS.contains(&letter)
}

/// Whether a letter is a preposition where it comes before a word.
#[must_use]
pub fn is_preposition(letter: u8) -> bool {
    PREPOSITIONS.contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::super::decode_word;
    use super::*;

    #[test]
    fn literals_are_encoded_letter_by_letter() {
        assert_eq!(ARTICLE, [code::ALIF, code::LAM]);
        assert_eq!(decode_word(pronoun::THEIR_OF_TWO), "هما");
        assert_eq!(decode_word(ending::FEMININE_DUAL_OBLIQUE), "تين");
    }

    /// Users try them in this order and stop at the first that leaves enough letters.
    #[test]
    fn proclitics_are_listed_longest_first_and_once() {
        for list in [&NOUN_PROCLITICS[..], &FUTURE_PROCLITICS[..]] {
            assert!(list.is_sorted_by_key(|proclitic| std::cmp::Reverse(proclitic.len())));
            assert!((1..list.len()).all(|at| !list[..at].contains(&list[at])));
        }
    }

    /// At most one pronoun fits a word, so their order does not matter.
    #[test]
    fn no_pronoun_after_nouns_ends_in_another() {
        for (at, pronoun) in pronoun::AFTER_NOUNS.iter().enumerate() {
            let others = pronoun::AFTER_NOUNS.iter().enumerate().filter(|(other, _)| *other != at);
            assert!(others.into_iter().all(|(_, other)| !pronoun.ends_with(other)));
        }
    }
}
