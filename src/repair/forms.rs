//! The damaged forms that a worker has met, with what each can stand for: newspapers repeat themselves, and finding the candidates
//! of a form costs more than weighing them.
//!
//! Invariant: a [`FormId`] is good until the next article begins; nothing is forgotten within one.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::candidates::{Candidates, Derivation, Proposal};
use super::channel::{Channel, Traces};
use super::lattice::Candidate;
use super::lexicon::UNKNOWN;

/// The most damaged forms that a worker remembers from article to article.
const LIMIT: usize = 1 << 17;

/// A damaged form in a [`FormCache`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FormId(usize);

/// What a damaged form can stand for.
#[derive(Debug)]
pub(super) struct KnownForm {
    proposals: Box<[Proposal]>,
    /// Whether the form as it stands is among them.
    listed: bool,
}

impl KnownForm {
    fn new(candidates: &Candidates, channel: Channel, codes: &[u8]) -> Self {
        let proposals = candidates.propose(channel, codes).into_boxed_slice();
        let listed = proposals.iter().any(|proposal| candidates.letters(proposal) == codes);
        Self { proposals, listed }
    }

    /// The candidates of a slot: the proposals, then the form as it stands.
    pub(super) fn candidates(&self) -> impl Iterator<Item = Candidate> {
        let as_it_stands = Candidate { word: UNKNOWN, second: UNKNOWN, traces: Traces::NONE, cost: 0 };
        let proposed = |proposal: &Proposal| Candidate {
            word: proposal.word,
            second: proposal.second,
            traces: proposal.traces,
            cost: proposal.cost,
        };
        self.proposals.iter().map(proposed).chain((!self.listed).then_some(as_it_stands))
    }

    /// The proposal that a candidate came from, by its number; `None` for the form as it stands.
    pub(super) fn proposal(&self, candidate: usize) -> Option<&Proposal> {
        self.proposals.get(candidate)
    }

    /// Whether no word of the lexicon explains the form.
    pub(super) fn is_unresolved(&self) -> bool {
        self.proposals.iter().all(|proposal| proposal.derivation == Derivation::Respelt)
    }
}

/// The damaged forms that a worker has met.
#[derive(Debug, Default)]
pub(super) struct FormCache {
    ids: HashMap<Vec<u8>, FormId, FxBuildHasher>,
    forms: Vec<KnownForm>,
    channel: Option<Channel>,
}

impl FormCache {
    /// Makes ready for an article that the channel damaged.
    pub(super) fn begin_article(&mut self, channel: Channel) {
        if self.channel != Some(channel) || self.forms.len() > LIMIT {
            self.ids.clear();
            self.forms.clear();
        }
        self.channel = Some(channel);
    }

    /// A damaged form, found out about where it is new.
    ///
    /// # Panics
    /// Where no article has begun.
    pub(super) fn find(&mut self, candidates: &Candidates, codes: &[u8]) -> FormId {
        if let Some(id) = self.ids.get(codes) {
            return *id;
        }
        let id = FormId(self.forms.len());
        let channel = self.channel.expect("an article has begun");
        self.forms.push(KnownForm::new(candidates, channel, codes));
        self.ids.insert(codes.to_vec(), id);
        id
    }

    /// What a form can stand for.
    pub(super) fn form(&self, id: FormId) -> &KnownForm {
        &self.forms[id.0]
    }
}
