//! All corrections of a run, and their application to an article.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::FxHashMap;

use super::correction::{Change, Correction, Scope};
use super::places::{Extent, find};
use super::reader::{CorrectionFault, READ, read, word_of};
use super::reviewed::{ByHand, Fate, Mention, Placement, Reviewed};
use super::sentences::corrected_sentences;
use crate::document::{Document, Origin};
use crate::regular_file;
use crate::repair::Repaired;

/// Turns a file of corrections that is no CSV in UTF-8 into one; `Ok(None)` leaves it as it is, `Err` says why it cannot be read.
type ToCsv<'c> = dyn Fn(&Path, &[u8]) -> Result<Option<Vec<u8>>, String> + 'c;

/// The corrections of one or more files, in their order: immutable, shared by all workers.
#[derive(Clone, Debug, Default)]
pub struct Corrections {
    all: Vec<Correction>,
    /// Those of an article, by its id or its source path.
    of_article: FxHashMap<String, Vec<usize>>,
    /// Rules for every article, by their word; of several for a word, the last.
    everywhere: FxHashMap<String, usize>,
    hash: String,
}

impl Corrections {
    /// Reads files of corrections, in the order given.
    ///
    /// # Errors
    /// All faults of all files.
    pub fn read_with<P: AsRef<Path>>(files: &[P], to_csv: &ToCsv<'_>) -> Result<Self, Vec<CorrectionFault>> {
        let (mut all, mut faults) = (Vec::new(), Vec::new());
        let mut hasher = blake3::Hasher::new();
        for file in files {
            let (path, name) = (file.as_ref(), file.as_ref().display().to_string());
            let fault = |what: String| CorrectionFault { file: name.clone(), line: 0, what };
            let bytes = regular_file::read(path).map_err(|error| fault(format!("cannot be read: {error}")));
            let csv = bytes.and_then(|bytes| {
                hasher.update(blake3::hash(&bytes).as_bytes());
                to_csv(path, &bytes).map(|csv| csv.unwrap_or(bytes)).map_err(fault)
            });
            match csv {
                Ok(csv) => {
                    let (read, found) = read(&name, &csv);
                    all.extend(read);
                    faults.extend(found);
                }
                Err(found) => faults.push(found),
            }
        }
        let hash = hasher.finalize().to_hex()[..16].to_owned();
        if faults.is_empty() { Ok(Self::new(all, hash)) } else { Err(faults) }
    }

    /// The sentences that files of corrections show, corrected: clean text to learn from.
    ///
    /// # Errors
    /// All faults of all files.
    pub fn read_sentences<P: AsRef<Path>>(files: &[P], to_csv: &ToCsv<'_>) -> Result<Vec<String>, Vec<CorrectionFault>> {
        Self::read_with(files, to_csv)?;
        let mut sentences = Vec::new();
        for file in files {
            let (path, name) = (file.as_ref(), file.as_ref().display().to_string());
            let fault = |what: String| vec![CorrectionFault { file: name.clone(), line: 0, what }];
            let bytes = regular_file::read(path).map_err(|error| fault(format!("cannot be read: {error}")))?;
            let csv = to_csv(path, &bytes).map_err(fault)?.unwrap_or(bytes);
            sentences.extend(corrected_sentences(&csv, &READ));
        }
        Ok(sentences)
    }

    /// Indexes corrections; of two as narrow that contradict each other, the later wins. `hash` identifies them by their content.
    #[must_use]
    pub fn new(all: Vec<Correction>, hash: String) -> Self {
        let mut of_article: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        let mut everywhere = FxHashMap::default();
        for (index, correction) in all.iter().enumerate() {
            match correction.scope {
                Scope::Here | Scope::Article => of_article.entry(correction.article.clone()).or_default().push(index),
                Scope::Corpus => {
                    everywhere.insert(correction.raw[0].clone(), index);
                }
            }
        }
        Self { all, of_article, everywhere, hash }
    }

    /// The corrections, in the order of the files.
    #[must_use]
    pub fn all(&self) -> &[Correction] {
        &self.all
    }

    /// 16 hex digits that identify the files by their content.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether something may be said about an article: about it, or about all.
    #[must_use]
    pub fn may_concern(&self, origin: &Origin) -> bool {
        !self.everywhere.is_empty()
            || self.of_article.contains_key(&origin.article_id())
            || self.of_article.contains_key(&origin.source_path)
    }

    /// Applies to an article what was said about it, and the rules.
    #[must_use]
    pub fn review(&self, article: Repaired, extent: Extent) -> Reviewed {
        if self.all.is_empty() {
            return Reviewed::untouched(article);
        }
        let document = article.document();
        let mut considered: Vec<usize> = self.of(document).collect();
        considered.sort_unstable();
        considered.dedup();
        let mut draft = Draft::default();
        self.apply_rules(document, &considered, &mut draft);
        self.apply_places(document, &considered, extent, &mut draft);
        let (by_hand, placements) = draft.finish();
        Reviewed::new(article, by_hand, considered, placements)
    }

    /// The corrections of an article.
    fn of<'c>(&'c self, document: &Document) -> impl Iterator<Item = usize> + 'c {
        let names = [document.article_id.as_str(), document.origin.source_path.as_str()];
        let found = names.map(|name| self.of_article.get(name).into_iter().flatten().copied());
        found.into_iter().flatten()
    }

    /// Gives words the forms that rules say, those for the article before those for all.
    fn apply_rules(&self, document: &Document, considered: &[usize], draft: &mut Draft) {
        let of_article: FxHashMap<&str, usize> = considered
            .iter()
            .filter(|index| self.all[**index].scope == Scope::Article)
            .map(|index| (self.all[*index].raw[0].as_str(), *index))
            .collect();
        if of_article.is_empty() && self.everywhere.is_empty() {
            return;
        }
        for token in 0..document.tokens().len() {
            let text = document.token_text(token);
            let Some(word) = word_of(text) else { continue };
            let (narrow, broad) = (of_article.get(word), self.everywhere.get(word));
            if let Some(index) = narrow.or(broad)
                && let Change::Form(form) = &self.all[*index].change
            {
                // Marks around the word stay.
                draft.set_form(token, &text.replacen(word, form, 1), *index);
            }
            if let (Some(_), Some(broad)) = (narrow, broad) {
                draft.placements.push(Placement { correction: *broad, token, fate: Fate::Overridden });
            }
        }
    }

    /// Applies the corrections of single places, which win over rules.
    fn apply_places(&self, document: &Document, considered: &[usize], extent: Extent, draft: &mut Draft) {
        let here: Vec<usize> = considered.iter().copied().filter(|index| self.all[*index].scope == Scope::Here).collect();
        if here.is_empty() {
            return;
        }
        let corrections: Vec<&Correction> = here.iter().map(|index| &self.all[*index]).collect();
        for (places, (index, correction)) in find(document, &corrections, extent).iter().zip(here.iter().zip(&corrections)) {
            match places.meant(correction) {
                Ok(tokens) => tokens.iter().for_each(|token| draft.apply(*token, correction, *index)),
                Err(tokens) => {
                    let ambiguous = |token: &usize| Placement { correction: *index, token: *token, fate: Fate::Ambiguous };
                    draft.placements.extend(tokens.iter().map(ambiguous));
                }
            }
        }
    }
}

/// A value with the index of the correction that it comes from.
type Said<T> = (T, usize);

/// The tokens (start and end) and the concept that is dropped.
type MentionKey = ((usize, usize), Option<String>);

/// What is said about an article so far.
#[derive(Default)]
struct Draft {
    forms: BTreeMap<usize, Said<String>>,
    ends: BTreeMap<usize, Said<bool>>,
    mentions: BTreeMap<MentionKey, Said<Option<String>>>,
    placements: Vec<Placement>,
}

impl Draft {
    fn apply(&mut self, token: usize, correction: &Correction, index: usize) {
        match &correction.change {
            Change::Form(form) => self.set_form(token, form, index),
            Change::SentenceEnd(is_end) => {
                let before = self.ends.insert(token, (*is_end, index));
                self.note(token, index, before.filter(|(other, _)| other != is_end).map(|(_, other)| other));
            }
            Change::Keyword { drop, add } => {
                let key = ((token, token + correction.raw.len()), drop.clone());
                let before = self.mentions.insert(key, (add.clone(), index));
                self.note(token, index, before.filter(|(other, _)| other != add).map(|(_, other)| other));
            }
        }
    }

    fn set_form(&mut self, token: usize, form: &str, index: usize) {
        let before = self.forms.insert(token, (form.to_owned(), index));
        self.note(token, index, before.filter(|(other, _)| other != form).map(|(_, other)| other));
    }

    fn finish(mut self) -> (ByHand, Vec<Placement>) {
        self.give_way_to_ends();
        let Self { forms, ends, mentions, placements } = self;
        let mention = |(((start, end), drop), (add, _))| Mention { tokens: start..end, drop, add };
        let mut by_hand = ByHand {
            forms: forms.into_iter().map(|(token, (form, _))| (token, form)).collect(),
            ends: ends.into_iter().map(|(token, (is_end, _))| (token, is_end)).collect(),
            mentions: mentions.into_iter().map(mention).collect(),
        };
        // A keyword lies within one sentence.
        for mention in by_hand.mentions.iter().filter(|mention| mention.add.is_some()) {
            for token in mention.tokens.start..mention.tokens.end - 1 {
                by_hand.ends.entry(token).or_insert(false);
            }
        }
        (by_hand, placements)
    }

    /// Leaves out keywords within whose tokens a person has set a sentence end: a keyword lies within one sentence.
    fn give_way_to_ends(&mut self) {
        let Self { ends, mentions, placements, .. } = self;
        mentions.retain(|((start, end), _), (add, index)| {
            let is_cut = add.is_some() && ends.range(*start..end - 1).any(|(_, (is_end, _))| *is_end);
            if is_cut {
                override_at(placements, *start, *index);
            }
            !is_cut
        });
    }

    /// Notes that a correction was applied, in the place of another if there was one that says something else.
    fn note(&mut self, token: usize, index: usize, overridden: Option<usize>) {
        if let Some(other) = overridden {
            override_at(&mut self.placements, token, other);
        }
        self.placements.push(Placement { correction: index, token, fate: Fate::Applied });
    }
}

/// Notes that a correction gave way to another at a place.
fn override_at(placements: &mut [Placement], token: usize, correction: usize) {
    let is_it = |placement: &&mut Placement| placement.correction == correction && placement.token == token;
    if let Some(placement) = placements.iter_mut().rev().find(is_it) {
        placement.fate = Fate::Overridden;
    }
}
