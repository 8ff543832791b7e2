//! The training corpus: clean, well-spelt articles as one stream of symbols.
//!
//! Input is JSONL (`{"text": …}` per line), plain or zstd. A symbol is a word, a number or a mark; words are interned.
//! Invariant: files are read in the order of their names and articles in the order of their lines, so the stream, and every
//! id in it, depends on the input alone.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::FxBuildHasher;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::error::TrainError;
use super::progress::Progress;
use engine::arabic::{encode_letter, is_digit, is_letter, is_mark};

/// A word of the corpus, or one of the marks below.
pub type Symbol = u32;

/// A number stood here.
pub const NUMBER: Symbol = u32::MAX;
/// A sentence ends here.
pub const STOP: Symbol = u32::MAX - 1;
/// A clause ends here, at a mark that ends no sentence.
pub const PAUSE: Symbol = u32::MAX - 2;
/// An article ends here.
pub const END: Symbol = u32::MAX - 3;

/// Whether a symbol is a word.
#[must_use]
pub fn is_word(symbol: Symbol) -> bool {
    symbol < END
}

/// Lines tokenised in parallel before their words are interned in order.
const BATCH: usize = 4096;

/// All articles as symbols, each terminated by [`END`].
#[derive(Debug, Default)]
pub struct Corpus {
    /// The stream.
    pub symbols: Vec<Symbol>,
    /// Letter codes of each word.
    pub words: Vec<Vec<u8>>,
    /// The files read, each with its blake3 hash.
    pub sources: Vec<(String, String)>,
    ids: HashMap<Vec<u8>, Symbol, FxBuildHasher>,
}

#[derive(Deserialize)]
struct Line {
    text: String,
}

/// An article's tokens before interning.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Word(Vec<u8>),
    Mark(Symbol),
}

impl Corpus {
    /// Reads every `*.jsonl` and `*.jsonl.zst` of a folder.
    ///
    /// # Errors
    /// If there is none, one cannot be read, or a line is no article.
    pub fn read(folder: &Path, progress: &dyn Progress) -> Result<Self, TrainError> {
        let mut corpus = Self::default();
        for path in files_of(folder, &[".jsonl", ".jsonl.zst"])? {
            progress.message(&format!("reading {}", path.display()));
            corpus.read_file(&path)?;
        }
        Ok(corpus)
    }

    fn read_file(&mut self, path: &Path) -> Result<(), TrainError> {
        let bytes = std::fs::read(path).map_err(|source| TrainError::io(path, source))?;
        self.sources.push((name_of(path), blake3::hash(&bytes).to_hex().to_string()));
        // Corpora are large: the compressed bytes are freed before the text is read.
        drop(bytes);
        let mut lines = open(path)?.lines();
        let mut number = 0;
        loop {
            let batch = lines.by_ref().take(BATCH).collect::<Result<Vec<String>, _>>();
            let batch = batch.map_err(|source| TrainError::io(path, source))?;
            if batch.is_empty() {
                return Ok(());
            }
            let articles: Vec<Result<Vec<Piece>, serde_json::Error>> =
                batch.par_iter().map(|line| serde_json::from_str::<Line>(line).map(|line| pieces_of(&line.text))).collect();
            // Parsed in parallel, but interned one after the other: ids must not depend on threads.
            for article in articles {
                number += 1;
                let pieces = article.map_err(|source| TrainError::line(path, number, source))?;
                self.push(pieces);
            }
        }
    }

    fn push(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            let symbol = match piece {
                Piece::Mark(mark) => mark,
                Piece::Word(word) => self.intern(word),
            };
            self.symbols.push(symbol);
        }
        // Even if nothing was found in it: every line is an article, and articles go by their numbers.
        self.symbols.push(END);
    }

    /// The symbol of a word, a new one if the word is new.
    fn intern(&mut self, word: Vec<u8>) -> Symbol {
        if let Some(id) = self.ids.get(&word) {
            return *id;
        }
        let id = Symbol::try_from(self.words.len()).expect("fewer than 2^32 words");
        self.words.push(word.clone());
        self.ids.insert(word, id);
        id
    }

    /// The articles, without their [`END`].
    pub fn articles(&self) -> impl Iterator<Item = &[Symbol]> {
        self.symbols.split_inclusive(|symbol| *symbol == END).map(|article| &article[..article.len() - 1])
    }
}

/// The files of a folder whose names end in one of `suffixes`, sorted; an error if there is none.
pub(super) fn files_of(folder: &Path, suffixes: &[&str]) -> Result<Vec<PathBuf>, TrainError> {
    let entries = std::fs::read_dir(folder).map_err(|source| TrainError::io(folder, source))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| TrainError::io(folder, source))?.path();
        if suffixes.iter().any(|suffix| name_of(&path).ends_with(suffix)) {
            files.push(path);
        }
    }
    // A folder is listed in no fixed order, and the ids of words depend on the order of reading.
    files.sort();
    if files.is_empty() {
        return Err(TrainError::Empty { folder: folder.display().to_string(), expected: suffixes.join(" or ") });
    }
    Ok(files)
}

/// A file's name, for messages and the model card.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A text file, decompressed if its name ends in `.zst`.
pub(super) fn open(path: &Path) -> Result<Box<dyn BufRead>, TrainError> {
    let file = File::open(path).map_err(|source| TrainError::io(path, source))?;
    let reader: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == "zst") {
        Box::new(zstd::Decoder::new(file).map_err(|source| TrainError::io(path, source))?)
    } else {
        Box::new(file)
    };
    Ok(Box::new(BufReader::with_capacity(1 << 20, reader)))
}

fn is_separator(c: char) -> bool {
    matches!(c, '.' | ',' | '٫' | '٬' | '/' | ':' | '-')
}

/// Words, numbers and marks of a clean text.
fn pieces_of(text: &str) -> Vec<Piece> {
    let chars: Vec<char> = text.nfc().nfkc().filter(|c| !spells_nothing(*c)).collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let letters = rest.iter().take_while(|c| is_letter(**c)).count();
        let number = number_length(rest);
        if letters > 0 {
            pieces.push(Piece::Word(rest[..letters].iter().filter_map(|c| encode_letter(*c)).collect()));
        } else if number > 0 {
            pieces.push(Piece::Mark(NUMBER));
        } else if matches!(rest[0], '.' | '!' | '?' | '؟' | '\n') && ends_sentence(rest[0], &pieces) {
            pieces.push(Piece::Mark(STOP));
        } else if matches!(rest[0], '،' | ',' | '؛' | ';' | ':') && matches!(pieces.last(), Some(Piece::Word(_))) {
            pieces.push(Piece::Mark(PAUSE));
        }
        // At least one: a character that is neither letter nor digit must be passed as well.
        at += letters.max(number).max(1);
    }
    pieces
}

/// Diacritics, tatweel and invisible characters.
fn spells_nothing(c: char) -> bool {
    is_mark(c)
        || matches!(c, '\u{640}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Length in characters of the number that `rest` begins with: digits, and single separators between digits.
fn number_length(rest: &[char]) -> usize {
    let digits = |from: usize| rest[from..].iter().take_while(|c| is_digit(**c)).count();
    let mut length = digits(0);
    while length > 0 && rest.get(length).is_some_and(|c| is_separator(*c)) {
        match digits(length + 1) {
            // A separator without a digit after it is punctuation, such as the stop that ends the sentence.
            0 => break,
            more => length += 1 + more,
        }
    }
    length
}

/// Whether a mark ends a sentence: not after a single letter (an initial), nor before the first piece of a sentence.
fn ends_sentence(mark: char, pieces: &[Piece]) -> bool {
    match pieces.last() {
        None | Some(Piece::Mark(STOP)) => false,
        Some(Piece::Word(word)) => !(mark == '.' && word.len() == 1),
        Some(Piece::Mark(_)) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::arabic::decode_word;

    #[test]
    fn clean_text_becomes_words_numbers_and_stops() {
        let shown: Vec<String> = pieces_of("نمت 3.5 في عام 2010. قال د. سالم: نعم!! ...")
            .into_iter()
            .map(|piece| match piece {
                Piece::Word(word) => decode_word(&word),
                Piece::Mark(NUMBER) => "#".to_owned(),
                Piece::Mark(PAUSE) => ",".to_owned(),
                Piece::Mark(_) => "/".to_owned(),
            })
            .collect();
        assert_eq!(shown.join(" "), "نمت # في عام # / قال د سالم , نعم /");
    }
}
