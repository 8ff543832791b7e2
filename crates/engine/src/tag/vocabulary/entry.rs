//! What the readers of vocabulary files produce: entries, and a report of what is wrong with them.

use std::fmt;

/// An error in a vocabulary file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct VocabularyFault {
    pub file: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong, and what was expected.
    pub what: String,
}

/// What is worth knowing about a vocabulary file without being a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VocabularyNotice {
    pub file: String,
    /// Line, from 1.
    pub line: u64,
    pub kind: NoticeKind,
    /// What was found, and what becomes of it.
    pub what: String,
}

impl fmt::Display for VocabularyNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    NoId,
    SharedId,
    NoArabicLabel,
    UnusableLabel,
    RepeatedLabel,
    SharedLabel,
    UnusableCue,
    UnknownBroader,
}

impl NoticeKind {
    /// What several of them are about, as in "10 more labels that are ignored".
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::NoId => "concepts that have neither IRI nor notation",
            Self::SharedId => "concepts with the id of another",
            Self::NoArabicLabel => "concepts that have no Arabic label",
            Self::UnusableLabel => "labels that are ignored",
            Self::RepeatedLabel => "labels that are listed twice",
            Self::SharedLabel => "labels that match the same text as another concept's",
            Self::UnusableCue => "cues that are ignored",
            Self::UnknownBroader => "broader concepts that are not in the vocabulary",
        }
    }
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
    pub(super) notices: Vec<VocabularyNotice>,
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

    pub(super) fn notice(&mut self, entry: &Entry, kind: NoticeKind, what: String) {
        self.notices.push(VocabularyNotice { file: entry.file.clone(), line: entry.line, kind, what });
    }
}
