//! Repair: gives each token of a [`Document`] the form that it had before its letters were deleted.
//!
//! ```text
//! token ─ words ─ candidates (lexicon, inverted channel) ─ lattice ─ scorers ─ decoder ─ posterior ─ form + confidence
//! ```
//!
//! Invariant, and the law of the dataset: every form chosen is explained by the article's channel (see [`channel`]) or is the
//! word as it stands. The lexicon proposes, the channel vetoes, scorers and language model only choose. A stronger scorer
//! takes its place as one more [`CandidateScorer`]; nothing else has to change.

pub mod candidates;
pub mod channel;
pub mod context;
pub mod damage;
pub mod decoder;
mod derivation;
mod forms;
pub mod habit;
mod joined;
pub mod language_model;
pub mod lattice;
pub mod lexicon;
mod repaired;
pub mod words;

pub use damage::Damage;
pub use repaired::{Alternative, Finding, Outcome, Reading, Repaired};

use candidates::{Candidates, Derivation, Proposal};
use channel::{Channel, Traces};
use context::{ContextScorer, NeighbourShape};
use damage::{LetterCensus, Spelling};
use decoder::{Decoder, DecoderScratch};
use forms::{FormCache, FormId};
use habit::{Habit, HabitEstimate, cost_of};
use language_model::LanguageModel;
use lattice::{Candidate, Lattice};
use lexicon::{Lexicon, UNKNOWN, WordId};
use words::{WordSpan, words_of};

use crate::arabic::decode_word;
use crate::ingest::Document;
use crate::model::{ModelError, ModelFile};

/// Version of this stage's code: part of the build id, raised whenever equal input could give other output.
pub const VERSION: u32 = 2;

/// Weight of the language model's costs, in 1/256, and of the context scorer's, joined log-linearly;
/// chosen on the development sets, where anything near is as good.
const LANGUAGE_WEIGHT: i32 = 180;
const CONTEXT_WEIGHT: f64 = 0.5;
/// How sharp posteriors are against the language model's own probabilities; chosen so that confidences come true (model card).
const SHARPNESS: f64 = 0.85;
/// A word that has candidates may still be one that the lexicon lacks. The language model makes that rare already; this halves it
/// (anything from 1 to 0.1 scores the same on the development sets).
const UNLISTED_WORD: f64 = 0.5;
/// Share of tokens without any candidate that are right as they stand (names and rare plain words): 284 of 413 on one
/// development set, 209 of 255 on another.
const UNRESOLVED_CONFIDENCE: f32 = 0.7;
/// The most alternatives that are kept with a reading.
const MAX_ALTERNATIVES: usize = 4;
/// Alternatives below this probability are not worth a reader's time.
const LEAST_ALTERNATIVE: f32 = 0.001;

/// What is known of an article before its words are compared with their context.
#[derive(Clone, Copy, Debug)]
pub struct ArticleContext<'a> {
    /// How its letters were lost.
    pub channel: Channel,
    /// How its writer typed.
    pub habit: Habit,
    /// Its words, one for each slot of the lattice.
    words: &'a [ArticleWord],
    forms: &'a FormCache,
    candidates: &'a Candidates,
    /// The same words as their neighbours see them.
    pub neighbours: &'a [NeighbourShape],
}

impl<'a> ArticleContext<'a> {
    /// The letters of a candidate (of slot, number): those of the word as it stands where it is no repair.
    /// [`crate::arabic::code::SPACE`] parts two words that had run together.
    #[must_use]
    pub fn letters(&self, slot: usize, candidate: usize) -> &'a [u8] {
        let proposal = self.proposal(slot, candidate);
        proposal.map_or(&self.words[slot].span.codes, |proposal| self.candidates.letters(proposal))
    }

    /// How a candidate is put together; `None` for the word as it stands.
    #[must_use]
    pub fn derivation(&self, slot: usize, candidate: usize) -> Option<Derivation> {
        self.proposal(slot, candidate).map(|proposal| proposal.derivation)
    }

    fn proposal(&self, slot: usize, candidate: usize) -> Option<&'a Proposal> {
        self.forms.form(self.words[slot].form?).proposal(candidate)
    }
}

/// Evidence on the candidates of a lattice, added to [`Candidate::cost`].
pub trait CandidateScorer: Send + Sync {
    /// Adds this scorer's costs, in units of [`habit::UNITS_PER_NAT`].
    fn score(&self, article: &ArticleContext<'_>, lattice: &mut Lattice);
}

/// The cost of each candidate's traces under the writer's habit.
#[derive(Clone, Copy, Debug)]
struct ChannelScorer {
    unlisted: i32,
}

impl CandidateScorer for ChannelScorer {
    fn score(&self, article: &ArticleContext<'_>, lattice: &mut Lattice) {
        for slot in 0..lattice.len() {
            let candidates = lattice.candidates_mut(slot);
            let contested = candidates.len() > 1;
            for candidate in candidates {
                candidate.cost += article.habit.cost(&candidate.traces);
                if contested && candidate.word == UNKNOWN {
                    candidate.cost += self.unlisted;
                }
            }
        }
    }
}

/// The repair stage: immutable, shared by all workers.
pub struct Repairer {
    candidates: Candidates,
    language_model: LanguageModel,
    scorers: Vec<Box<dyn CandidateScorer>>,
    decoder: Decoder,
    doubt_threshold: f32,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct RepairScratch {
    words: Vec<ArticleWord>,
    neighbours: Vec<NeighbourShape>,
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
    unresolved: bool,
}

impl Repairer {
    /// The stage with a model's data; tokens below `doubt_threshold` are reported as doubtful.
    ///
    /// # Errors
    /// Where the model lacks a section or one is damaged.
    pub fn new(model: &ModelFile, doubt_threshold: f32) -> Result<Self, ModelError> {
        let mut repairer = Self::without_context(model, doubt_threshold)?;
        let context = ContextScorer::new(model, repairer.candidates.lexicon(), &repairer.language_model, CONTEXT_WEIGHT)?;
        repairer.scorers.push(Box::new(context));
        repairer.decoder = Decoder::new(LANGUAGE_WEIGHT, SHARPNESS);
        Ok(repairer)
    }

    /// The stage as training has it before the context scorer is fitted.
    ///
    /// # Errors
    /// Where the model lacks a section or one is damaged.
    pub fn without_context(model: &ModelFile, doubt_threshold: f32) -> Result<Self, ModelError> {
        let lexicon = Lexicon::read(&mut model.section("lexicon")?)?;
        let language_model = LanguageModel::new(model)?;
        if language_model.vocabulary() != lexicon.len() {
            return Err(model.section("unigrams")?.corrupt("its vocabulary is not the lexicon's"));
        }
        Ok(Self {
            candidates: Candidates::new(lexicon),
            language_model,
            scorers: vec![Box::new(ChannelScorer { unlisted: cost_of(UNLISTED_WORD) })],
            decoder: Decoder::new(256, SHARPNESS),
            doubt_threshold,
        })
    }

    /// Repairs an article.
    pub fn repair(&self, document: Document, scratch: &mut RepairScratch) -> Repaired {
        find_words(&document, &mut scratch.words);
        let damage = self.damage(&scratch.words);
        let Some(channel) = damage.channel() else { return self.leave(document, damage, &scratch.words) };
        self.fill_lattice(channel, scratch);
        let habit = estimate_habit(&scratch.lattice, &self.language_model);
        scratch.neighbours.clear();
        scratch.neighbours.extend(scratch.words.iter().map(|word| NeighbourShape::new(&word.span.codes)));
        let article = ArticleContext {
            channel,
            habit,
            words: &scratch.words,
            forms: &scratch.forms,
            candidates: &self.candidates,
            neighbours: &scratch.neighbours,
        };
        for scorer in &self.scorers {
            scorer.score(&article, &mut scratch.lattice);
        }
        let RepairScratch { words, lattice, decoder, posteriors, forms, .. } = scratch;
        self.decoder.decode(lattice, &self.language_model, decoder, posteriors);
        self.assemble(document, damage, words, lattice, posteriors, forms)
    }

    /// For each word of a document, the forms among which repair chooses.
    pub fn choices(&self, document: &Document, scratch: &mut RepairScratch) -> Vec<WordChoice> {
        find_words(document, &mut scratch.words);
        if let Some(channel) = self.damage(&scratch.words).channel() {
            self.fill_lattice(channel, scratch);
        } else {
            scratch.words.clear();
        }
        let RepairScratch { words, lattice, forms, .. } = scratch;
        let choice = |(slot, word): (usize, &ArticleWord)| {
            let forms = (0..lattice.candidates(slot).len()).map(|index| self.form(word, index, forms));
            WordChoice { token: word.token, bytes: word.span.bytes.clone(), forms: forms.collect() }
        };
        words.iter().enumerate().map(choice).collect()
    }

    /// The state of the article's writing.
    fn damage(&self, words: &[ArticleWord]) -> Damage {
        let mut census = LetterCensus::default();
        for word in words {
            let codes = &word.span.codes;
            census.observe(
                codes,
                match self.candidates.id(codes) {
                    UNKNOWN if self.candidates.is_misspelling(codes) => Spelling::Misspelt,
                    UNKNOWN => Spelling::Unread,
                    _ => Spelling::Listed,
                },
            );
        }
        census.damage()
    }

    /// An intact article: nothing is changed, nothing is doubtful.
    fn leave(&self, document: Document, damage: Damage, words: &[ArticleWord]) -> Repaired {
        let mut unresolved = vec![false; document.tokens().len()];
        for word in words {
            unresolved[word.token] |= self.candidates.id(&word.span.codes) == UNKNOWN;
        }
        let outcomes = unresolved.into_iter().map(|unresolved| Outcome { confidence: 1.0, unresolved, reading: None });
        Repaired::new(document, damage, outcomes)
    }

    fn fill_lattice(&self, channel: Channel, scratch: &mut RepairScratch) {
        let RepairScratch { words, lattice, forms, .. } = scratch;
        forms.begin_article(channel);
        lattice.clear();
        for word in words {
            let codes = &word.span.codes;
            if word.span.vocalised {
                let listed = self.candidates.id(codes);
                lattice.push([Candidate { word: listed, second: UNKNOWN, traces: Traces::NONE, cost: 0 }]);
                continue;
            }
            let id = forms.find(&self.candidates, codes);
            let form = forms.form(id);
            word.form = Some(id);
            word.unresolved = form.is_unresolved();
            lattice.push(form.candidates());
        }
    }

    /// The lexicon and the way back from damaged forms.
    #[must_use]
    pub fn candidates(&self) -> &Candidates {
        &self.candidates
    }

    /// The cost of a word by itself, in units of [`habit::UNITS_PER_NAT`].
    #[must_use]
    pub fn prior(&self, word: WordId) -> i32 {
        self.language_model.unigram(word)
    }

    fn assemble(
        &self,
        document: Document,
        damage: Damage,
        words: &[ArticleWord],
        lattice: &Lattice,
        posteriors: &[f64],
        forms: &FormCache,
    ) -> Repaired {
        let probabilities = |slot: usize| &posteriors[lattice.offset(slot)..][..lattice.candidates(slot).len()];
        let mut outcomes = Vec::with_capacity(document.tokens().len());
        let mut next = 0;
        for token in 0..document.tokens().len() {
            let first = next;
            while next < words.len() && words[next].token == token {
                next += 1;
            }
            let decided: Vec<DecidedWord<'_>> =
                (first..next).map(|slot| self.decide(&words[slot], probabilities(slot), forms)).collect();
            outcomes.push(self.outcome(document.token_text(token), &decided));
        }
        Repaired::new(document, damage, outcomes)
    }

    /// The form of one of a word's candidates; `None` is the word as it stands.
    fn form(&self, word: &ArticleWord, index: usize, forms: &FormCache) -> Option<String> {
        let proposal = forms.form(word.form?).proposal(index)?;
        Some(decode_word(self.candidates.letters(proposal)))
    }

    /// The forms of one word, likeliest first, with their probabilities.
    fn decide<'w>(&self, word: &'w ArticleWord, probabilities: &[f64], forms: &FormCache) -> DecidedWord<'w> {
        let mut forms: Vec<(Option<String>, f32)> =
            probabilities.iter().enumerate().map(|(index, p)| (self.form(word, index, forms), rounded(*p))).collect();
        forms.sort_by(|a, b| b.1.total_cmp(&a.1));
        if word.unresolved {
            forms[0].1 = UNRESOLVED_CONFIDENCE;
        }
        DecidedWord { word, forms }
    }

    /// What the words of a token make of it.
    fn outcome(&self, raw: &str, words: &[DecidedWord<'_>]) -> Outcome {
        let confidence = words.iter().map(|word| word.forms[0].1).fold(1.0, f32::min);
        let unresolved = words.iter().any(|word| word.word.unresolved);
        let form = substitute(raw, words, |word| word.forms[0].0.as_deref());
        if form == raw && confidence >= self.doubt_threshold {
            return Outcome { confidence, unresolved, reading: None };
        }
        let weakest = words.iter().min_by(|a, b| a.forms[0].1.total_cmp(&b.forms[0].1));
        let rivals = weakest.map(|word| &word.forms[1..]).unwrap_or_default();
        let worthwhile = rivals.iter().filter(|(_, p)| *p >= LEAST_ALTERNATIVE).take(MAX_ALTERNATIVES);
        let alternatives = worthwhile.map(|(rival, p)| {
            let is_weakest = |word: &DecidedWord<'_>| weakest.is_some_and(|weakest| std::ptr::eq(word.word, weakest.word));
            let form =
                substitute(raw, words, |word| if is_weakest(word) { rival.as_deref() } else { word.forms[0].0.as_deref() });
            Alternative { form, confidence: *p }
        });
        let alternatives = alternatives.collect();
        Outcome { confidence, unresolved, reading: Some((form, alternatives)) }
    }
}

/// A word with its forms, likeliest first; `None` is the word as it stands.
struct DecidedWord<'w> {
    word: &'w ArticleWord,
    forms: Vec<(Option<String>, f32)>,
}

/// `raw` with each of its words in the form chosen for it.
fn substitute<'d, 'w: 'd>(
    raw: &str,
    words: &'d [DecidedWord<'w>],
    form: impl Fn(&'d DecidedWord<'w>) -> Option<&'d str>,
) -> String {
    let mut token = String::with_capacity(raw.len() + 4);
    let mut copied = 0;
    for decided in words {
        let bytes = &decided.word.span.bytes;
        token.push_str(&raw[copied..bytes.start]);
        token.push_str(form(decided).unwrap_or(&raw[bytes.clone()]));
        copied = bytes.end;
    }
    token.push_str(&raw[copied..]);
    token
}

fn find_words(document: &Document, words: &mut Vec<ArticleWord>) {
    words.clear();
    for token in 0..document.tokens().len() {
        let spans = words_of(document.token_text(token));
        words.extend(spans.into_iter().map(|span| ArticleWord { token, span, form: None, unresolved: false }));
    }
}

/// The habit that the likeliest candidate of each word, taken alone, speaks for.
fn estimate_habit(lattice: &Lattice, model: &LanguageModel) -> Habit {
    let average = Habit::average();
    let mut estimate = HabitEstimate::default();
    for slot in 0..lattice.len() {
        let alone = |candidate: &&Candidate| model.unigram(candidate.word) + average.cost(&candidate.traces);
        let listed = lattice.candidates(slot).iter().filter(|candidate| candidate.word != UNKNOWN);
        if let Some(likeliest) = listed.min_by_key(alone) {
            estimate.observe(&likeliest.traces);
        }
    }
    estimate.habit()
}

/// A probability as tables hold it: to four decimals.
#[expect(clippy::cast_possible_truncation, reason = "four decimals fit a 32-bit float")]
fn rounded(probability: f64) -> f32 {
    (libm::rint(probability * 1e4) / 1e4) as f32
}
