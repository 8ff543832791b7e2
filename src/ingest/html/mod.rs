//! HTML pages: the article's text, and what the page says about it.
//!
//! The article is found by `dom_smoothie`, a port of Mozilla's Readability, in a tree from which `clean` has removed what is never
//! part of it. Only the place is taken from it: `article` completes what it found, and the text is read from the page itself. If a page has its article in JSON-LD only and builds the rest by script, the JSON-LD is used.
//!
//! Invariants: the text has no markup and does not repeat the title at its head; equal bytes give equal pages; a page that would be
//! too expensive to read is a fault. A page without an article gives an empty text, which the caller rejects.

mod article;
mod blocks;
mod charset;
mod clean;
mod head;
mod metadata;
mod other_parts;
mod parse;
mod unseen;
mod xhtml;

#[cfg(test)]
mod golden;

use std::collections::HashSet;

use dom_query::{Document, NodeId, NodeRef};
use dom_smoothie::{Config, Readability};
use engine::document::Encoding;
use engine::document::mojibake::{Misreading, undo_decoding};

use super::dates::read_date;
use super::decode::{DeclaredEncoding, DecodeFault};
use super::fields::ArticleFields;
use blocks::{Block, blocks, fold};
use clean::Label;
use head::Head;
use metadata::{Findings, Metas};
pub(super) use parse::{resolve_entities, squeeze};
pub(super) use xhtml::{ends_itself, push_end};

/// Shortest article, in characters, that the extractor accepts at once. Below this it searches again in places that it first ignores, and
/// prefers whatever is longer; news in brief have about 150.
const CHAR_THRESHOLD: usize = 140;

/// Marks that separate the article's title from the site's name in `<title>`.
const TITLE_MARKS: [&str; 10] = [" | ", " - ", " – ", " — ", " :: ", " » ", " « ", " / ", " · ", " • "];

/// Number of words in a standfirst.
const LEAD_WORDS: std::ops::RangeInclusive<usize> = 4..=80;

/// Maximum number of candidates for the standfirst.
const MOST_LEADS: usize = 5;

/// Fewest words that read like an article for their being left out to be told.
const TOLD_WORDS: usize = 20;

/// A page as an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The text (paragraphs and headings separated by blank lines, without markup), the title without the name of the site, and what else
    /// the page says.
    pub fields: ArticleFields,
    /// The encoding of its bytes.
    pub encoding: Encoding,
    /// How it had been misread before it was saved in that encoding; it is undone.
    pub misreadings: Vec<Misreading>,
}

/// Reads a page.
///
/// # Errors
/// If its bytes are not text in a supported encoding, or its HTML would be too expensive to read.
pub fn read_page(bytes: &[u8], declared: Option<DeclaredEncoding>) -> Result<Page, DecodeFault> {
    let (html, encoding) = charset::decode_page(bytes, declared)?;
    let (html, misreadings) = undo_decoding(&html).unwrap_or((html, Vec::new()));
    Ok(Page { fields: read_html(&html)?, encoding, misreadings })
}

/// Whether a text is a whole page, not a piece of one.
pub(super) fn is_page(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    // XHTML begins with the declaration of XML.
    let text = text.strip_prefix("<?xml").and_then(|rest| Some(rest.split_once("?>")?.1.trim_start())).unwrap_or(text);
    let head = text.chars().take(14).collect::<String>().to_ascii_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

/// The text of a piece of a page, paragraphs separated by blank lines.
///
/// # Errors
/// If it would be too expensive to read.
pub(super) fn text_of(html: &str) -> Result<String, DecodeFault> {
    let document = parse::parse(html)?;
    clean::clean_piece(&document);
    let blocks = document.body().map(|body| blocks(&body)).unwrap_or_default();
    Ok(blocks.into_iter().map(|block| block.text).collect::<Vec<_>>().join("\n\n"))
}

/// Reads a page that is decoded.
///
/// # Errors
/// If it would be too expensive to read, or its text is only in its scripts.
pub(super) fn read_html(html: &str) -> Result<ArticleFields, DecodeFault> {
    let mut document = parse::parse(&xhtml::with_end_tags(html))?;
    if let Some(page) = unseen::page_without_frames(&document) {
        document = parse::parse(&page)?;
    }
    let only_in_scripts = unseen::only_in_scripts(&document);
    let metas = Metas::of(&document);
    // Metadata, headings and standfirst are read before `clean`, which removes elements and attributes they need.
    let date = metadata::visible_date(&document);
    // The order is that of trust: each source only fills the gaps of those before it.
    let found = metadata::json_ld(&document).or(metas.open_graph()).or(metas.plain());
    let (site, headings, lead) = (metas.site(), headings(&document), lead(&document));
    clean::clean(&document);

    // JSON-LD has been read above, by our own rules.
    let config = Config { disable_json_ld: true, char_threshold: CHAR_THRESHOLD, ..Config::default() };
    let (extracted, kept) = extract(document.clone(), config);
    let found = found.or(extracted).or(Findings { published: date, ..Findings::default() });
    let title = found
        .title
        .as_deref()
        .map(|title| without_site(title, site.as_deref(), &headings))
        .filter(|title| !title.is_empty());
    // With several headings nothing says which one is the title, so none is chosen.
    let title = title.or_else(|| if let [only] = &headings[..] { Some(only.clone()) } else { None });
    let all = document.body().map(|body| blocks(&body)).unwrap_or_default();
    let selection = article::select(&document, all, &kept, title.as_deref());
    let text = longer(selection.blocks, found.body.as_deref())?;
    let text: Vec<String> = text.into_iter().map(|block| block.text).collect();
    if let Some(fault) = only_in_scripts.filter(|_| text.is_empty()) {
        return Err(fault);
    }
    let mut fields = article_fields(Findings { title, ..found }, text, lead, &selection.before);
    if selection.left_out >= TOLD_WORDS {
        fields.extra.push(("page_words_left_out".to_owned(), selection.left_out.to_string()));
    }
    Ok(fields)
}

/// The fields of an article: what its page says, and what the head of its text says besides.
fn article_fields(found: Findings, mut text: Vec<String>, lead: Option<String>, before: &[String]) -> ArticleFields {
    let byline = found.byline.as_deref().and_then(head::author_name);
    let head_of =
        |text: &[String]| Head::of(text.iter().flat_map(|block| block.lines()), found.title.as_deref(), byline.as_deref());
    let head = head_of(&text);
    cut_lines(&mut text, head.lines);
    if let Some(lead) = lead.filter(|lead| !text.is_empty() && !text.iter().any(|block| fold(block).contains(&fold(lead)))) {
        text.insert(0, lead);
    }
    let mut above = Head::default();
    for line in before.iter().flat_map(|block| block.lines()) {
        above.takes(line, byline.as_deref());
    }
    let shown = head.published.or(above.published);
    let mut extra = Vec::new();
    let published = match (found.published, shown) {
        (Some(known), Some(shown)) if read_date(&known).is_empty() => {
            extra.push(("page_published".to_owned(), known));
            Some(shown)
        }
        (Some(known), Some(shown)) => {
            // The day of the last change, mostly; it is no longer in the text.
            if read_date(&known) != read_date(&shown) {
                extra.push(("page_date_line".to_owned(), shown));
            }
            Some(known)
        }
        (known, shown) => known.or(shown),
    };
    ArticleFields {
        title: found.title,
        byline: byline.or(head.byline).or(above.byline),
        published,
        section: found.section,
        extra,
        ..ArticleFields::of_text(text.join("\n\n"))
    }
}

/// Cuts lines off the head of paragraphs.
fn cut_lines(blocks: &mut Vec<String>, mut count: usize) {
    while count > 0 && !blocks.is_empty() {
        let lines = blocks[0].lines().count();
        if lines > count {
            blocks[0] = blocks[0].lines().skip(count).collect::<Vec<_>>().join("\n");
            return;
        }
        count -= lines;
        blocks.remove(0);
    }
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

/// The article that the extractor finds: its fields, and its nodes of text, whose ids are those of the document.
fn extract(document: Document, config: Config) -> (Findings, HashSet<NodeId>) {
    let Ok(mut reader) = Readability::with_document(document, None, Some(config)) else { return Default::default() };
    let title = Some(squeeze(&reader.get_article_title())).filter(|title| !title.is_empty());
    // The title was taken before this, so it is kept even if no article is found.
    let Ok(article) = reader.parse() else { return (Findings { title, ..Findings::default() }, HashSet::new()) };
    let tidy = |text: String| Some(squeeze(&text)).filter(|text| !text.is_empty());
    let byline = article.byline.and_then(tidy);
    let published = article.published_time.and_then(tidy);
    let content = reader.doc.select("#readability-page-1");
    let nodes = content.nodes().iter().flat_map(NodeRef::descendants_it).filter(NodeRef::is_text);
    (Findings { title, byline, published, ..Findings::default() }, nodes.map(|node| node.id).collect())
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
