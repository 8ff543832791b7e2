//! The speed of each stage on one core, in words per second, compared with writing the same rows to Parquet in the same run.
//!
//! ```console
//! cargo bench --bench pipeline
//! ```
//!
//! Input: [`ARTICLES`] copies of the shipped articles, each with its words rotated. Compare ratios within one run; machines are noisy.

use std::path::Path;
use std::time::{Duration, Instant};

use engine::Engine;
use engine::document::Document;
use engine::repair::RepairScratch;
use engine::review::{Extent, Reviewed};
use engine::split::SplitScratch;
use engine::tag::TagScratch;
use tarmim::config::{Overrides, Setup};
use tarmim::dataset::{BuildStamp, DatasetWriter, PartitionBy};

const ARTICLES: usize = 1500;

/// Articles like the shipped ones, no two alike.
fn articles(root: &Path) -> Vec<String> {
    let mut files: Vec<_> = std::fs::read_dir(root.join("raw")).expect("raw/").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).expect("UTF-8")).collect();
    let rotated = |number: usize| {
        let mut words: Vec<&str> = texts[number % texts.len()].split_whitespace().collect();
        let count = words.len();
        words.rotate_left(number * 37 % count);
        words.join(" ")
    };
    (0..ARTICLES).map(rotated).collect()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a report for people")]
fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let setup = Setup::open(&root.join("pipeline.toml"), Overrides::default()).expect("the shipped configuration");
    let (engine, ready) = timed(|| {
        Engine::new(&setup.model, setup.settings.repair, setup.settings.split, setup.settings.tag, setup.vocabulary)
            .expect("the shipped model")
    });
    let texts = articles(root);
    let words: usize = texts.iter().map(|text| text.split_whitespace().count()).sum();

    let (documents, ingest) = timed(|| texts.iter().map(|text| Document::from_text("bench", text)).collect::<Vec<_>>());
    let mut scratch = RepairScratch::default();
    let (repaired, repair) =
        timed(|| documents.into_iter().map(|d| engine.repairer.repair(d, &mut scratch)).collect::<Vec<_>>());
    let reviewed: Vec<Reviewed> = repaired.into_iter().map(|r| engine.review(r, Extent::Whole)).collect();
    let mut scratch = SplitScratch::default();
    let (split_up, split) = timed(|| reviewed.iter().map(|r| engine.splitter.split(r, &mut scratch)).collect::<Vec<_>>());
    let pairs = reviewed.into_iter().zip(split_up);
    let mut scratch = TagScratch::default();
    let (tagged, tag) = timed(|| pairs.map(|(r, s)| engine.tagger.tag(r, s, &mut scratch)).collect::<Vec<_>>());
    let (rows, row) = timed(|| tagged.iter().map(|t| engine.rows(t)).collect::<Vec<_>>());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stamp = BuildStamp { build_id: "bench".to_owned(), model_id: "bench".to_owned(), part: None };
    let mut writer = DatasetWriter::new(folder.path(), &stamp, PartitionBy::None).expect("a writer");
    let ((), write) = timed(|| {
        for rows in rows {
            writer.push(rows).expect("written");
        }
        writer.finish().expect("closed");
    });

    println!("{ARTICLES} articles, {words} words, one core; model ready in {:.0} ms", ready.as_secs_f64() * 1e3);
    let total = ingest + repair + split + tag + row + write;
    for (stage, time) in [
        ("tokens", ingest),
        ("repair", repair),
        ("split", split),
        ("tag", tag),
        ("rows", row),
        ("Parquet", write),
        ("all", total),
    ] {
        let rate = words as f64 / time.as_secs_f64();
        println!("{stage:<8} {rate:>12.0} words/s   {:>6.2} x Parquet", time.as_secs_f64() / write.as_secs_f64());
    }
}
