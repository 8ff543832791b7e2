//! The terms of a vocabulary, compiled into a trie of words. Any form of a term's first word leads to a root.
//!
//! A later word follows as the term's noun in any number (`أسعار النفط` "oil prices"), or as an adjective that agrees with the first
//! word (`صناعات صغيرة` "small industries") and is compared without its endings. Invariant: if two concepts share a term, it belongs to
//! the first.

use rustc_hash::FxHashMap;

use super::runs::{is_symbol, letters_of};
use super::vocabulary::{ConceptIndex, Vocabulary};
use crate::arabic::clitics::ARTICLE;
use crate::arabic::inflection::{Bases, Ending, Form, Proclitic, agreement_key, has_article, without_article};
use crate::arabic::{code, fold_word, with_plain_alif};
use crate::repair::costs::HALVING;
use crate::repair::frequencies::WordFrequencies;

/// A node of the trie.
type Node = u32;
/// Index of a term in the trie.
pub type TermIndex = usize;

/// The fewest letters of a skeleton that identifies a word; shorter ones fit too many.
const LEAST_SKELETON: usize = 4;

/// How a later word follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    /// As the term's noun.
    Noun = 0,
    /// Agreeing with the first word.
    Adjective = 1,
    /// As the letters that the damage leaves.
    Skeleton = 2,
    /// As the definite noun of a construct (`وزارة الصناعة`): it does not follow a first word with the article (`الوزارة الصناعة`).
    Genitive = 3,
}

/// A term of a concept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) concept: ConceptIndex,
    /// Its place among the concept's terms.
    pub(super) number: usize,
    /// Letter codes of its words as written; of numbers and words in other scripts, their bytes.
    pub(super) words: Vec<Vec<u8>>,
}

/// The first word of one or more terms; spellings that fold to the same letters share a root.
#[derive(Clone, Copy, Debug)]
struct Root {
    node: Node,
    is_name: bool,
    /// Cost (negative log-probability) of the word with or without article, whichever is lower; `None` if the lexicon has neither.
    cost: Option<i32>,
    has_article: bool,
}

/// How definite the first word of a term is in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Definiteness {
    Indefinite,
    /// By an article or a pronoun: an adjective that agrees is definite too.
    Definite,
    /// The term itself has the article: its words are as listed, and nothing has to agree.
    Fixed,
}

/// Whether a term can end at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closing {
    Free,
    /// The word is more likely a word of its own than a form of the term's first word. Only the rest of the term can prove otherwise.
    Doubtful,
    /// The word is indefinite after a definite first one, like a predicate (`السوق مالية` "the market is financial").
    Predicate,
}

/// A position in the trie, reached by the words of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    node: Node,
    first: Definiteness,
    closing: Closing,
}

/// The trie. Its edges are one hash table, keyed by node, kind and letters: with few edges per node that is smaller than a table each.
#[derive(Debug, Default)]
pub(super) struct TermTrie {
    roots: Vec<Root>,
    /// Indices of roots by folded word. Names are apart, since they take no endings.
    words: FxHashMap<Vec<u8>, usize>,
    names: FxHashMap<Vec<u8>, usize>,
    skeletons: FxHashMap<Vec<u8>, Vec<usize>>,
    edges: FxHashMap<Vec<u8>, Node>,
    ends: FxHashMap<Node, TermIndex>,
    listed: Vec<Term>,
    nodes: Node,
}

impl TermTrie {
    pub(super) fn new(vocabulary: &Vocabulary, frequencies: &WordFrequencies) -> Self {
        let mut terms = Self::default();
        for (index, concept) in vocabulary.concepts().iter().enumerate() {
            for (number, term) in concept.terms.iter().enumerate() {
                let words = term.split(' ').map(letters_of).collect();
                terms.add(Term { concept: index, number, words }, concept.is_name, frequencies);
            }
        }
        terms
    }

    pub(super) fn term(&self, index: TermIndex) -> &Term {
        &self.listed[index]
    }

    fn add(&mut self, term: Term, is_name: bool, frequencies: &WordFrequencies) {
        let first = &term.words[0];
        let mut node = self.root(first, is_name, frequencies);
        for word in &term.words[1..] {
            let agrees = !is_name && (has_article(first) || !has_article(word));
            let noun = if has_article(word) && !has_article(first) { Edge::Genitive } else { Edge::Noun };
            node = self.follow(node, word, noun, agrees);
        }
        // `or_insert`, not `insert`: a term that two concepts share stays with the first.
        self.ends.entry(node).or_insert(self.listed.len());
        self.listed.push(term);
    }

    /// The node where terms that begin with a word go on.
    fn root(&mut self, written: &[u8], is_name: bool, frequencies: &WordFrequencies) -> Node {
        let cost = if is_symbol(written) { None } else { cost_of(written, frequencies) };
        let by_letters = if is_name { &mut self.names } else { &mut self.words };
        let index = *by_letters.entry(fold_word(written)).or_insert(self.roots.len());
        if let Some(root) = self.roots.get_mut(index) {
            root.cost = root.cost.into_iter().chain(cost).min();
            // Spellings that share a root can differ here (الكتروني, إلكتروني); only if all have the article is it one.
            root.has_article &= has_article(written);
            return root.node;
        }
        self.nodes += 1;
        self.roots.push(Root { node: self.nodes, is_name, cost, has_article: has_article(written) });
        if is_symbol(written) {
            return self.nodes;
        }
        for skeleton in skeletons(written) {
            self.skeletons.entry(skeleton).or_default().push(index);
        }
        self.nodes
    }

    fn follow(&mut self, node: Node, word: &[u8], noun: Edge, agrees: bool) -> Node {
        let noun = edge_key(node, noun, &without_article(word));
        let next = *self.edges.entry(noun).or_insert_with(|| {
            self.nodes += 1;
            self.nodes
        });
        // It has one form, and nothing that damage could have left of it.
        if is_symbol(word) {
            return next;
        }
        if agrees {
            self.edges.entry(edge_key(node, Edge::Adjective, &agreement_key(word))).or_insert(next);
        }
        for skeleton in skeletons(word) {
            self.edges.entry(edge_key(node, Edge::Skeleton, &without_article(&skeleton))).or_insert(next);
        }
        next
    }

    /// Calls `each` with every position that a word (letter codes as written) leads to, as any form of a term's first word.
    pub(super) fn begin(
        &self,
        word: &[u8],
        bases: &mut Bases,
        frequencies: &WordFrequencies,
        mut each: impl FnMut(Position),
    ) {
        if is_symbol(word) {
            let roots = self.names.get(word).into_iter().chain(self.words.get(word)).map(|index| &self.roots[*index]);
            return roots.for_each(|root| each(root.position(Form { proclitic: Proclitic::None, ending: Ending::None })));
        }
        bases.find(word);
        for (letters, form) in bases.iter() {
            for root in self.names.get(letters).into_iter().chain(self.words.get(letters)).map(|index| &self.roots[*index]) {
                if root.takes(form) {
                    let is_doubtful = !is_believable(word, form, root.cost, frequencies);
                    let closing = if is_doubtful { Closing::Doubtful } else { Closing::Free };
                    each(Position { closing, ..root.position(form) });
                }
            }
        }
    }

    /// The same for the letters that the damage left of an unresolved word.
    pub(super) fn begin_with_skeleton(&self, word: &[u8], bases: &mut Bases, mut each: impl FnMut(Position)) {
        bases.find(&skeleton(word));
        for (letters, form) in bases.iter() {
            let roots = self.skeletons.get(letters).into_iter().flatten().map(|index| &self.roots[*index]);
            roots.filter(|root| root.takes(form)).for_each(|root| each(root.position(form)));
        }
    }

    /// Calls `each` with every position that a later word leads to.
    pub(super) fn next(
        &self,
        position: Position,
        word: &[u8],
        bases: &mut Bases,
        is_skeleton: bool,
        mut each: impl FnMut(Position),
    ) {
        if is_symbol(word) {
            let node = self.edges.get(&edge_key(position.node, Edge::Noun, word));
            // It is neither definite nor indefinite.
            return node.into_iter().for_each(|node| each(Position { node: *node, closing: Closing::Free, ..position }));
        }
        let bare = without_article(word);
        let is_definite = bare.len() < word.len();
        let is_predicate = position.first == Definiteness::Definite && !is_definite;
        let closing = if is_predicate { Closing::Predicate } else { Closing::Free };
        let mut follow = |edge, letters: &[u8]| {
            if let Some(node) = self.edges.get(&edge_key(position.node, edge, letters)) {
                each(Position { node: *node, closing, ..position });
            }
        };
        if is_skeleton {
            return follow(Edge::Skeleton, &without_article(&skeleton(word)));
        }
        bases.find_endings(&bare, word.last() == Some(&code::TA_MARBUTA), is_definite);
        for (letters, _) in bases.iter() {
            follow(Edge::Noun, letters);
            if position.first == Definiteness::Indefinite {
                follow(Edge::Genitive, letters);
            }
        }
        // An adjective agrees with its noun in definiteness.
        if is_definite == (position.first != Definiteness::Indefinite) {
            follow(Edge::Adjective, &agreement_key(word));
        }
    }

    /// The term that ends at a position.
    pub(super) fn term_at(&self, position: Position) -> Option<TermIndex> {
        self.ends.get(&position.node).copied().filter(|_| position.closing == Closing::Free)
    }
}

impl Root {
    /// Whether the word can have this form: a name takes no ending.
    fn takes(&self, form: Form) -> bool {
        !self.is_name || form.ending == Ending::None
    }

    fn position(&self, form: Form) -> Position {
        let first = match (self.has_article, form.is_definite()) {
            (true, _) => Definiteness::Fixed,
            (false, true) => Definiteness::Definite,
            (false, false) => Definiteness::Indefinite,
        };
        Position { node: self.node, first, closing: Closing::Free }
    }
}

/// What a word costs, however it is spelt. Many words are more frequent with the article, and the form in the text is compared with the more
/// frequent one.
fn cost_of(written: &[u8], frequencies: &WordFrequencies) -> Option<i32> {
    let definite = [ARTICLE, written].concat();
    [written, &definite].into_iter().filter_map(|word| frequencies.cost_however_spelt(word)).min()
}

/// Whether a word is more likely a form of a term's word than a word of its own. It is its own if it is more frequent than the form could
/// make it: `بطاقة` "card" is too frequent to be `طاقة` "energy" after `ب`.
fn is_believable(word: &[u8], form: Form, base: Option<i32>, frequencies: &WordFrequencies) -> bool {
    // How many times as rare as its base a form must be, in halvings: a plural may even be four times as frequent.
    let halvings = match (form.proclitic, form.ending) {
        (Proclitic::None | Proclitic::Article, Ending::None) => return true,
        (Proclitic::Bare, Ending::None) => 1,
        (_, Ending::Number) => -2,
        (_, Ending::Construct | Ending::Pronoun) => 0,
    };
    match (frequencies.cost(word), base) {
        (Some(cost), Some(base)) => cost >= base + halvings * HALVING,
        // The lexicon has the word and not the base: it is a word of its own.
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// The letters of a word that the damage never deletes.
fn skeleton(written: &[u8]) -> Vec<u8> {
    written.iter().copied().filter(|letter| crate::arabic::is_plain(*letter)).collect()
}

/// What the damage may have left of a word: an alif with hamza was deleted, or typed bare and so kept.
fn skeletons(written: &[u8]) -> Vec<Vec<u8>> {
    let mut found = vec![skeleton(written), skeleton(&with_plain_alif(written))];
    // Without an alif with hamza both are equal, and the same root would be entered twice.
    found.dedup();
    found.retain(|letters| letters.len() >= LEAST_SKELETON);
    found
}

/// The key of an edge: node, kind, letters.
fn edge_key(node: Node, edge: Edge, letters: &[u8]) -> Vec<u8> {
    [&node.to_le_bytes(), &[edge as u8][..], letters].concat()
}
