//! The stages of training, one after the other.

use super::checkpoint::{Checkpoints, Section, write_beside};
use super::corpus::Corpus;
use super::error::TrainError;
use super::progress::Progress;
use super::reading::read_corpus;
use super::settings::TrainSettings;
use super::spelling::Spelling;
use super::symbols::is_word;
use super::{encoder, lengths, ngrams, phrases};
use engine::model::{ModelCard, ModelFile, SectionWriter, assemble};
use engine::repair::Repairer;
use engine::repair::lexicon::Lexicon;

/// Trains a model, writes it, and returns its id.
///
/// # Errors
/// If input cannot be read or output cannot be written.
pub fn train(settings: &TrainSettings, progress: &dyn Progress) -> Result<String, TrainError> {
    let corpus = read_corpus(settings, progress)?;
    let words = corpus.symbols.iter().filter(|symbol| is_word(**symbol)).count() as u64;
    progress.message(&format!("{words} words, {} forms, {} articles", corpus.words.len(), corpus.articles().count()));
    let checkpoints = Checkpoints::new(settings, &corpus)?;
    // Everything below needs the lexicon and the language model, and depends on their bytes.
    let repair = checkpoints.stage("repair", ngrams::VERSION, &[], || learn_repair(&corpus, settings, progress))?;
    let dependencies = bytes_of(&repair);
    // Depends on no other stage, so a new version of `repair` leaves its checkpoint valid.
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
    let encoder = learn_encoder(&corpus, &repair, settings, &checkpoints, progress)?;
    let card = ModelCard {
        seed: settings.seed,
        sources: corpus.sources,
        training_words: words,
        trained_by: concat!("tarmim ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let card = ("card", serde_json::to_vec(&card).expect("a card is plain data"));
    let bytes = assemble(&[vec![card], repair, encoder, lengths, phrases].concat());
    write_beside(&settings.output, &bytes).map_err(|source| TrainError::io(&settings.output, source))?;
    // Parsed as the program will parse it, so a file that cannot be opened is never reported as a model.
    Ok(ModelFile::parse(bytes.into())?.id().to_owned())
}

/// The encoder and its second pass.
fn learn_encoder(
    corpus: &Corpus,
    repair: &[Section],
    settings: &TrainSettings,
    checkpoints: &Checkpoints,
    progress: &dyn Progress,
) -> Result<Vec<Section>, TrainError> {
    let dependencies = bytes_of(repair);
    let repairer = || Repairer::without_encoder(&ModelFile::parse(assemble(repair).into())?);
    let rows = checkpoints.stage("features", encoder::VERSION, &dependencies, || {
        progress.message("choosing the encoder's features");
        Ok(encoder::choose_features(corpus, &repairer()?, settings.seed))
    })?;
    let rows = encoder::EncoderRows::read(&ModelFile::parse(assemble(&rows).into())?)?;
    let snapshot = checkpoints.path("encoder", encoder::VERSION, &dependencies, "snapshot");
    if settings.unfinished {
        return encoder::unfinished(rows, settings.seed, snapshot, progress);
    }
    let first = checkpoints.stage("encoder", encoder::VERSION, &dependencies, || {
        encoder::fit(corpus, &repairer()?, rows, settings.seed, snapshot, progress)
    })?;
    let dependencies = bytes_of(&first);
    let snapshot = checkpoints.path("second", encoder::SECOND_PASS_VERSION, &dependencies, "snapshot");
    let second = checkpoints.stage("second", encoder::SECOND_PASS_VERSION, &dependencies, || {
        let first = ModelFile::parse(assemble(&first).into())?;
        encoder::fit_second_pass(corpus, &repairer()?, &first, settings.seed, snapshot, progress)
    })?;
    Ok([first, second].concat())
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
