//! The page: the parts in `page/` and the data in one file, which needs no network.
//!
//! Invariant: no text of an article can end the element that holds the data.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::data::Report;

const PAGE: &str = include_str!("page/page.html");
/// Apache `ECharts`, as it is distributed.
const LIBRARY: &str = include_str!("page/echarts.min.js");
/// A subset of Amiri.
const FONT: &[u8] = include_bytes!("page/amiri.woff2");

/// In the order in which later rules override earlier ones.
const STYLES: [&str; 5] = [
    include_str!("page/10_base.css"),
    include_str!("page/20_overview.css"),
    include_str!("page/30_text.css"),
    include_str!("page/40_corrections.css"),
    include_str!("page/90_print.css"),
];
/// In the order in which they use each other.
const SCRIPTS: [&str; 27] = [
    include_str!("page/10_data.js"),
    include_str!("page/15_dom.js"),
    include_str!("page/20_numbers.js"),
    include_str!("page/25_folding.js"),
    include_str!("page/28_address.js"),
    include_str!("page/30_overview.js"),
    include_str!("page/35_reliability.js"),
    include_str!("page/40_charts.js"),
    include_str!("page/45_figures.js"),
    include_str!("page/47_months.js"),
    include_str!("page/50_letters.js"),
    include_str!("page/52_places.js"),
    include_str!("page/54_csv.js"),
    include_str!("page/56_corrections.js"),
    include_str!("page/58_lists.js"),
    include_str!("page/60_sentence.js"),
    include_str!("page/61_search.js"),
    include_str!("page/62_sentence_list.js"),
    include_str!("page/63_card_content.js"),
    include_str!("page/64_card.js"),
    include_str!("page/66_tokens.js"),
    include_str!("page/70_concordance.js"),
    include_str!("page/75_worst.js"),
    include_str!("page/80_drawer.js"),
    include_str!("page/85_theme.js"),
    include_str!("page/88_legend.js"),
    include_str!("page/90_start.js"),
];

/// A report as a page.
pub(super) fn page(report: &Report) -> String {
    let data = serde_json::to_string(report).expect("a report is plain data");
    // Within JSON it can only stand in a text; there the escape means the same.
    let data = data.replace('<', "\\u003c");
    let parts = [
        ("title", escaped(&report.build.name)),
        ("style", STYLES.concat()),
        ("font", STANDARD.encode(FONT)),
        ("library", LIBRARY.to_owned()),
        ("script", SCRIPTS.concat()),
        ("data", data),
    ];
    let mut page = String::with_capacity(parts.iter().map(|(_, text)| text.len()).sum::<usize>() + PAGE.len());
    let mut rest = PAGE;
    // Each place once, from the front: what was put in is not searched again.
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let (name, after) = after.split_once("}}").expect("a place that is closed");
        let text = parts.iter().find(|(part, _)| *part == name).map(|(_, text)| text.as_str());
        page.push_str(text.expect("a part of that name"));
        rest = after;
    }
    page.push_str(rest);
    page
}

/// A text in HTML.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            '&' | '<' | '>' | '"' | '\'' => write!(html, "&#{};", u32::from(c)),
            _ => write!(html, "{c}"),
        };
    }
    html
}
