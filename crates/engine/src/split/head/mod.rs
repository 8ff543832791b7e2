//! The head of an article: a headline, the dateline and the byline, which are no sentences of its text.
//!
//! ```text
//! head = [headline] [dateline] [byline]  |  [headline] byline dateline
//! ```
//!
//! If marks survived (`دبي - «الخليج»:`), they show where each part ends, and so does a line break. If not, a part ends where the encoder
//! expects a clause or a sentence to end, and what follows must look like the beginning of a report.
//!
//! Invariant: the parts are consecutive runs of tokens from the first on, and some text is left. When in doubt, words stay in the text,
//! where nothing is lost: a wrong claim costs more than a missed one.

mod byline;
mod byline_name;
mod credits;
mod dateline;
mod headline;
mod words;

use std::ops::Range;

pub use self::byline_name::name_of;
use self::credits::credits;
use self::headline::headline;
use self::words::HeadWords;
use super::boundary_cues::BoundaryCue;
use super::sentence::SentenceKind;
use crate::document::Gap;
use crate::repair::Repaired;

/// How many words are searched for a dateline and a byline.
const CREDIT_WORDS: usize = 20;

/// A part of an article's head.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HeadPart {
    pub(super) tokens: Range<usize>,
    pub(super) kind: SentenceKind,
    /// The probability that it is what `kind` says, and ends where it does.
    pub(super) confidence: f64,
}

/// The parts of an article's head, in order from its first token on.
pub(super) fn read_head(article: &Repaired, cues: &[BoundaryCue]) -> Vec<HeadPart> {
    let title = article.document().title_tokens();
    let supplied = (title > 0).then_some((title, 1.0));
    let headline = supplied.or_else(|| headline(article, cues).map(|headline| (headline.end, headline.confidence)));
    // A part that would take the whole article is none: some text must be left.
    let headline = headline.filter(|(end, _)| *end < cues.len());
    let start = headline.map_or(0, |(end, _)| end);
    let head = HeadWords::new(article, cues, start, CREDIT_WORDS);
    let headline = headline.map(|(end, confidence)| (end, SentenceKind::Headline, confidence));
    let ends = headline.into_iter().chain(credits(&head).into_iter().filter(|(end, ..)| *end < cues.len()));
    let mut start = 0;
    let part = |(end, kind, confidence)| HeadPart { tokens: std::mem::replace(&mut start, end)..end, kind, confidence };
    // Marks alone on a line belong to no part, nor does what follows them.
    ends.map(part).take_while(|part| part.kind == SentenceKind::Headline || is_on_one_line(article, &part.tokens)).collect()
}

fn is_on_one_line(article: &Repaired, tokens: &Range<usize>) -> bool {
    article.document().tokens()[tokens.start..tokens.end - 1].iter().all(|token| token.gap == Gap::Space)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Document;
    use crate::repair::{BoundaryLogits, Damage, Outcome, Segment};
    use crate::split::boundary_cues::read_cues;

    /// An article as written, in which the encoder expects a colon or the like after each token of `clause_ends`.
    fn article(text: &str, damage: Damage, clause_ends: &[usize]) -> Repaired {
        let document = Document::from_text("t", text);
        let outcome = |_| Outcome { confidence: 1.0, unresolved: false, repair: None };
        let outcomes: Vec<Outcome> = document.tokens().iter().map(outcome).collect();
        let mut boundaries = vec![BoundaryLogits::UNLIKELY; outcomes.len()];
        for token in clause_ends {
            boundaries[*token].clause_end = 0.5;
            boundaries[*token].sentence_end = -2.0;
        }
        let segments = Segment::whole(&document, damage);
        Repaired::new(document, segments, outcomes, boundaries)
    }

    fn parts_of(article: &Repaired) -> Vec<HeadPart> {
        let mut cues = Vec::new();
        read_cues(article, &mut cues);
        read_head(article, &cues)
    }

    /// The parts of a text's head as `kind:words`.
    fn head_of(text: &str, damage: Damage, clause_ends: &[usize]) -> Vec<String> {
        let article = article(text, damage, clause_ends);
        let part = |part: HeadPart| format!("{}:{}", part.kind.name(), article.span_text(part.tokens));
        parts_of(&article).into_iter().map(part).collect()
    }

    #[test]
    fn stripped_heads_are_separated_from_the_text() {
        let cases: &[(&str, &[usize], &[&str], &str)] = &[
            ("دبي الخليج أعلن سوق دبي المالي", &[0, 1], &["dateline:دبي الخليج"], "a place and a newspaper"),
            ("أم القيوين الخليج نظم قسم الاتصال", &[1, 2], &["dateline:أم القيوين الخليج"], "a place of two words"),
            ("صنعا عدن الخليج شنت طائرات", &[1, 2], &["dateline:صنعا عدن الخليج"], "two places, one still stripped"),
            ("دبي الخليج العربي بحر", &[], &[], "a newspaper's name that is a word"),
            ("دبي الامارات العربي المتحد قال مسؤول إن", &[3], &["dateline:دبي الامارات العربي المتحد"], "a country"),
            ("أبوظبي نجاة الفارس نظم اتحاد", &[0, 2], &["dateline:أبوظبي", "byline:نجاة الفارس"], "a place and a name"),
            ("أبوظبي نجاة الفارس نظم اتحاد", &[], &[], "nothing says that the name is one"),
            ("أبوظبي سوق المال خسر أمس", &[0, 2], &[], "what follows is no name"),
            ("كتب سالم الرحبي تنطلق اليوم", &[2], &["byline:كتب سالم الرحبي"], "a cue and a name"),
            ("كتب نجيب محفوظ رواياته في القاهرة", &[], &[], "a sentence that begins with the same word"),
            ("القاهر من محمد عمر كم هي", &[3], &["dateline:القاهر", "byline:من محمد عمر"], "a correspondent"),
            ("القاهرة من أكبر المدن كم هي", &[3], &[], "the same word, and no name"),
            ("نام دينه فب انتظر لبنان", &[1], &["dateline:نام دينه فب"], "an agency reveals the place before it"),
            ("نام دينه ف ب انتظر لبنان", &[1], &["dateline:نام دينه ف ب"], "the same agency, typed with spaces"),
            ("اوردت وكال رويترز خبرا مفاده", &[], &[], "an agency in a sentence"),
            ("لندن وقع أكثر من ألف", &[0], &["dateline:لندن"], "a place alone"),
            ("لندن عاصمة بريطانيا", &[0], &[], "a place that is the subject"),
            ("لندن أعلنت أمس الحداد", &[], &[], "so too, although a verb follows"),
            ("واشنطن أعلنت أمس أنها ستسحب قواتها", &[0], &[], "the verb agrees with the city"),
            ("العين فاز على الوحدة بهدفين", &[0], &[], "what follows the verb cannot be its subject"),
            ("دبي الخميس أعلنت وزارة الصحة", &[0, 1], &["dateline:دبي الخميس"], "a day after the place"),
            ("دبي محمد بن راشد يفتتح أكبر حديقة", &[0, 2], &[], "the name of whom the news speaks"),
            ("بيروت سعد الحريري عاد إلى لبنان", &[0, 2], &[], "the name is the subject of the verb"),
            (
                "بيروت سعد الحريري عاد رئيس الحكومة",
                &[0, 2],
                &["dateline:بيروت", "byline:سعد الحريري"],
                "the verb has another",
            ),
            ("وكالتها الرسمية سانا الاثنين عن مصدر", &[], &[], "an agency's adjective is no place"),
            ("بحد ذاتها ومع هذا فينفرد", &[], &[], "remains of an agency that are words too"),
            ("دبي الخليج", &[1], &[], "no text would be left"),
        ];
        for (text, clause_ends, expected, why) in cases {
            assert_eq!(head_of(text, Damage::Stripped, clause_ends), *expected, "{text}: {why}");
        }
    }

    #[test]
    fn headlines_that_run_into_stripped_text_are_found() {
        let cases: &[(&str, &[usize], Option<&str>, &str)] = &[
            (
                "فوز متأخر للبنان على فيتنام نام دينه فب انتظر لبنان حتى الدقائق الأخيرة",
                &[4, 6],
                Some("فوز متأخر للبنان على فيتنام"),
                "a dateline with an agency follows",
            ),
            (
                "الشرطة البريطانية تعلن معلومات جديدة عن تسميم الجاسوس أعلنت الشرطة البريطانية أمس أن تسميم الجاسوس حدث",
                &[7],
                Some("الشرطة البريطانية تعلن معلومات جديدة عن تسميم الجاسوس"),
                "a report follows that repeats its words",
            ),
            (
                "الشرطة البريطانية تعلن معلومات جديدة عن تسميم الجاسوس أعلنت وزارة الصحة أمس أن الموسم بدأ",
                &[7],
                None,
                "the report speaks of something else",
            ),
            (
                "أعلنت الشرطة البريطانية معلومات جديدة عن تسميم الجاسوس كشفت الشرطة البريطانية أمس أن تسميم الجاسوس حدث",
                &[7],
                None,
                "a sentence that begins with its verb",
            ),
            (
                "حزب الوفد الجديد هو حزب سياسي مصري كبير توصل حزب الوفد الجديد إلى اتفاق سياسي كبير",
                &[7],
                None,
                "a definition",
            ),
        ];
        for (text, clause_ends, expected, why) in cases {
            let found = head_of(text, Damage::Stripped, clause_ends);
            let found = found.iter().find_map(|part| part.strip_prefix("headline:"));
            assert_eq!(found, *expected, "{text}: {why}");
        }
    }

    #[test]
    fn marks_and_breaks_show_the_parts() {
        let body = "نظم النادي الثقافي العربي في الشارقة مساء أمس أمسية شعرية.";
        let cases: &[(&str, &[&str], &str)] = &[
            ("دبي - «الخليج»: ", &["dateline:دبي - «الخليج»:"], "a dash belongs to the part before it"),
            ("الرياض - واس\n", &["dateline:الرياض - واس"], "an agency and a line's end"),
            ("دبي، الإمارات العربية المتحدة (CNN)-- ", &["dateline:دبي، الإمارات العربية المتحدة (CNN)--"], "a country"),
            ("زغرب 16 يوليو (خدمة رويترز العربية) - ", &["dateline:زغرب 16 يوليو (خدمة رويترز العربية) -"], "a day"),
            ("خاركيف (أ ف ب) - ", &["dateline:خاركيف (أ ف ب) -"], "a place that is not listed"),
            ("خاركيف (أ ف ب ", &[], "a bracket that is not closed"),
            ("المنامة، في 07 أبريل / بنا / ", &["dateline:المنامة، في 07 أبريل / بنا /"], "slashes in place of brackets"),
            ("صنعاء/ سبأنت\n", &["dateline:صنعاء/ سبأنت"], "a slash between place and agency"),
            ("دبي: «الخليج»\n(\n", &["dateline:دبي: «الخليج»"], "a line break ends it, though only marks follow"),
            ("(\nدبي: «الخليج»\n", &[], "marks alone on the first line"),
            ("دبي: «الخليج»\n(\nكتب سالم الرحبي:\n", &["dateline:دبي: «الخليج»"], "and between two parts"),
            ("الجزائر - تعتبر الجزائر من أكبر الدول مساحة. ", &[], "a place that is the subject, named again"),
            (
                "من أحمد الفيشاوي\nالقاهرة (رويترز) - ",
                &["byline:من أحمد الفيشاوي", "dateline:القاهرة (رويترز) -"],
                "a name above the dateline",
            ),
            ("من محمد صلاح إلى رياض محرز\n", &[], "the same word, and no writer"),
            ("كتب - هناء المداح - سارة جمال:\n", &["byline:كتب - هناء المداح - سارة جمال:"], "two writers"),
            (
                "أبها: مرعي عسيري، تصوير: علي الشهري\n",
                &["dateline:أبها:", "byline:مرعي عسيري، تصوير: علي الشهري"],
                "and a photographer",
            ),
            ("الشارقة: غيث خوري\n", &["dateline:الشارقة:", "byline:غيث خوري"], "a colon and a line's end"),
            ("أبوظبي - مريم عدنان: ", &["dateline:أبوظبي -", "byline:مريم عدنان:"], "a name between marks"),
            ("أبوظبي:«الخليج» ", &["dateline:أبوظبي:«الخليج»"], "two words in one token"),
            ("دبي -\"الخليج\":شهد ", &["dateline:دبي"], "no token is cut"),
            ("إعداد: زكية كردي\n", &["byline:إعداد: زكية كردي"], "a cue with its colon"),
            ("أعده د. محمد الحسن: ", &["byline:أعده د. محمد الحسن:"], "a title before the name"),
            ("تقرير\n", &[], "a label on its own line, and the text after it"),
            ("الخبر\n", &[], "so too, although it is a city"),
            ("الرباط\n", &[], "a place alone on its line may be the article's subject"),
            ("صور: ", &[], "a word that is also a place"),
            ("تونس: فوز صعب. ", &[], "a topic before a colon"),
            ("الجزائر وتونس تستهلان التصفيات. ", &[], "places that are the subject"),
            ("أوردت وكالة رويترز خبرا. ", &[], "an agency that is part of its sentence"),
            ("كتب نجيب محفوظ رواياته في القاهرة. ", &[], "a verb, not a cue"),
            ("أمسية في الشارقة\n\n", &["headline:أمسية في الشارقة"], "a first line without a stop"),
            ("المادة 75\n\n", &[], "an article of a law is no headline"),
            (
                "أمسية في الشارقة\nالشارقة: غيث خوري\n",
                &["headline:أمسية في الشارقة", "dateline:الشارقة:", "byline:غيث خوري"],
                "all three",
            ),
            ("انتهى الأمر.\n\n", &[], "a first line with a stop is a sentence"),
        ];
        for (head, expected, why) in cases {
            assert_eq!(head_of(&format!("{head}{body}"), Damage::Intact, &[]), *expected, "{head:?}: {why}");
        }
    }

    #[test]
    fn a_part_is_the_less_sure_the_weaker_its_evidence() {
        let confidence = |text: &str, damage, clause_ends: &[usize]| {
            let article = article(text, damage, clause_ends);
            parts_of(&article).last().expect("a part").confidence
        };
        let marked = confidence("أبوظبي - مريم عدنان: كشفت الهيئة عن خطة.", Damage::Intact, &[]);
        let expected = confidence("لندن وقع أكثر من ألف", Damage::Stripped, &[0]);
        assert!(0.8 < expected && expected < marked, "{expected} {marked}");
        assert!(marked < 1.0, "only a supplied title is certain");
    }

    /// Words and marks of which heads are made, and others.
    const PIECES: &str = r"(دبي|الرياض|صور|لندن|مصر|الخليج|رويترز|فب|واس|كتب|من|إعداد:|تقرير|محمد|مريم|عدنان|أعلن|كشفت|كتاب|في|16|يوليو|\(|\)|-|:|«الخليج»|\(CNN\))";

    proptest! {
        #[test]
        fn parts_are_runs_from_the_first_token_on_and_text_is_left(
            text in prop::string::string_regex(&format!("({PIECES}[ :،.\n]{{1,2}}){{1,30}}")).expect("a pattern"),
            is_stripped in any::<bool>(),
            clause_ends in prop::collection::vec(0..30_usize, 0..6),
        ) {
            let count = Document::from_text("t", &text).tokens().len();
            let clause_ends: Vec<usize> = clause_ends.into_iter().filter(|token| *token < count).collect();
            let damage = if is_stripped { Damage::Stripped } else { Damage::Intact };
            let article = article(&text, damage, &clause_ends);
            let mut next = 0;
            for part in parts_of(&article) {
                prop_assert_eq!(part.tokens.start, next);
                prop_assert!(part.tokens.start < part.tokens.end && part.tokens.end < count);
                prop_assert!(0.5 < part.confidence && part.confidence <= 1.0);
                if part.kind != SentenceKind::Headline {
                    let inner = &article.document().tokens()[part.tokens.start..part.tokens.end - 1];
                    prop_assert!(inner.iter().all(|token| token.gap == Gap::Space), "a line break ends both");
                }
                next = part.tokens.end;
            }
        }
    }
}
