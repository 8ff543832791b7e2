//! Accuracy and cost of duplicate detection: recall and false reports at several rates of editing, in each state of writing.
//!
//! ```console
//! cargo bench --bench duplicates -- CORPUS [--show]
//! ```
//!
//! CORPUS is a folder of `*.jsonl.zst` files with one article per line, in the field `text`. Up to [`ARTICLES`] of each file are used,
//! spread evenly. Articles that have a natural relative among the others (by their exact similarity) are not copied. The others are
//! edited at random places and in blocks, damaged, and looked up among all. A report is correct if it names the source of the copy.
//! `--show` prints the heads of similar pairs that the corpus itself contains, for inspection.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a report for people, on small numbers"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::duplicates::{DuplicateIndex, DuplicateSettings, SHORT, Signature};

/// Articles used per file.
const ARTICLES: usize = 4000;
/// Articles copied per file.
const COPIED: usize = 1500;
/// Values of `least_similarity` to evaluate.
const THRESHOLDS: [f32; 7] = [0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7];
/// Two articles of the corpus are relatives from this exact similarity on.
const RELATED: f64 = 0.2;
/// The most words of a short article; these are also evaluated separately.
const FEW: usize = 60;
/// Articles in the index when its size is measured.
const MANY: usize = 1_000_000;

/// Random numbers (`SplitMix64`), equal on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// The state of writing of a copy.
#[derive(Clone, Copy)]
enum State {
    Intact,
    Stripped,
    Normalised,
    Soft,
}

const STATES: [(&str, State); 4] =
    [("intact", State::Intact), ("stripped", State::Stripped), ("normalised", State::Normalised), ("soft", State::Soft)];

/// A text in a state of writing. `dice` draws the writer's typing profile, then the fate of each letter.
fn written(text: &str, state: State, dice: &mut Dice) -> String {
    let typed = [0, 10, 20, 30, 50, 100][dice.below(6)];
    let softness = [10, 30, 60][dice.below(3)];
    let maqsura = [0, 0, 0, 30][dice.below(4)];
    let folded = |c: char| match c {
        'أ' | 'إ' | 'آ' => 'ا',
        'ى' => 'ي',
        'ة' => 'ه',
        other => other,
    };
    let strip = |word: &str, dice: &mut Dice| -> String {
        let last = word.chars().count().saturating_sub(1);
        let as_typed = |(at, c): (usize, char)| match c {
            'أ' | 'إ' | 'آ' if !dice.happens(typed) => 'ا',
            'ة' if dice.happens(1) => 'ه',
            'ى' if dice.happens(10) => 'ي',
            'ي' if at == last && dice.happens(maqsura) => 'ى',
            other => other,
        };
        word.chars().enumerate().map(as_typed).filter(|c| "ابتثجحخدذرزسشصضطظعغفقكلمنهوي".contains(*c)).collect()
    };
    match state {
        State::Intact => text.to_owned(),
        State::Normalised => text.chars().map(folded).collect(),
        State::Soft => text.chars().map(|c| if dice.happens(softness) { folded(c) } else { c }).collect(),
        State::Stripped => {
            let plain: String = text.chars().filter(|c| !matches!(c, '\u{64b}'..='\u{652}' | '\u{640}')).collect();
            let words = plain.split(|c: char| !c.is_alphabetic()).map(|word| strip(word, dice));
            words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Edits `percent` of the words in pieces of at most `block`: replaces them by words of `other`, deletes them, or inserts words of `other`,
/// in equal shares.
fn edited(words: &[&str], other: &[&str], percent: usize, block: usize, dice: &mut Dice) -> String {
    let mut left = (words.len() * percent + 50) / 100;
    let mut pieces: Vec<(usize, usize, usize)> = Vec::new();
    let mut taken = BTreeSet::new();
    while left > 0 {
        let length = left.min(block);
        let start = dice.below(words.len() + 1 - length);
        // If no free place of that length is found, a single word is edited.
        let tries =
            (0..50).map(|_| dice.below(words.len() + 1 - length)).find(|s| (*s..s + length).all(|w| !taken.contains(&w)));
        let (start, length) = tries.map_or((start, 1), |start| (start, length));
        taken.extend(start..start + length);
        pieces.push((start, length, dice.below(3)));
        left -= length;
    }
    pieces.sort_unstable();
    let mut out: Vec<&str> = Vec::new();
    let mut at = 0;
    for (start, length, how) in pieces {
        out.extend(&words[at.min(start)..start]);
        if how < 2 {
            let from = dice.below(other.len());
            out.extend((0..length).map(|word| other[(from + word) % other.len()]));
        }
        at = if how == 1 { start } else { start + length };
    }
    out.extend(&words[at.min(words.len())..]);
    out.join(" ")
}

fn of(text: &str) -> Signature {
    Signature::of(text.split_whitespace())
}

/// At most [`ARTICLES`] texts of a corpus file, spread evenly.
fn texts(file: &Path) -> Vec<String> {
    let reader = BufReader::new(zstd::Decoder::new(std::fs::File::open(file).expect("a readable file")).expect("zstd"));
    let mut all: Vec<String> = Vec::new();
    for line in reader.lines() {
        let article: serde_json::Value = serde_json::from_str(&line.expect("UTF-8")).expect("JSON");
        let text = article["text"].as_str().expect("text");
        if text.split_whitespace().count() >= SHORT + SHORT / 2 {
            all.push(text.to_owned());
        }
    }
    let (total, count) = (all.len(), all.len().min(ARTICLES));
    (0..count).map(|article| std::mem::take(&mut all[article * total / count])).collect()
}

/// The distinct pairs of neighbouring words of a text, reduced: written independently of the engine's `reduced_words`.
fn pairs(text: &str) -> BTreeSet<(String, String)> {
    let gone = |c: &char| !"اأإآةىءئؤ\u{640}".contains(*c) && !matches!(c, '\u{64b}'..='\u{65f}' | '\u{670}');
    let plain = |word: &str| word.chars().filter(gone).collect::<String>().trim_end_matches(['ه', 'ي']).to_owned();
    let separator = |c: char| !(c.is_alphabetic() || c == '\u{640}' || matches!(c, '\u{64b}'..='\u{65f}' | '\u{670}'));
    let words: Vec<String> = text.split(separator).map(plain).filter(|word| !word.is_empty()).collect();
    words.windows(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

/// Pairs of articles of the corpus (earlier, later) with their exact similarity.
type Relatives = BTreeMap<(usize, usize), f64>;

/// All related pairs of articles, by exact counting.
fn relatives(texts: &[String]) -> Relatives {
    let sets: Vec<BTreeSet<(String, String)>> = texts.iter().map(|text| pairs(text)).collect();
    let mut holders: BTreeMap<&(String, String), Vec<usize>> = BTreeMap::new();
    for (article, set) in sets.iter().enumerate() {
        for pair in set {
            holders.entry(pair).or_default().push(article);
        }
    }
    let mut found = Relatives::new();
    for (article, set) in sets.iter().enumerate() {
        let mut common = vec![0usize; article];
        for pair in set {
            holders[pair].iter().take_while(|other| **other < article).for_each(|other| common[*other] += 1);
        }
        for (other, common) in common.into_iter().enumerate() {
            let share = 2.0 * common as f64 / (set.len() + sets[other].len()) as f64;
            if share >= RELATED {
                found.insert((other, article), share);
            }
        }
    }
    found
}

/// The report for one copy: the article found, and its similarity.
struct Report {
    source: usize,
    words: usize,
    found: Option<(usize, f32)>,
}

fn look_up(index: &DuplicateIndex, copy: &str, source: usize) -> Report {
    let verdict = index.find(&of(copy));
    let exact = verdict.duplicate_of.map(|id| (id as usize, 1.0));
    let words = copy.split_whitespace().count();
    Report { source, words, found: exact.or(verdict.near_duplicate_of.map(|(id, similarity)| (id as usize, similarity))) }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let show = arguments.iter().any(|argument| argument == "--show");
    let Some(folder) = arguments.iter().find(|argument| !argument.starts_with("--")) else {
        eprintln!("no corpus given; name a folder of *.jsonl.zst files: cargo bench --bench duplicates -- FOLDER");
        return;
    };
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".jsonl.zst"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let texts = texts(&file);
        println!("\n## {}, {} articles\n", file.file_name().unwrap_or_default().to_string_lossy(), texts.len());
        let relatives = relatives(&texts);
        let index = natural(&texts, &relatives, show);
        recall(&texts, &relatives, &index);
        all.extend(texts);
    }
    signatures(&all);
    growth(&all);
    copies(&all);
}

/// Percentage of edited words, and the longest piece that is edited in one place.
const EDITS: [(usize, usize); 7] = [(0, 1), (5, 1), (5, 12), (10, 1), (10, 12), (20, 1), (20, 12)];

/// Edits, damages and looks up copies of the articles without relatives.
fn recall(texts: &[String], relatives: &Relatives, index: &DuplicateIndex) {
    let related: BTreeSet<usize> = relatives.keys().flat_map(|(a, b)| [*a, *b]).collect();
    let alone: Vec<usize> = (0..texts.len()).filter(|article| !related.contains(article)).take(COPIED).collect();
    println!("\n{} articles without relatives are copied. Recall at each least similarity:\n", alone.len());
    let heads = THRESHOLDS.map(|threshold| threshold.to_string()).join(" | ");
    println!("| edited | state of the copy | {heads} | up to {FEW} words, at the default | mean similarity |");
    println!("| --- | --- |{} --- | --- |", " --- |".repeat(THRESHOLDS.len()));
    let mut dice = Dice(1);
    for (percent, block) in EDITS {
        let how = if block > 1 { ", blocks" } else { "" };
        for (name, state) in STATES {
            let reports = alone.iter().map(|source| {
                let words: Vec<&str> = texts[*source].split_whitespace().collect();
                let other: Vec<&str> = texts[dice.below(texts.len())].split_whitespace().collect();
                let copy = written(&edited(&words, &other, percent, block, &mut dice), state, &mut dice);
                look_up(index, &copy, *source)
            });
            println!("| {percent} %{how} | {name} | {} |", scores(&reports.collect::<Vec<_>>()));
        }
    }
}

/// Recall at each threshold and of short copies (with the number of false reports, if any), and the mean similarity of correct reports.
fn scores(reports: &[Report]) -> String {
    let right = |report: &Report| report.found.is_some_and(|(found, _)| found == report.source);
    let recall = |threshold: f32, longest: usize| {
        let counted: Vec<&Report> = reports.iter().filter(|report| report.words <= longest).collect();
        let reported = || counted.iter().filter(|report| report.found.is_some_and(|(_, s)| s >= threshold));
        let found = reported().filter(|report| right(report)).count();
        let recall = found as f64 / counted.len() as f64;
        match reported().count() - found {
            0 => format!("{recall:.4}"),
            wrong => format!("{recall:.4} ({wrong} wrong)"),
        }
    };
    let found = reports.iter().filter(|report| right(report)).filter_map(|report| report.found);
    let similarities: Vec<f32> = found.map(|(_, similarity)| similarity).collect();
    let mean = similarities.iter().sum::<f32>() / similarities.len().max(1) as f32;
    let of_few = recall(DuplicateSettings::default().least_similarity, FEW);
    format!("{} | {of_few} | {mean:.3}", THRESHOLDS.map(|threshold| recall(threshold, usize::MAX)).join(" | "))
}

/// A pair reported within the corpus: the earlier article, the later one, their similarity.
type Found = (usize, usize, f32);

/// Looks up each article among those before it; returns the index of all.
fn natural(texts: &[String], relatives: &Relatives, show: bool) -> DuplicateIndex {
    let mut index = DuplicateIndex::new(DuplicateSettings { least_similarity: 0.0, ..DuplicateSettings::default() });
    let mut found: Vec<Found> = Vec::new();
    for (article, text) in texts.iter().enumerate() {
        let report = look_up(&index, text, article);
        found.extend(report.found.map(|(other, similarity)| (other, article, similarity)));
        index.add(article as u64, &of(text));
    }
    report_natural(&found, relatives);
    if show {
        show_pairs(texts, found, relatives);
    }
    index
}

/// Prints the exact similarity of the pairs reported within the corpus.
fn report_natural(found: &[Found], relatives: &Relatives) {
    println!("Among the articles themselves, reported, and the exact share of common pairs of the reported:\n");
    println!("| least similarity | reported | exact >= 0.5 | 0.4 to 0.5 | 0.3 to 0.4 | below 0.3 | found of those due |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for threshold in THRESHOLDS {
        let reported: Vec<&Found> = found.iter().filter(|found| found.2 >= threshold).collect();
        let shares: Vec<f64> = reported.iter().map(|found| exact(found, relatives)).collect();
        let between = |low: f64, high: f64| shares.iter().filter(|share| (low..high).contains(*share)).count();
        let due: BTreeSet<usize> =
            relatives.iter().filter(|(_, share)| **share >= f64::from(threshold)).map(|((_, later), _)| *later).collect();
        let got = reported.iter().filter(|found| due.contains(&found.1)).count();
        println!(
            "| {threshold} | {} | {} | {} | {} | {} | {got} of {} |",
            reported.len(),
            between(0.5, 2.0),
            between(0.4, 0.5),
            between(0.3, 0.4),
            between(-1.0, 0.3),
            due.len()
        );
    }
}

fn exact((earlier, later, _): &Found, relatives: &Relatives) -> f64 {
    relatives.get(&(*earlier, *later)).copied().unwrap_or(0.0)
}

/// Prints the heads of the reported pairs, least similar first.
fn show_pairs(texts: &[String], mut found: Vec<Found>, relatives: &Relatives) {
    found.retain(|found| found.2 >= THRESHOLDS[0]);
    found.sort_by(|a, b| a.2.total_cmp(&b.2));
    let head = |article: usize| texts[article].chars().take(200).collect::<String>().replace('\n', " / ");
    for pair in &found {
        println!("\n{:.3} exact {:.3}\n  A {}\n  B {}", pair.2, exact(pair, relatives), head(pair.0), head(pair.1));
    }
}

/// Measures how fast signatures are computed.
fn signatures(texts: &[String]) {
    let tokens: Vec<Vec<&str>> = texts.iter().map(|text| text.split_whitespace().collect()).collect();
    println!("\na signature: {} bytes", size_of::<Signature>());
    for (name, longest) in [("all articles", usize::MAX), ("the shortest", FEW)] {
        let chosen: Vec<&Vec<&str>> = tokens.iter().filter(|tokens| tokens.len() <= longest).collect();
        let words: usize = chosen.iter().map(|tokens| tokens.len()).sum();
        let once = || {
            let start = Instant::now();
            let count = chosen.iter().filter(|tokens| Signature::of(tokens.iter().copied()).text_hash().is_some()).count();
            (start.elapsed(), count)
        };
        // The fastest of several rounds: other programs can only slow it down.
        let (time, count) = (0..20).map(|_| once()).min().expect("20 rounds");
        let rate = words as f64 / time.as_secs_f64() / 1e6;
        println!("signatures of {name}: {count} of {} words on average, {rate:.1} M words/s", words / count.max(1));
    }
}

/// Measures the memory and speed of an index of [`MANY`] articles, and recall of edited copies in it. Each article consists of eight
/// phrases of eight words of the corpus, so that runs of three words recur far more often than in newspapers.
fn growth(texts: &[String]) {
    let tokens: Vec<Vec<&str>> = texts.iter().map(|text| text.split_whitespace().collect()).collect();
    let (mut dice, mut sample) = (Dice(2), Vec::new());
    let (mut index, mut adding) = (DuplicateIndex::new(DuplicateSettings::default()), Duration::ZERO);
    for id in 1..=MANY {
        let phrase = |_| {
            let from = &tokens[dice.below(tokens.len())];
            let at = dice.below(from.len().max(9) - 8);
            from[at..(at + 8).min(from.len())].iter().copied()
        };
        let words: Vec<&str> = (0..8).flat_map(phrase).collect();
        let signature = Signature::of(words.iter().copied());
        let start = Instant::now();
        index.add(id as u64, &signature);
        adding += start.elapsed();
        if id.is_multiple_of(MANY / 2000) {
            sample.push((id, words));
        }
        if id.is_multiple_of(MANY / 8) {
            let (bytes, time) = (index.bytes() / id, adding.as_secs_f64() * 1e6 / id as f64);
            println!("{id} articles: {bytes} bytes each, {time:.2} µs per add");
        }
    }
    for percent in [5, 10, 20] {
        let copies = sample.iter().map(|(id, words)| {
            let copy = edited(words, &tokens[dice.below(tokens.len())], percent, 1, &mut dice);
            look_up(&index, &copy, *id)
        });
        println!("copies with {percent} % edited, looked up among all: recall {}", recall_of(&copies.collect::<Vec<_>>()));
    }
}

/// The share of copies whose source was found, and the number of false reports.
fn recall_of(reports: &[Report]) -> String {
    let found = reports.iter().filter(|report| report.found.is_some_and(|(found, _)| found == report.source)).count();
    let wrong = reports.iter().filter(|report| report.found.is_some()).count() - found;
    format!("{:.4}, {wrong} wrong", found as f64 / reports.len() as f64)
}

/// Measures the cost of many copies of one article.
fn copies(texts: &[String]) {
    let words: Vec<&str> =
        texts.iter().map(|text| text.split_whitespace().collect()).max_by_key(Vec::len).unwrap_or_default();
    let words = &words[..words.len().min(400)];
    let mut dice = Dice(3);
    for (name, edits) in
        [("the same article", 0), ("the same with one word changed", 1), ("the same with 40 words changed", 40)]
    {
        let (mut index, mut adding) = (DuplicateIndex::new(DuplicateSettings::default()), Duration::ZERO);
        for id in 0..100_000 {
            let mut copy = words.to_vec();
            for _ in 0..edits {
                let (at, from) = (dice.below(copy.len()), dice.below(copy.len()));
                copy[at] = words[from];
            }
            let signature = Signature::of(copy.into_iter());
            let start = Instant::now();
            index.add(id, &signature);
            adding += start.elapsed();
        }
        println!("100,000 times {name}: {:.2} µs per add", adding.as_secs_f64() * 1e6 / 1e5);
    }
}
