//! What the readers of vocabulary files produce: entries, and a report of what is wrong with them.

/// An error or a notice about a vocabulary file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct VocabularyFault {
    pub file: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong, and what was expected.
    pub what: String,
}

/// One concept as its file has it.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) id: String,
    /// Whether the id is the last part of the IRI, so that another IRI may end in it too.
    pub(super) has_local_id: bool,
    pub(super) iri: Option<String>,
    pub(super) label: String,
    pub(super) variants: Vec<String>,
    pub(super) category: String,
    pub(super) gloss: String,
    /// Ids or IRIs of broader concepts.
    pub(super) broader: Vec<String>,
    pub(super) is_name: bool,
    pub(super) cues: Vec<String>,
    pub(super) line: u64,
    pub(super) file: String,
}

/// Faults and notices, collected over all files.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The file that is being read.
    pub(super) file: String,
    pub(super) faults: Vec<VocabularyFault>,
    pub(super) notices: Vec<VocabularyFault>,
    tallies: Vec<Tally>,
}

/// How much of a file is of use.
#[derive(Debug)]
struct Tally {
    file: String,
    concepts: usize,
    /// Those of which a label can be looked for.
    findable: usize,
}

impl Report {
    /// Begins a file.
    pub(super) fn begin(&mut self, file: String) {
        self.tallies.push(Tally { file: file.clone(), concepts: 0, findable: 0 });
        self.file = file;
    }

    /// Counts concepts of the file that is being read.
    pub(super) fn count_concepts(&mut self, concepts: usize) {
        if let Some(tally) = self.tallies.last_mut() {
            tally.concepts += concepts;
        }
    }

    /// Counts an entry that has a term which can be looked for.
    pub(super) fn count_findable(&mut self, entry: &Entry) {
        if let Some(tally) = self.tallies.iter_mut().find(|tally| tally.file == entry.file) {
            tally.findable += 1;
        }
    }

    /// The files of which little or nothing can be found.
    pub(super) fn warnings(&self) -> Vec<String> {
        let warning = |Tally { file, concepts, findable }: &Tally| match (concepts, findable) {
            (0, _) => Some(format!("{file}: the vocabulary has no concept, so it finds nothing")),
            (_, 0) => Some(format!(
                "{file}: the vocabulary finds nothing: none of its concepts ({concepts}) has an Arabic label that can be looked for; \
                 `tarmim check` says why"
            )),
            _ if 2 * findable < *concepts => Some(format!(
                "{file}: only {findable} of {concepts} concepts have an Arabic label that can be looked for; `tarmim check` lists the others"
            )),
            _ => None,
        };
        self.tallies.iter().filter_map(warning).collect()
    }

    /// Reports a fault of the file that is being read.
    pub(super) fn fault(&mut self, line: u64, what: String) {
        self.faults.push(VocabularyFault { file: self.file.clone(), line, what });
    }

    /// Reports a fault of an entry, whose file may have been read long before.
    pub(super) fn fault_of(&mut self, entry: &Entry, what: String) {
        self.faults.push(VocabularyFault { file: entry.file.clone(), line: entry.line, what });
    }

    pub(super) fn notice(&mut self, entry: &Entry, what: String) {
        self.notices.push(VocabularyFault { file: entry.file.clone(), line: entry.line, what });
    }
}
