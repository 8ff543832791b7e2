//! Repair: gives each token of a [`Document`] the form that it had before its letters were deleted.
//!
//! ```text
//! token ─ words ─ candidates (lexicon, inverted channel) ─ lattice ─ habit, encoder ─ decoder ─ posterior ─ form + confidence
//! ```
//!
//! Invariant, and the law of the dataset: every form chosen is explained by the channel of its stretch (see [`channel`]) or
//! is the word as it stands. The lexicon proposes, the channel vetoes; habit, encoder and language model only choose.

pub mod candidates;
pub mod channel;
pub mod damage;
mod decided;
pub mod decoder;
mod derivation;
mod diacritics;
mod evidence;
mod forms;
pub mod frequencies;
pub mod habit;
mod joined;
pub mod language_model;
pub mod lattice;
pub mod lexicon;
mod own;
mod recurrence;
mod repaired;
mod stretches;
mod word_list;
pub mod words;

pub use damage::Damage;
pub use repaired::{Alternative, Finding, Outcome, PlaceOdds, Reading, Repaired};
pub use stretches::Stretch;
pub use word_list::{WordList, WordListFault};

use std::sync::Arc;

use candidates::Candidates;
use channel::{Channel, Traces};
use damage::Spelling;
use decided::{DecidedWord, outcome};
use decoder::{Decoder, DecoderScratch};
use diacritics::marked;
use evidence::{estimate_habit, places, weigh_context, weigh_habits};
use forms::{FormCache, FormId, KnownForm};
use habit::Habit;
use language_model::LanguageModel;
use lattice::{Candidate, Lattice};
use lexicon::{Lexicon, UNKNOWN};
use recurrence::{RecurrenceScratch, weigh_recurrence};
use stretches::{ReadWord, stretches};
use words::{WordSpan, words_of};

use crate::arabic::decode_word;
use crate::document::Document;
use crate::encoder::features::WORD_FEATURES;
use crate::encoder::network::StoredNetwork;
use crate::encoder::{Encoder, EncoderScratch};
use crate::model::{ModelError, ModelFile};
use crate::repair::frequencies::WordFrequencies;
use crate::rounded::rounded;

/// Version of this stage's code: part of the build id, raised whenever equal input could give other output.
pub const VERSION: u32 = 5;

/// Weight of the language model's costs, in 1/256, joined log-linearly with what [`evidence`] adds up.
const LANGUAGE_WEIGHT: i32 = 110;
/// How sharp posteriors are against the sum of the weighed costs; chosen so that confidences come true (model card).
const SHARPNESS: f64 = 0.58;
/// Candidates that cost this much more than their word's best (5 nats) before the language model is asked are dropped: decoding takes
/// a third of the time, and one token in 10,000 comes out otherwise.
const PRUNE_MARGIN: i32 = 5 * 256;
/// Share of the words with several candidates that nothing speaks against and that are wrong all the same: 45 of 12,269 on one
/// development set. No such word is reported as certain.
const NEVER_FORESEEN: f64 = 0.003;
/// Share of tokens without any candidate that are right as they stand (names and rare plain words): 284 of 413 on one
/// development set, 209 of 255 on another.
const UNRESOLVED_CONFIDENCE: f32 = 0.7;
/// How sure it is that a lone `ر` in stripped text is what is left of a number (`3ر5`), and no word.
const REMNANT_CONFIDENCE: f32 = 0.95;

/// How the repair stage is set up, apart from its model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RepairSettings {
    /// Tokens whose form is less probable are reported as doubtful.
    pub doubt_threshold: f32,
    /// Tokens whose best form is less probable are left as they stand.
    pub keep_raw_below: f32,
    /// The user's own words, as they should be spelt.
    pub lexicon: WordList,
    /// Words that are never changed, as they stand in the raw text.
    pub protect: WordList,
}

/// The repair stage: immutable, shared by all workers.
pub struct Repairer {
    candidates: Arc<Candidates>,
    language_model: Arc<LanguageModel>,
    encoder: Option<Encoder>,
    decoder: Decoder,
    settings: RepairSettings,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct RepairScratch {
    words: Vec<ArticleWord>,
    /// The encoder's rows of each word.
    word_rows: Vec<[u32; WORD_FEATURES]>,
    encoder: EncoderScratch,
    recurrence: RecurrenceScratch,
    lattice: Lattice,
    decoder: DecoderScratch,
    posteriors: Vec<f64>,
    forms: FormCache,
}

/// The forms among which repair chooses for one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordChoice {
    /// Index of its token in the document.
    pub token: usize,
    /// Where it lies in its token.
    pub bytes: std::ops::Range<usize>,
    /// Its forms; `None` is the word as it stands.
    pub forms: Vec<Option<String>>,
}

/// One word of the article, and whether anything explains it.
#[derive(Debug)]
struct ArticleWord {
    token: usize,
    span: WordSpan,
    /// What it can stand for, in the worker's memory; `None` for a word that is never repaired.
    form: Option<FormId>,
    /// What damaged it, where it is to be repaired.
    channel: Option<Channel>,
    unresolved: bool,
    /// How sure its form is, where that is not for the decoder to say.
    confidence: Option<f32>,
}

impl ArticleWord {
    fn new(token: usize, span: WordSpan) -> Self {
        Self { token, span, form: None, channel: None, unresolved: false, confidence: None }
    }
}

impl Repairer {
    /// The stage with a model's data.
    ///
    /// # Errors
    /// Where the model lacks a section or one is damaged.
    pub fn new(model: &ModelFile, settings: RepairSettings) -> Result<Self, ModelError> {
        let mut repairer = Self::with_own_words(model, &settings.lexicon)?;
        repairer.encoder = Some(Encoder::new(StoredNetwork::open(model)?));
        repairer.decoder = Decoder::new(LANGUAGE_WEIGHT, SHARPNESS);
        repairer.settings = settings;
        Ok(repairer)
    }

    /// The stage as training has it before the encoder is fitted.
    ///
    /// # Errors
    /// Where the model lacks a section or one is damaged.
    pub fn without_encoder(model: &ModelFile) -> Result<Self, ModelError> {
        Self::with_own_words(model, &WordList::default())
    }

    fn with_own_words(model: &ModelFile, words: &WordList) -> Result<Self, ModelError> {
        let lexicon = Lexicon::read(&mut model.section("lexicon")?)?;
        let language_model = LanguageModel::new(model)?;
        if language_model.vocabulary() != lexicon.len() {
            return Err(model.section("unigrams")?.corrupt("its vocabulary is not the lexicon's"));
        }
        Ok(Self {
            candidates: Arc::new(Candidates::new(lexicon, words)),
            language_model: Arc::new(language_model),
            encoder: None,
            decoder: Decoder::new(256, SHARPNESS),
            settings: RepairSettings::default(),
        })
    }

    /// Repairs an article.
    pub fn repair(&self, document: Document, scratch: &mut RepairScratch) -> Repaired {
        find_words(&document, &mut scratch.words);
        let stretches = self.stretches(&document, &scratch.words);
        self.fill_lattice(&document, &stretches, scratch);
        self.weigh(scratch);
        scratch.lattice.prune(PRUNE_MARGIN);
        let RepairScratch { words, lattice, decoder, posteriors, recurrence, .. } = scratch;
        self.decoder.decode(lattice, &self.language_model, decoder, posteriors);
        weigh_recurrence(words, lattice, posteriors, recurrence);
        let places = places(document.tokens().len(), &scratch.words, scratch.encoder.answers());
        let outcomes = self.outcomes(&document, scratch);
        Repaired::new(document, stretches, outcomes, places)
    }

    /// Adds to each candidate's cost what the writer's habit and the encoder say of it.
    fn weigh(&self, scratch: &mut RepairScratch) {
        let RepairScratch { words, word_rows, encoder: encoder_scratch, lattice, forms, .. } = scratch;
        weigh_habits(words, lattice, &self.language_model);
        if let Some(encoder) = &self.encoder {
            encoder.read(word_rows, encoder_scratch);
            weigh_context(words, lattice, forms, encoder, encoder_scratch);
        }
    }

    /// For each word of a document, the forms among which repair chooses.
    pub fn choices(&self, document: &Document, scratch: &mut RepairScratch) -> Vec<WordChoice> {
        find_words(document, &mut scratch.words);
        let stretches = self.stretches(document, &scratch.words);
        self.fill_lattice(document, &stretches, scratch);
        if stretches.iter().all(|stretch| stretch.damage == Damage::Intact) {
            scratch.words.clear();
        }
        let RepairScratch { words, lattice, forms, .. } = scratch;
        let choice = |(slot, word): (usize, &ArticleWord)| {
            let forms = (0..lattice.candidates(slot).len()).map(|index| self.form(word, index, forms));
            WordChoice { token: word.token, bytes: word.span.bytes.clone(), forms: forms.collect() }
        };
        words.iter().enumerate().map(choice).collect()
    }

    /// The states of the article's writing.
    fn stretches<'w>(&self, document: &Document, words: &'w [ArticleWord]) -> Vec<Stretch> {
        let read = |word: &'w ArticleWord| {
            let codes = word.span.codes.as_slice();
            let spelling = if self.is_known(codes) || self.settings.protect.contains(codes) {
                Spelling::Listed
            } else if self.candidates.is_misspelling(codes) {
                Spelling::Misspelt
            } else {
                Spelling::Unread
            };
            ReadWord { token: word.token, codes, spelling }
        };
        let words: Vec<ReadWord<'_>> = words.iter().map(read).collect();
        stretches(document, &words)
    }

    /// Whether the word, as it stands, is one that somebody has listed.
    fn is_known(&self, codes: &[u8]) -> bool {
        self.candidates.id(codes) != UNKNOWN || self.candidates.is_own(codes)
    }

    fn fill_lattice(&self, document: &Document, stretches: &[Stretch], scratch: &mut RepairScratch) {
        let RepairScratch { words, word_rows, lattice, forms, .. } = scratch;
        forms.begin_article();
        lattice.clear();
        word_rows.clear();
        for word in words {
            let stretch = stretches.partition_point(|stretch| stretch.tokens.end <= word.token);
            let raw = document.token_text(word.token);
            word_rows.push(self.enter(word, stretches[stretch].damage, raw, lattice, forms));
        }
    }

    /// Adds a word of a stretch in this state to the lattice, and finds out what is known of it before decoding; `raw` is its
    /// token. Gives the encoder's rows.
    fn enter(
        &self,
        word: &mut ArticleWord,
        damage: Damage,
        raw: &str,
        lattice: &mut Lattice,
        forms: &mut FormCache,
    ) -> [u32; WORD_FEATURES] {
        let codes = &word.span.codes;
        let is_left = damage == Damage::Intact;
        let is_protected = self.settings.protect.contains(codes);
        let as_it_stands =
            || [Candidate { number: 0, word: self.candidates.id(codes), second: UNKNOWN, traces: Traces::NONE, cost: 0 }];
        word.unresolved = is_left && !is_protected && !self.is_known(codes);
        let is_spelt_with_care = damage.channel() != Some(Channel::Stripped) && word.span.is_vocalised();
        if is_protected || is_spelt_with_care {
            lattice.push(as_it_stands());
            let alone = |encoder: &Encoder| encoder.word_rows(codes, [codes.as_slice()].into_iter());
            return self.encoder.as_ref().map_or([0; WORD_FEATURES], alone);
        }
        let channel = damage.channel().unwrap_or(Channel::Folded);
        let id = forms.find(&self.candidates, self.encoder.as_ref(), channel, codes);
        let form = forms.form(id);
        if is_left {
            word.confidence = Some(1.0);
            lattice.push(as_it_stands());
        } else if is_number_remnant(damage, raw) {
            word.confidence = Some(REMNANT_CONFIDENCE);
            lattice.push(as_it_stands());
        } else {
            (word.form, word.channel) = (Some(id), Some(channel));
            word.unresolved = form.is_unresolved();
            word.confidence = word.unresolved.then_some(UNRESOLVED_CONFIDENCE);
            lattice.push(form.candidates());
        }
        form.word_rows
    }

    /// What a damaged word (letter codes) can stand for: the candidates that a lattice would have, each with its letters and how
    /// well it is known.
    #[must_use]
    pub fn readings(&self, channel: Channel, codes: &[u8]) -> Vec<(Candidate, Vec<u8>, [u8; 2])> {
        let form = KnownForm::new(&self.candidates, None, channel, codes);
        let readings = form.readings(&self.candidates, codes).into_iter();
        readings.map(|(candidate, letters, standing)| (candidate, letters.to_vec(), standing)).collect()
    }

    /// The writer's habit that the candidates of an article speak for.
    #[must_use]
    pub fn habit(&self, lattice: &Lattice) -> Habit {
        estimate_habit(0..lattice.len(), lattice, &self.language_model)
    }

    /// The lexicon and the way back from damaged forms.
    #[must_use]
    pub fn candidates(&self) -> &Candidates {
        &self.candidates
    }

    /// How common words are.
    #[must_use]
    pub fn frequencies(&self) -> WordFrequencies {
        WordFrequencies::new(&self.candidates, &self.language_model)
    }

    /// What was found of each token.
    fn outcomes(&self, document: &Document, scratch: &RepairScratch) -> Vec<Outcome> {
        let RepairScratch { words, lattice, posteriors, forms, .. } = scratch;
        let weighed = |slot: usize| {
            let candidates = lattice.candidates(slot);
            candidates.iter().zip(&posteriors[lattice.offset(slot)..][..candidates.len()])
        };
        let mut outcomes = Vec::with_capacity(document.tokens().len());
        let mut next = 0;
        for token in 0..document.tokens().len() {
            let first = next;
            while next < words.len() && words[next].token == token {
                next += 1;
            }
            let decided: Vec<DecidedWord<'_>> =
                (first..next).map(|slot| self.decide(&words[slot], weighed(slot), forms)).collect();
            outcomes.push(outcome(document.token_text(token), &decided, &self.settings));
        }
        outcomes
    }

    /// The form of one of a word's candidates; `None` is the word as it stands.
    fn form(&self, word: &ArticleWord, index: usize, forms: &FormCache) -> Option<String> {
        let proposal = forms.form(word.form?).proposal(index)?;
        let letters = self.candidates.letters(proposal);
        if word.span.diacritics.is_empty() {
            return Some(decode_word(letters));
        }
        marked(letters, &word.span.codes, &word.span.diacritics, word.channel?)
    }

    /// The forms of one word, likeliest first, with their probabilities.
    fn decide<'w, 'l>(
        &self,
        word: &'w ArticleWord,
        weighed: impl Iterator<Item = (&'l Candidate, &'l f64)>,
        forms: &FormCache,
    ) -> DecidedWord<'w> {
        let form = |candidate: &Candidate| self.form(word, usize::from(candidate.number), forms);
        let is_contested = word.form.is_some_and(|id| forms.form(id).candidate_rows.len() > 1);
        let reserve = if is_contested { 1.0 - NEVER_FORESEEN } else { 1.0 };
        let mut forms: Vec<(Option<String>, f32)> =
            weighed.map(|(candidate, probability)| (form(candidate), rounded(*probability * reserve))).collect();
        forms.sort_by(|a, b| b.1.total_cmp(&a.1));
        if let Some(confidence) = word.confidence {
            forms[0].1 = confidence;
        }
        DecidedWord { bytes: &word.span.bytes, unresolved: word.unresolved, forms }
    }
}

/// Whether a token is what a number leaves of itself: newspapers write a decimal point as `ر` (`3ر5`), and digits are deleted.
pub(crate) fn is_number_remnant(damage: Damage, token: &str) -> bool {
    damage == Damage::Stripped && token == "ر"
}

fn find_words(document: &Document, words: &mut Vec<ArticleWord>) {
    words.clear();
    for token in 0..document.tokens().len() {
        let spans = words_of(document.token_text(token));
        words.extend(spans.into_iter().map(|span| ArticleWord::new(token, span)));
    }
}
