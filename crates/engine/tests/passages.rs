//! Long articles: passages that are cut anywhere give what the article gives as a whole.

use engine::EngineScratch;
use engine::document::{ArticleText, Encoding, Metadata, Neighbours, Origin};
use engine::passages::{Passage, PassageSize, Passages};
use engine::repair::Repaired;
use engine::review::Extent;
use engine::tables::{ArticleRow, ArticleRows, KeywordRow, LongArticle, SentenceRow};

use crate::shipped::shipped_engine;

/// Running text, stripped as the damage strips it.
fn stripped() -> String {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../../raw");
    let mut files: Vec<_> = std::fs::read_dir(seeds).expect("raw/").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).expect("UTF-8")).collect();
    texts.join(" ").split_whitespace().take(360).collect::<Vec<_>>().join(" ")
}

const PUNCTUATED: &str = "أعلنت الوزارة أن المؤسسات الصغيرة والمتوسطة تسهم في زيادة الإنتاج. وقال الوزير إن الخطة الجديدة \
    تشمل جميع المناطق، وإنها تبدأ في العام المقبل.\n\nوأكد رئيس المجلس أهمية التعاون بين القطاعين العام والخاص. \
    وأضاف أن النفط ما زال المصدر الأول للدخل في البلاد، وأن الصناعة تنمو كل عام.\n";

fn article(text: &str, title: Option<&str>) -> ArticleText {
    let origin = Origin { source_path: "t".to_owned(), record: None };
    let metadata = Metadata { title: title.map(str::to_owned), ..Metadata::default() };
    let (encoding, misreadings, neighbours) = (Encoding::Utf8, Vec::new(), Neighbours::Unknown);
    ArticleText { origin, encoding, misreadings, metadata, neighbours, text: text.to_owned() }
}

fn as_a_whole(article: ArticleText) -> (Repaired, ArticleRows) {
    let engine = shipped_engine();
    let tagged = engine.process(article.into_document(), &mut EngineScratch::default());
    (tagged.article().clone(), engine.rows(&tagged))
}

struct InPassages {
    forms: Vec<String>,
    passages: usize,
    rows: ArticleRows,
}

fn in_passages(article: ArticleText, size: PassageSize) -> InPassages {
    let (engine, scratch) = (shipped_engine(), &mut EngineScratch::default());
    let mut whole = LongArticle::new(article.text.len());
    let mut passages = Passages::new(article, size);
    let (mut forms, mut count) = (Vec::new(), 0);
    let (mut sentences, mut keywords): (Vec<SentenceRow>, Vec<KeywordRow>) = (Vec::new(), Vec::new());
    while let Some(Passage { article, sentences: own, offset }) = passages.next(|document, part| {
        let repaired = engine.repair(document, scratch);
        let reviewed = engine.review(repaired, Extent::Part);
        let sentences = engine.split_part(&reviewed, part, scratch);
        (reviewed, sentences)
    }) {
        let tagged = engine.tag(article, own, scratch);
        forms.extend(tagged.kept().map(|token| tagged.article().token_text(token).to_owned()));
        let (of_passage, hits) = engine.passage_rows(&mut whole, &tagged, offset);
        sentences.extend(of_passage);
        keywords.extend(hits);
        count += 1;
    }
    let article = whole.finish(engine.tagger.vocabulary()).expect("at least one passage");
    InPassages { forms, passages: count, rows: ArticleRows { article, sentences, keywords } }
}

/// Everything that holds wherever the seams are.
fn check_laws(text: &str, whole: &ArticleRows, found: &InPassages) {
    let rows = &found.rows;
    let raw: Vec<&str> = rows.sentences.iter().map(|row| row.raw_text.as_str()).collect();
    let whole_raw: Vec<&str> = whole.sentences.iter().map(|row| row.raw_text.as_str()).collect();
    assert_eq!(raw.join(" "), whole_raw.join(" "), "each token once, in order");
    for (index, row) in rows.sentences.iter().enumerate() {
        assert_eq!((row.sentence_index, &row.sentence_id), (index, &format!("{}:{index}", row.article_id)));
        let source =
            &text[usize::try_from(row.source_start).expect("small")..usize::try_from(row.source_end).expect("small")];
        assert_eq!(source.split_whitespace().collect::<Vec<_>>().join(" "), row.raw_text);
    }
    for hit in &rows.keywords {
        let sentence = &rows.sentences[hit.sentence_index];
        assert_eq!(hit.sentence_id, sentence.sentence_id);
        assert!(hit.token_end <= sentence.token_count);
    }
    let texts: Vec<&str> = rows.sentences.iter().map(|row| row.text.as_str()).collect();
    let ArticleRow { text, token_count, sentence_count, repaired_count, keywords, .. } = &rows.article;
    assert_eq!(*text, texts.join("\n"));
    assert_eq!(*token_count, whole.article.token_count);
    assert_eq!(*sentence_count, rows.sentences.len());
    assert_eq!(*repaired_count, rows.sentences.iter().map(|row| row.repaired_count).sum::<usize>());
    assert_eq!(keywords.iter().map(|keyword| keyword.count).sum::<usize>(), rows.keywords.len());
    assert_eq!(rows.article.content_hash, whole.article.content_hash);
    assert_eq!(rows.article.title, whole.article.title);
}

#[test]
fn an_article_that_fits_is_one_passage_and_the_same() {
    for (text, title) in [(stripped(), None), (PUNCTUATED.to_owned(), None), (PUNCTUATED.to_owned(), Some("خطة الوزارة"))]
    {
        let (_, whole) = as_a_whole(article(&text, title));
        let size = PassageSize { tokens: 100_000, ..PassageSize::default() };
        let found = in_passages(article(&text, title), size);
        assert_eq!(found.passages, 1);
        assert_eq!(found.rows, whole);
    }
}

/// The limit of the first passage is moved over every token of the second half; a few short passages come besides. What the stages
/// judge over what they are given (typing profile, mean, recurrence) is judged over a hundredth of the words of a real passage
/// here, so a few tokens may differ.
#[test]
fn a_seam_does_not_show_wherever_it_is() {
    let text = stripped();
    let (repaired, whole) = as_a_whole(article(&text, None));
    let tokens = repaired.document().tokens().len();
    let ends = |rows: &ArticleRows| rows.sentences.iter().map(|row| row.source_end).collect::<Vec<_>>();
    let whole_ends = ends(&whole);
    let (mut different, mut moved, mut all, mut sentences) = (0, 0, 0, 0);
    for limit in [40, 75, 110].into_iter().chain(tokens / 2..tokens - 10) {
        let found = in_passages(article(&text, None), PassageSize { tokens: limit, bytes: 1 << 20, context: 100 });
        check_laws(&text, &whole, &found);
        different += (0..tokens).filter(|token| repaired.token_text(*token) != found.forms[*token]).count();
        moved += ends(&found.rows).iter().filter(|end| !whole_ends.contains(end)).count();
        all += tokens;
        sentences += whole_ends.len();
    }
    assert!(different * 200 < all, "{different} of {all} tokens differ");
    assert!(moved * 50 < sentences, "{moved} of {sentences} sentences end elsewhere");
}

#[test]
fn where_marks_show_the_ends_a_seam_changes_nothing() {
    let text = PUNCTUATED.repeat(4);
    let (repaired, whole) = as_a_whole(article(&text, None));
    // From the longest sentence on: a real passage holds many of them.
    for limit in 16..repaired.document().tokens().len() {
        let found = in_passages(article(&text, None), PassageSize { tokens: limit, bytes: 1 << 20, context: 40 });
        check_laws(&text, &whole, &found);
        assert_eq!(found.rows.sentences, whole.sentences, "passages of {limit}");
        assert_eq!(found.rows.article.text, whole.article.text);
        assert_eq!(found.rows.article.damage, whole.article.damage);
    }
}

#[test]
fn a_title_and_a_head_belong_to_the_first_passage() {
    let text = format!("دبي - «الخليج»: {}", PUNCTUATED.repeat(3));
    let title = "خطة الوزارة للعام المقبل";
    let (_, whole) = as_a_whole(article(&text, Some(title)));
    let full = format!("{title}\n\n{text}");
    for limit in 5..60 {
        let found = in_passages(article(&text, Some(title)), PassageSize { tokens: limit, bytes: 1 << 20, context: 40 });
        check_laws(&full, &whole, &found);
        let kinds = |rows: &ArticleRows| rows.sentences.iter().map(|row| row.kind).filter(|kind| *kind != "body").count();
        assert_eq!(kinds(&found.rows), kinds(&whole), "passages of {limit}");
        assert_eq!(found.rows.article.dateline, whole.article.dateline);
    }
}

#[test]
fn tokens_longer_than_a_passage_go_through() {
    let text = format!("{} قال {}\n\n{} نعم", "ه".repeat(500), "و".repeat(900), "المؤسسات،".repeat(80));
    let (_, whole) = as_a_whole(article(&text, None));
    for bytes in [1, 10, 400, 1000, 2000] {
        let found = in_passages(article(&text, None), PassageSize { tokens: 3, bytes, context: 2 });
        check_laws(&text, &whole, &found);
    }
}
