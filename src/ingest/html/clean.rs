//! Removes what is never part of the article from a page's tree, before the extractor looks for the article.
//!
//! The extractor weighs text, and a cookie notice of three lines outweighs a short news item, so elements whose names mark them as
//! something else are removed first. Attributes that the text does not need are removed too: the extractor reads the addresses of
//! pictures and videos, which gains nothing and can panic (it slices them without regard to character boundaries).

use dom_query::{Document, NodeRef};

/// Elements without running text. `form` is not among them, because some systems put the whole page into one.
const NO_TEXT: &[&str] = &[
    "script",
    "style",
    "noscript",
    "noframes",
    "template",
    "iframe",
    "object",
    "embed",
    "applet",
    "video",
    "audio",
    "canvas",
    "svg",
    "math",
    "img",
    "picture",
    "source",
    "input",
    "select",
    "button",
    "textarea",
    "nav",
    "dialog",
    "figcaption",
    "map",
    "amp-ad",
    "amp-auto-ads",
    "amp-sidebar",
    "amp-consent",
    "amp-social-share",
    "amp-embed",
    "amp-sticky-ad",
    "amp-user-notification",
    "amp-analytics",
    "amp-iframe",
    "amp-list",
    "amp-video",
    "amp-youtube",
    "amp-img",
    "frame",
    "frameset",
    "ref",
    "references",
    "gallery",
    "timeline",
    "link",
    "marquee",
];

/// Words in the classes and ids of elements that are never the article, however long they are.
const NEVER: &[&str] = &[
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "comments",
    "comment",
    "commentlist",
    "disqus",
    "newsletter",
    "breadcrumb",
    "breadcrumbs",
    "adsbygoogle",
    "popup",
    "modal",
    "outbrain",
    "taboola",
    "subscribe",
];

/// Words in the classes and ids of elements that are rarely the article, but may be part of the name of one that contains it.
const SELDOM: &[&str] = &[
    "share",
    "sharing",
    "sharethis",
    "addthis",
    "addtoany",
    "social",
    "related",
    "sidebar",
    "navbar",
    "nav",
    "menu",
    "ad",
    "ads",
    "advert",
    "advertisement",
    "banner",
    "pagination",
    "tags",
    "trending",
    "recommended",
    "caption",
    "credit",
    "copyright",
    "print",
];

/// More such words: of elements that may be inside the article's part of the page, and are judged only where the extractor found nothing.
const BESIDE: &[&str] = &[
    "more",
    "most",
    "popular",
    "latest",
    "teaser",
    "teasers",
    "card",
    "cards",
    "widget",
    "widgets",
    "footer",
    "bio",
    "poll",
    "weather",
    "ticker",
    "promo",
    "pager",
    "tools",
    "tag",
    "buttons",
    "links",
    "counter",
    "rating",
    "toolbar",
    "recent",
    "suggested",
    "readmore",
    "login",
    "search",
];

/// Attributes by which the extractor weighs elements.
const KEPT_ATTRIBUTES: &[&str] =
    &["class", "id", "itemprop", "rel", "role", "href", "dir", "lang", "style", "hidden", "aria-hidden"];

/// Removes what is never text, from a piece of a page as from a page.
pub(super) fn clean_piece(document: &Document) {
    for node in document.root().descendants() {
        if node.node_name().is_some_and(|name| NO_TEXT.contains(&name.as_ref())) || is_hidden(&node) {
            node.remove_from_parent();
        }
    }
}

/// Removes what is not the article.
pub(super) fn clean(document: &Document) {
    let Some(body) = document.body() else { return };
    // Measured at most once, and only if some element needs it: the whole text is costly to collect.
    let mut text_bytes = None;
    for node in body.descendants() {
        let Some(name) = node.node_name() else { continue };
        if NO_TEXT.contains(&name.as_ref()) || is_hidden(&node) {
            node.remove_from_parent();
            continue;
        }
        let label = Label::of(&node);
        let is_noise = (label.has(NEVER) && !holds_article(&node, label.has(&["comment", "comments", "commentlist"])))
            || (label.has(SELDOM) && {
                let whole = *text_bytes.get_or_insert_with(|| body.text().len());
                // A part with two fifths of the text or more is no margin of the page, whatever its name.
                !holds_article(&node, false) && node.text().len() * 5 < whole * 2
            });
        // These hold the article, so a word in their class or id must not take it away.
        if is_noise && !matches!(name.as_ref(), "body" | "main" | "article") {
            node.remove_from_parent();
        }
        node.retain_attrs(KEPT_ATTRIBUTES);
    }
}

/// Whether the element is hidden from readers.
fn is_hidden(node: &NodeRef) -> bool {
    if node.has_attr("hidden") {
        return true;
    }
    let Some(style) = node.attr("style") else { return false };
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    style.contains("display:none") || style.contains("visibility:hidden")
}

/// Whether the element contains one that is marked as the article.
fn holds_article(node: &NodeRef, is_comments: bool) -> bool {
    node.descendants_it().any(|inner| {
        // In a list of comments each one is often an `<article>` of its own.
        let is_article = || !is_comments && inner.node_name().is_some_and(|name| name.as_ref() == "article");
        let is_body = || inner.attr("itemprop").is_some_and(|value| value.as_ref() == "articleBody");
        inner.node_name().is_some_and(|name| matches!(name.as_ref(), "h1" | "main")) || is_article() || is_body()
    })
}

/// Whether an element is named as something that stands beside articles. Some of the names also occur in articles, where there are no links.
pub(super) fn is_beside_articles(node: &NodeRef) -> bool {
    let label = Label::of(node);
    label.has(NEVER) || label.has(SELDOM) || (label.has(BESIDE) && node.descendants_it().any(|inner| inner.has_name("a")))
}

/// The words of an element's class and id, in lower case: `relatedPosts share-bar` has four.
pub(super) struct Label(Vec<String>);

impl Label {
    pub(super) fn of(node: &NodeRef) -> Self {
        let mut words = vec![String::new()];
        for value in ["class", "id"].into_iter().filter_map(|name| node.attr(name)) {
            let mut was_lower = false;
            for c in value.chars() {
                if !c.is_ascii_alphanumeric() || (was_lower && c.is_ascii_uppercase()) {
                    words.push(String::new());
                }
                if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
                    word.push(c.to_ascii_lowercase());
                }
                was_lower = c.is_ascii_lowercase();
            }
            words.push(String::new());
        }
        Self(words)
    }

    pub(super) fn has(&self, wanted: &[&str]) -> bool {
        self.0.iter().any(|word| wanted.contains(&word.as_str()))
    }
}
