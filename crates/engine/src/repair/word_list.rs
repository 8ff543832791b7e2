//! The user's word lists, for custom lexicons and protected words: UTF-8 text, one word per line, `#` begins a comment.
//!
//! Invariant: the words are sorted and unique, and unified as ingest unifies text. So they compare with the words of an
//! article, and the order of lines and files changes nothing.

use std::path::Path;

use crate::arabic::Word;
use crate::document::unify_token;
use crate::regular_file;

use super::channel::MAX_LETTERS;

/// Something wrong in a word list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct WordListFault {
    /// Path of the file.
    pub file: String,
    /// Line, from 1; 0 for the whole file.
    pub line: usize,
    /// What was found, and what was expected.
    pub what: String,
}

/// The words of one or more files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordList {
    words: Vec<Word>,
}

impl WordList {
    /// Sorts words and drops repeated ones.
    #[must_use]
    pub fn new(words: impl IntoIterator<Item = Word>) -> Self {
        let mut words: Vec<Word> = words.into_iter().collect();
        words.sort_unstable();
        words.dedup();
        Self { words }
    }

    /// Reads word lists.
    ///
    /// # Errors
    /// All faults of all files, if there is any.
    pub fn read<P: AsRef<Path>>(files: &[P]) -> Result<Self, Vec<WordListFault>> {
        let (mut words, mut faults) = (Vec::new(), Vec::new());
        for file in files {
            let name = file.as_ref().display().to_string();
            let mut fault = |line, what| faults.push(WordListFault { file: name.clone(), line, what });
            match regular_file::read(file.as_ref()) {
                Ok(bytes) => read_lines(&bytes, &mut words, &mut fault),
                Err(error) => fault(0, format!("cannot be read: {error}")),
            }
        }
        if faults.is_empty() { Ok(Self::new(words)) } else { Err(faults) }
    }

    /// The words, sorted.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Whether a word (letter codes) is listed.
    #[must_use]
    pub fn contains(&self, word: &[u8]) -> bool {
        self.words.binary_search_by(|listed| listed.codes().cmp(word)).is_ok()
    }

    /// 16 hex digits that identify the list by its words.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for word in &self.words {
            // No letter has code 0, so it separates the words.
            hasher.update(word.codes()).update(&[0]);
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}

fn read_lines(bytes: &[u8], words: &mut Vec<Word>, fault: &mut impl FnMut(usize, String)) {
    // Some editors begin a file with a byte order mark, which would become part of the first word.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    // Decoded line by line, so that bytes which are not UTF-8 can be reported with their line.
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let Ok(line) = std::str::from_utf8(line) else {
            fault(index + 1, "not UTF-8; save the file as UTF-8".to_owned());
            continue;
        };
        // `trim` takes the carriage return of a Windows line as well.
        let typed = line.split('#').next().unwrap_or_default().trim();
        if typed.is_empty() {
            continue;
        }
        let mut unified = String::new();
        unify_token(typed, &mut unified);
        match Word::new(&unified) {
            Some(word) if word.codes().len() <= MAX_LETTERS => words.push(word),
            Some(_) => fault(index + 1, format!("\"{typed}\" is longer than a word can be, {MAX_LETTERS} letters")),
            None => fault(index + 1, format!("\"{typed}\" is no Arabic word; expected one word a line, letters only")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<WordList, Vec<String>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("words.txt");
        std::fs::write(&file, bytes).expect("written");
        WordList::read(&[file]).map_err(|faults| faults.iter().map(|f| format!("{}: {}", f.line, f.what)).collect())
    }

    #[test]
    fn comments_blank_lines_and_order_count_for_nothing() {
        let first = read("# أسماء\n\nأبسوس # مدينة\r\nدبي\n".as_bytes()).expect("sound");
        let second = read("\u{feff}دبي\nأبسـوس\nدبي".as_bytes()).expect("sound");
        assert_eq!(first, second);
        assert_eq!(first.hash(), second.hash());
        assert_eq!(first.words().len(), 2);
        assert!(first.contains(Word::new("أبسوس").expect("letters").codes()));
        assert!(!first.contains(Word::new("ابسوس").expect("letters").codes()));
    }

    #[test]
    fn words_do_not_run_together_in_the_hash() {
        assert_ne!(read("بت\nث".as_bytes()).expect("sound").hash(), read("ب\nتث".as_bytes()).expect("sound").hash());
    }

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let faults = read("دبي\nDubai\nرأس الخيمة\n".bytes().chain([0xff, b'\n']).collect::<Vec<u8>>().as_slice());
        let faults = faults.expect_err("faulty");
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].starts_with("2: \"Dubai\" is no Arabic word"));
        assert!(faults[1].starts_with("3: "));
        assert!(faults[2].starts_with("4: not UTF-8"));
    }

    #[test]
    fn a_missing_file_is_a_fault() {
        let faults = WordList::read(&["nowhere/words.txt"]).expect_err("missing");
        assert_eq!((faults.len(), faults[0].line), (1, 0));
    }
}
