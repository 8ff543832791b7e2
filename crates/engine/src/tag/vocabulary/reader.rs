//! Reading vocabulary files.

use std::path::Path;

use super::assembly::assemble;
use super::concept::{Concept, ConceptIndex};
use super::entry::{Entry, Report, VocabularyFault, VocabularyNotice};
use super::{csv, skos};

use crate::regular_file;

/// All concepts of one or more files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    concepts: Vec<Concept>,
    notices: Vec<VocabularyNotice>,
    warnings: Vec<String>,
    hash: String,
}

/// Turns a vocabulary file of a kind that this crate does not read into CSV in UTF-8; `Ok(None)` leaves it as it is, `Err` says why it
/// cannot be read.
pub type ToCsv<'c> = dyn Fn(&Path, &[u8]) -> Result<Option<Vec<u8>>, String> + 'c;

impl Vocabulary {
    /// Reads vocabulary files, in the order given: `.csv` and `.tsv` are tables; `.ttl`, `.nt`, `.rdf`, `.xml`, `.jsonld` and the like are
    /// SKOS.
    ///
    /// # Errors
    /// All faults of all files.
    pub fn read<P: AsRef<Path>>(files: &[P]) -> Result<Self, Vec<VocabularyFault>> {
        Self::read_with(files, &|_, _| Ok(None))
    }

    /// The same, with other kinds of tables.
    ///
    /// # Errors
    /// All faults of all files.
    pub fn read_with<P: AsRef<Path>>(files: &[P], to_csv: &ToCsv<'_>) -> Result<Self, Vec<VocabularyFault>> {
        let mut report = Report::default();
        let mut entries = Vec::new();
        let mut hasher = blake3::Hasher::new();
        for file in files {
            let file = file.as_ref();
            report.begin(file.display().to_string());
            match regular_file::read(file) {
                Ok(bytes) => {
                    // A hash of hashes: over the bytes alone, nothing would show where one file ends and the next begins.
                    hasher.update(blake3::hash(&bytes).as_bytes());
                    match to_csv(file, &bytes) {
                        Ok(None) => entries.extend(read_entries(file, &bytes, &mut report)),
                        Ok(Some(csv)) => entries.extend(csv::read(&csv, &mut report)),
                        Err(what) => report.fault(0, what),
                    }
                }
                Err(error) => report.fault(0, format!("cannot be read: {error}")),
            }
        }
        let concepts = assemble(entries, &mut report);
        if report.faults.is_empty() {
            let hash = hasher.finalize().to_hex()[..16].to_owned();
            Ok(Self { concepts, warnings: report.warnings(), notices: report.notices, hash })
        } else {
            Err(report.faults)
        }
    }

    /// The concepts, in the order of the files.
    #[must_use]
    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }

    /// What is worth knowing about the files without being a fault: labels that are ignored, labels that two concepts share.
    #[must_use]
    pub fn notices(&self) -> &[VocabularyNotice] {
        &self.notices
    }

    /// The files of which little or nothing can be found, a line each.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// 16 hex digits that identify the files by their content.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// All concepts broader than this one, nearest first, each once. Ends on circular links too.
    #[must_use]
    pub fn ancestors(&self, concept: ConceptIndex) -> Vec<ConceptIndex> {
        let mut found: Vec<ConceptIndex> = Vec::new();
        let mut next = 0;
        let mut broader_concepts = self.concepts[concept].broader.as_slice();
        loop {
            for &broader in broader_concepts {
                // Without this check, circular links would never end; a concept is not broader than itself either.
                if broader != concept && !found.contains(&broader) {
                    found.push(broader);
                }
            }
            let Some(&reached) = found.get(next) else { return found };
            broader_concepts = &self.concepts[reached].broader;
            next += 1;
        }
    }
}

fn read_entries(file: &Path, bytes: &[u8], report: &mut Report) -> Vec<Entry> {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    if extension == "csv" || extension == "tsv" {
        return csv::read(bytes, report);
    }
    if let Some(format) = skos::format_of(&extension) {
        return skos::read(format, bytes, report);
    }
    report.fault(0, "unsupported vocabulary format: expected .csv, .tsv, .ttl, .nt, .rdf, .xml or .jsonld".to_owned());
    Vec::new()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Reads a vocabulary file with this name and content.
    pub(crate) fn read(name: &str, content: &str) -> Result<Vocabulary, Vec<VocabularyFault>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join(name);
        std::fs::write(&file, content).expect("written");
        Vocabulary::read(&[file])
    }

    pub(crate) fn faults(name: &str, content: &str) -> Vec<String> {
        let faults = read(name, content).expect_err("faulty");
        faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect()
    }

    pub(crate) fn notices(name: &str, content: &str) -> Vec<String> {
        let vocabulary = read(name, content).expect("valid");
        vocabulary.notices().iter().map(|notice| format!("{}: {}", notice.line, notice.what)).collect()
    }

    #[test]
    fn terms_that_match_the_same_text_are_reported() {
        let found =
            notices("v.csv", "id,label,category,variants\noil,نفط,energy,\nout,النفط,sport,\nب,كبرى,x,\nج,كبري,x,\n");
        assert_eq!(
            found,
            [
                "3: \"النفط\" of out matches the same text as \"نفط\" of oil, which takes precedence",
                "5: \"كبري\" of ج matches the same text as \"كبرى\" of ب, which takes precedence"
            ]
        );
    }

    #[test]
    fn labels_other_than_arabic_words_are_ignored() {
        let vocabulary =
            read("v.csv", "id,label,category,variants\nc,كُوفيد,health,كوفيد-19;كوفيد (19);19\n").expect("valid");
        assert_eq!(vocabulary.concepts()[0].terms, ["كوفيد", "كوفيد 19"]);
        assert_eq!(vocabulary.notices().len(), 2);
    }

    #[test]
    fn a_vocabulary_of_which_nothing_can_be_found_is_a_warning() {
        let warnings =
            |csv: &str| read("v.csv", &format!("id,label,category,variants\n{csv}")).expect("valid").warnings().to_vec();
        for (csv, said) in [
            ("", "has no concept"),
            ("a,(1),x,\nb,(2),x,\n", "none of its concepts (2)"),
            ("a,(1),x,\nb,(2),x,\nc,نفط,x,\n", "only 1 of 3 concepts"),
        ] {
            let found = warnings(csv);
            assert!(found.len() == 1 && found[0].contains(said), "{csv}: {found:?}");
        }
        assert_eq!(warnings("a,(1),x,\nc,نفط,x,\n"), [""; 0]);
    }

    #[test]
    fn an_unsupported_format_is_a_fault() {
        assert!(faults("v.docx", "")[0].contains("expected .csv, .tsv, .ttl"));
    }

    #[test]
    fn ancestors_are_found_at_every_level_and_circles_end() {
        let csv = "id,label,category,variants,broader\na,دال,x,,b\nb,راء,x,,c;d\nc,زاي,x,,a\nd,سين,x,,\n";
        let vocabulary = read("v.csv", csv).expect("valid");
        assert_eq!(vocabulary.ancestors(0), [1, 2, 3]);
        assert_eq!(vocabulary.ancestors(3), [0; 0]);
    }
}
