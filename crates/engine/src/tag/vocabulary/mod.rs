//! The vocabulary: concepts with their Arabic terms, read from CSV (`csv`) and from SKOS in any of its usual files (`skos`).
//!
//! Both readers make entries, which are put together here. Invariant: ids are unique, every term is made of Arabic words, and every
//! broader concept is one of the vocabulary. What would make a build wrong is a [`VocabularyFault`] and stops it; what a
//! vocabulary made for other purposes may well hold (labels in other scripts, links to elsewhere) is a notice, listed by `check`.

mod csv;
mod skos;

use std::collections::HashMap;
use std::path::Path;

use rustc_hash::FxHashMap;

use crate::arabic::inflection::{MOST_LETTERS, without_article, written_codes};
use crate::arabic::{Word, folded_codes, is_mark};

/// Index of a concept in its vocabulary.
pub type ConceptIndex = usize;

/// One concept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concept {
    /// Stable identifier: the CSV's id, a SKOS concept's notation or the last part of its IRI.
    pub id: String,
    /// The IRI of a SKOS concept.
    pub iri: Option<String>,
    /// Preferred Arabic label.
    pub label: String,
    /// Subject field.
    pub category: String,
    /// English meaning; may be empty.
    pub gloss: String,
    /// What is looked for: the label, then its variants, each of Arabic words parted by single spaces.
    pub terms: Vec<String>,
    /// The next wider concepts.
    pub broader: Vec<ConceptIndex>,
    /// Whether it is a name, which takes clitics, but no plural and no pronoun.
    pub is_name: bool,
    /// Words that speak for a term of one word where they stand in its sentence; none where it needs no evidence.
    pub cues: Vec<String>,
}

/// Something wrong, or worth knowing, in a vocabulary file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct VocabularyFault {
    /// The file.
    pub file: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong, what was expected.
    pub what: String,
}

/// All concepts of one or more files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    concepts: Vec<Concept>,
    notices: Vec<VocabularyFault>,
    hash: String,
}

impl Vocabulary {
    /// Reads vocabulary files, in the order given: `.csv` is CSV, `.ttl`, `.nt`, `.rdf` and the like are SKOS.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn read<P: AsRef<Path>>(files: &[P]) -> Result<Self, Vec<VocabularyFault>> {
        let mut report = Report::default();
        let mut entries = Vec::new();
        let mut hasher = blake3::Hasher::new();
        for file in files {
            let file = file.as_ref();
            report.file = file.display().to_string();
            match std::fs::read(file) {
                Ok(bytes) => {
                    hasher.update(blake3::hash(&bytes).as_bytes());
                    entries.extend(read_entries(file, &bytes, &mut report));
                }
                Err(error) => report.fault(0, format!("cannot be read: {error}")),
            }
        }
        let concepts = assemble(entries, &mut report);
        if report.faults.is_empty() {
            let hash = hasher.finalize().to_hex()[..16].to_owned();
            Ok(Self { concepts, notices: report.notices, hash })
        } else {
            Err(report.faults)
        }
    }

    /// The concepts, in the order of the files.
    #[must_use]
    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }

    /// What is worth knowing about the files, and no fault: labels that are not looked for, labels that two concepts share.
    #[must_use]
    pub fn notices(&self) -> &[VocabularyFault] {
        &self.notices
    }

    /// 16 hex digits that identify the vocabulary by its content.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Every concept wider than this one, nearest first, each once.
    #[must_use]
    pub fn ancestors(&self, concept: ConceptIndex) -> Vec<ConceptIndex> {
        let mut found: Vec<ConceptIndex> = Vec::new();
        let mut next = 0;
        let mut wider = self.concepts[concept].broader.as_slice();
        loop {
            for &broader in wider {
                if broader != concept && !found.contains(&broader) {
                    found.push(broader);
                }
            }
            let Some(&reached) = found.get(next) else { return found };
            wider = &self.concepts[reached].broader;
            next += 1;
        }
    }
}

/// One concept as its file has it.
#[derive(Debug, Default)]
struct Entry {
    id: String,
    /// Whether the id is the last part of the IRI, which other IRIs may end in too.
    has_local_id: bool,
    iri: Option<String>,
    label: String,
    variants: Vec<String>,
    category: String,
    gloss: String,
    /// Ids or IRIs.
    broader: Vec<String>,
    is_name: bool,
    cues: Vec<String>,
    line: u64,
    file: String,
}

/// Faults and notices, gathered over all files.
#[derive(Debug, Default)]
struct Report {
    file: String,
    faults: Vec<VocabularyFault>,
    notices: Vec<VocabularyFault>,
}

impl Report {
    fn fault(&mut self, line: u64, what: String) {
        self.faults.push(VocabularyFault { file: self.file.clone(), line, what });
    }

    fn notice(&mut self, entry: &Entry, what: String) {
        self.notices.push(VocabularyFault { file: entry.file.clone(), line: entry.line, what });
    }
}

fn read_entries(file: &Path, bytes: &[u8], report: &mut Report) -> Vec<Entry> {
    // Editors of one maker put a byte order mark before everything.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    if extension == "csv" {
        return csv::read(bytes, report);
    }
    if let Some(format) = skos::format_of(&extension) {
        return skos::read(format, bytes, report);
    }
    report
        .fault(0, "is no vocabulary that is known by its name: expected .csv, .ttl, .nt, .rdf, .xml or .jsonld".to_owned());
    Vec::new()
}

/// The concepts of all files: ids checked, terms cleaned, links resolved.
fn assemble(mut entries: Vec<Entry>, report: &mut Report) -> Vec<Concept> {
    check_ids(&mut entries, report);
    let mut terms: Vec<Vec<String>> = entries.iter().map(|entry| terms_of(entry, report)).collect();
    let mut cues: Vec<Vec<String>> = entries.iter().map(|entry| cues_of(entry, report)).collect();
    report_shared_terms(&entries, &terms, report);
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
        broader,
        is_name: entry.is_name,
        cues: std::mem::take(&mut cues[index]),
    };
    entries.into_iter().zip(links).enumerate().map(concept).collect()
}

/// Reports ids that are used twice. Of two IRIs that end alike the later one is its concept's id in full.
fn check_ids(entries: &mut Vec<Entry>, report: &mut Report) {
    let mut seen: HashMap<String, (String, u64)> = HashMap::new();
    entries.retain_mut(|entry| {
        if let Some(iri) = entry.iri.clone().filter(|_| entry.has_local_id && seen.contains_key(&entry.id)) {
            report.notice(entry, format!("another concept has the id \"{}\"; this one has its IRI for an id", entry.id));
            entry.id = iri;
        }
        if let Some((file, line)) = seen.get(&entry.id) {
            let what = format!("the id \"{}\" was used before, at {file}:{line}; ids must be unique", entry.id);
            report.faults.push(VocabularyFault { file: entry.file.clone(), line: entry.line, what });
            return false;
        }
        seen.insert(entry.id.clone(), (entry.file.clone(), entry.line));
        true
    });
}

/// The terms of an entry that can be looked for, its label first.
fn terms_of(entry: &Entry, report: &mut Report) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for written in std::iter::once(&entry.label).chain(&entry.variants) {
        let unmarked: String = written.chars().filter(|c| !is_mark(*c)).collect();
        let words: Vec<&str> = unmarked.split_whitespace().collect();
        let term = words.join(" ");
        if words.is_empty() || words.iter().any(|word| Word::new(word).is_none()) {
            let what =
                format!("\"{written}\" of {} holds something other than Arabic words and is not looked for", entry.id);
            report.notice(entry, what);
        } else if terms.contains(&term) {
            report.notice(entry, format!("\"{written}\" of {} is listed twice", entry.id));
        } else if words.iter().any(|word| word.chars().count() > MOST_LETTERS) {
            let what = format!(
                "\"{written}\" of {} has a word of more than {MOST_LETTERS} letters and is not looked for",
                entry.id
            );
            report.notice(entry, what);
        } else {
            terms.push(term);
        }
    }
    terms
}

/// The cues of an entry that can speak: Arabic words.
fn cues_of(entry: &Entry, report: &mut Report) -> Vec<String> {
    let (words, others): (Vec<String>, Vec<String>) = entry.cues.iter().cloned().partition(|cue| Word::new(cue).is_some());
    for cue in others {
        report.notice(entry, format!("the cue \"{cue}\" of {} is not one Arabic word and is not looked for", entry.id));
    }
    words
}

/// A term's words as they are compared: folded, the first without its article.
fn comparable(term: &str) -> Vec<Vec<u8>> {
    let mut words = term.split(' ');
    let first = words.next().map(|first| without_article(&written_codes(first)));
    first.into_iter().chain(words.map(folded_codes)).collect()
}

fn report_shared_terms(entries: &[Entry], terms: &[Vec<String>], report: &mut Report) {
    let mut owners: FxHashMap<Vec<Vec<u8>>, (usize, &str)> = FxHashMap::default();
    for (index, term) in terms.iter().enumerate().flat_map(|(index, terms)| terms.iter().map(move |term| (index, term))) {
        let (owner, first) = *owners.entry(comparable(term)).or_insert((index, term));
        if owner != index {
            let (taken, entry) = (&entries[owner].id, &entries[index]);
            let what = format!("\"{term}\" of {} folds to \"{first}\" of {taken}, which has it", entry.id);
            report.notice(entry, what);
        }
    }
}

fn broader_of(entry: &Entry, by_name: &HashMap<&str, ConceptIndex>, report: &mut Report) -> Vec<ConceptIndex> {
    let mut links = Vec::new();
    for name in &entry.broader {
        match by_name.get(name.as_str()) {
            Some(index) if !links.contains(index) => links.push(*index),
            Some(_) => {}
            None => report.notice(entry, format!("{} is broader than {}, and no concept of the vocabulary", name, entry.id)),
        }
    }
    links
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Reads one vocabulary file of this name and content.
    pub(crate) fn read(name: &str, content: &str) -> Result<Vocabulary, Vec<VocabularyFault>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join(name);
        std::fs::write(&file, content).expect("written");
        Vocabulary::read(&[file])
    }

    pub(super) fn faults(name: &str, content: &str) -> Vec<String> {
        let faults = read(name, content).expect_err("faulty");
        faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect()
    }

    pub(super) fn notices(name: &str, content: &str) -> Vec<String> {
        let vocabulary = read(name, content).expect("sound");
        vocabulary.notices().iter().map(|notice| format!("{}: {}", notice.line, notice.what)).collect()
    }

    #[test]
    fn labels_that_fold_together_are_reported() {
        let found = notices("v.csv", "id,label,category,variants\noil,نفط,energy,\nout,النفط,sport,\nب,على,x,\nج,علي,x,\n");
        assert_eq!(
            found,
            [
                "3: \"النفط\" of out folds to \"نفط\" of oil, which has it",
                "5: \"علي\" of ج folds to \"على\" of ب, which has it"
            ]
        );
    }

    #[test]
    fn what_is_no_arabic_word_is_not_looked_for() {
        let vocabulary = read("v.csv", "id,label,category,variants\nc,كُوفيد,health,كوفيد-19;Covid\n").expect("sound");
        assert_eq!(vocabulary.concepts()[0].terms, ["كوفيد"]);
        assert_eq!(vocabulary.notices().len(), 2);
    }

    #[test]
    fn a_file_of_another_kind_is_a_fault() {
        assert!(faults("v.docx", "")[0].contains("expected .csv, .ttl"));
    }

    #[test]
    fn ancestors_are_found_through_every_step_and_circles_end() {
        let csv = "id,label,category,variants,broader\na,دال,x,,b\nb,راء,x,,c;d\nc,زاي,x,,a\nd,سين,x,,\n";
        let vocabulary = read("v.csv", csv).expect("sound");
        assert_eq!(vocabulary.ancestors(0), [1, 2, 3]);
        assert_eq!(vocabulary.ancestors(3), [0; 0]);
    }
}
