//! The tagging stage: from sentences to hits and keyphrases.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::disambiguation::{Cues, Mention, resolve};
use super::matcher::{Match, Matcher};
use super::phrases::background::{Background, StoredBackground};
use super::phrases::{PhraseExtractor, PhraseScratch};
use super::sentence_words::{SentenceWord, read_words, with_symbols};
use super::settings::TagSettings;
use super::tagged::{Hit, Layer, Tagged};
use super::vocabulary::{ConceptIndex, Vocabulary};
use crate::arabic::inflection::Bases;
use crate::model::{ModelError, ModelFile};
use crate::repair::Repaired;
use crate::repair::frequencies::WordFrequencies;
use crate::review::{Mention as HandMention, Reviewed};
use crate::split::Sentence;

/// The tagging stage: immutable, shared by all workers.
#[derive(Debug)]
pub struct Tagger {
    vocabulary: Vocabulary,
    settings: TagSettings,
    matcher: Matcher,
    cues: Cues,
    phrases: PhraseExtractor,
    /// Whether any term has numbers, words in other scripts or hyphens.
    reads_symbols: bool,
    /// All broader concepts of each concept; empty unless hits are expanded.
    ancestors: Vec<Vec<ConceptIndex>>,
    by_id: FxHashMap<String, ConceptIndex>,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct TagScratch {
    bases: Bases,
    phrases: PhraseScratch,
}

impl Tagger {
    /// Compiles a vocabulary with the word statistics of a model. If two concepts share a term, the first has its hits.
    ///
    /// # Errors
    /// If a section of the model is missing or damaged.
    pub fn open(
        vocabulary: Vocabulary,
        settings: TagSettings,
        model: &ModelFile,
        frequencies: WordFrequencies,
    ) -> Result<Self, ModelError> {
        let background = Background::new(StoredBackground::open(model)?, frequencies.clone());
        Ok(Self::new(vocabulary, settings, frequencies, background))
    }

    /// Compiles a vocabulary with statistics that are at hand.
    #[must_use]
    pub fn new(vocabulary: Vocabulary, settings: TagSettings, frequencies: WordFrequencies, background: Background) -> Self {
        let ancestors = |concept| if settings.expand_broader { vocabulary.ancestors(concept) } else { Vec::new() };
        Self {
            matcher: Matcher::new(&vocabulary, frequencies),
            cues: Cues::new(&vocabulary),
            phrases: PhraseExtractor::new(background),
            reads_symbols: vocabulary.concepts().iter().any(|concept| concept.has_symbols),
            ancestors: (0..vocabulary.concepts().len()).map(ancestors).collect(),
            by_id: vocabulary.concepts().iter().enumerate().map(|(index, concept)| (concept.id.clone(), index)).collect(),
            vocabulary,
            settings,
        }
    }

    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The matched term of a hit, as the vocabulary writes it.
    #[must_use]
    pub fn term_text(&self, hit: &Hit) -> &str {
        let concept = &self.vocabulary.concepts()[hit.concept];
        hit.term.map_or(&concept.label, |term| &concept.terms[self.matcher.term(term).number])
    }

    /// Finds the hits and the keyphrases of an article.
    #[must_use]
    pub fn tag(&self, reviewed: Reviewed, sentences: Vec<Sentence>, scratch: &mut TagScratch) -> Tagged {
        let article = reviewed.article();
        let words: Vec<Vec<SentenceWord>> =
            sentences.iter().map(|sentence| read_words(article, sentence.tokens.clone())).collect();
        let (mut hits, _) = if self.reads_symbols {
            let tokens = sentences.iter().map(|sentence| sentence.tokens.clone());
            self.find_in(&all_with_symbols(article, tokens, &words), &mut scratch.bases)
        } else {
            self.find_in(&words, &mut scratch.bases)
        };
        for mention in &reviewed.by_hand().mentions {
            self.correct(mention, &sentences, &mut hits);
        }
        let keyphrases = self.phrases.extract(&sentences, &words, &mut scratch.phrases);
        Tagged::new(reviewed, sentences, hits, keyphrases)
    }

    /// Applies what a person said that a run of tokens mentions.
    fn correct(&self, mention: &HandMention, sentences: &[Sentence], hits: &mut Vec<Hit>) {
        let HandMention { tokens, drop, add } = mention;
        let concept = |id: &Option<String>| self.by_id.get(id.as_deref()?).copied();
        let (drop, add) = (concept(drop), concept(add));
        let overlaps = |hit: &Hit| hit.tokens.start < tokens.end && tokens.start < hit.tokens.end;
        hits.retain(|hit| !overlaps(hit) || (Some(hit.concept) != drop && Some(hit.concept) != add));
        let sentence = sentences.partition_point(|sentence| sentence.tokens.end <= tokens.start);
        let is_inside = sentences.get(sentence).is_some_and(|within| within.tokens.end >= tokens.end);
        if let Some(concept) = add.filter(|_| is_inside) {
            let hit = Hit { sentence, concept, tokens: tokens.clone(), layer: Layer::Hand, term: None, confidence: 1.0 };
            let place = |hit: &Hit| (hit.sentence, hit.tokens.start);
            let at = hits.partition_point(|other| place(other) <= place(&hit));
            hits.insert(at, hit);
        }
    }

    /// The hits in sentences (ranges of tokens), and the rejected ones, which lack evidence. Both are in the order of the tokens.
    #[must_use]
    pub fn find(&self, article: &Repaired, sentences: &[Range<usize>], scratch: &mut TagScratch) -> (Vec<Hit>, Vec<Hit>) {
        let mut words: Vec<Vec<SentenceWord>> = sentences.iter().map(|tokens| read_words(article, tokens.clone())).collect();
        if self.reads_symbols {
            words = all_with_symbols(article, sentences.iter().cloned(), &words);
        }
        self.find_in(&words, &mut scratch.bases)
    }

    fn find_in(&self, sentences: &[Vec<SentenceWord>], bases: &mut Bases) -> (Vec<Hit>, Vec<Hit>) {
        let mut mentions = Vec::new();
        for (index, words) in sentences.iter().enumerate() {
            self.find_mentions(index, words, bases, &mut mentions);
        }
        // Only with all mentions of the article at hand: one sentence can be the evidence for another.
        let (hits, rejected) = resolve(mentions);
        (self.expanded(&hits), rejected)
    }

    fn find_mentions(&self, sentence: usize, words: &[SentenceWord], bases: &mut Bases, mentions: &mut Vec<Mention>) {
        let mut start = 0;
        while start < words.len() {
            let Some(longest) = self.matcher.longest(words, start, bases) else {
                start += 1;
                continue;
            };
            mentions.push(self.mention(sentence, words, longest, bases));
            if self.settings.nested {
                let inside = self.matcher.inside(words, longest, bases);
                mentions.extend(inside.into_iter().map(|found| self.mention(sentence, words, found, bases)));
            }
            // Past the whole match: hits do not overlap, except for those inside it that were asked for.
            start = longest.end;
        }
    }

    fn mention(&self, sentence: usize, words: &[SentenceWord], found: Match, bases: &mut Bases) -> Mention {
        let (hit, is_supported) = self.hit(sentence, words, found, bases);
        // Searched for only where it can be needed: a supported mention is never replaced.
        let other = if is_supported { None } else { self.matcher.other_concept(found, words, bases) };
        let other = other.map(|other| self.hit(sentence, words, other, bases));
        let otherwise = other.and_then(|(hit, is_supported)| is_supported.then_some(hit));
        Mention { hit, is_supported, otherwise }
    }

    /// A match as a hit, and whether its sentence supports it.
    fn hit(&self, sentence: usize, words: &[SentenceWord], found: Match, bases: &mut Bases) -> (Hit, bool) {
        let Match { term: index, start, end, layer, .. } = found;
        let confidence = self.matcher.probability(found, words, bases);
        let term = self.matcher.term(index);
        let tokens = words[start].token..words[end - 1].token + 1;
        let is_supported =
            !self.cues.are_needed(term.concept, term.words.len()) || self.cues.support(term.concept, &tokens, words, bases);
        (Hit { sentence, concept: term.concept, tokens, layer, term: Some(index), confidence }, is_supported)
    }

    /// The hits, each followed by hits of its broader concepts. Overlapping hits of one concept are counted once.
    fn expanded(&self, hits: &[Hit]) -> Vec<Hit> {
        let mut all: Vec<Hit> = Vec::with_capacity(hits.len());
        for (index, hit) in hits.iter().enumerate() {
            all.push(hit.clone());
            for concept in &self.ancestors[hit.concept] {
                let is_same_mention = |other: &Hit| {
                    other.concept == *concept && other.tokens.start < hit.tokens.end && hit.tokens.start < other.tokens.end
                };
                let is_near = |other: &&Hit| other.sentence == hit.sentence;
                // The hits that are still to come, and those that have been expanded.
                let mut later = hits[index..].iter().take_while(is_near);
                let mut earlier = all.iter().rev().take_while(is_near);
                if !later.any(is_same_mention) && !earlier.any(is_same_mention) {
                    all.push(Hit { concept: *concept, layer: Layer::Broader, ..hit.clone() });
                }
            }
        }
        all
    }
}

/// The words of all sentences, with what stands between them.
fn all_with_symbols(
    article: &Repaired,
    sentences: impl Iterator<Item = Range<usize>>,
    words: &[Vec<SentenceWord>],
) -> Vec<Vec<SentenceWord>> {
    sentences.zip(words).map(|(tokens, words)| with_symbols(article, tokens, words)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::vocabulary::tests::read;
    use super::*;
    use crate::document::Document;
    use crate::repair::{Alternative, BoundaryLogits, Damage, Outcome, Segment};

    fn found(settings: TagSettings, csv: &str, text: &str) -> Vec<(String, String, Layer)> {
        let vocabulary = read("v.csv", &format!("id,label,category,variants,broader,kind,cues\n{csv}"));
        let tagger = Tagger::new(vocabulary.expect("valid"), settings, WordFrequencies::default(), Background::default());
        let document = Document::from_text("t", text);
        let count = document.tokens().len();
        let outcomes = (0..count).map(|_| Outcome { confidence: 1.0, unresolved: false, repair: None });
        let outcomes: Vec<Outcome> = outcomes.collect();
        let boundaries = vec![BoundaryLogits::UNLIKELY; outcomes.len()];
        let segments = Segment::whole(&document, Damage::Intact);
        let article = Repaired::new(document, segments, outcomes, boundaries);
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
    fn terms_may_have_numbers_other_scripts_and_hyphens() {
        let csv =
            "covid,كوفيد-19,health,,,,\ng20,مجموعة العشرين G20,economy,جي 20;G20,,,\nf16,إف-16,x,,,,\njeo,جيو-سياسي,x,,,,\n";
        for (text, expected) in [
            ("إصابات كوفيد-19، أمس", vec!["كوفيد-19،"]),
            ("إصابات بكوفيد ١٩", vec!["بكوفيد ١٩"]),
            ("كوفيد19 وكوفيد - 19", vec!["كوفيد19"]),
            ("كوفيد 20 و19", vec![]),
            ("قمة مجموعة العشرين g20 أمس", vec!["مجموعة العشرين g20"]),
            ("قمة مجموعة العشرين (G20) أمس", vec!["(G20)"]),
            ("قمة الG20 وقمة جي 20", vec!["الG20", "جي 20"]),
            ("طائرات إف-16 وتوتر جيو-سياسي", vec!["إف-16", "جيو-سياسي"]),
        ] {
            let found = hits(csv, text);
            assert_eq!(texts(&found), expected, "{text}");
        }
        assert_eq!(hits(csv, "كوفيد-19")[0].2, Layer::Exact);
    }

    #[test]
    fn names_take_no_endings() {
        let csv = "qatar,قطر,places,,,name,\njordan,الأردن,places,,,name,\n";
        assert_eq!(texts(&hits(csv, "في قطر قطرات وبالأردن أردنا للأردن")), ["قطر", "وبالأردن", "للأردن"]);
    }

    #[test]
    fn the_forms_of_a_concept_add_up() {
        let alternative = |form: &str, confidence| Alternative { form: form.to_owned(), confidence };
        let of_industry = vec![alternative("الصناعات", 0.35), alternative("الصناع", 0.05)];
        for (form, confidence, alternatives, expected, why) in [
            ("الصناعة", 0.6, of_industry.clone(), Some(0.95), "both are industry, the third is craftsmen"),
            ("الصناع", 0.6, of_industry.clone(), None, "an unlikely form finds no term"),
            ("الصناع", 0.5, vec![alternative("الصناعة", 0.45)], Some(0.45), "a likely one does"),
            ("الصناعة", 0.6, vec![], Some(0.6), "there is no other form"),
        ] {
            let vocabulary = read("v.csv", &format!("id,label,category,variants,broader,kind,cues\n{CSV}"));
            let (settings, frequencies) = (TagSettings::default(), WordFrequencies::default());
            let tagger = Tagger::new(vocabulary.expect("valid"), settings, frequencies, Background::default());
            let document = Document::from_text("t", "الصناع");
            let repair = Some((form.to_owned(), alternatives));
            let outcome = Outcome { confidence, unresolved: false, repair };
            let segments = Segment::whole(&document, Damage::Stripped);
            let article = Repaired::new(document, segments, [outcome], vec![BoundaryLogits::UNLIKELY]);
            let (hits, _) = tagger.find(&article, std::slice::from_ref(&(0..1)), &mut TagScratch::default());
            assert_eq!(hits.first().map(|hit| hit.confidence), expected, "{why}");
        }
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
    fn nested_terms_are_hits_on_request() {
        let csv = "prices,أسعار النفط,energy,,,,\noil,نفط,energy,,,,\n";
        assert_eq!(texts(&hits(csv, "ارتفعت أسعار النفط")), ["أسعار النفط"]);
        let nested = TagSettings { nested: true, ..TagSettings::default() };
        assert_eq!(texts(&found(nested, csv, "ارتفعت أسعار النفط")), ["أسعار النفط", "النفط"]);
    }

    #[test]
    fn broader_concepts_are_hits_on_request() {
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
    fn careless_spelling_in_a_vocabulary_and_a_long_term_do_no_harm() {
        let words = "صناعة تجارة زراعة سياحة ثقافة رياضة صحة بيئة طاقة مالية ادارة عمارة حضارة تجربة فكرة";
        let term = [words, words].join(" ");
        assert_eq!(texts(&hits(&format!("long,{term},x,,,,\n"), &term)), [term.as_str()]);
        let csv = "new,الكتروني جديد,x,,,,\nelectronic,إلكتروني,x,,,,\n";
        assert_eq!(texts(&hits(csv, "وإلكترونيا")), ["وإلكترونيا"]);
    }

    #[test]
    fn a_name_without_evidence_gives_way_to_another_concept_of_the_word() {
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
