//! Texts of a page that a parser of HTML does not show: those for readers without frames, and the data of scripts.

use dom_query::Document;

use super::super::decode::DecodeFault;

/// Fewest Arabic words in the scripts of a page without an article for them to be told.
const TOLD_WORDS: usize = 10;

/// Of a page of frames, the page that readers without frames see, if it holds more than a remark.
pub(super) fn page_without_frames(document: &Document) -> Option<String> {
    if !document.select("frameset").exists() {
        return None;
    }
    let shown: Vec<String> = document.select("noframes").nodes().iter().map(|node| node.text().to_string()).collect();
    let head = document.select("head").inner_html();
    Some(format!("<head>{head}</head><body>{}</body>", shown.join("<p>")))
}

/// The fault of a page whose text is only data of its scripts, by which a browser would build it.
pub(super) fn only_in_scripts(document: &Document) -> Option<DecodeFault> {
    let scripts = document.select("script");
    let words: usize = scripts.nodes().iter().map(|script| arabic_words(&script.text())).sum();
    let message = format!(
        "no article in the page itself: its text ({words} Arabic words) is data of its scripts, from which a browser builds what its reader sees; \
         save the page from a browser, write the text to .txt or .jsonl, or add the page to ingest.skip"
    );
    (words >= TOLD_WORDS).then_some(DecodeFault { code: "empty", message, offset: None })
}

/// The number of words that hold an Arabic letter, as it is or escaped as JSON escapes it.
fn arabic_words(script: &str) -> usize {
    let is_arabic = |word: &&str| word.contains("\\u06") || word.contains(|c: char| matches!(c, '\u{620}'..='\u{64a}'));
    script.split_whitespace().filter(is_arabic).count()
}
