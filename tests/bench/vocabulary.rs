//! The cost of a large vocabulary: how long it takes to load, and how much it slows down tagging and a whole run.
//!
//! ```console
//! cargo bench --bench vocabulary
//! ```
//!
//! Concepts are pairs and triples of words of the shipped articles, so that their first words occur far more often than those of a real
//! vocabulary. They are written as SKOS and as CSV. Compare ratios within one run; machines are noisy.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use engine::arabic::Word;
use engine::document::Document;
use engine::repair::{RepairScratch, Repaired, Repairer};
use engine::tag::{TagScratch, TagSettings, Tagger, Vocabulary};
use tarmim::config::{Overrides, Setup};

/// Articles to tag.
const ARTICLES: usize = 300;

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

/// The words of the repaired articles, sorted, each once.
fn words(articles: &[Repaired]) -> Vec<String> {
    let tokens = |article: &Repaired| {
        (0..article.document().tokens().len()).map(|t| article.token_text(t).to_owned()).collect::<Vec<_>>()
    };
    let mut words: Vec<String> = articles.iter().flat_map(tokens).filter(|token| Word::new(token).is_some()).collect();
    words.sort();
    words.dedup();
    words
}

/// The labels of `count` concepts, all different.
fn labels(words: &[String], count: usize) -> impl Iterator<Item = String> {
    let pick = |number: usize, step: usize| &words[number * step % words.len()];
    (0..count).map(move |number| {
        let (first, second) = (pick(number, 7919), &words[number / words.len() % words.len()]);
        if number % 3 == 0 { format!("{first} {second} {}", pick(number, 104_729)) } else { format!("{first} {second}") }
    })
}

fn turtle(words: &[String], count: usize) -> String {
    let mut text = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix : <urn:bench:> .\n".to_owned();
    for (number, label) in labels(words, count).enumerate() {
        writeln!(
            text,
            ":c{number} a skos:Concept ;\n    skos:prefLabel \"{label}\"@ar, \"concept\"@en ;\n    skos:broader :c{} .",
            number / 10
        )
        .expect("a string");
    }
    text
}

fn csv(words: &[String], count: usize) -> String {
    let mut text = "id,label,category,variants\n".to_owned();
    for (number, label) in labels(words, count).enumerate() {
        writeln!(text, "c{number},{label},bench,").expect("a string");
    }
    text
}

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a report for people")]
fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let setup = Setup::open(&root.join("pipeline.toml"), Overrides::default()).expect("the shipped configuration");
    let repairer = Repairer::new(&setup.model, setup.settings.repair).expect("the shipped model");
    let mut files: Vec<_> = std::fs::read_dir(root.join("raw")).expect("raw/").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).expect("UTF-8")).collect();
    let mut scratch = RepairScratch::default();
    let (articles, repair) = timed(|| {
        let text = |number: usize| &texts[number % texts.len()];
        (0..ARTICLES)
            .map(|number| repairer.repair(Document::from_text("bench", text(number)), &mut scratch))
            .collect::<Vec<_>>()
    });
    let count: usize = articles.iter().map(|article| article.document().tokens().len()).sum();
    let words = words(&articles);
    println!("{ARTICLES} articles, {count} words; repair {:.0} words/s", count as f64 / repair.as_secs_f64());

    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = |name: &str, file: &Path| {
        let (vocabulary, read) = timed(|| Vocabulary::read(&[file]).expect("valid"));
        let concepts = vocabulary.concepts().len();
        let (tagger, compile) = timed(|| {
            Tagger::open(vocabulary, TagSettings::default(), &setup.model, repairer.frequencies())
                .expect("the shipped model")
        });
        let mut scratch = TagScratch::default();
        let tag = |article: &Repaired| {
            let whole = 0..article.document().tokens().len();
            tagger.find(article, std::slice::from_ref(&whole), &mut scratch).0.len()
        };
        let (hits, tag) = timed(|| articles.iter().map(tag).sum::<usize>());
        println!(
            "{name:<12} {concepts:>7} concepts: read {:>5.0} ms, compiled {:>4.0} ms; {:>9.0} words/s, {hits} hits, {:.3} of repair",
            read.as_secs_f64() * 1e3,
            compile.as_secs_f64() * 1e3,
            count as f64 / tag.as_secs_f64(),
            tag.as_secs_f64() / repair.as_secs_f64(),
        );
    };
    for file in std::fs::read_dir(root.join("vocabulary")).expect("vocabulary/").flatten() {
        report("shipped", &file.path());
    }
    for size in [1_000, 10_000, 100_000] {
        let (skos, table) = (folder.path().join("v.ttl"), folder.path().join("v.csv"));
        std::fs::write(&skos, turtle(&words, size)).expect("written");
        std::fs::write(&table, csv(&words, size)).expect("written");
        report("SKOS", &skos);
        report("CSV", &table);
    }
}
