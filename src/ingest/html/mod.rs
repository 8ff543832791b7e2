//! HTML pages: the article's text, and what the page says about it.
//!
//! The article is found by `dom_smoothie`, a port of Mozilla's Readability, in a tree from which `clean` has removed what is never
//! part of it. If a page has its article in JSON-LD only and builds the rest by script, the JSON-LD is used.
//!
//! Invariants: the text has no markup and does not repeat the title at its head; equal bytes give equal pages; a page that would be
//! too expensive to read is a fault. A page without an article gives an empty text, which the caller rejects.

mod blocks;
mod charset;
mod clean;
mod metadata;
mod parse;

#[cfg(test)]
mod golden;

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};
use engine::document::Encoding;

use super::dates::parse_date;
use super::decode::{DeclaredEncoding, DecodeFault};
use super::fields::ArticleFields;
use blocks::{Block, blocks, fold};
use clean::Label;
use engine::arabic::is_sentence_mark;
use metadata::{Findings, Metas};
use parse::squeeze;

/// Shortest article, in characters, that the extractor accepts at once. Below this it searches again in places that it first ignores, and
/// prefers whatever is longer; news in brief have about 150.
const CHAR_THRESHOLD: usize = 140;

/// Marks that separate the article's title from the site's name in `<title>`.
const TITLE_MARKS: [&str; 10] = [" | ", " - ", " – ", " — ", " :: ", " » ", " « ", " / ", " · ", " • "];

/// Number of blocks at the head of the text that may repeat title, author and date.
const HEAD_BLOCKS: usize = 5;

/// Number of words in a standfirst.
const LEAD_WORDS: std::ops::RangeInclusive<usize> = 4..=80;

/// Maximum number of candidates for the standfirst.
const MOST_LEADS: usize = 5;

/// Longest line, in words, that can be just a date.
const MAX_DATE_WORDS: usize = 12;

/// First words of lines that give the date, spelled without hamza.
const DATE_LINE_STARTS: [&str; 20] = [
    "نشر",
    "نشرت",
    "تاريخ",
    "بتاريخ",
    "التاريخ",
    "اخر",
    "تحديث",
    "حدث",
    "يوم",
    "الاحد",
    "الاثنين",
    "الثلاثاء",
    "الاربعاء",
    "الخميس",
    "الجمعه",
    "السبت",
    "date",
    "published",
    "updated",
    "posted",
];

/// A page as an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The text (paragraphs and headings separated by blank lines, without markup), the title without the name of the site, and what else
    /// the page says.
    pub fields: ArticleFields,
    /// The encoding of its bytes.
    pub encoding: Encoding,
}

/// Reads a page.
///
/// # Errors
/// If its bytes are not text in a supported encoding, or its HTML would be too expensive to read.
pub fn read_page(bytes: &[u8], declared: Option<DeclaredEncoding>) -> Result<Page, DecodeFault> {
    let (html, encoding) = charset::decode_page(bytes, declared)?;
    let document = parse::parse(&html)?;
    let metas = Metas::of(&document);
    // Metadata, headings and standfirst are read before `clean`, which removes elements and attributes they need.
    let date = metadata::visible_date(&document);
    // The order is that of trust: each source only fills the gaps of those before it.
    let found = metadata::json_ld(&document).or(metas.open_graph()).or(metas.plain());
    let (site, headings, lead) = (metas.site(), headings(&document), lead(&document));
    clean::clean(&document);

    // JSON-LD has been read above, by our own rules.
    let config = Config { disable_json_ld: true, char_threshold: CHAR_THRESHOLD, ..Config::default() };
    let (extracted, blocks) = extract(document, config);
    let found = found.or(extracted).or(Findings { published: date, ..Findings::default() });
    let title = found.title.map(|title| without_site(&title, site.as_deref(), &headings)).filter(|title| !title.is_empty());
    // With several headings nothing says which one is the title, so none is chosen.
    let title = title.or_else(|| if let [only] = &headings[..] { Some(only.clone()) } else { None });
    let mut blocks: Vec<String> = longer(blocks, found.body.as_deref())?.into_iter().map(|block| block.text).collect();
    if let Some(lead) =
        lead.filter(|lead| !blocks.is_empty() && !blocks.iter().any(|block| fold(block).contains(&fold(lead))))
    {
        let head = heads(&blocks, title.as_deref(), found.byline.as_deref());
        // After the repeated title, author and date: put before them, it would keep `heads` from cutting them off.
        blocks.insert(head, lead);
    }
    let head = heads(&blocks, title.as_deref(), found.byline.as_deref());
    let fields = ArticleFields {
        title,
        byline: found.byline,
        published: found.published,
        section: found.section,
        ..ArticleFields::of_text(blocks[head..].join("\n\n"))
    };
    Ok(Page { fields, encoding })
}

/// The texts of a page's headings.
fn headings(document: &Document) -> Vec<String> {
    document.select("h1, h2").nodes().iter().map(|node| squeeze(&node.text())).filter(|text| !text.is_empty()).collect()
}

/// The standfirst: a line between headline and text, which the extractor mistakes for a label if it is short.
fn lead(document: &Document) -> Option<String> {
    let names = ["lead", "standfirst", "subtitle", "subhead", "intro", "deck"];
    let is_near_headline =
        |node: &NodeRef| node.ancestors_it(Some(2)).any(|near| near.children_it(false).any(|child| child.has_name("h1")));
    let is_lead =
        |node: &NodeRef| ["p", "div", "h2", "h3"].iter().any(|name| node.has_name(name)) && Label::of(node).has(&names);
    // The article's own standfirst is among the first; lists of other articles have standfirsts too.
    let lead = document.body()?.descendants_it().filter(is_lead).take(MOST_LEADS).find(is_near_headline)?;
    let [line] = &blocks(&lead)[..] else { return None };
    LEAD_WORDS.contains(&line.text.split_whitespace().count()).then(|| line.text.clone())
}

/// The article that the extractor finds: its fields, and its blocks of text.
fn extract(document: Document, config: Config) -> (Findings, Vec<Block>) {
    let Ok(mut reader) = Readability::with_document(document, None, Some(config)) else { return Default::default() };
    let title = Some(squeeze(&reader.get_article_title())).filter(|title| !title.is_empty());
    // The title was taken before this, so it is kept even if no article is found.
    let Ok(article) = reader.parse() else { return (Findings { title, ..Findings::default() }, Vec::new()) };
    let tidy = |text: String| Some(squeeze(&text)).filter(|text| !text.is_empty());
    let byline = article.byline.and_then(tidy);
    let published = article.published_time.and_then(tidy);
    let content = reader.doc.select("#readability-page-1");
    let blocks = content.nodes().first().map(blocks).unwrap_or_default();
    (Findings { title, byline, published, ..Findings::default() }, blocks)
}

/// The blocks of the page, or those of its JSON-LD if these are more than twice as long: then the page shows only a part.
fn longer(found: Vec<Block>, body: Option<&str>) -> Result<Vec<Block>, DecodeFault> {
    let Some(body) = body else { return Ok(found) };
    // Two breaks end a paragraph, one does not. `\r\n` goes first, or it would count as two line ends.
    let with_breaks = body.replace("\r\n", "\n").replace(['\n', '\r', '\u{2029}'], "<br><br>");
    let document = parse::parse(&with_breaks)?;
    let stored = document.body().map(|body| blocks(&body)).unwrap_or_default();
    let length = |blocks: &[Block]| blocks.iter().map(|block| block.text.len()).sum::<usize>();
    Ok(if length(&stored) > 2 * length(&found) { stored } else { found })
}

/// A title without the name of the site: the part that is a heading of the page, or what is left without the known name.
fn without_site(title: &str, site: Option<&str>, headings: &[String]) -> String {
    let parts = |mark: &&str| title.split(*mark).map(str::to_owned).collect::<Vec<_>>();
    let is_heading = |part: &String| headings.iter().any(|heading| fold(heading) == fold(part) && !fold(part).is_empty());
    // A part that is a heading too is the best sign of the title, whichever side of the mark the site is on.
    if let Some(part) = TITLE_MARKS.iter().flat_map(parts).find(is_heading) {
        return part.trim().to_owned();
    }
    let Some(site) = site else { return title.to_owned() };
    let cut = TITLE_MARKS.iter().find_map(|mark| {
        let end = title.strip_suffix(site).and_then(|title| title.strip_suffix(mark));
        end.or_else(|| title.strip_prefix(site).and_then(|title| title.strip_prefix(mark)))
    });
    cut.unwrap_or(title).trim().to_owned()
}

/// Number of blocks at the head of the text that only repeat the title, the author or the date.
fn heads(blocks: &[String], title: Option<&str>, byline: Option<&str>) -> usize {
    let (title, byline) = (title.map(fold), byline.map(fold));
    let repeats = |block: &&String| {
        let folded = fold(block);
        Some(&folded) == title.as_ref() || Some(&folded) == byline.as_ref() || is_date_line(block)
    };
    // Only up to the first other line: after it, such a line belongs to the text.
    blocks.iter().take(HEAD_BLOCKS).take_while(repeats).count()
}

/// Whether a line is just a date. A short sentence may contain a date too, but begins and ends differently.
fn is_date_line(line: &str) -> bool {
    // Folded, because the words in the list have no hamza and end in `ه`.
    let first = fold(line.split_whitespace().next().unwrap_or_default());
    let begins = first.starts_with(char::is_numeric) || DATE_LINE_STARTS.contains(&first.as_str());
    let is_sentence = line.ends_with(is_sentence_mark);
    begins && !is_sentence && line.split_whitespace().count() <= MAX_DATE_WORDS && parse_date(line).is_some()
}
