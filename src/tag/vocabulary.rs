//! The vocabulary: concepts with their Arabic labels, variants, categories and English glosses, read from CSV.
//!
//! Header: `id,label,category,variants`, and optionally `gloss`; variants are parted by `;`. Invariant: ids are unique, and
//! every fault of a file is reported at once, with its line.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

/// One concept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Concept {
    /// Stable identifier.
    pub id: String,
    /// Preferred Arabic label.
    pub label: String,
    /// Subject field.
    pub category: String,
    /// Other forms, parted by `;`.
    #[serde(default)]
    variants: String,
    /// English meaning.
    #[serde(default)]
    pub gloss: String,
}

impl Concept {
    /// The label and the variants.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.label.as_str()).chain(self.variants.split(';')).map(str::trim).filter(|term| !term.is_empty())
    }
}

/// Something wrong in a vocabulary file.
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
    hash: String,
}

impl Vocabulary {
    /// Reads vocabulary files, in the order given.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn read<P: AsRef<Path>>(files: &[P]) -> Result<Self, Vec<VocabularyFault>> {
        let mut reading = Reading::default();
        let mut hasher = blake3::Hasher::new();
        for file in files {
            let file = file.as_ref();
            let name = file.display().to_string();
            match std::fs::read(file) {
                Ok(bytes) => {
                    hasher.update(blake3::hash(&bytes).as_bytes());
                    reading.read_file(&name, &bytes);
                }
                Err(error) => reading.fault(&name, 0, format!("cannot be read: {error}")),
            }
        }
        if reading.faults.is_empty() {
            Ok(Self { concepts: reading.concepts, hash: hasher.finalize().to_hex()[..16].to_owned() })
        } else {
            Err(reading.faults)
        }
    }

    /// The concepts, in the order of the files.
    #[must_use]
    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }

    /// 16 hex digits that identify the vocabulary by its content.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

#[derive(Default)]
struct Reading {
    concepts: Vec<Concept>,
    seen: HashMap<String, (String, u64)>,
    faults: Vec<VocabularyFault>,
}

impl Reading {
    fn fault(&mut self, file: &str, line: u64, what: String) {
        self.faults.push(VocabularyFault { file: file.to_owned(), line, what });
    }

    fn read_file(&mut self, file: &str, bytes: &[u8]) {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let headers = match reader.headers() {
            Ok(headers) => headers.clone(),
            Err(error) => return self.fault(file, 1, format!("unreadable header: {error}")),
        };
        for required in ["id", "label", "category", "variants"] {
            if !headers.iter().any(|header| header == required) {
                let found: Vec<&str> = headers.iter().collect();
                self.fault(
                    file,
                    1,
                    format!("no column \"{required}\"; expected id,label,category,variants, found {}", found.join(",")),
                );
                return;
            }
        }
        for record in reader.records() {
            let (line, concept) = match record {
                Ok(record) => (record.position().map_or(0, csv::Position::line), record.deserialize(Some(&headers))),
                Err(error) => (error.position().map_or(0, csv::Position::line), Err(error)),
            };
            match concept {
                Ok(concept) => self.add(file, line, concept),
                Err(error) => self.fault(file, line, error.to_string()),
            }
        }
    }

    fn add(&mut self, file: &str, line: u64, concept: Concept) {
        for (field, value) in [("id", &concept.id), ("label", &concept.label), ("category", &concept.category)] {
            if value.is_empty() {
                self.fault(file, line, format!("the {field} is empty"));
            }
        }
        for term in concept.terms() {
            if !term.split_whitespace().all(|word| crate::arabic::Word::new(word).is_some()) {
                self.fault(file, line, format!("the term \"{term}\" holds something other than Arabic words"));
            }
        }
        if let Some((first_file, first)) = self.seen.get(&concept.id) {
            let what = format!("the id \"{}\" was used before, at {first_file}:{first}; ids must be unique", concept.id);
            self.fault(file, line, what);
            return;
        }
        self.seen.insert(concept.id.clone(), (file.to_owned(), line));
        self.concepts.push(concept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(csv: &str) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("v.csv");
        std::fs::write(&file, csv).expect("written");
        let faults = Vocabulary::read(&[file]).expect_err("faulty");
        faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect()
    }

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let found = faults("id,label,category,variants\noil,نفط,energy,بترول\noil,,energy,\ngas,gas,energy,\n");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("3: the label is empty"));
        assert!(found[1].starts_with("3: the id \"oil\" was used before"));
        assert!(found[2].starts_with("4: the term \"gas\""));
    }

    #[test]
    fn a_missing_column_is_named() {
        assert!(faults("id,label\n")[0].contains("no column \"category\""));
    }
}
