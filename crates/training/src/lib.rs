//! Training: from clean corpora to a model file, from a cold start, the same every time.
//!
//! ```text
//! corpus ─ spelling (lexicon) ─ n-grams ─┬─────────────┐
//! corpus ─ damage ─ candidates ──────────┴─ encoder ───┼─ model file
//! corpus ─ sentence lengths, background of phrases ────┘
//! ```
//!
//! Invariant: the model depends on the corpus, the word lists, the seed and the kind of processor alone (sums of
//! floating-point numbers are added up in another order on another kind). A finished stage is kept in the checkpoint folder
//! under a key of its inputs and of its code's version, so an interrupted run goes on where it stopped.

mod checkpoint;
pub mod corpus;
mod encoder;
mod lengths;
mod ngrams;
pub mod noise;
mod phrases;
mod progress;
mod spelling;

use std::path::{Path, PathBuf};

use checkpoint::Checkpoints;
use corpus::{Corpus, is_word};
use engine::model::{ModelCard, ModelError, ModelFile, SectionWriter, assemble};
use engine::repair::Repairer;
use engine::repair::lexicon::Lexicon;
pub use progress::{PassProgress, Progress};
use spelling::Spelling;

/// Why training cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A folder holds no training file.
    #[error("{folder} holds no file that ends in {expected}")]
    Empty {
        /// The folder.
        folder: String,
        /// The names expected.
        expected: String,
    },
    /// A line of a corpus is not an article.
    #[error("{path}:{line}: expected a JSON object with a string \"text\": {source}")]
    Line {
        /// The file.
        path: String,
        /// Line, from 1.
        line: u64,
        /// What the JSON reader found.
        source: serde_json::Error,
    },
    /// A model just made cannot be read back.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl TrainError {
    fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }

    fn line(path: &Path, line: u64, source: serde_json::Error) -> Self {
        Self::Line { path: path.display().to_string(), line, source }
    }
}

/// What to train on, and where the result goes.
#[derive(Clone, Debug)]
pub struct TrainSettings {
    /// Folder of `*.jsonl` or `*.jsonl.zst` articles.
    pub corpus: PathBuf,
    /// Folder of word lists, if any.
    pub lexicon: Option<PathBuf>,
    /// The model file to write.
    pub output: PathBuf,
    /// Folder for finished stages.
    pub checkpoints: PathBuf,
    /// Seed of everything random.
    pub seed: u64,
}

/// One article in so many is not trained on.
const HELD_OUT: usize = 100;

/// A section's name and its bytes.
type Section = (&'static str, Vec<u8>);

/// Trains a model, writes it, and returns its id.
///
/// # Errors
/// Where input cannot be read or output cannot be written.
pub fn train(settings: &TrainSettings, progress: &dyn Progress) -> Result<String, TrainError> {
    let corpus = Corpus::read(&settings.corpus, progress)?;
    let words = corpus.symbols.iter().filter(|symbol| is_word(**symbol)).count() as u64;
    progress.message(&format!("{words} words, {} forms, {} articles", corpus.words.len(), corpus.articles().count()));
    let checkpoints = Checkpoints::new(settings, &corpus)?;
    let repair = checkpoints.stage("repair", ngrams::VERSION, &[], || learn_repair(&corpus, settings, progress))?;
    let dependencies = bytes_of(&repair);
    let snapshot = checkpoints.path("encoder", encoder::VERSION, &dependencies, "snapshot");
    let encoder = checkpoints.stage("encoder", encoder::VERSION, &dependencies, || {
        let model = ModelFile::parse(assemble(&repair).into())?;
        let repairer = Repairer::without_encoder(&model)?;
        encoder::fit(&corpus, &repairer, settings.seed, snapshot, progress)
    })?;
    let lengths = checkpoints.stage("lengths", lengths::VERSION, &[], || {
        let mut section = SectionWriter::default();
        lengths::learn(&corpus).write(&mut section);
        Ok(vec![("lengths", section.into_bytes())])
    })?;
    let phrases = checkpoints.stage("phrases", phrases::VERSION, &dependencies, || {
        let model = ModelFile::parse(assemble(&repair).into())?;
        let lexicon = Lexicon::read(&mut model.section("lexicon")?)?;
        let mut section = SectionWriter::default();
        phrases::learn(&corpus, &lexicon).write(&mut section);
        Ok(vec![("phrases", section.into_bytes())])
    })?;
    let card = ModelCard {
        seed: settings.seed,
        sources: corpus.sources,
        training_words: words,
        trained_by: concat!("tarmim ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let card = ("card", serde_json::to_vec(&card).expect("a card is plain data"));
    let bytes = assemble(&[vec![card], repair, encoder, lengths, phrases].concat());
    checkpoint::write_beside(&settings.output, &bytes).map_err(|source| TrainError::io(&settings.output, source))?;
    Ok(ModelFile::parse(bytes.into())?.id().to_owned())
}

fn learn_repair(corpus: &Corpus, settings: &TrainSettings, progress: &dyn Progress) -> Result<Vec<Section>, TrainError> {
    progress.message("learning the lexicon");
    let spelling = Spelling::learn(corpus, settings.lexicon.as_deref())?;
    progress.message(&format!("{} words in the lexicon; counting n-grams", spelling.lexicon.len() - 1));
    let ngrams = ngrams::learn(corpus, &spelling);
    let (bigrams, trigrams) = ngrams.stored;
    progress.message(&format!("{bigrams} bigrams and {trigrams} trigrams kept"));
    let mut lexicon = SectionWriter::default();
    spelling.lexicon.write(&mut lexicon);
    Ok(vec![
        ("lexicon", lexicon.into_bytes()),
        ("unigrams", ngrams.unigrams),
        ("bigrams", ngrams.bigrams),
        ("trigrams", ngrams.trigrams),
    ])
}

fn bytes_of(sections: &[Section]) -> Vec<&[u8]> {
    sections.iter().map(|(_, bytes)| bytes.as_slice()).collect()
}
