//! Light stems: what the forms of a word have in common, without a dictionary.
//!
//! The stemmer `light10` of Larkey, Ballesteros and Connell ("Light Stemming for Arabic Information Retrieval", 2007), over folded
//! letter codes. Stems decide whether two phrases are the same, and are never shown. The tables are those of the paper, although other
//! parts of the engine know more clitics: the statistics of a trained model are keyed by these stems.

use super::clitics::{ARTICLE, TO_THE, ending, pronoun};
use super::{code, fold_word};

/// Articles, alone and after one clitic, as published.
const ARTICLES: [&[u8]; 6] = [
    ARTICLE,
    &[code::WAW, code::ALIF, code::LAM],
    &[code::BA, code::ALIF, code::LAM],
    &[code::KAF, code::ALIF, code::LAM],
    &[code::FA, code::ALIF, code::LAM],
    TO_THE,
];
/// Endings as published, each removed at most once, in this order: several may be removed from one word.
const ENDINGS: [&[u8]; 8] = [
    pronoun::HER,
    ending::DUAL,
    ending::FEMININE_PLURAL,
    ending::MASCULINE_PLURAL,
    ending::OBLIQUE,
    ending::FEMININE_ADJECTIVE_FOLDED,
    ending::FEMININE_FOLDED,
    pronoun::MY,
];
/// Letters that must remain without an article or an ending, and without a conjunction.
const LEAST_LETTERS: usize = 2;
const LEAST_AFTER_CONJUNCTION: usize = 3;

/// The stem of a word (letter codes as written), as folded letter codes.
#[must_use]
pub fn light_stem(word: &[u8]) -> Vec<u8> {
    let folded = fold_word(word);
    let mut stem = folded.as_slice();
    if let [code::WAW, rest @ ..] = stem
        && rest.len() >= LEAST_AFTER_CONJUNCTION
    {
        stem = rest;
    }
    stem = &stem[article_length(stem)..];
    for ending in ENDINGS {
        if stem.ends_with(ending) && stem.len() >= ending.len() + LEAST_LETTERS {
            stem = &stem[..stem.len() - ending.len()];
        }
    }
    stem.to_vec()
}

/// The number of letters of the article at the beginning of a word (folded or not), including a clitic before it; 0 if it has none.
#[must_use]
pub fn article_length(word: &[u8]) -> usize {
    let has = |article: &&&[u8]| word.starts_with(article) && word.len() >= article.len() + LEAST_LETTERS;
    ARTICLES.iter().find(has).map_or(0, |article| article.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::{Word, decode_word};

    #[test]
    fn forms_of_one_word_share_a_stem() {
        let stem = |word: &str| decode_word(&light_stem(Word::new(word).expect("Arabic letters").codes()));
        for (word, expected) in [
            ("والصناعات", "صناع"),
            ("صناعية", "صناع"),
            ("للأنشطة", "انشط"),
            ("مدرستها", "مدرست"),
            ("وزير", "زير"), // as published: a conjunction or not
            ("ولد", "ولد"),
            ("الى", "ال"),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
    }
}
