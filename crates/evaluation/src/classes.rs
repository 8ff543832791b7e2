//! Accuracy by letter and by class of word: where repair is strong and where it is weak.

use super::benchmark::Record;
use super::counts::Ratio;
use super::forms::is_lenient;
use super::prediction::Prediction;
use engine::arabic::Word;
use engine::repair::candidates::Candidates;
use engine::repair::lexicon::UNKNOWN;

/// Letters that the damage takes; a token belongs to the class of each that its gold form holds.
const LETTERS: [char; 8] = ['ة', 'ى', 'أ', 'إ', 'آ', 'ء', 'ئ', 'ؤ'];
/// The rank up to which a word counts as common.
const COMMON: u32 = 10_000;

/// The score of a class of tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassScore {
    /// The name of the class.
    pub class: String,
    /// Tokens in the class.
    pub tokens: usize,
    right: usize,
}

impl ClassScore {
    /// Lenient accuracy.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        Ratio::of(self.right, self.tokens).0
    }
}

/// Scores every class, letters first; a token belongs to the classes of its first gold form.
#[must_use]
pub fn by_class(records: &[Record], predictions: &[Prediction], candidates: &Candidates) -> Vec<ClassScore> {
    let mut scores: Vec<ClassScore> = Vec::new();
    for (record, prediction) in records.iter().zip(predictions) {
        for (gold, form) in record.gold.iter().zip(&prediction.tokens) {
            let right = is_lenient(&form.replace(' ', "_"), gold);
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
        // Before the arms on length: a word that is not in the lexicon counts as that, however short.
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
