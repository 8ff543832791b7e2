//! A worker's cache of damaged forms and their candidates: newspapers repeat themselves, and finding the candidates of a form
//! costs more than scoring them.
//!
//! Invariant: a [`FormId`] is valid until the next article begins; nothing is evicted within one. The cache changes how fast
//! an article is repaired, never how.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::candidates::Candidates;
use super::channel::{Channel, ChannelEvents};
use super::lattice::Candidate;
use super::lexicon::UNKNOWN;
use super::proposal::{Derivation, Proposal};
use crate::encoder::Encoder;
use crate::encoder::features::{CANDIDATE_FEATURES, WORD_FEATURES};

/// Above this many damaged forms the cache is emptied between two articles, so memory is bounded.
const LIMIT: usize = 1 << 16;

/// The encoder's standing feature ([`Proposal::standing`]) of a word as it stands.
const AS_IT_STANDS: [u8; 2] = [u8::MAX, 0];

/// A damaged form in a [`FormCache`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FormId(usize);

/// What a damaged form can stand for, and the encoder's embedding rows of it all.
#[derive(Debug)]
pub(super) struct KnownForm {
    proposals: Box<[Proposal]>,
    /// Number of the candidate that leaves the form as it stands: one of the proposals, or the one after them.
    pub(super) unchanged: usize,
    /// Embedding rows of the damaged form.
    pub(super) word_rows: [u32; WORD_FEATURES],
    /// Embedding rows of each candidate, by number.
    pub(super) candidate_rows: Box<[[u32; CANDIDATE_FEATURES]]>,
}

impl KnownForm {
    /// Looks up a damaged form; without an encoder its rows are zero.
    pub(super) fn new(candidates: &Candidates, encoder: Option<&Encoder>, channel: Channel, codes: &[u8]) -> Self {
        let proposals = candidates.propose(channel, codes).into_boxed_slice();
        let unchanged = proposals.iter().position(|proposal| candidates.letters(proposal) == codes);
        let unchanged = unchanged.unwrap_or(proposals.len());
        let mut form = Self { proposals, unchanged, word_rows: [0; WORD_FEATURES], candidate_rows: Box::default() };
        // Asked of the form itself, so that rows and candidates have the same numbers.
        let known = form.candidates_with_letters(candidates, codes);
        let word_rows = |encoder: &Encoder| encoder.word_rows(codes, known.iter().map(|(_, letters, _)| *letters));
        let rows = |letters, standing| encoder.map_or([0; CANDIDATE_FEATURES], |e| e.candidate_rows(letters, standing));
        let candidate_rows = known.iter().map(|(_, letters, standing)| rows(letters, *standing)).collect();
        (form.word_rows, form.candidate_rows) = (encoder.map_or([0; WORD_FEATURES], word_rows), candidate_rows);
        form
    }

    /// The candidates of a slot, each with its letters and its standing ([`Proposal::standing`]).
    pub(super) fn candidates_with_letters<'a>(
        &'a self,
        candidates: &'a Candidates,
        codes: &'a [u8],
    ) -> Vec<(Candidate, &'a [u8], [u8; 2])> {
        let with_letters = |(index, candidate): (usize, Candidate)| match self.proposal(index) {
            Some(proposal) => (candidate, candidates.letters(proposal), proposal.standing()),
            None => (candidate, codes, AS_IT_STANDS),
        };
        self.candidates().enumerate().map(with_letters).collect()
    }

    /// The candidates of a slot: the proposals, then the form as it stands, unless it is one of them.
    pub(super) fn candidates(&self) -> impl Iterator<Item = Candidate> {
        let as_it_stands = (self.unchanged == self.proposals.len()).then_some((UNKNOWN, UNKNOWN, ChannelEvents::NONE, 0));
        let proposed = |proposal: &Proposal| (proposal.word, proposal.second, proposal.events, proposal.cost);
        let numbered = (0..).zip(self.proposals.iter().map(proposed).chain(as_it_stands));
        numbered.map(|(number, (word, second, events, cost))| Candidate { number, word, second, events, cost })
    }

    /// The proposal behind a candidate, by number; `None` for the form as it stands.
    pub(super) fn proposal(&self, candidate: usize) -> Option<&Proposal> {
        self.proposals.get(candidate)
    }

    /// Whether no word of the lexicon explains the form.
    pub(super) fn is_unresolved(&self) -> bool {
        self.proposals.iter().all(|proposal| proposal.derivation == Derivation::Respelt)
    }
}

/// The damaged forms that a worker has met. Each channel has its own: an article may hold text of both.
#[derive(Debug, Default)]
pub(super) struct FormCache {
    stripped: Ids,
    folded: Ids,
    forms: Vec<KnownForm>,
}

type Ids = HashMap<Vec<u8>, FormId, FxBuildHasher>;

impl FormCache {
    /// Prepares for the next article; ids of the last one become invalid.
    pub(super) fn begin_article(&mut self) {
        if self.forms.len() > LIMIT {
            // All three or none: an id that outlived its form would point at another.
            self.stripped.clear();
            self.folded.clear();
            self.forms.clear();
        }
    }

    /// The id of a damaged form, which is looked up if it is new.
    pub(super) fn find(
        &mut self,
        candidates: &Candidates,
        encoder: Option<&Encoder>,
        channel: Channel,
        codes: &[u8],
    ) -> FormId {
        let ids = match channel {
            Channel::Stripped => &mut self.stripped,
            Channel::Folded => &mut self.folded,
        };
        if let Some(id) = ids.get(codes) {
            return *id;
        }
        let id = FormId(self.forms.len());
        self.forms.push(KnownForm::new(candidates, encoder, channel, codes));
        ids.insert(codes.to_vec(), id);
        id
    }

    /// What a form can stand for.
    pub(super) fn form(&self, id: FormId) -> &KnownForm {
        &self.forms[id.0]
    }
}
