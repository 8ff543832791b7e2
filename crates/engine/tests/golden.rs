//! Golden cases: sentences written for the purpose, with the results expected from the shipped engine and the reason for each.

use engine::repair::Damage;
use serde::Deserialize;

use crate::shipped::{process, shipped_engine};

#[derive(Deserialize)]
struct Cases<T> {
    case: Vec<T>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RepairCase {
    input: String,
    expected: String,
    damage: String,
    /// Tokens after which a number is missing; not checked if left out.
    number_gaps: Option<Vec<usize>>,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagCase {
    input: String,
    concepts: Vec<String>,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyphraseCase {
    input: String,
    found: Vec<String>,
    absent: Vec<String>,
    why: String,
}

fn cases<T: for<'de> Deserialize<'de>>(toml: &str) -> Vec<T> {
    toml::from_str::<Cases<T>>(toml).expect("golden cases are TOML").case
}

#[test]
fn repair() {
    let mut wrong = Vec::new();
    for case in cases::<RepairCase>(include_str!("golden/repair.toml")) {
        let tagged = process(&case.input);
        let article = tagged.article();
        let found = article.span_text(0..article.document().tokens().len());
        let gaps: Vec<usize> =
            tagged.sentences().iter().flat_map(|sentence| &sentence.number_gaps).map(|gap| gap.token).collect();
        let wanted_gaps = case.number_gaps.as_ref().unwrap_or(&gaps);
        if found != case.expected || article.damage_name() != case.damage || gaps != *wanted_gaps {
            wrong.push(format!(
                "{}\n  expected {} ({}, {wanted_gaps:?})\n  found    {found} ({}, {gaps:?})",
                case.why,
                case.expected,
                case.damage,
                article.damage_name()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tag() {
    let mut wrong = Vec::new();
    for case in cases::<TagCase>(include_str!("golden/tag.toml")) {
        let tagged = process(&case.input);
        let concepts = shipped_engine().tagger.vocabulary().concepts();
        let found: Vec<&str> = tagged.hits().iter().map(|hit| concepts[hit.concept].id.as_str()).collect();
        if found != case.concepts {
            wrong.push(format!("{}\n  {}\n  expected {:?}\n  found    {found:?}", case.why, case.input, case.concepts));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn keyphrases() {
    let mut wrong = Vec::new();
    for case in cases::<KeyphraseCase>(include_str!("golden/keyphrases.toml")) {
        let tagged = process(&case.input);
        let got: Vec<&str> = tagged.keyphrases().iter().map(|keyphrase| keyphrase.text.as_str()).collect();
        let has = |phrase: &&String| got.contains(&phrase.as_str());
        if !case.found.iter().all(|phrase| has(&phrase)) || case.absent.iter().any(|phrase| has(&phrase)) {
            wrong.push(format!(
                "{}\n  expected {:?}\n  not      {:?}\n  found    {got:?}",
                case.why, case.found, case.absent
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_vocabulary_label_finds_its_own_concept() {
    let concepts = shipped_engine().tagger.vocabulary().concepts();
    let mut lost = Vec::new();
    for concept in concepts {
        // An intact frame with its marks keeps repair and splitting from changing anything, so this tests the matcher alone.
        let cue = concept.cues.first().map_or("إلى", String::as_str);
        let tagged = process(&format!("إنّ أي {} إلى، {cue}،", concept.label));
        let found = tagged.hits().iter().any(|hit| concepts[hit.concept].id == concept.id);
        if !found || tagged.article().damage(0) == Damage::Stripped {
            lost.push(concept.id.as_str());
        }
    }
    assert!(lost.is_empty(), "labels that do not find their concept: {lost:?}");
}
