//! The ceiling: the accuracy of a repair that always chose the best candidate.

use rayon::prelude::*;
use serde::Serialize;

use super::benchmark::Record;
use super::counts::Ratio;
use super::forms::{bare_alif_only, without_spaces};
use engine::document::Document;
use engine::repair::{RepairScratch, Repairer, WordChoice};

/// The accuracy of a repair that always chose the best candidate.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Ceiling {
    /// Share of the tokens whose gold form is among the forms that repair chooses from, as `lenient_acc` counts.
    #[serde(rename = "ceiling")]
    lenient: Ratio,
    /// The same, as `word_acc` counts.
    #[serde(rename = "strict_ceiling")]
    strict: Ratio,
    /// Mean number of forms to choose from, per word.
    candidates: Ratio,
    /// The tokens whose gold form is not among them: raw token and gold forms.
    #[serde(skip)]
    pub unreachable: Vec<(String, String)>,
    /// Per record and token, whether there is more than one form to choose from.
    #[serde(skip)]
    pub contested: Vec<Vec<bool>>,
}

/// Compares the forms that repair chooses from with the gold.
#[must_use]
pub fn ceiling(records: &[Record], repairer: &Repairer) -> Ceiling {
    let choices = |scratch: &mut RepairScratch, record: &Record| {
        repairer.choices(&Document::from_tokens(&record.id, &record.damaged), scratch)
    };
    let choices: Vec<Vec<WordChoice>> = records.par_iter().map_init(RepairScratch::default, choices).collect();
    let (mut tokens, mut lenient, mut strict, mut words, mut forms) = (0, 0, 0, 0, 0);
    let (mut unreachable, mut contested) = (Vec::new(), Vec::new());
    for (record, choices) in records.iter().zip(&choices) {
        words += choices.len();
        forms += choices.iter().map(|word| word.forms.len()).sum::<usize>();
        let mut several = vec![false; record.gold.len()];
        for word in choices.iter().filter(|word| word.forms.len() > 1) {
            several[word.token] = true;
        }
        contested.push(several);
        for (token, (raw, gold)) in record.damaged.split_whitespace().zip(&record.gold).enumerate() {
            let words: Vec<&WordChoice> = choices.iter().filter(|word| word.token == token).collect();
            let is_lenient = is_reachable(raw, &words, gold, |form, gold| form == gold || bare_alif_only(form, gold))
                || is_reachable_but_for_spaces(raw, &words, gold);
            tokens += 1;
            strict += usize::from(is_reachable(raw, &words, gold, |form, gold| form == gold));
            lenient += usize::from(is_lenient);
            if !is_lenient {
                unreachable.push((raw.to_owned(), gold.clone()));
            }
        }
    }
    Ceiling {
        lenient: Ratio::of(lenient, tokens),
        strict: Ratio::of(strict, tokens),
        candidates: Ratio::of(forms, words),
        unreachable,
        contested,
    }
}

/// Whether some choice of forms for the words of a token gives one of its gold forms; `same` compares a form with its part of
/// the gold.
fn is_reachable(raw: &str, words: &[&WordChoice], gold: &str, same: fn(&str, &str) -> bool) -> bool {
    gold.split('|').any(|gold| reaches(raw, 0, words, gold, same))
}

/// The same where spaces do not count, neither in the forms nor in the gold.
fn is_reachable_but_for_spaces(raw: &str, words: &[&WordChoice], gold: &str) -> bool {
    let joined: Vec<WordChoice> = words.iter().map(|word| without_spaces_in(word)).collect();
    let joined: Vec<&WordChoice> = joined.iter().collect();
    gold.split('|').any(|gold| reaches(raw, 0, &joined, &without_spaces(gold), |form, gold| form == gold))
}

/// A word with the spaces inside its forms removed.
fn without_spaces_in(word: &WordChoice) -> WordChoice {
    let forms = word.forms.iter().map(|form| form.as_ref().map(|form| form.replace(' ', ""))).collect();
    WordChoice { forms, ..word.clone() }
}

/// Whether some choice of forms turns the bytes of `raw` from `from` on into `gold`.
fn reaches(raw: &str, from: usize, words: &[&WordChoice], gold: &str, same: fn(&str, &str) -> bool) -> bool {
    let Some((word, rest)) = words.split_first() else { return same(&raw[from..], gold) };
    let between = &raw[from..word.bytes.start];
    // What stands between the words of a token is never repaired, so the gold must have it as it is.
    let Some(gold) = gold.strip_prefix(between) else { return false };
    word.forms.iter().any(|form| {
        let form = form.as_deref().unwrap_or(&raw[word.bytes.clone()]).replace(' ', "_");
        // Forms that count as the same have the same length, which says where this word's part of the gold ends.
        let end = gold.char_indices().nth(form.chars().count()).map_or(gold.len(), |(at, _)| at);
        let (start, remaining) = gold.split_at(end);
        same(&form, start) && reaches(raw, word.bytes.end, rest, remaining, same)
    })
}
