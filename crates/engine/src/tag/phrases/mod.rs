//! Keyphrases: what an article is about, in its own words, without a vocabulary.
//!
//! ```text
//! sentences ─ phrase_words (clitics removed, light stems) ─ candidates (noun phrases, counted) ─ selection ─ most frequent form of each
//! ```
//!
//! There is no part-of-speech tagger: counts from training ([`background`]) tell nouns from verbs, and the article shows where a
//! phrase ends. Invariant: a keyphrase is a run of words of the article, without the clitics of its first word.

pub mod background;
mod candidates;
mod extractor;
pub mod phrase_words;
mod selection;
pub mod stop_words;

pub use extractor::{Keyphrase, MOST_KEYPHRASES, PhraseExtractor, PhraseScratch};
