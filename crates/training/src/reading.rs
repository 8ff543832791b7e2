//! Reads the training corpus: JSONL (`{"text": …}` per line), plain or zstd.
//!
//! Near copies are left out, and so is what stands in a benchmark ([`super::copies`]); what a source is known to have wrong is put
//! right ([`super::mending`]).

use std::io::BufRead;
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;

use super::copies::{Copies, Novelty};
use super::corpus::{Corpus, Part};
use super::error::TrainError;
use super::files::{files_of, name_of, open};
use super::mending::{Mended, mend};
use super::progress::Progress;
use super::settings::TrainSettings;
use super::sources::{CORRECTED, Source};
use super::symbols::{Piece, pieces_of};
use engine::arabic::{Word, is_letter};

/// Lines tokenised in parallel before their words are interned in order.
const BATCH: usize = 4096;

#[derive(Deserialize)]
struct Line {
    text: String,
}

#[derive(Deserialize)]
struct BenchmarkLine {
    gold: Vec<String>,
}

/// Reads the corrected sentences and every `*.jsonl` and `*.jsonl.zst` of the corpora, except for what stands in a benchmark.
///
/// # Errors
/// If a folder holds no file, one cannot be read, or a line is no article.
pub(super) fn read_corpus(settings: &TrainSettings, progress: &dyn Progress) -> Result<Corpus, TrainError> {
    let mut reader = Reader::default();
    if let Some(folder) = &settings.benchmarks {
        for path in files_of(folder, &[".jsonl"])? {
            reader.keep_out(&path)?;
        }
    }
    let mut files = Vec::new();
    if !settings.corrected.is_empty() {
        reader.read_corrected(&settings.corrected, progress);
    }
    for folder in &settings.corpora {
        files.extend(files_of(folder, &[".jsonl", ".jsonl.zst"])?);
    }
    files.sort_by_key(|path| (Source::of_file(&name_of(path)).0, name_of(path)));
    for path in files {
        let (_, source) = Source::of_file(&name_of(&path));
        let start = reader.corpus.parts.last().map_or(0, |part| part.articles.end);
        let taken = reader.read_file(&path, source)?;
        progress.message(&taken.describe(&name_of(&path)));
        reader.corpus.parts.push(Part { source, articles: start..start + taken.articles });
    }
    Ok(reader.corpus)
}

#[derive(Default)]
struct Reader {
    corpus: Corpus,
    copies: Copies,
}

impl Reader {
    /// Nothing is learnt of a benchmark's articles.
    fn keep_out(&mut self, path: &Path) -> Result<(), TrainError> {
        let bytes = std::fs::read(path).map_err(|source| TrainError::io(path, source))?;
        self.corpus.benchmarks.push((name_of(path), blake3::hash(&bytes).to_hex().to_string()));
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')).filter(|(_, line)| !line.is_empty()) {
            let line: BenchmarkLine =
                serde_json::from_slice(line).map_err(|source| TrainError::benchmark_line(path, number, source))?;
            let forms = line.gold.iter().flat_map(|form| form.split('|').next().unwrap_or_default().split('_'));
            let words: Vec<Word> = forms.filter_map(|form| Word::new(form.trim_matches(|c| !is_letter(c)))).collect();
            self.copies.keep_out(words.iter().map(Word::codes));
        }
        Ok(())
    }

    /// Takes the sentences that people corrected.
    fn read_corrected(&mut self, sentences: &[String], progress: &dyn Progress) {
        let name = CORRECTED.name.to_owned();
        self.corpus.sources.push((name, blake3::hash(sentences.join("\n").as_bytes()).to_hex().to_string()));
        let mut taken = Taken::default();
        for sentence in sentences {
            self.take(pieces_of(sentence), CORRECTED, &mut taken);
        }
        progress.message(&taken.describe(CORRECTED.name));
        self.corpus.parts.push(Part { source: CORRECTED, articles: 0..taken.articles });
    }

    fn read_file(&mut self, path: &Path, source: Source) -> Result<Taken, TrainError> {
        let bytes = std::fs::read(path).map_err(|source| TrainError::io(path, source))?;
        self.corpus.sources.push((name_of(path), blake3::hash(&bytes).to_hex().to_string()));
        // Corpora are large: the compressed bytes are freed before the text is read.
        drop(bytes);
        let mut lines = open(path)?.lines();
        let mut number = 0;
        let mut taken = Taken::default();
        loop {
            let batch = lines.by_ref().take(BATCH).collect::<Result<Vec<String>, _>>();
            let batch = batch.map_err(|source| TrainError::io(path, source))?;
            if batch.is_empty() {
                return Ok(taken);
            }
            let articles: Vec<Result<Vec<Piece>, serde_json::Error>> =
                batch.par_iter().map(|line| serde_json::from_str::<Line>(line).map(|line| pieces_of(&line.text))).collect();
            // Parsed in parallel, but taken one after the other: ids and copies must not depend on threads.
            for article in articles {
                number += 1;
                let pieces = article.map_err(|source| TrainError::line(path, number, source))?;
                self.take(pieces, source, &mut taken);
            }
        }
    }

    /// Adds an article, unless it is a copy.
    fn take(&mut self, pieces: Vec<Piece>, source: Source, taken: &mut Taken) {
        let left_out = match self.copies.take(pieces.iter().filter_map(Piece::word)) {
            Novelty::Copy => Some(&mut taken.copies),
            Novelty::KeptOut => Some(&mut taken.kept_out),
            Novelty::New => None,
        };
        if let Some(left_out) = left_out {
            left_out.articles += 1;
            left_out.words += words_in(&pieces);
            return;
        }
        let pieces = mend(pieces, source, &self.corpus, &mut taken.mended);
        let words = words_in(&pieces);
        if words > 0 {
            taken.articles += 1;
            taken.words += words;
            self.corpus.push(pieces, source.is_typical() && source.edited);
        }
    }
}

fn words_in(pieces: &[Piece]) -> usize {
    pieces.iter().filter_map(Piece::word).count()
}

/// What was left out.
#[derive(Clone, Copy, Debug, Default)]
struct LeftOut {
    articles: usize,
    words: usize,
}

/// What was taken from a source, for the report.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    articles: usize,
    words: usize,
    copies: LeftOut,
    kept_out: LeftOut,
    mended: Mended,
}

impl Taken {
    fn describe(&self, name: &str) -> String {
        let Self { articles, words, copies, kept_out, mended } = self;
        format!(
            "{name}: {articles} articles of {words} words; left out: {} copies of {} words, {} articles of {} words for the \
             benchmarks, {} sentences of {} words with an unknown one; put right: {} seats of hamzas, {} final ya, {} an after a \
             verb of saying; {} an doubtful",
            copies.articles,
            copies.words,
            kept_out.articles,
            kept_out.words,
            mended.sentences,
            mended.words,
            mended.seats,
            mended.final_ya,
            mended.said,
            mended.doubtful
        )
    }
}
