//! The text of a tree as paragraphs.
//!
//! A paragraph ends where a block begins or ends, and at two line breaks in a row; a single line break is kept. Rows of tables are
//! paragraphs, their cells separated by spaces, unless the table is the page's layout: then each cell has paragraphs of its own.

use dom_query::{NodeId, NodeRef};

use super::parse::squeeze;

/// Elements that begin and end a paragraph.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "article",
    "section",
    "main",
    "header",
    "footer",
    "aside",
    "blockquote",
    "q-block",
    "pre",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "tr",
    "thead",
    "tbody",
    "tfoot",
    "caption",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "form",
    "fieldset",
    "figure",
    "address",
    "center",
    "details",
    "summary",
    "body",
    "html",
    "title",
    "nav",
    "hgroup",
    "search",
    "legend",
    "dir",
    "menu",
    "figcaption",
    "listing",
    "dialog",
    "optgroup",
];

/// Words that begin a line of links to other articles, spelled without hamza and marks.
const POINTERS: &[&str] =
    &["اقرا ايضا", "اقرا المزيد", "شاهد ايضا", "طالع ايضا", "للمزيد", "مواضيع ذات صله", "اخبار ذات صله", "read also"];

/// Longest text, in bytes, of a cell in a table of figures; the cells of a layout are longer.
const MAX_CELL_BYTES: usize = 200;

/// A paragraph or heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Its text, lines separated by line breaks.
    pub(super) text: String,
    /// Number of its bytes in links, before white space is collapsed.
    link_bytes: usize,
    /// The nodes of its text, each with the number of its bytes; blank ones left out.
    pub(super) nodes: Vec<(NodeId, usize)>,
}

impl Block {
    /// Whether at least this share of it, in percent, is links.
    pub(super) fn is_linked(&self, percent: usize) -> bool {
        self.link_bytes * 100 >= self.text.len() * percent
    }

    /// Number of its words.
    pub(super) fn words(&self) -> usize {
        self.text.split_whitespace().count()
    }

    /// Whether it is the label of an advertisement, or a line that points to other articles.
    fn is_noise(&self) -> bool {
        let folded = fold(&self.text);
        let points = POINTERS.iter().any(|pointer| folded.starts_with(&fold(pointer)));
        matches!(folded.as_str(), "اعلان" | "اعلانات" | "advertisement") || (points && self.link_bytes * 2 > self.text.len())
    }
}

/// Letters and digits only, alifs bare, `ه` and `ي` for `ة` and `ى`: for comparing lines.
pub(super) fn fold(text: &str) -> String {
    let fold = |c| match c {
        'أ' | 'إ' | 'آ' => 'ا',
        'ة' => 'ه',
        'ى' => 'ي',
        other => other,
    };
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).map(fold).collect()
}

/// The paragraphs below a node, in order.
pub(super) fn blocks(root: &NodeRef) -> Vec<Block> {
    let mut builder = Builder::default();
    let mut next = root.first_child();
    let (mut links, mut preformatted) = (0_usize, 0_usize);
    while let Some(node) = next {
        if node.is_text() {
            builder.push(&node, links > 0, preformatted > 0);
        } else {
            builder.border(&node);
        }
        if let Some(child) = node.first_child().filter(|_| node.is_element()) {
            links += usize::from(node.has_name("a"));
            preformatted += usize::from(is_preformatted(&node));
            next = Some(child);
            continue;
        }
        next = following(node, root, &mut builder, &mut links, &mut preformatted);
    }
    builder.finish()
}

/// The node that follows a node and everything inside it; ends of elements on the way are noted.
fn following<'a>(
    mut node: NodeRef<'a>,
    root: &NodeRef,
    builder: &mut Builder,
    links: &mut usize,
    preformatted: &mut usize,
) -> Option<NodeRef<'a>> {
    loop {
        if let Some(sibling) = node.next_sibling() {
            return Some(sibling);
        }
        // Stops at the root: its own siblings are outside the part that was asked for.
        node = node.parent().filter(|parent| parent.id != root.id)?;
        builder.border(&node);
        *links -= usize::from(node.has_name("a"));
        *preformatted -= usize::from(is_preformatted(&node));
    }
}

/// Whether the line breaks of the source are those that readers see.
fn is_preformatted(node: &NodeRef) -> bool {
    node.has_name("pre") || node.attr("style").is_some_and(|style| style.replace(' ', "").contains("white-space:pre"))
}

/// Whether an element begins and ends a paragraph.
pub(super) fn is_block(node: &NodeRef) -> bool {
    let Some(name) = node.node_name() else { return false };
    match name.as_ref() {
        "td" | "th" => is_layout(node),
        name => {
            BLOCKS.contains(&name)
                || node.attr("style").is_some_and(|style| style.replace(' ', "").contains("display:block"))
        }
    }
}

/// Whether a cell is a part of the page's layout: it holds lines or paragraphs, or more text than a figure and its label have.
fn is_layout(cell: &NodeRef) -> bool {
    let holds =
        |node: NodeRef| node.node_name().is_some_and(|name| name.as_ref() == "br" || BLOCKS.contains(&name.as_ref()));
    cell.descendants_it().any(holds) || cell.text().trim().len() > MAX_CELL_BYTES
}

#[derive(Default)]
struct Builder {
    blocks: Vec<Block>,
    /// The lines of the current paragraph before the current one.
    lines: Vec<String>,
    line: String,
    link_bytes: usize,
    nodes: Vec<(NodeId, usize)>,
}

impl Builder {
    fn push(&mut self, node: &NodeRef, is_link: bool, is_preformatted: bool) {
        let text = node.text();
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 && is_preformatted {
                self.end_line();
            } else if at > 0 {
                // A line break in the source is ordinary white space.
                self.line.push(' ');
            }
            self.line.push_str(line);
            let bytes = line.trim().len();
            self.link_bytes += if is_link { bytes } else { 0 };
            if bytes > 0 {
                self.nodes.push((node.id, bytes));
            }
        }
    }

    /// Notes that an element begins or ends.
    fn border(&mut self, node: &NodeRef) {
        if node.has_name("br") {
            self.end_line();
        } else if is_block(node) {
            self.end();
        } else if ["td", "th", "option", "button", "rt"].iter().any(|name| node.has_name(name)) {
            // Without it the last word of a cell and the first of the next would become one.
            self.line.push(' ');
        }
    }

    /// Ends a line; an empty one ends the paragraph.
    fn end_line(&mut self) {
        let line = squeeze(&std::mem::take(&mut self.line));
        if line.is_empty() {
            self.end_paragraph();
        } else {
            self.lines.push(line);
        }
    }

    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.lines).join("\n");
        // Taken even if there is no text, or the next block would inherit these.
        let (link_bytes, nodes) = (std::mem::take(&mut self.link_bytes), std::mem::take(&mut self.nodes));
        let block = Block { text, link_bytes, nodes };
        if !block.text.is_empty() && !block.is_noise() {
            self.blocks.push(block);
        }
    }

    fn end(&mut self) {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.end_paragraph();
    }

    fn finish(mut self) -> Vec<Block> {
        self.end();
        self.blocks
    }
}
