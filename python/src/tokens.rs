//! The tokens of a repaired text, kept small: a long text has millions.

use std::ops::Range;

use engine::repair::MIXED;
use engine::text_filter::{FilterScratch, FilteredToken, TextFilter};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use tarmim::interrupt::Interrupt;

use crate::values::decimal;

/// A token: raw, form, confidence, alternatives, mark; its places in the text in bytes and in characters, and the place of its form in
/// the repaired text in characters.
type TokenTuple =
    (String, String, f64, Vec<(String, f64)>, Option<&'static str>, (usize, usize), (usize, usize), (usize, usize));

/// A text before and after, and its tokens.
pub(crate) struct RepairedText {
    pub(crate) text: String,
    pub(crate) text_punctuated: String,
    /// The state of its writing, as tables name it; `None` if it has no token.
    pub(crate) damage: Option<&'static str>,
    pub(crate) tokens: Tokens,
}

/// A sequence of tokens.
#[pyclass(frozen, module = "tarmim._tarmim")]
pub(crate) struct Tokens {
    source: String,
    text: String,
    entries: Vec<Entry>,
    /// The tokens whose letters were unified, by their indices.
    unified: Vec<(usize, String)>,
    /// The alternatives of the tokens that have some, by their indices.
    alternatives: Vec<(usize, Vec<(String, f64)>)>,
}

/// The repair was asked to stop.
struct Stopped;

/// What is kept of a token.
struct Entry {
    source: Range<usize>,
    form: Range<usize>,
    /// Characters before it in the source and in the repaired text.
    place: usize,
    form_place: usize,
    confidence: f32,
    mark: Option<&'static str>,
}

impl RepairedText {
    /// Repairs a text, until it is asked to stop.
    pub(crate) fn of(filter: TextFilter<'_>, source: String, interrupt: &Interrupt) -> Self {
        let mut repaired = Self {
            text: String::with_capacity(source.len() / 8 * 9),
            text_punctuated: String::with_capacity(source.len() / 8 * 9),
            damage: None,
            tokens: Tokens {
                source: source.clone(),
                text: String::new(),
                entries: Vec::new(),
                unified: Vec::new(),
                alternatives: Vec::new(),
            },
        };
        let mut places = (0, 0);
        let filtered = filter.each_token(source, &mut FilterScratch::default(), |token| {
            repaired.push(&token, &mut places);
            if interrupt.received().is_some() { Err(Stopped) } else { Ok(()) }
        });
        // Of a text that was given up nobody sees what there is: an exception is raised.
        let rest = filtered.unwrap_or_else(|Stopped| String::new());
        repaired.text.push_str(&rest);
        repaired.text_punctuated.push_str(&rest);
        repaired.tokens.text.clone_from(&repaired.text);
        repaired
    }

    /// Adds a token; `places` are the characters before it in the source and in the repaired text.
    fn push(&mut self, token: &FilteredToken<'_>, places: &mut (usize, usize)) {
        let Tokens { source, entries, unified, alternatives, .. } = &mut self.tokens;
        let written = &source[token.source.clone()];
        let space = token.space.chars().count();
        for text in [&mut self.text, &mut self.text_punctuated] {
            text.push_str(token.space);
            text.push_str(token.form);
        }
        let mark = token.mark.map(|restored| restored.mark.text());
        self.text_punctuated.push_str(mark.unwrap_or_default());
        self.damage = match self.damage {
            Some(before) if before != token.damage => Some(MIXED),
            _ => Some(token.damage),
        };
        if written != token.raw {
            unified.push((entries.len(), token.raw.to_owned()));
        }
        if !token.alternatives.is_empty() {
            let others = token.alternatives.iter().map(|other| (other.form.clone(), decimal(other.confidence))).collect();
            alternatives.push((entries.len(), others));
        }
        let form = self.text.len() - token.form.len()..self.text.len();
        let (place, form_place) = (places.0 + space, places.1 + space);
        entries.push(Entry { source: token.source.clone(), form, place, form_place, confidence: token.confidence, mark });
        *places = (place + written.chars().count(), form_place + token.form.chars().count());
    }
}

#[pymethods]
impl Tokens {
    fn __len__(&self) -> usize {
        self.entries.len()
    }

    fn __getitem__(&self, index: usize) -> PyResult<TokenTuple> {
        let token = self.entries.get(index).ok_or_else(|| PyIndexError::new_err("no token has this index"))?;
        let (written, form) = (&self.source[token.source.clone()], &self.text[token.form.clone()]);
        let raw = self.unified.binary_search_by_key(&index, |(token, _)| *token);
        let others = self.alternatives.binary_search_by_key(&index, |(token, _)| *token);
        Ok((
            raw.map_or_else(|_| written.to_owned(), |at| self.unified[at].1.clone()),
            form.to_owned(),
            decimal(token.confidence),
            others.map_or_else(|_| Vec::new(), |at| self.alternatives[at].1.clone()),
            token.mark,
            (token.source.start, token.source.end),
            (token.place, token.place + written.chars().count()),
            (token.form_place, token.form_place + form.chars().count()),
        ))
    }
}
