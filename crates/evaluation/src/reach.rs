//! The ceiling: how far repair could come if it always chose right.

use rayon::prelude::*;
use serde::Serialize;

use super::{Ratio, Record, differs_in_bare_alif_only};
use engine::document::Document;
use engine::repair::{RepairScratch, Repairer, WordChoice};

/// How far repair could come if it always chose right.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Ceiling {
    /// Share of the tokens whose right form is among the forms that repair chooses from, as `lenient_acc` counts.
    #[serde(rename = "ceiling")]
    lenient: Ratio,
    /// The same as `word_acc` counts.
    #[serde(rename = "strict_ceiling")]
    strict: Ratio,
    /// Forms to choose from, per word.
    candidates: Ratio,
    /// The tokens whose right form is not among them: as it stands, and the right form.
    #[serde(skip)]
    pub unreachable: Vec<(String, String)>,
    /// Per record and token, whether there is more than one form to choose from.
    #[serde(skip)]
    pub contested: Vec<Vec<bool>>,
}

/// Which right forms are within reach of the repair.
#[must_use]
pub fn ceiling(records: &[Record], repairer: &Repairer) -> Ceiling {
    let choices = |scratch: &mut RepairScratch, record: &Record| {
        repairer.choices(&Document::from_text(&record.id, &record.damaged), scratch)
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
            let within =
                |same: fn(&str, &str) -> bool| gold.split('|').any(|gold| is_within_reach(raw, 0, &words, gold, same));
            let spared = within(|form, gold| form == gold || differs_in_bare_alif_only(form, gold));
            tokens += 1;
            strict += usize::from(within(|form, gold| form == gold));
            lenient += usize::from(spared);
            if !spared {
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

/// Whether some choice of forms for `words` makes `gold` of the bytes of `raw` from `from` on.
fn is_within_reach(raw: &str, from: usize, words: &[&WordChoice], gold: &str, same: fn(&str, &str) -> bool) -> bool {
    let Some((word, rest)) = words.split_first() else { return same(&raw[from..], gold) };
    let between = &raw[from..word.bytes.start];
    let Some(gold) = gold.strip_prefix(between) else { return false };
    word.forms.iter().any(|form| {
        let form = form.as_deref().unwrap_or(&raw[word.bytes.clone()]).replace(' ', "_");
        let end = gold.char_indices().nth(form.chars().count()).map_or(gold.len(), |(at, _)| at);
        let (start, remaining) = gold.split_at(end);
        same(&form, start) && is_within_reach(raw, word.bytes.end, rest, remaining, same)
    })
}
