//! Accuracy by letter and by class of word: where repair is strong, and where it is not.

use super::{Prediction, Ratio, Record, is_spared};
use engine::arabic::Word;
use engine::repair::candidates::Candidates;
use engine::repair::lexicon::UNKNOWN;

/// Letters that damage takes; a token counts for each that its right form holds.
const LETTERS: [char; 8] = ['ة', 'ى', 'أ', 'إ', 'آ', 'ء', 'ئ', 'ؤ'];
/// The rank up to which a word counts as common.
const COMMON: u32 = 10_000;

/// Tokens of a class, how many, and how many are right.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassScore {
    /// What the tokens have in common.
    pub class: String,
    /// How many there are.
    pub tokens: usize,
    right: usize,
}

impl ClassScore {
    /// Share of the tokens that are right, hamzas on bare alifs spared.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        Ratio::of(self.right, self.tokens).0
    }
}

/// The accuracy of each class, letters first; a token belongs to the classes of its first right form.
#[must_use]
pub fn by_class(records: &[Record], predictions: &[Prediction], candidates: &Candidates) -> Vec<ClassScore> {
    let mut scores: Vec<ClassScore> = Vec::new();
    for (record, prediction) in records.iter().zip(predictions) {
        for (gold, form) in record.gold.iter().zip(&prediction.tokens) {
            let right = is_spared(&form.replace(' ', "_"), gold);
            let first = gold.split('|').next().unwrap_or_default();
            for class in classes_of(first, candidates) {
                let known = scores.iter().position(|score| score.class == class);
                let at = known.unwrap_or_else(|| {
                    scores.push(ClassScore { class: class.clone(), tokens: 0, right: 0 });
                    scores.len() - 1
                });
                scores[at].tokens += 1;
                scores[at].right += usize::from(right);
            }
        }
    }
    scores.sort_by(|a, b| a.class.cmp(&b.class));
    scores
}

fn classes_of(gold: &str, candidates: &Candidates) -> Vec<String> {
    let letters = LETTERS.iter().filter(|letter| gold.contains(**letter)).map(|letter| format!("letter {letter}"));
    let mut classes: Vec<String> = letters.collect();
    if classes.is_empty() {
        classes.push("letter none of these".to_owned());
    }
    let known = Word::new(gold).map(|word| (word.codes().len(), candidates.id(word.codes())));
    let kind = match known {
        None => "two words, or other characters",
        Some((_, UNKNOWN)) => "not in the lexicon",
        Some((1..=3, _)) => "up to three letters",
        Some((_, id)) if id <= COMMON => "longer, among the 10,000 commonest",
        Some(_) => "longer, rarer",
    };
    classes.push(format!("word {kind}"));
    classes
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::repair::WordList;
    use engine::repair::lexicon::Lexicon;

    #[test]
    fn a_token_belongs_to_each_of_its_letters() {
        let word = Word::new("إلى").expect("letters");
        let candidates = Candidates::new(Lexicon::new([word.codes()]), &WordList::default());
        assert_eq!(classes_of("إلى", &candidates), ["letter ى", "letter إ", "word up to three letters"]);
        assert_eq!(classes_of("زيد", &candidates), ["letter none of these", "word not in the lexicon"]);
        assert_eq!(classes_of("ما_قورن", &candidates)[1], "word two words, or other characters");
    }
}
