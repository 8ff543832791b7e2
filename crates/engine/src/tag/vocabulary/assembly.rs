//! From the entries of all files to concepts: ids checked, terms cleaned, links resolved.
//!
//! Invariant: concepts keep the order of their entries, since the first of two concepts that share a term has its hits.

use std::collections::HashMap;

use rustc_hash::FxHashMap;

use super::concept::{Concept, ConceptIndex};
use super::entry::{Entry, NoticeKind, Report};
use super::term::{comparable, term_of};
use crate::arabic::Word;

/// The concepts of all files: ids checked, terms cleaned, links resolved.
pub(super) fn assemble(mut entries: Vec<Entry>, report: &mut Report) -> Vec<Concept> {
    // First of all: it removes entries, and everything below refers to an entry by its index.
    check_ids(&mut entries, report);
    let (mut terms, symbols): (Vec<Vec<String>>, Vec<bool>) = entries.iter().map(|entry| terms_of(entry, report)).unzip();
    for (entry, _) in entries.iter().zip(&terms).filter(|(_, terms)| !terms.is_empty()) {
        report.count_findable(entry);
    }
    let mut cues: Vec<Vec<String>> = entries.iter().map(|entry| cues_of(entry, report)).collect();
    report_shared_terms(&entries, &terms, report);
    // Links name a concept by its id or by its IRI.
    let by_name: HashMap<&str, ConceptIndex> = (0..)
        .zip(&entries)
        .flat_map(|(index, entry)| {
            entry.iri.as_deref().into_iter().chain([entry.id.as_str()]).map(move |name| (name, index))
        })
        .collect();
    let links: Vec<Vec<ConceptIndex>> = entries.iter().map(|entry| broader_of(entry, &by_name, report)).collect();
    let concept = |(index, (entry, broader)): (usize, (Entry, Vec<ConceptIndex>))| Concept {
        id: entry.id,
        iri: entry.iri,
        label: entry.label,
        category: entry.category,
        gloss: entry.gloss,
        terms: std::mem::take(&mut terms[index]),
        has_symbols: symbols[index],
        broader,
        is_name: entry.is_name,
        cues: std::mem::take(&mut cues[index]),
    };
    entries.into_iter().zip(links).enumerate().map(concept).collect()
}

/// Reports and removes entries whose id was used before. If two IRIs end in the same id, the later concept gets its full IRI as its id.
fn check_ids(entries: &mut Vec<Entry>, report: &mut Report) {
    let mut seen: HashMap<String, (String, u64)> = HashMap::new();
    entries.retain_mut(|entry| {
        if let Some(iri) = entry.iri.clone().filter(|_| entry.has_local_id && seen.contains_key(&entry.id)) {
            report.notice(
                entry,
                NoticeKind::SharedId,
                format!("another concept has the id \"{}\"; this one gets its full IRI as its id", entry.id),
            );
            entry.id = iri;
        }
        if let Some((file, line)) = seen.get(&entry.id) {
            let what = format!("the id \"{}\" was used before, at {file}:{line}; ids must be unique", entry.id);
            report.fault_of(entry, what);
            return false;
        }
        seen.insert(entry.id.clone(), (entry.file.clone(), entry.line));
        true
    });
}

/// The usable terms of an entry, its label first, and whether any has symbols.
fn terms_of(entry: &Entry, report: &mut Report) -> (Vec<String>, bool) {
    let (mut terms, mut has_symbols) = (Vec::new(), false);
    for written in std::iter::once(&entry.label).chain(&entry.variants) {
        match term_of(written) {
            Err(why) => report.notice(
                entry,
                NoticeKind::UnusableLabel,
                format!("\"{written}\" of {} {why} and is ignored", entry.id),
            ),
            // Two spellings of one term are no mistake.
            Ok(term) if terms.contains(&term.words) && term.has_symbols => {}
            Ok(term) if terms.contains(&term.words) => {
                report.notice(entry, NoticeKind::RepeatedLabel, format!("\"{written}\" of {} is listed twice", entry.id));
            }
            Ok(term) => {
                has_symbols |= term.has_symbols;
                terms.push(term.words);
            }
        }
    }
    (terms, has_symbols)
}

/// The usable cues of an entry: single Arabic words.
fn cues_of(entry: &Entry, report: &mut Report) -> Vec<String> {
    let (words, others): (Vec<String>, Vec<String>) = entry.cues.iter().cloned().partition(|cue| Word::new(cue).is_some());
    for cue in others {
        report.notice(
            entry,
            NoticeKind::UnusableCue,
            format!("the cue \"{cue}\" of {} is not a single Arabic word and is ignored", entry.id),
        );
    }
    words
}

/// Reports terms that match the same text: the concept that comes first has the hits.
fn report_shared_terms(entries: &[Entry], terms: &[Vec<String>], report: &mut Report) {
    let mut owners: FxHashMap<Vec<Vec<u8>>, (usize, &str)> = FxHashMap::default();
    for (index, term) in terms.iter().enumerate().flat_map(|(index, terms)| terms.iter().map(move |term| (index, term))) {
        let (owner, first) = *owners.entry(comparable(term)).or_insert((index, term));
        if owner != index {
            let (taken, entry) = (&entries[owner].id, &entries[index]);
            let what = format!(
                "\"{term}\" of {} matches the same text as \"{first}\" of {taken}, which takes precedence",
                entry.id
            );
            report.notice(entry, NoticeKind::SharedLabel, what);
        }
    }
}

/// The broader concepts of an entry, each once; links that lead out of the vocabulary are reported.
fn broader_of(entry: &Entry, by_name: &HashMap<&str, ConceptIndex>, report: &mut Report) -> Vec<ConceptIndex> {
    let mut links = Vec::new();
    for name in &entry.broader {
        match by_name.get(name.as_str()) {
            Some(index) if !links.contains(index) => links.push(*index),
            Some(_) => {}
            None => report.notice(
                entry,
                NoticeKind::UnknownBroader,
                format!("the broader concept {name} of {} is not in the vocabulary", entry.id),
            ),
        }
    }
    links
}
