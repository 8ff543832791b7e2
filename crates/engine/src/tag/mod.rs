//! Tagging: finds the concepts of a vocabulary in the sentences of a [`Repaired`] article.
//!
//! ```text
//! sentence ─ words (text) ─ terms (trie, inflection) ─ longest match ─ evidence ─ hits
//! ```
//!
//! Invariant: the sentences that come in go out unchanged, and every hit is a run of tokens inside one of them. A term is a path
//! in a trie over words without clitics and endings; the longest path from a word wins, and hits do not overlap unless nested ones are
//! asked for. A term that the vocabulary writes with the article (`الأردن`) is found only with it.

mod evidence;
mod matcher;
pub mod phrases;
mod settings;
mod tagged;
mod terms;
mod text;
pub mod vocabulary;

use std::ops::Range;

pub use phrases::Keyphrase;
pub use settings::TagSettings;
pub use tagged::{Hit, KeywordCount, Layer, Tagged};
pub use terms::TermIndex;
pub use vocabulary::{Concept, ConceptIndex, Vocabulary, VocabularyFault};

use crate::arabic::inflection::Bases;
use crate::model::{ModelError, ModelFile};
use crate::repair::Repaired;
use crate::repair::frequencies::WordFrequencies;
use crate::split::Sentence;
use evidence::{Claim, Cues, weigh};
use matcher::{Match, Matcher};
use phrases::background::{Background, StoredBackground};
use phrases::{PhraseExtractor, PhraseScratch};
use text::{TextWord, read_words};

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 2;

/// The tagging stage: immutable, shared by all workers.
#[derive(Debug)]
pub struct Tagger {
    vocabulary: Vocabulary,
    settings: TagSettings,
    matcher: Matcher,
    cues: Cues,
    phrases: PhraseExtractor,
    /// The broader concepts of each, where hits are expanded.
    ancestors: Vec<Vec<ConceptIndex>>,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct TagScratch {
    bases: Bases,
    phrases: PhraseScratch,
}

impl Tagger {
    /// Compiles a vocabulary, with what a model knows of words. Where two concepts share a term, the first has it.
    ///
    /// # Errors
    /// Where the model lacks a section or it is damaged.
    pub fn open(
        vocabulary: Vocabulary,
        settings: TagSettings,
        model: &ModelFile,
        frequencies: WordFrequencies,
    ) -> Result<Self, ModelError> {
        let background = Background::new(StoredBackground::open(model)?, frequencies.clone());
        Ok(Self::new(vocabulary, settings, frequencies, background))
    }

    /// Compiles a vocabulary.
    #[must_use]
    pub fn new(vocabulary: Vocabulary, settings: TagSettings, frequencies: WordFrequencies, background: Background) -> Self {
        let ancestors = |concept| if settings.expand_broader { vocabulary.ancestors(concept) } else { Vec::new() };
        Self {
            matcher: Matcher::new(&vocabulary, frequencies),
            cues: Cues::new(&vocabulary),
            phrases: PhraseExtractor::new(background),
            ancestors: (0..vocabulary.concepts().len()).map(ancestors).collect(),
            vocabulary,
            settings,
        }
    }

    /// The vocabulary that is looked for.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The term of a hit as the vocabulary writes it.
    #[must_use]
    pub fn term_text(&self, hit: &Hit) -> &str {
        let term = self.matcher.term(hit.term);
        &self.vocabulary.concepts()[term.concept].terms[term.number]
    }

    /// Tags an article.
    #[must_use]
    pub fn tag(&self, article: Repaired, sentences: Vec<Sentence>, scratch: &mut TagScratch) -> Tagged {
        let words: Vec<Vec<TextWord>> =
            sentences.iter().map(|sentence| read_words(&article, sentence.tokens.clone())).collect();
        let (hits, _) = self.find_in(&words, &mut scratch.bases);
        let keyphrases = self.phrases.extract(&sentences, &words, &mut scratch.phrases);
        Tagged::new(article, sentences, hits, keyphrases)
    }

    /// The hits in runs of tokens, and those that lack evidence; each in the order of the tokens.
    #[must_use]
    pub fn find(&self, article: &Repaired, sentences: &[Range<usize>], scratch: &mut TagScratch) -> (Vec<Hit>, Vec<Hit>) {
        let words: Vec<Vec<TextWord>> = sentences.iter().map(|tokens| read_words(article, tokens.clone())).collect();
        self.find_in(&words, &mut scratch.bases)
    }

    fn find_in(&self, sentences: &[Vec<TextWord>], bases: &mut Bases) -> (Vec<Hit>, Vec<Hit>) {
        let mut claims = Vec::new();
        for (index, words) in sentences.iter().enumerate() {
            self.tag_sentence(index, words, bases, &mut claims);
        }
        let (hits, unsupported) = weigh(claims);
        (self.expanded(&hits), unsupported)
    }

    fn tag_sentence(&self, sentence: usize, words: &[TextWord], bases: &mut Bases, claims: &mut Vec<Claim>) {
        let mut start = 0;
        while start < words.len() {
            let Some(longest) = self.matcher.longest(words, start, bases) else {
                start += 1;
                continue;
            };
            claims.push(self.claim(sentence, words, longest, bases));
            if self.settings.nested {
                let inside = self.matcher.inside(words, longest, bases);
                claims.extend(inside.into_iter().map(|found| self.claim(sentence, words, found, bases)));
            }
            start = longest.end;
        }
    }

    fn claim(&self, sentence: usize, words: &[TextWord], found: Match, bases: &mut Bases) -> Claim {
        let (hit, is_supported) = self.weighed(sentence, words, found, bases);
        let other = if is_supported { None } else { self.matcher.other_than(found, words, bases) };
        let other = other.map(|other| self.weighed(sentence, words, other, bases));
        let instead = other.and_then(|(hit, is_supported)| is_supported.then_some(hit));
        Claim { hit, is_supported, instead }
    }

    /// A match as a hit, and whether it stands by itself.
    fn weighed(&self, sentence: usize, words: &[TextWord], found: Match, bases: &mut Bases) -> (Hit, bool) {
        let Match { term: index, start, end, layer, confidence } = found;
        let term = self.matcher.term(index);
        let tokens = words[start].token..words[end - 1].token + 1;
        let is_supported = !self.cues.are_needed(term.concept, term.words.len())
            || self.cues.speak_for(term.concept, &tokens, words, bases);
        (Hit { sentence, concept: term.concept, tokens, layer, term: index, confidence }, is_supported)
    }

    /// The hits, each followed by those of its concept's broader ones; the same words speak of a concept once.
    fn expanded(&self, hits: &[Hit]) -> Vec<Hit> {
        let mut all: Vec<Hit> = Vec::with_capacity(hits.len());
        for (index, hit) in hits.iter().enumerate() {
            all.push(hit.clone());
            for concept in &self.ancestors[hit.concept] {
                let speaks = |other: &&Hit| {
                    other.concept == *concept && other.tokens.start < hit.tokens.end && hit.tokens.start < other.tokens.end
                };
                let near = |other: &&Hit| other.sentence == hit.sentence;
                let is_there = hits[index..]
                    .iter()
                    .take_while(near)
                    .chain(all.iter().rev().take_while(near))
                    .any(|other| speaks(&other));
                if !is_there {
                    all.push(Hit { concept: *concept, layer: Layer::Broader, ..hit.clone() });
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::repair::{BoundaryLogits, Damage, Outcome, Segment};

    fn found(settings: TagSettings, csv: &str, text: &str) -> Vec<(String, String, Layer)> {
        let vocabulary = vocabulary::tests::read("v.csv", &format!("id,label,category,variants,broader,kind,cues\n{csv}"));
        let tagger = Tagger::new(vocabulary.expect("sound"), settings, WordFrequencies::default(), Background::default());
        let document = Document::from_text("t", text);
        let count = document.tokens().len();
        let outcomes = (0..count).map(|_| Outcome { confidence: 1.0, unresolved: false, repair: None });
        let outcomes: Vec<Outcome> = outcomes.collect();
        let places = vec![BoundaryLogits::UNLIKELY; outcomes.len()];
        let stretches = Segment::whole(&document, Damage::Intact);
        let article = Repaired::new(document, stretches, outcomes, places);
        let (hits, _) = tagger.find(&article, std::slice::from_ref(&(0..count)), &mut TagScratch::default());
        let concepts = tagger.vocabulary().concepts();
        let shown = |hit: &Hit| (concepts[hit.concept].id.clone(), article.span_text(hit.tokens.clone()), hit.layer);
        hits.iter().map(shown).collect()
    }

    fn hits(csv: &str, text: &str) -> Vec<(String, String, Layer)> {
        found(TagSettings::default(), csv, text)
    }

    fn texts(found: &[(String, String, Layer)]) -> Vec<&str> {
        found.iter().map(|(_, text, _)| text.as_str()).collect()
    }

    const CSV: &str = "sme,صناعات صغيرة ومتوسطة,industry,,industry,,\nindustry,صناعة,industry,,economy,,\noil,نفط,energy,بترول,,,\neconomy,اقتصاد,economy,,,,\n";

    #[test]
    fn the_longest_term_wins_in_any_form() {
        let found = hits(CSV, "تطوير والصناعات الصغيرة والمتوسطة وصناعتها من النفط");
        let ids: Vec<(&str, &str)> = found.iter().map(|(id, text, _)| (id.as_str(), text.as_str())).collect();
        assert_eq!(ids, [("sme", "والصناعات الصغيرة والمتوسطة"), ("industry", "وصناعتها"), ("oil", "النفط")]);
        assert!(found.iter().all(|(_, _, layer)| *layer == Layer::Inflected));
    }

    #[test]
    fn a_term_is_not_found_inside_another_word() {
        assert_eq!(hits(CSV, "النفطية مصنع صناعي"), []);
    }

    #[test]
    fn names_take_no_endings() {
        let csv = "qatar,قطر,places,,,name,\njordan,الأردن,places,,,name,\n";
        assert_eq!(texts(&hits(csv, "في قطر قطرات وبالأردن أردنا للأردن")), ["قطر", "وبالأردن", "للأردن"]);
    }

    #[test]
    fn a_mark_ends_a_phrase() {
        let found = hits(CSV, "صناعات، صغيرة ومتوسطة");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "industry");
    }

    #[test]
    fn an_exact_hit_says_so() {
        assert_eq!(hits(CSV, "سعر نفط")[0].2, Layer::Exact);
    }

    #[test]
    fn a_phrase_agrees_or_is_a_construct() {
        let csv = "capital,سوق مالية,finance,,,,\nprices,أسعار النفط,energy,,,,\nprivate,قطاع خاص,economy,,,,\n";
        for text in
            ["السوق المالية", "سوقا مالية", "وسوقها المالية", "أسعار النفط", "أسعار نفط", "لأسعار نفطها", "القطاعين الخاصين"]
        {
            assert_eq!(texts(&hits(csv, text)), [text]);
        }
        for text in ["السوق مالية", "سعر المالية", "الأسعار النفط", "أسعار النفطية", "أسعار عن النفط"]
        {
            assert_eq!(texts(&hits(csv, text)), [""; 0], "{text}");
        }
    }

    #[test]
    fn nested_terms_are_kept_where_they_are_asked_for() {
        let csv = "prices,أسعار النفط,energy,,,,\noil,نفط,energy,,,,\n";
        assert_eq!(texts(&hits(csv, "ارتفعت أسعار النفط")), ["أسعار النفط"]);
        let nested = TagSettings { nested: true, ..TagSettings::default() };
        assert_eq!(texts(&found(nested, csv, "ارتفعت أسعار النفط")), ["أسعار النفط", "النفط"]);
    }

    #[test]
    fn broader_concepts_are_counted_where_they_are_asked_for() {
        let expand = TagSettings { expand_broader: true, ..TagSettings::default() };
        let found = found(expand, CSV, "صناعات صغيرة ومتوسطة");
        let ids: Vec<(&str, Layer)> = found.iter().map(|(id, _, layer)| (id.as_str(), *layer)).collect();
        assert_eq!(ids, [("sme", Layer::Exact), ("industry", Layer::Broader), ("economy", Layer::Broader)]);
    }

    #[test]
    fn nested_and_broader_together_count_one_mention_once() {
        let both = TagSettings { nested: true, expand_broader: true };
        let found = found(both, CSV, "صناعات صغيرة ومتوسطة");
        let ids: Vec<&str> = found.iter().map(|(id, _, _)| id.as_str()).collect();
        assert_eq!(ids, ["sme", "economy", "industry"]);
    }

    #[test]
    fn careless_spelling_in_a_vocabulary_and_a_long_term_are_no_harm() {
        let words = "صناعة تجارة زراعة سياحة ثقافة رياضة صحة بيئة طاقة مالية ادارة عمارة حضارة تجربة فكرة";
        let term = [words, words].join(" ");
        assert_eq!(texts(&hits(&format!("long,{term},x,,,,\n"), &term)), [term.as_str()]);
        let csv = "new,الكتروني جديد,x,,,,\nelectronic,إلكتروني,x,,,,\n";
        assert_eq!(texts(&hits(csv, "وإلكترونيا")), ["وإلكترونيا"]);
    }

    #[test]
    fn a_name_without_evidence_gives_way_to_what_the_word_is_else() {
        let csv = "ain,العين,places,,,name,نادي\neye,عين,health,,,,\n";
        let ids = |text| hits(csv, text).into_iter().map(|(id, _, _)| id).collect::<Vec<_>>();
        assert_eq!(ids("فحص العين"), ["eye"]);
        assert_eq!(ids("فاز النادي في العين ثم فحص العين"), ["ain", "ain"], "a word keeps its sense within an article");
    }

    #[test]
    fn a_name_that_is_a_common_word_needs_evidence() {
        let csv = "ain,العين,places,مدينة العين,,name,نادي;إمارة\n";
        assert_eq!(texts(&hits(csv, "فحص العين")), [""; 0]);
        assert_eq!(texts(&hits(csv, "فاز النادي في العين")), ["العين"], "a cue in any form");
        assert_eq!(
            texts(&hits(csv, "مدينة العين ثم عاد إلى العين")),
            ["مدينة العين", "العين"],
            "the article names it in full"
        );
    }
}
