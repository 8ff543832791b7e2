//! The invariants of the dataset, checked with the shipped model on generated texts.

use std::collections::BTreeSet;

use engine::arabic::{is_digit, is_letter, is_mark};
use engine::repair::Repaired;
use engine::repair::channel::Channel;
use proptest::prelude::*;

use crate::shipped::process;

/// Damaged newspaper words, and tokens in other states of writing or of other kinds.
const TOKENS: [&str; 50] = [
    "عل",
    "ال",
    "ل",
    "ن",
    "و",
    "في",
    "الت",
    "الصناعي",
    "التجاري",
    "المسسات",
    "الانشط",
    "هذه",
    "الدول",
    "مر",
    "كثر",
    "بن",
    "ر",
    "ما",
    "بين",
    "قد",
    "سنو",
    "لهمي",
    "اكد",
    "ان",
    "جميع",
    "القطاعين",
    "وزار",
    "الماضي",
    "مليون",
    "درهم",
    "ماقورن",
    "منطقفي",
    "ذلكبموجب",
    "الاستيرادي",
    "واكسير",
    "اجواك",
    "ابسوس",
    "خيييييير",
    "ظظظ",
    "2010",
    "15%",
    "(عل",
    "الأنشطة",
    "مُحمَّد",
    "المُتمر",
    "ايضاً",
    "عليهِ",
    "مدرسً",
    "Gulf",
    "پارس",
];

/// What the damage can leave of a letter, written down a second time, independently of the engine's channel.
fn remnants(letter: char, is_last: bool, channel: Channel) -> Vec<Option<char>> {
    let (kept, twin) = match letter {
        'أ' | 'إ' | 'آ' => (Some(letter), Some('ا')),
        'ة' => (Some(letter), Some('ه')),
        'ى' => (Some(letter), Some('ي')),
        ' ' => (None, None),
        _ => (Some(letter), Some(letter)),
    };
    match channel {
        Channel::Folded => vec![kept, twin],
        Channel::Stripped if matches!(letter, 'ء' | 'ئ' | 'ؤ') => vec![None],
        Channel::Stripped if kept != twin => vec![None, twin],
        Channel::Stripped if letter == 'ي' && is_last => vec![None, twin],
        Channel::Stripped => vec![twin],
    }
}

/// Whether a clean word, or two with a space between them, can have become the damaged one.
fn can_become(clean: &str, damaged: &str, channel: Channel) -> bool {
    let (clean, damaged): (Vec<char>, Vec<char>) = (clean.chars().collect(), damaged.chars().collect());
    // The lengths of damaged text that the letters so far can have left.
    let mut reached = BTreeSet::from([0]);
    for (index, letter) in clean.iter().enumerate() {
        let is_last = clean.get(index + 1).is_none_or(|next| *next == ' ');
        let mut next = BTreeSet::new();
        for remnant in remnants(*letter, is_last, channel) {
            match remnant {
                None => next.extend(&reached),
                Some(left) => {
                    next.extend(reached.iter().filter(|length| damaged.get(**length) == Some(&left)).map(|l| l + 1));
                }
            }
        }
        reached = next;
    }
    reached.contains(&damaged.len())
}

fn words(token: &str) -> Vec<String> {
    let bare: String = token.chars().filter(|c| !is_mark(*c)).collect();
    bare.split(|c| !is_letter(c) && c != ' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether every word of a repaired token is explained by the damage, and everything else is untouched. A raw token holds no
/// space, so one in the repaired form separates two words that had run together.
fn explained(raw: &str, repaired: &str, channel: Channel) -> bool {
    let rest = |token: &str| token.chars().filter(|c| !is_letter(*c) && *c != ' ').collect::<String>();
    let (before, after) = (words(raw), words(repaired));
    let is_possible = |(before, after): (&String, &String)| before == after || can_become(after, before, channel);
    rest(raw) == rest(repaired) && before.len() == after.len() && before.iter().zip(&after).all(is_possible)
}

fn check_invariants(article: &Repaired) -> Result<(), TestCaseError> {
    for token in 0..article.document().tokens().len() {
        let (raw, repaired) = (article.document().token_text(token), article.token_text(token));
        match article.damage(token).channel() {
            None => prop_assert_eq!(raw, repaired, "intact text was changed"),
            Some(channel) => prop_assert!(explained(raw, repaired, channel), "{} cannot have been {}", repaired, raw),
        }
        let digits = |text: &str| text.chars().filter(|c| is_digit(*c)).collect::<String>();
        prop_assert_eq!(digits(raw), digits(repaired), "a digit was invented or lost");
        let confidence = article.finding(token).confidence;
        prop_assert!((0.0..=1.0).contains(&confidence));
    }
    Ok(())
}

#[test]
fn the_second_account_of_the_damage_knows_its_limits() {
    use Channel::{Folded, Stripped};
    for (clean, damaged, channel, expected) in [
        ("إلى", "ل", Stripped, true),
        ("إلى", "ال", Stripped, true),
        ("المؤسسات", "المسسات", Stripped, true),
        ("التي إلى", "التال", Stripped, true),
        ("كتاب", "كتب", Stripped, false),
        ("الدولة", "الدو", Stripped, false),
        ("مدرسة", "مدرسه", Folded, true),
        ("مدرسة", "مدرس", Folded, false),
    ] {
        assert_eq!(can_become(clean, damaged, channel), expected, "{damaged} from {clean}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_repair_is_explained_by_the_damage(choices in proptest::collection::vec(0..TOKENS.len(), 0..60)) {
        let text: Vec<&str> = choices.iter().map(|choice| TOKENS[*choice]).collect();
        let tagged = process(&text.join(" "));
        check_invariants(tagged.article())?;
    }

    #[test]
    fn every_token_is_in_one_sentence(choices in proptest::collection::vec((0..TOKENS.len(), "[ \n]{1,2}"), 0..200)) {
        let text: String = choices.iter().flat_map(|(choice, space)| [TOKENS[*choice], space.as_str()]).collect();
        let tagged = process(&text);
        let mut next = 0;
        for (index, sentence) in tagged.sentences().iter().enumerate() {
            prop_assert_eq!(sentence.tokens.start, next);
            prop_assert!(!sentence.tokens.is_empty());
            next = sentence.tokens.end;
            for hit in tagged.sentence_hits(index) {
                prop_assert!(hit.tokens.start >= sentence.tokens.start && hit.tokens.end <= sentence.tokens.end);
            }
        }
        prop_assert_eq!(next, tagged.article().document().tokens().len());
    }

    #[test]
    fn any_text_at_all_goes_through(text in "\\PC{0,200}") {
        let tagged = process(&text);
        check_invariants(tagged.article())?;
    }
}

#[test]
fn offsets_slice_the_source() {
    let source = "  قالَ\u{640}ه\r\nﻻ شيئ\u{a0}عل\u{200f} الطاول\t";
    let tagged = process(source);
    let document = tagged.article().document();
    let sliced: Vec<&str> = document.tokens().iter().map(|token| &source[token.source.clone()]).collect();
    assert_eq!(sliced, ["قالَ\u{640}ه", "ﻻ", "شيئ", "عل\u{200f}", "الطاول"]);
}

/// A hit is given by whole tokens: in one of tens of thousands of bytes, thousands of hits would each repeat it.
#[test]
fn no_term_is_found_in_an_endless_token() {
    let hits = |count: usize| process(&"الصادرات/".repeat(count)).hits().len();
    assert_eq!(hits(20), 20);
    assert_eq!(hits(200), 0);
}

/// Whoever counts or looks back from each character to the start of its token takes minutes for these, and for a file of them weeks.
#[test]
fn endless_runs_of_marks_go_through() {
    for run in [".", ")", "(", "ـ", "؟ ", ".\n", "a@b.", "1)", "\"."] {
        let text = format!("قال الوزير {}", run.repeat(300_000 / run.len()));
        let article = process(&text);
        let tokens: usize = article.sentences().iter().map(|sentence| sentence.tokens.len()).sum();
        assert_eq!(tokens, text.split_whitespace().count(), "{run}");
    }
}
