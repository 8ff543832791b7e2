//! Which paragraphs of a page are its article: those that the extractor found, and those that it should have found with them.
//!
//! The extractor is good at finding the article and careless about its edges: it drops rows of a table, short lines, text that stands
//! beside elements. So only *where* it found text is taken from it. The text itself comes from the page, and each other paragraph is
//! judged by where it stands: in the same container as the article's paragraphs, in the same part of the page, or outside of it but
//! marked up alike. What reads like an article and is still left out is counted.

use std::collections::{HashMap, HashSet};

use dom_query::{Document, NodeId, NodeRef};
use engine::arabic::is_sentence_mark;

use super::blocks::{Block, is_block};
use super::clean::is_beside_articles;
use super::head::repeats_title;
use super::other_parts::{is_not_the_article, is_over_comments};

/// Share of the article, in percent, that its part of the page holds at least. Not all of it, because the extractor sometimes adds a
/// paragraph from elsewhere.
const REGION_PERCENT: usize = 70;

/// Fewest words of a paragraph that ends like a sentence, and of one that does not.
const MIN_WORDS: (usize, usize) = (5, 12);

/// Share of links, in percent, from which on a paragraph is a list of links.
const LINKED: usize = 34;

/// Share of links, in percent, from which on even a paragraph that the extractor took is a list of links.
const ALL_LINKED: usize = 80;

/// Most paragraphs above an article without a headline that are looked at for its date.
const MAX_LINES_ABOVE: usize = 2;

/// What was selected.
pub(super) struct Selection {
    /// The paragraphs of the article, in order.
    pub(super) blocks: Vec<Block>,
    /// The lines between the page's headline and the article, such as its date.
    pub(super) before: Vec<String>,
    /// Number of words that read like an article and are left out, because they stand elsewhere on the page.
    pub(super) left_out: usize,
}

/// Selects the article's paragraphs from all of a page's; `found` are the nodes of text that the extractor kept.
pub(super) fn select(document: &Document, blocks: Vec<Block>, found: &HashSet<NodeId>, title: Option<&str>) -> Selection {
    let comments = comments(document, &blocks);
    let mut core: Vec<bool> =
        blocks.iter().zip(&comments).map(|(block, comment)| !comment && is_core(block, found)).collect();
    if let Some(page) = Page::of(document, &blocks, &core) {
        page.demote(&blocks, &mut core);
    }
    if !core.contains(&true) {
        core = blocks.iter().zip(&comments).map(|(block, comment)| !comment && is_prose(block)).collect();
    }
    let Some(page) = Page::of(document, &blocks, &core) else {
        return Selection { blocks: Vec::new(), before: Vec::new(), left_out: 0 };
    };
    let mut verdicts = page.verdicts(&blocks, &core, &comments);
    let is_article = |verdict: &Verdict| *verdict == Verdict::Article;
    let first = verdicts.iter().position(is_article).unwrap_or_default();
    let last = verdicts.iter().rposition(is_article).unwrap_or_default();
    let headline = title.and_then(|title| (0..first).rfind(|at| repeats_title(&blocks[*at].text, title)));
    // A standfirst stands between the two, in an element of its own.
    let above = headline.map_or(first, |at| at + 1).max(first.saturating_sub(MAX_LINES_ABOVE))..first;
    for verdict in verdicts[above].iter_mut().filter(|verdict| **verdict == Verdict::Elsewhere) {
        *verdict = Verdict::Article;
    }
    let is_selected = |at: &usize| match verdicts[*at] {
        Verdict::Article => true,
        Verdict::Line => *at < last || page.is_alike(&blocks[*at], &blocks[last]),
        Verdict::Elsewhere | Verdict::Beside | Verdict::Nothing => false,
    };
    let selected: HashSet<usize> = (0..blocks.len()).filter(is_selected).collect();
    // Where no headline shows, only what stands directly before the article can be about it.
    let start = headline.map_or(first.saturating_sub(MAX_LINES_ABOVE), |at| at + 1);
    let before = (start..first).filter(|at| !selected.contains(at) && !blocks[*at].is_linked(LINKED));
    let before = before.map(|at| blocks[at].text.clone()).collect();
    let is_left_out = |at: &usize| matches!(verdicts[*at], Verdict::Elsewhere | Verdict::Beside);
    let left_out = (0..blocks.len()).filter(is_left_out).map(|at| blocks[at].words()).sum();
    let blocks = blocks.into_iter().enumerate().filter(|(at, _)| selected.contains(at)).map(|(_, block)| block).collect();
    Selection { blocks, before, left_out }
}

/// Whether the extractor took a paragraph, and was right.
fn is_core(block: &Block, found: &HashSet<NodeId>) -> bool {
    let is_sentence = || block.text.ends_with('.') && block.words() >= MIN_WORDS.1;
    if is_not_the_article(block) || (block.is_linked(ALL_LINKED) && !is_sentence()) {
        return false;
    }
    let all: usize = block.nodes.iter().map(|(_, bytes)| bytes).sum();
    let kept: usize = block.nodes.iter().filter(|(node, _)| found.contains(node)).map(|(_, bytes)| bytes).sum();
    kept > 0 && kept * 2 >= all
}

/// Which paragraphs are comments of readers: those under a heading that says so, after some text.
fn comments(document: &Document, blocks: &[Block]) -> Vec<bool> {
    let mut scope: Option<NodeId> = None;
    let mut words = 0;
    let mut verdicts = Vec::with_capacity(blocks.len());
    for block in blocks {
        if words >= MIN_WORDS.1 && is_over_comments(block) {
            scope = scope_of(document, block).or(scope);
        }
        words += if is_prose(block) { block.words() } else { 0 };
        let is_inside = |scope: NodeId| {
            let node = block.nodes.first().map(|(node, _)| NodeRef::new(*node, &document.tree));
            node.is_some_and(|node| node.ancestors_it(None).any(|around| around.id == scope))
        };
        verdicts.push(scope.is_some_and(is_inside));
    }
    verdicts
}

/// The element that a heading is about: the one around that with its text.
fn scope_of(document: &Document, heading: &Block) -> Option<NodeId> {
    let (node, _) = heading.nodes.first()?;
    let inner = NodeRef::new(*node, &document.tree).ancestors_it(None).find(is_block)?;
    inner.parent().map(|parent| parent.id)
}

/// What a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Part of the article.
    Article,
    /// A short line among its paragraphs: part of it, unless it stands at the end.
    Line,
    /// Text like an article's, but elsewhere.
    Elsewhere,
    /// The same, in an element that is named as something else.
    Beside,
    /// None of these.
    Nothing,
}

/// Whether a paragraph reads like an article's.
fn is_prose(block: &Block) -> bool {
    let least = if block.text.ends_with(is_sentence_mark) { MIN_WORDS.0 } else { MIN_WORDS.1 };
    block.words() >= least && !block.is_linked(LINKED)
}

/// Where the article stands on a page.
struct Page<'d> {
    document: &'d Document,
    /// Bytes of the article in each element that holds some of it.
    weights: HashMap<NodeId, usize>,
    /// The smallest element that holds most of it.
    region: NodeId,
}

/// How a paragraph outside the article is reached from it.
struct Branch {
    /// The smallest element that holds both.
    meeting: NodeId,
    /// The elements between that and the paragraph's text, the innermost first.
    path: Vec<NodeId>,
}

impl<'d> Page<'d> {
    fn of(document: &'d Document, blocks: &[Block], core: &[bool]) -> Option<Self> {
        let mut weights: HashMap<NodeId, usize> = HashMap::new();
        for (block, _) in blocks.iter().zip(core).filter(|(_, is_core)| **is_core) {
            let (node, _) = block.nodes.first()?;
            for ancestor in NodeRef::new(*node, &document.tree).ancestors_it(None) {
                *weights.entry(ancestor.id).or_default() += block.text.len();
            }
        }
        let mut region = document.body()?;
        let whole = *weights.get(&region.id)?;
        let heavy = |node: &NodeRef| weights.get(&node.id).is_some_and(|weight| weight * 100 >= whole * REGION_PERCENT);
        while let Some(child) = region.children_it(false).find(heavy) {
            region = child;
        }
        let region = region.id;
        Some(Self { document, weights, region })
    }

    /// Takes back what the extractor added from elsewhere: small parts of the page that are named as something else, or have a heading that
    /// says so.
    fn demote(&self, blocks: &[Block], core: &mut [bool]) {
        let whole: usize =
            blocks.iter().zip(&*core).filter(|(_, is_core)| **is_core).map(|(block, _)| block.text.len()).sum();
        let weight = |node: &NodeId| self.weights.get(node).copied().unwrap_or_default();
        let headings = blocks.iter().filter(|block| is_not_the_article(block));
        let headed: HashSet<NodeId> =
            headings.filter_map(|block| scope_of(self.document, block)).filter(|scope| weight(scope) * 2 < whole).collect();
        for (block, is_core) in blocks.iter().zip(core).filter(|(_, is_core)| **is_core) {
            let Some((node, _)) = block.nodes.first() else { continue };
            let node = self.node(*node);
            let mut around = node.ancestors_it(None).take_while(|node| weight(&node.id) * 2 < whole);
            *is_core =
                !around.any(|node| headed.contains(&node.id) || (weight(&node.id) * 4 < whole && is_beside_articles(&node)));
        }
    }

    fn verdicts(&self, blocks: &[Block], core: &[bool], comments: &[bool]) -> Vec<Verdict> {
        // The element in which a heading over something else stands: what follows in it is not the article.
        let mut closed: Option<NodeId> = None;
        let next_core = |at: usize| (at..blocks.len()).find(|at| core[*at]);
        let mut last_core = None;
        let mut verdicts = Vec::with_capacity(blocks.len());
        for (at, block) in blocks.iter().enumerate() {
            if core[at] {
                (closed, last_core) = (None, Some(at));
                verdicts.push(Verdict::Article);
                continue;
            }
            if comments[at] {
                verdicts.push(Verdict::Nothing);
                continue;
            }
            let branch = self.branch(block);
            if is_not_the_article(block) {
                closed = scope_of(self.document, block).or(closed);
                verdicts.push(Verdict::Nothing);
                continue;
            }
            if closed.is_some_and(|closed| branch.path.contains(&closed) || branch.meeting == closed) {
                verdicts.push(Verdict::Nothing);
                continue;
            }
            if self.is_noise(&branch) {
                verdicts.push(if is_prose(block) { Verdict::Beside } else { Verdict::Nothing });
                continue;
            }
            let nearest = last_core.or_else(|| next_core(at)).map(|at| &blocks[at]);
            verdicts.push(self.verdict(block, &branch, nearest));
        }
        verdicts
    }

    fn verdict(&self, block: &Block, branch: &Branch, nearest: Option<&Block>) -> Verdict {
        let shares_container = !branch.path.iter().any(|node| is_block(&self.node(*node)));
        let is_inside = || self.node(branch.meeting).id == self.region || self.is_within_region(branch.meeting);
        let is_alike = || nearest.is_some_and(|core| self.is_alike(block, core));
        match (is_prose(block), shares_container) {
            _ if block.is_linked(LINKED) => Verdict::Nothing,
            (_, true) => {
                if is_prose(block) {
                    Verdict::Article
                } else {
                    Verdict::Line
                }
            }
            (true, _) if is_inside() || is_alike() => Verdict::Article,
            (true, _) => Verdict::Elsewhere,
            (false, _) if is_inside() => Verdict::Line,
            (false, _) => Verdict::Nothing,
        }
    }

    fn node(&self, id: NodeId) -> NodeRef<'d> {
        NodeRef::new(id, &self.document.tree)
    }

    fn branch(&self, block: &Block) -> Branch {
        let mut path = Vec::new();
        let start = block.nodes.first().map_or(self.region, |(node, _)| *node);
        for ancestor in self.node(start).ancestors_it(None) {
            if self.weights.contains_key(&ancestor.id) {
                return Branch { meeting: ancestor.id, path };
            }
            path.push(ancestor.id);
        }
        Branch { meeting: self.region, path }
    }

    fn is_noise(&self, branch: &Branch) -> bool {
        branch.path.iter().any(|node| is_beside_articles(&self.node(*node)))
    }

    fn is_within_region(&self, node: NodeId) -> bool {
        self.node(node).ancestors_it(None).any(|ancestor| ancestor.id == self.region)
    }

    /// Whether two paragraphs are marked up alike, from their text up to the element that holds both.
    fn is_alike(&self, one: &Block, other: &Block) -> bool {
        let ancestors = |block: &Block| -> Vec<NodeId> {
            let start = block.nodes.first().map_or(self.region, |(node, _)| *node);
            self.node(start).ancestors_it(None).map(|node| node.id).collect()
        };
        let (one, other) = (ancestors(one), ancestors(other));
        let shared = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
        self.signature(&one[..one.len() - shared]) == self.signature(&other[..other.len() - shared])
    }

    /// The names and classes of the blocks on a path; an element around one of its own kind counts once.
    fn signature(&self, path: &[NodeId]) -> Vec<String> {
        // A short cell is no block, but it is marked up like a long one.
        let counts = |node: &NodeRef| is_block(node) || node.has_name("td");
        let blocks = path.iter().map(|node| self.node(*node)).filter(counts);
        let mut names: Vec<String> = blocks
            .map(|node| format!("{} {}", node.node_name().unwrap_or_default(), node.attr("class").unwrap_or_default()))
            .collect();
        names.dedup();
        names
    }
}
