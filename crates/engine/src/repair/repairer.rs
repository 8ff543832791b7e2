//! The repair stage: takes an article through candidates, scores and decoding to the outcome of each token.
//!
//! Invariant: every form chosen is explained by the channel of its segment, or is the word as it stands. The lexicon proposes
//! and the channel vetoes; typing profile, encoder and language model only choose among what is left.

use std::sync::Arc;

use super::agency_remnants::agency_remnants;
use super::article_word::{ArticleWord, find_words};
use super::boundaries::boundary_logits;
use super::candidates::Candidates;
use super::channel::{Channel, ChannelEvents};
use super::costs::NAT;
use super::damage::{Damage, Spelling};
use super::decoder::{Decoder, DecoderScratch};
use super::diacritics::marked;
use super::effort::Effort;
use super::form_cache::{FormCache, KnownForm};
use super::frequencies::WordFrequencies;
use super::language_model::LanguageModel;
use super::lattice::{Candidate, Lattice};
use super::lexicon::{Lexicon, UNKNOWN};
use super::number_gaps::{REMNANT_CONFIDENCE, is_number_remnant};
use super::outcome::{DecidedWord, Outcome, outcome};
use super::recurrence::{RecurrenceScratch, add_recurrence};
use super::repaired::Repaired;
use super::scores::{add_encoder_costs, add_profile_costs, estimate_profile, read_again};
use super::segments::{ObservedWord, Segment, segments};
use super::settings::RepairSettings;
use super::typing_profile::TypingProfile;
use super::word_list::WordList;
use crate::arabic::decode_word;
use crate::document::Document;
use crate::document::mojibake::has_lost_letters;
use crate::encoder::features::WORD_FEATURES;
use crate::encoder::network::StoredNetwork;
use crate::encoder::second_pass::StoredSecondPass;
use crate::encoder::{Encoder, EncoderScratch};
use crate::model::{ModelError, ModelFile};
use crate::rounded::rounded;

/// Weight of the language model's costs, in 1/256, in the log-linear sum with the costs of [`super::scores`]; chosen on the
/// development sets.
const LANGUAGE_WEIGHT: i32 = 110;
/// Inverse temperature of the posteriors: below 1, because the summed models count some evidence twice and are too sure.
/// Chosen for calibration on the development sets (model card).
const INVERSE_TEMPERATURE: f64 = 0.58;
/// Candidates that cost this much more than their word's best (5 nats) before the language model is asked are pruned. That
/// saves two thirds of the decoding time and changes one token in 10,000.
const PRUNE_MARGIN: i32 = 5 * NAT;
/// Share of the words with several candidates that all models agree on and that are wrong all the same: 45 of 12,269 on one
/// development set. It is held back from every posterior, so that no such word is reported as certain.
const NEVER_FORESEEN: f64 = 0.003;
/// Share of the tokens without any candidate that are right as they stand (names and rare plain words): 284 of 413 on one
/// development set, 209 of 255 on another.
const UNRESOLVED_CONFIDENCE: f32 = 0.7;

/// The repair stage: immutable, shared by all workers.
pub struct Repairer {
    candidates: Candidates,
    language_model: Arc<LanguageModel>,
    encoder: Option<Encoder>,
    decoder: Decoder,
    settings: RepairSettings,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct RepairScratch {
    words: Vec<ArticleWord>,
    /// The encoder's embedding rows of each word.
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
    /// Bytes in its token.
    pub bytes: std::ops::Range<usize>,
    /// Its forms; `None` is the word as it stands.
    pub forms: Vec<Option<String>>,
}

impl Repairer {
    /// The stage with a model's data.
    ///
    /// # Errors
    /// If the model lacks a section or one is damaged.
    pub fn new(model: &ModelFile, settings: RepairSettings) -> Result<Self, ModelError> {
        let mut repairer = Self::with_custom_lexicon(model, &settings.lexicon)?;
        let second = match settings.effort {
            Effort::Full => StoredSecondPass::open(model)?,
            Effort::Fast => None,
        };
        repairer.encoder = Some(Encoder::new(StoredNetwork::open(model)?).with_second_pass(second.as_ref()));
        repairer.decoder = Decoder::new(LANGUAGE_WEIGHT, INVERSE_TEMPERATURE);
        repairer.settings = settings;
        Ok(repairer)
    }

    /// The stage as training uses it, before there is an encoder.
    ///
    /// # Errors
    /// If the model lacks a section or one is damaged.
    pub fn without_encoder(model: &ModelFile) -> Result<Self, ModelError> {
        Self::with_custom_lexicon(model, &WordList::default())
    }

    fn with_custom_lexicon(model: &ModelFile, words: &WordList) -> Result<Self, ModelError> {
        let lexicon = Lexicon::read(&mut model.section("lexicon")?)?;
        let language_model = LanguageModel::new(model)?;
        // The lexicon's ids index the unigrams: a model of another lexicon would mislead, or panic in mid-article.
        if language_model.vocabulary() != lexicon.len() {
            return Err(model.section("unigrams")?.corrupt("its vocabulary is not the lexicon's"));
        }
        Ok(Self {
            candidates: Candidates::new(lexicon, words),
            language_model: Arc::new(language_model),
            encoder: None,
            // 256 is full weight: there is no encoder yet to share the judgement with.
            decoder: Decoder::new(256, INVERSE_TEMPERATURE),
            settings: RepairSettings::default(),
        })
    }

    /// Repairs an article.
    pub fn repair(&self, document: Document, scratch: &mut RepairScratch) -> Repaired {
        find_words(&document, &mut scratch.words);
        let segments = self.segments(&document, &scratch.words);
        self.fill_lattice(&document, &segments, scratch);
        self.add_scores(scratch);
        // Before decoding, whose time grows with the product of the candidates of three neighbouring words.
        scratch.lattice.prune(PRUNE_MARGIN);
        let RepairScratch { words, lattice, decoder, posteriors, recurrence, encoder, .. } = scratch;
        self.decoder.decode(lattice, &self.language_model, decoder, posteriors);
        add_recurrence(words, lattice, posteriors, recurrence);
        let word_tokens = words.iter().map(|word| word.token);
        let boundaries = boundary_logits(document.tokens(), word_tokens, encoder.logits());
        let outcomes = self.outcomes(&document, scratch);
        Repaired::new(document, segments, outcomes, boundaries)
    }

    /// Adds the scores of typing profile and encoder to the candidates' costs.
    fn add_scores(&self, scratch: &mut RepairScratch) {
        let RepairScratch { words, word_rows, encoder: encoder_scratch, lattice, forms, .. } = scratch;
        add_profile_costs(words, lattice, &self.language_model);
        if let Some(encoder) = &self.encoder {
            encoder.read(word_rows, encoder_scratch);
            if encoder.has_second_pass() {
                read_again(words, lattice, forms, encoder, encoder_scratch);
            }
            add_encoder_costs(words, lattice, forms, encoder, encoder_scratch);
        }
    }

    /// The forms among which repair chooses, for each word of a document. Intact articles offer no choice.
    pub fn choices(&self, document: &Document, scratch: &mut RepairScratch) -> Vec<WordChoice> {
        find_words(document, &mut scratch.words);
        let segments = self.segments(document, &scratch.words);
        self.fill_lattice(document, &segments, scratch);
        if segments.iter().all(|segment| segment.damage == Damage::Intact) {
            scratch.words.clear();
        }
        let RepairScratch { words, lattice, forms, .. } = scratch;
        let choice = |(slot, word): (usize, &ArticleWord)| {
            let forms = (0..lattice.candidates(slot).len()).map(|index| self.form(word, index, forms));
            WordChoice { token: word.token, bytes: word.span.bytes.clone(), forms: forms.collect() }
        };
        words.iter().enumerate().map(choice).collect()
    }

    /// Cuts the article where its state of writing changes.
    fn segments<'w>(&self, document: &Document, words: &'w [ArticleWord]) -> Vec<Segment> {
        let observed = |word: &'w ArticleWord| {
            let codes = word.span.codes.as_slice();
            let spelling = if self.is_known(codes) || self.settings.protect.contains(codes) {
                Spelling::Listed
            } else if self.candidates.is_misspelling(codes) {
                Spelling::Misspelt
            } else {
                Spelling::Unexplained
            };
            ObservedWord { token: word.token, codes, spelling }
        };
        let words: Vec<ObservedWord<'_>> = words.iter().map(observed).collect();
        let declared = self.settings.damage_by_path.of(&document.origin.source_path).unwrap_or(self.settings.damage);
        segments(document, &words, declared.state())
    }

    /// Whether the word, as it stands, is in the lexicon or in the custom lexicon.
    fn is_known(&self, codes: &[u8]) -> bool {
        self.candidates.id(codes) != UNKNOWN || self.candidates.is_custom(codes)
    }

    fn fill_lattice(&self, document: &Document, segments: &[Segment], scratch: &mut RepairScratch) {
        let RepairScratch { words, word_rows, lattice, forms, .. } = scratch;
        forms.begin_article();
        lattice.clear();
        word_rows.clear();
        let agencies = agency_remnants(document, segments);
        for word in words {
            let segment = segments.partition_point(|segment| segment.tokens.end <= word.token);
            let damage = segments[segment].damage;
            let is_remnant = agencies.contains(&word.token) || is_number_remnant(damage, document.token_text(word.token));
            word_rows.push(self.enter(word, damage, is_remnant, lattice, forms));
        }
    }

    /// Adds a word to the lattice and records what is known about it before decoding; returns the encoder's rows.
    ///
    /// `damage` is the state of its segment; a remnant of a number or an agency stays as it is. The encoder reads every word, also those that are not repaired:
    /// they are context for the others.
    fn enter(
        &self,
        word: &mut ArticleWord,
        damage: Damage,
        is_remnant: bool,
        lattice: &mut Lattice,
        forms: &mut FormCache,
    ) -> [u32; WORD_FEATURES] {
        let codes = &word.span.codes;
        let is_intact = damage == Damage::Intact;
        let is_protected = self.settings.protect.contains(codes);
        let as_it_stands = || {
            [Candidate { number: 0, word: self.candidates.id(codes), second: UNKNOWN, events: ChannelEvents::NONE, cost: 0 }]
        };
        word.unresolved = is_intact && !is_protected && !self.is_known(codes);
        // Someone who writes most of the vowels does not confuse letters. Deletion spares nobody.
        let is_spelt_with_care = damage.channel() != Some(Channel::Stripped) && word.span.is_vocalised();
        if is_protected || is_spelt_with_care {
            lattice.push(as_it_stands());
            let alone = |encoder: &Encoder| encoder.word_rows(codes, [codes.as_slice()].into_iter());
            return self.encoder.as_ref().map_or([0; WORD_FEATURES], alone);
        }
        // Intact words are looked up too, for the rows that the encoder reads as context.
        let channel = damage.channel().unwrap_or(Channel::Folded);
        let id = forms.find(&self.candidates, self.encoder.as_ref(), channel, codes);
        let form = forms.form(id);
        if is_intact {
            word.confidence = Some(1.0);
            lattice.push(as_it_stands());
        } else if is_remnant {
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

    /// The candidates that a lattice would hold for a damaged word (letter codes), each with its letters and its standing
    /// ([`super::proposal::Proposal::standing`]).
    #[must_use]
    pub fn candidates_of(&self, channel: Channel, codes: &[u8]) -> Vec<(Candidate, Vec<u8>, [u8; 2])> {
        let form = KnownForm::new(&self.candidates, None, channel, codes);
        let candidates = form.candidates_with_letters(&self.candidates, codes).into_iter();
        candidates.map(|(candidate, letters, standing)| (candidate, letters.to_vec(), standing)).collect()
    }

    /// The typing profile that the candidates of an article suggest.
    #[must_use]
    pub fn typing_profile(&self, lattice: &Lattice) -> TypingProfile {
        estimate_profile(0..lattice.len(), lattice, &self.language_model)
    }

    /// The source of candidates.
    #[must_use]
    pub fn candidates(&self) -> &Candidates {
        &self.candidates
    }

    /// The frequencies of the model's words.
    #[must_use]
    pub fn frequencies(&self) -> WordFrequencies {
        WordFrequencies::new(self.candidates.indexed_lexicon(), &self.language_model)
    }

    /// The outcome of each token, from the posteriors in `scratch`.
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
            outcomes.push(match document.token_text(token) {
                _ if document.is_foreign(token) => Outcome::UNKNOWN,
                raw if has_lost_letters(raw) => Outcome::lost(raw),
                raw => outcome(raw, &decided, &self.settings),
            });
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

    /// The forms of one word, most probable first, with their confidences.
    fn decide<'w, 'l>(
        &self,
        word: &'w ArticleWord,
        weighed: impl Iterator<Item = (&'l Candidate, &'l f64)>,
        forms: &FormCache,
    ) -> DecidedWord<'w> {
        let form = |candidate: &Candidate| self.form(word, usize::from(candidate.number), forms);
        // Counted before pruning, which leaves a word one candidate if the scores agree on it.
        let is_contested = word.form.is_some_and(|id| forms.form(id).candidate_rows.len() > 1);
        let reserve = if is_contested { 1.0 - NEVER_FORESEEN } else { 1.0 };
        let mut forms: Vec<(Option<String>, f32)> =
            weighed.map(|(candidate, probability)| (form(candidate), rounded(*probability * reserve))).collect();
        // The sort is stable: of equally probable forms the more frequent word stays first.
        forms.sort_by(|a, b| b.1.total_cmp(&a.1));
        if let Some(confidence) = word.confidence {
            forms[0].1 = confidence;
        }
        DecidedWord { bytes: &word.span.bytes, unresolved: word.unresolved, forms }
    }
}
