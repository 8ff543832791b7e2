//! Vocabularies in SKOS (W3C Recommendation, 2009), serialised as Turtle, N-Triples, RDF/XML or JSON-LD.
//!
//! Used are Arabic `prefLabel`s, `altLabel`s and `hiddenLabel`s, which may be resources of their own as in SKOS-XL, the English `prefLabel` as the gloss, `notation`, `broader` and
//! `narrower`. The category is `dct:subject` if it is text, otherwise the collection that the concept is a member of, otherwise the
//! broadest concept above it. The namespace `urn:tarmim:tagging#` adds two terms: the class `Name`, and `cue`, a word that a term
//! of one word needs beside it. Everything else is ignored.
//!
//! Invariant: entries are in the order in which they are first a subject in the file, whatever the order of the triples. RDF has no
//! line numbers; the file is fed to the parser line by line, so that the line of each triple is known.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use oxrdf::{Literal, NamedOrBlankNode, Quad, Term};
use oxrdfio::{RdfFormat, RdfParseError, RdfParser};
use rustc_hash::FxHashMap;

use super::entry::{Entry, NoticeKind, Report};
use crate::arabic::is_letter;

const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const SKOS_XL: &str = "http://www.w3.org/2008/05/skos-xl#";
const TAGGING: &str = "urn:tarmim:tagging#";
const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const SUBJECTS: [&str; 2] = ["http://purl.org/dc/terms/subject", "http://purl.org/dc/elements/1.1/subject"];
/// The most levels of a hierarchy; a deeper one is taken for a circle.
const DEEPEST: usize = 64;
/// The base of relative IRIs: a constant, so that ids do not depend on where the file is.
const BASE: &str = "urn:tarmim:vocabulary";

/// The format of files with an extension; `None` if it is not an RDF format.
pub(super) fn format_of(extension: &str) -> Option<RdfFormat> {
    match extension {
        "ttl" => Some(RdfFormat::Turtle),
        "nt" => Some(RdfFormat::NTriples),
        "rdf" | "xml" | "owl" | "skos" => Some(RdfFormat::RdfXml),
        _ => RdfFormat::from_extension(extension),
    }
}

/// Reads the entries of a file.
pub(super) fn read(format: RdfFormat, bytes: &[u8], report: &mut Report) -> Vec<Entry> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if let Some(what) = explosive_entities(format, bytes) {
        report.fault(0, what);
        return Vec::new();
    }
    let mut graph = Graph::default();
    let line = Rc::new(Cell::new(0));
    let lines = Lines { bytes, line: Rc::clone(&line) };
    let parser = RdfParser::from_format(format).without_named_graphs();
    let parser = parser.with_base_iri(BASE).expect("an IRI");
    for quad in parser.for_reader(lines) {
        match quad {
            Ok(quad) => graph.add(&quad, line.get()),
            Err(error) => {
                let at = location(&error).unwrap_or(line.get());
                report.fault(at, format!("invalid {}: {error}", format.name()));
                return Vec::new();
            }
        }
    }
    graph.entries(report)
}

/// Longest replacement of an entity, in bytes: editors abbreviate the beginnings of IRIs.
const LONGEST_ENTITY: usize = 1_000;
/// Most entities of a file.
const MOST_ENTITIES: usize = 200;
/// Most bytes that the entities of a file may add up to.
const MOST_EXPANDED: usize = 64 << 20;

/// What is wrong with the entities that a file in XML declares: some hundred bytes can stand for more text than fits in memory.
fn explosive_entities(format: RdfFormat, bytes: &[u8]) -> Option<String> {
    let text = (format == RdfFormat::RdfXml).then(|| String::from_utf8_lossy(bytes))?;
    let declared = text.matches("<!ENTITY").count();
    if declared > MOST_ENTITIES {
        return Some(format!("{declared} entities are declared, and {MOST_ENTITIES} at most expected; write them out"));
    }
    let mut expanded = 0;
    for declaration in text.split("<!ENTITY").skip(1) {
        let declaration = declaration.trim_start();
        let name = declaration.split(char::is_whitespace).next().unwrap_or_default();
        let rest = declaration[name.len()..].trim_start();
        let value = rest.chars().next().and_then(|quote| rest[quote.len_utf8()..].split(quote).next()).unwrap_or_default();
        if value.len() > LONGEST_ENTITY || value.replace("&#", "").contains('&') {
            return Some(format!(
                "the entity {name} is longer than {LONGEST_ENTITY} bytes or made of others, which could stand for any amount of text; \
                 write it out"
            ));
        }
        expanded += text.matches(&format!("&{name};")).count() * value.len();
    }
    (expanded > MOST_EXPANDED).then(|| {
        format!("its entities stand for {expanded} bytes, more than {MOST_EXPANDED}; write them out in several files")
    })
}

fn location(error: &RdfParseError) -> Option<u64> {
    match error {
        RdfParseError::Syntax(error) => error.location().map(|place| place.start.line + 1),
        RdfParseError::Io(_) => None,
    }
}

/// A reader that returns at most one line at a time, and counts the lines.
struct Lines<'b> {
    bytes: &'b [u8],
    line: Rc<Cell<u64>>,
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = self.bytes.iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |at| at + 1);
        let (line, rest) = self.bytes.split_at(end.min(buffer.len()));
        buffer[..line.len()].copy_from_slice(line);
        // A line longer than the buffer comes in pieces, and counts with its last one.
        if end == line.len() && end > 0 {
            self.line.set(self.line.get() + 1);
        }
        self.bytes = rest;
        Ok(line.len())
    }
}

/// A label with its language tag, lower-case; empty if it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Label {
    text: String,
    language: String,
}

impl Label {
    fn of(literal: &Literal) -> Self {
        let language = literal.language().unwrap_or_default().to_ascii_lowercase();
        Self { text: literal.value().to_owned(), language }
    }

    fn is_arabic(&self) -> bool {
        let language = self.language.as_str();
        language == "ar" || language.starts_with("ar-") || (language.is_empty() && self.text.chars().any(is_letter))
    }
}

/// The properties of one resource.
#[derive(Debug, Default)]
struct Resource {
    iri: String,
    /// The line where it is first a subject; 0 if it is only an object.
    line: u64,
    is_concept: bool,
    /// Whether the file says what it is. Many leave it to a reasoner that what has a preferred label is a concept.
    is_typed: bool,
    is_name: bool,
    preferred: Vec<Label>,
    other: Vec<Label>,
    notations: Vec<String>,
    subjects: Vec<String>,
    broader: Vec<String>,
    cues: Vec<String>,
    /// IRI of the collection that it is a member of.
    collection: Option<String>,
}

impl Resource {
    /// Whether it is a blank node, which the parser names differently each time. Only an IRI has a scheme before a colon.
    fn is_blank(&self) -> bool {
        !self.iri.contains(':')
    }

    /// Its notation, or the last part of its IRI.
    fn id(&self) -> &str {
        if let Some(notation) = self.notation() {
            return notation;
        }
        let iri = self.iri.trim_end_matches(['#', '/', ':']);
        iri.rsplit(['#', '/', ':']).next().unwrap_or(iri)
    }

    fn notation(&self) -> Option<&str> {
        match self.notations.as_slice() {
            [notation] if !notation.is_empty() => Some(notation),
            _ => None,
        }
    }

    fn gloss(&self) -> Option<&str> {
        let english = self.preferred.iter().find(|label| label.language.starts_with("en"));
        english.map(|label| label.text.as_str())
    }

    /// A readable name: the English label, else any label, else the id.
    fn name(&self) -> String {
        let named = self.gloss().or_else(|| self.preferred.first().map(|label| label.text.as_str()));
        named.unwrap_or_else(|| self.id()).to_owned()
    }

    /// The Arabic labels, preferred ones first.
    fn arabic(&self) -> impl Iterator<Item = String> {
        let labels = self.preferred.iter().chain(&self.other);
        labels.filter(|label| label.is_arabic()).map(|label| label.text.clone())
    }
}

/// The resources of a file.
#[derive(Debug, Default)]
struct Graph {
    resources: Vec<Resource>,
    by_iri: FxHashMap<String, usize>,
    /// Labels that are resources (SKOS-XL): whose they are, whether preferred, and their names.
    label_links: Vec<(String, bool, String)>,
    /// The texts of such labels, by their names.
    literal_forms: FxHashMap<String, Vec<Label>>,
}

impl Graph {
    fn resource(&mut self, iri: &str) -> &mut Resource {
        let index = self.by_iri.get(iri).copied().unwrap_or_else(|| {
            self.by_iri.insert(iri.to_owned(), self.resources.len());
            self.resources.push(Resource { iri: iri.to_owned(), ..Resource::default() });
            self.resources.len() - 1
        });
        &mut self.resources[index]
    }

    fn add(&mut self, quad: &Quad, line: u64) {
        let iri = match &quad.subject {
            NamedOrBlankNode::NamedNode(node) => node.as_str(),
            NamedOrBlankNode::BlankNode(node) => node.as_str(),
        };
        let subject = self.resource(iri);
        if subject.line == 0 {
            subject.line = line;
        }
        let predicate = quad.predicate.as_str();
        match &quad.object {
            Term::Literal(literal) if predicate.strip_prefix(SKOS_XL) == Some("literalForm") => {
                self.literal_forms.entry(iri.to_owned()).or_default().push(Label::of(literal));
            }
            Term::Literal(literal) => subject.add_literal(predicate, literal),
            Term::NamedNode(object) => self.link(iri, predicate, object.as_str()),
            // All else that has no name cannot be meant by a link.
            Term::BlankNode(object) => self.link_label(iri, predicate, object.as_str()),
        }
    }

    /// Notes that a resource has a label which is a resource itself.
    fn link_label(&mut self, subject: &str, predicate: &str, label: &str) {
        if let Some(kind @ ("prefLabel" | "altLabel" | "hiddenLabel")) = predicate.strip_prefix(SKOS_XL) {
            self.label_links.push((subject.to_owned(), kind == "prefLabel", label.to_owned()));
        }
    }

    /// Gives each resource the texts of its labels. Only at the end: a label may be described anywhere in the file.
    fn resolve_labels(&mut self) {
        for (subject, is_preferred, label) in std::mem::take(&mut self.label_links) {
            let forms = self.literal_forms.get(&label).cloned().unwrap_or_default();
            let subject = self.resource(&subject);
            let labels = if is_preferred { &mut subject.preferred } else { &mut subject.other };
            // Many files state each label both ways.
            labels.extend(forms.into_iter().filter(|form| !labels.contains(form)).collect::<Vec<_>>());
        }
    }

    fn link(&mut self, subject: &str, predicate: &str, object: &str) {
        match predicate.strip_prefix(SKOS) {
            Some("broader") => self.resource(subject).broader.push(object.to_owned()),
            // A vocabulary may state either direction, or both; one that is stated twice is counted once in assembly.
            Some("narrower") => self.resource(object).broader.push(subject.to_owned()),
            Some("member") => self.resource(object).collection = Some(subject.to_owned()),
            None if predicate == RDF_TYPE => {
                let resource = self.resource(subject);
                resource.is_typed = true;
                resource.is_concept |= object.strip_prefix(SKOS) == Some("Concept");
                resource.is_name |= object.strip_prefix(TAGGING) == Some("Name");
            }
            _ => self.link_label(subject, predicate, object),
        }
    }

    fn get(&self, iri: &str) -> Option<&Resource> {
        self.by_iri.get(iri).map(|index| &self.resources[*index])
    }

    /// The concepts that have an Arabic label, as entries.
    fn entries(&mut self, report: &mut Report) -> Vec<Entry> {
        self.resolve_labels();
        for resource in &mut self.resources {
            resource.is_concept |= !resource.is_typed && !resource.preferred.is_empty();
        }
        let mut concepts: Vec<&Resource> = self.resources.iter().filter(|resource| resource.is_concept).collect();
        // Resources are in the order of any mention, as an object too; entries follow the lines where they are subjects.
        concepts.sort_by_key(|concept| concept.line);
        if concepts.is_empty() {
            report.fault(0, "contains no skos:Concept".to_owned());
        }
        report.count_concepts(concepts.len());
        concepts.into_iter().filter_map(|concept| self.entry(concept, report)).collect()
    }

    fn entry(&self, concept: &Resource, report: &mut Report) -> Option<Entry> {
        let mut terms = concept.arabic();
        let label = terms.next();
        let is_nameless = concept.is_blank() && concept.notation().is_none();
        let entry = Entry {
            id: concept.id().to_owned(),
            has_local_id: concept.notation().is_none(),
            iri: (!concept.is_blank()).then(|| concept.iri.clone()),
            label: label.unwrap_or_default(),
            variants: terms.collect(),
            category: self.category(concept),
            gloss: concept.gloss().unwrap_or_default().to_owned(),
            broader: self.labelled_broader(concept),
            is_name: concept.is_name,
            cues: concept.cues.clone(),
            line: concept.line,
            file: report.file.clone(),
        };
        if is_nameless {
            report.notice(
                &entry,
                NoticeKind::NoId,
                format!("\"{}\" has neither IRI nor notation and is ignored", entry.label),
            );
        } else if entry.label.is_empty() {
            report.notice(&entry, NoticeKind::NoArabicLabel, format!("{} has no Arabic label and is ignored", entry.id));
        }
        Some(entry).filter(|entry| !is_nameless && !entry.label.is_empty())
    }

    /// The next broader concepts that have an Arabic label; one that has none is replaced by those above it.
    fn labelled_broader(&self, concept: &Resource) -> Vec<String> {
        let mut labelled = Vec::new();
        let mut level: Vec<&String> = concept.broader.iter().collect();
        for _ in 0..DEEPEST {
            let mut above = Vec::new();
            for iri in level {
                match self.get(iri) {
                    Some(wider) if wider.is_concept && wider.arabic().next().is_none() => above.extend(&wider.broader),
                    _ => labelled.push(iri.clone()),
                }
            }
            level = above;
        }
        labelled
    }

    fn category(&self, concept: &Resource) -> String {
        if let Some(subject) = concept.subjects.first() {
            return subject.clone();
        }
        if let Some(collection) = concept.collection.as_deref().and_then(|iri| self.get(iri)) {
            return collection.name();
        }
        let mut broadest = concept;
        for _ in 0..DEEPEST {
            let Some(broader) = broadest.broader.first().and_then(|iri| self.get(iri)) else { break };
            broadest = broader;
        }
        broadest.name()
    }
}

impl Resource {
    fn add_literal(&mut self, predicate: &str, literal: &Literal) {
        let text = || literal.value().to_owned();
        let label = || Label::of(literal);
        match (predicate.strip_prefix(SKOS), predicate.strip_prefix(TAGGING)) {
            (Some("prefLabel"), _) => self.preferred.push(label()),
            (Some("altLabel" | "hiddenLabel"), _) => self.other.push(label()),
            (Some("notation"), _) => self.notations.push(text()),
            (_, Some("cue")) if label().is_arabic() => self.cues.push(text()),
            _ if SUBJECTS.contains(&predicate) => self.subjects.push(text()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::tests::{faults, notices, read};
    use super::*;

    const TURTLE: &str = r#"@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix tag: <urn:tarmim:tagging#> .
@prefix : <http://example.org/subjects/> .

:oil a skos:Concept ;
    skos:prefLabel "oil"@en, "نفط"@ar ;
    skos:hiddenLabel "بترول"@ar ;
    dct:subject "energy" .

:qatar a skos:Concept, tag:Name ;
    skos:prefLabel "قطر"@ar ;
    tag:cue "دولة"@ar ;
    skos:notation "QA" ;
    skos:broader :gulf .

:gulf a skos:Concept ;
    skos:prefLabel "خليج"@ar, "Golfe"@fr ;
    skos:narrower :oman .

:oman a skos:Concept ;
    skos:altLabel "سلطنة عمان"@ar .
"#;

    #[test]
    fn turtle_is_read() {
        let vocabulary = read("v.ttl", TURTLE).expect("valid");
        let [oil, qatar, gulf, oman] = vocabulary.concepts() else { panic!("four concepts") };
        assert_eq!((oil.id.as_str(), oil.gloss.as_str(), oil.category.as_str()), ("oil", "oil", "energy"));
        assert_eq!(oil.iri.as_deref(), Some("http://example.org/subjects/oil"));
        assert_eq!(oil.terms, ["نفط", "بترول"]);
        assert_eq!((qatar.id.as_str(), qatar.is_name, qatar.cues.as_slice()), ("QA", true, ["دولة".to_owned()].as_slice()));
        assert_eq!((qatar.broader.as_slice(), oman.broader.as_slice()), ([2].as_slice(), [2].as_slice()));
        assert_eq!(oman.category, gulf.category, "the broadest concept is the category if nothing else is");
    }

    #[test]
    fn every_serialisation_gives_the_same_concepts() {
        let triples = r#"<urn:x:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept> .
<urn:x:a> <http://www.w3.org/2004/02/skos/core#prefLabel> "نفط"@ar .
"#;
        let xml = r#"<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
<skos:Concept rdf:about="urn:x:a"><skos:prefLabel xml:lang="ar">نفط</skos:prefLabel></skos:Concept>
</rdf:RDF>"#;
        let json = r#"{"@id": "urn:x:a", "@type": "http://www.w3.org/2004/02/skos/core#Concept",
            "http://www.w3.org/2004/02/skos/core#prefLabel": {"@value": "نفط", "@language": "ar"}}"#;
        let concepts = |name, text| read(name, text).expect("valid").concepts().to_vec();
        assert_eq!(concepts("v.rdf", xml), concepts("v.nt", triples));
        assert_eq!(concepts("v.jsonld", json), concepts("v.nt", triples));
    }

    #[test]
    fn labels_may_be_resources_in_every_serialisation() {
        let turtle = r#"@prefix skos: <CORE> . @prefix xl: <XL> .
<urn:x:l> a xl:Label ; xl:literalForm "صناعات صغيرة"@ar .
<urn:x:a> a skos:Concept ; xl:prefLabel <urn:x:l>, [ xl:literalForm "small industries"@en ] ; skos:prefLabel "صناعات صغيرة"@ar ;
    xl:altLabel [ xl:literalForm "مصانع صغرى"@ar ] ; xl:hiddenLabel <urn:x:nowhere> .
"#;
        let xml = r#"<rdf:RDF xmlns:rdf="RDF" xmlns:skos="CORE"
 xmlns:xl="XL">
<skos:Concept rdf:about="urn:x:a"><xl:prefLabel><xl:Label rdf:about="urn:x:l"><xl:literalForm xml:lang="ar">صناعات صغيرة</xl:literalForm>
</xl:Label></xl:prefLabel><xl:prefLabel rdf:parseType="Resource"><xl:literalForm xml:lang="en">small industries</xl:literalForm></xl:prefLabel>
<xl:altLabel rdf:nodeID="b"/></skos:Concept>
<xl:Label rdf:nodeID="b"><xl:literalForm xml:lang="ar">مصانع صغرى</xl:literalForm></xl:Label></rdf:RDF>"#;
        let json = r#"{"@context": {"xl": "XL"}, "@id": "urn:x:a",
 "@type": "COREConcept",
 "xl:prefLabel": [{"xl:literalForm": {"@value": "صناعات صغيرة", "@language": "ar"}},
 {"xl:literalForm": {"@value": "small industries", "@language": "en"}}],
 "xl:altLabel": {"@id": "urn:x:m", "xl:literalForm": {"@value": "مصانع صغرى", "@language": "ar"}}}"#;
        for (name, text) in [("v.ttl", turtle), ("v.rdf", xml), ("v.jsonld", json)] {
            let text = text.replace("CORE", SKOS).replace("XL", SKOS_XL).replace("RDF\"", &RDF_TYPE.replace("type", "\""));
            let vocabulary = read(name, &text).expect("valid");
            let concepts: Vec<_> =
                vocabulary.concepts().iter().map(|concept| (concept.id.as_str(), &concept.terms)).collect();
            assert_eq!(concepts, [("a", &["صناعات صغيرة", "مصانع صغرى"].map(str::to_owned).to_vec())], "{name}");
            assert_eq!(vocabulary.concepts()[0].gloss, "small industries", "{name}");
            assert_eq!((vocabulary.notices(), vocabulary.warnings()), ([].as_slice(), [].as_slice()), "{name}");
        }
    }

    #[test]
    fn what_has_a_preferred_label_and_no_type_is_a_concept() {
        let head = format!("@prefix skos: <{SKOS}> .\n");
        let text = format!(
            "{head}<urn:x:a> skos:prefLabel \"نفط\"@ar .\n<urn:x:b> a skos:ConceptScheme ; skos:prefLabel \"مكنز\"@ar .\n"
        );
        let vocabulary = read("v.ttl", &text).expect("valid");
        assert_eq!(vocabulary.concepts().iter().map(|concept| concept.id.as_str()).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn faults_name_their_line() {
        assert!(faults("v.ttl", &TURTLE.replace("tag:cue", "tog:cue"))[0].starts_with("13: invalid Turtle"));
        let twice = format!("{TURTLE}\n:o a skos:Concept ; skos:notation \"oil\" ; skos:prefLabel \"زيت\"@ar .\n");
        assert!(faults("v.ttl", &twice)[0].starts_with("24: the id \"oil\" was used before, at"));
        assert!(faults("v.ttl", "")[0].contains("no skos:Concept"));
    }

    #[test]
    fn ids_are_distinct_and_never_invented() {
        let head = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n";
        let concept = |iri: &str, label: &str| format!("{iri} a skos:Concept ; skos:prefLabel \"{label}\"@ar .\n");
        let slashes =
            [concept("<http://x/1/>", "راء"), concept("<http://x/2/>", "زاي"), concept("<http://y/2>", "سين")].concat();
        let vocabulary = read("v.ttl", &format!("\u{feff}{head}{slashes}")).expect("valid");
        let ids: Vec<&str> = vocabulary.concepts().iter().map(|concept| concept.id.as_str()).collect();
        assert_eq!(ids, ["1", "2", "http://y/2"]);
        assert_eq!(notices("v.ttl", &format!("{head}{slashes}")).len(), 1);
        let blank = format!("{head}{}{}", concept("[]", "نفط"), concept("<http://x/3>", "غاز"));
        assert_eq!(notices("v.ttl", &blank), ["2: \"نفط\" has neither IRI nor notation and is ignored"]);
    }

    #[test]
    fn a_concept_without_an_arabic_label_does_not_break_the_hierarchy() {
        let turtle =
            TURTLE.replace("skos:prefLabel \"خليج\"@ar, \"Golfe\"@fr", "skos:prefLabel \"Golfe\"@fr ; skos:broader :oil");
        let vocabulary = read("v.ttl", &turtle).expect("valid");
        let qatar = vocabulary.concepts().iter().find(|concept| concept.id == "QA").expect("there");
        assert_eq!(qatar.broader.iter().map(|wider| vocabulary.concepts()[*wider].id.as_str()).collect::<Vec<_>>(), ["oil"]);
        assert_eq!(vocabulary.notices().len(), 1, "that it has no Arabic label");
    }

    #[test]
    fn unusable_labels_and_links_are_noticed() {
        let turtle = TURTLE.replace(r#""نفط"@ar"#, r#""huile"@fr"#).replace(r#""بترول"@ar"#, r#""naphta"@fr"#);
        assert_eq!(notices("v.ttl", &turtle), ["6: oil has no Arabic label and is ignored"]);
        let turtle = TURTLE.replace("skos:broader :gulf", "skos:broader :asia");
        assert_eq!(
            notices("v.ttl", &turtle),
            ["11: the broader concept http://example.org/subjects/asia of QA is not in the vocabulary"]
        );
    }
}
