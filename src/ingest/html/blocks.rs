//! The text of a tree as paragraphs.
//!
//! A paragraph ends where a block begins or ends, and at two line breaks in a row; a single line break is kept. Rows of tables are
//! paragraphs, their cells separated by spaces.

use dom_query::NodeRef;

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
];

/// Words that begin a line of links to other articles, spelled without hamza and marks.
const POINTERS: &[&str] =
    &["اقرا ايضا", "اقرا المزيد", "شاهد ايضا", "طالع ايضا", "للمزيد", "مواضيع ذات صله", "اخبار ذات صله", "read also"];

/// A paragraph or heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Its text, lines separated by line breaks.
    pub(super) text: String,
    /// Number of its bytes in links, before white space is collapsed.
    link_bytes: usize,
}

impl Block {
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
    let mut links = 0_usize;
    while let Some(node) = next {
        let name = node.node_name();
        let name = name.as_deref().unwrap_or_default();
        if node.is_text() {
            builder.push(&node.text(), links > 0);
        }
        builder.border(name);
        if let Some(child) = node.first_child().filter(|_| node.is_element()) {
            links += usize::from(name == "a");
            next = Some(child);
            continue;
        }
        next = following(node, root, &mut builder, &mut links);
    }
    builder.finish()
}

/// The node that follows a node and everything inside it; ends of elements on the way are noted.
fn following<'a>(mut node: NodeRef<'a>, root: &NodeRef, builder: &mut Builder, links: &mut usize) -> Option<NodeRef<'a>> {
    loop {
        if let Some(sibling) = node.next_sibling() {
            return Some(sibling);
        }
        // Stops at the root: its own siblings are outside the part that was asked for.
        node = node.parent().filter(|parent| parent.id != root.id)?;
        let name = node.node_name();
        let name = name.as_deref().unwrap_or_default();
        builder.border(name);
        *links -= usize::from(name == "a");
    }
}

#[derive(Default)]
struct Builder {
    blocks: Vec<Block>,
    line: String,
    link_bytes: usize,
}

impl Builder {
    fn push(&mut self, text: &str, is_link: bool) {
        // A line break in the source is ordinary white space.
        self.line.extend(text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
        self.link_bytes += if is_link { text.len() } else { 0 };
    }

    /// Notes that an element begins or ends.
    fn border(&mut self, name: &str) {
        match name {
            // Line breaks of the source have become spaces in `push`, so `\n` in a line always means `<br>`.
            "br" => self.line.push('\n'),
            // Without it the last word of a cell and the first of the next would become one.
            "td" | "th" => self.line.push(' '),
            name if BLOCKS.contains(&name) => self.end(),
            _ => {}
        }
    }

    fn end(&mut self) {
        let line = std::mem::take(&mut self.line);
        // Taken even if the line turns out empty, or the next block would inherit these links.
        let link_bytes = std::mem::take(&mut self.link_bytes);
        let lines: Vec<String> = line.split('\n').map(squeeze).collect();
        // Two breaks in a row leave an empty line between them, and that is where a paragraph ends.
        for paragraph in lines.split(String::is_empty).filter(|lines| !lines.is_empty()) {
            let block = Block { text: paragraph.join("\n"), link_bytes };
            if !block.is_noise() {
                self.blocks.push(block);
            }
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.end();
        self.blocks
    }
}
