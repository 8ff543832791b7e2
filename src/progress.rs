//! Progress for people and log collectors: bars on a terminal, lines or JSON events elsewhere, or nothing.
//!
//! Invariant: progress goes to standard error and stays off the data path: finished batches are reported to it, and nothing
//! waits for it.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use crate::terminal::Printer;

/// The format of messages on standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people; bars on a terminal.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// What a program that runs the pipeline is told.
#[derive(Clone, Copy, Debug)]
pub enum Event<'e> {
    /// A message for people.
    Message(&'e str),
    /// How far a stage has come.
    Reached {
        /// Its name.
        stage: &'static str,
        /// What is counted.
        unit: &'static str,
        /// Steps finished, of `total`.
        done: u64,
        /// All steps.
        total: u64,
        /// Words processed so far.
        words: u64,
    },
}

/// A function that is told of events. It is called by the thread that runs the pipeline.
#[derive(Clone)]
pub struct Listener(Arc<dyn Fn(Event<'_>) + Send + Sync>);

impl Listener {
    /// A listener that calls a function.
    pub fn new(listen: impl Fn(Event<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listen))
    }

    fn tell(&self, event: Event<'_>) {
        (self.0)(event);
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

/// The destination of progress.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Bars on a terminal.
    Bars(Printer),
    /// A line every few seconds.
    Lines(Printer),
    /// A JSON object every few seconds.
    Json,
    /// A function of the program that runs the pipeline.
    Told(Listener),
    /// Nowhere.
    Silent,
}

/// How long a stage runs before its speed tells when it will end.
const SETTLED: Duration = Duration::from_secs(2);
/// The least time between two lines of a log.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

impl Progress {
    /// Chooses by the user's flags and whether standard error is a terminal.
    #[must_use]
    pub fn new(quiet: bool, format: LogFormat, plain: bool) -> Self {
        let printer = Printer::for_log(plain);
        match format {
            _ if quiet => Self::Silent,
            LogFormat::Json => Self::Json,
            LogFormat::Text if std::io::stderr().is_terminal() => Self::Bars(printer),
            LogFormat::Text => Self::Lines(printer),
        }
    }

    /// Writes a message.
    pub fn message(&self, text: &str) {
        match self {
            Self::Bars(printer) | Self::Lines(printer) => write_line(&printer.shown(text)),
            Self::Json => write_event("message", &json!({ "text": text })),
            Self::Told(listener) => listener.tell(Event::Message(text)),
            Self::Silent => {}
        }
    }

    /// Writes an event: its data for machines, `text` for people.
    pub fn event(&self, name: &str, text: &str, data: &Value) {
        match self {
            Self::Bars(printer) | Self::Lines(printer) => write_line(&printer.shown(text)),
            Self::Json => write_event(name, data),
            // How a run ended is what the function that ran it returns.
            Self::Told(_) | Self::Silent => {}
        }
    }

    /// Starts a stage of `total` steps, counted in a named unit.
    #[must_use]
    pub fn stage(&self, name: &'static str, unit: &'static str, total: u64) -> Stage {
        let bar = match self {
            Self::Bars(_) => ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr()),
            _ => ProgressBar::hidden(),
        };
        // At most 60 columns, of which the bar takes what the rest leaves.
        let template = "{prefix} {bar:10} {percent:>3} % {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        let now = Instant::now();
        Stage { progress: self.clone(), name, unit, bar, total, done: 0, words: 0, articles: 0, started: now, reported: now }
    }
}

/// A number in at most four columns: `950`, `9.5k`, `950k`, `9.5M`.
#[expect(clippy::cast_precision_loss, reason = "for display")]
fn short(number: u64) -> String {
    let scaled = |unit: u64, name: &str| {
        let value = number as f64 / unit as f64;
        if value < 9.95 { format!("{value:.1}{name}") } else { format!("{value:.0}{name}") }
    };
    match number {
        0..=999 => number.to_string(),
        1_000..=999_499 => scaled(1_000, "k"),
        999_500..=999_499_999 => scaled(1_000_000, "M"),
        _ => scaled(1_000_000_000, "G"),
    }
}

/// A time to come: `, 45s left`, `, 12m left`, `, 3h left`.
fn time(seconds: u64) -> String {
    match seconds.max(1) {
        seconds @ 0..=99 => format!(", {seconds}s left"),
        seconds @ 100..=5_999 => format!(", {}m left", seconds / 60),
        seconds => format!(", {}h left", seconds / 3600),
    }
}

/// Writes an event as JSON: what happened, when, how grave it is, and its data.
fn write_event(name: &str, data: &Value) {
    let mut event = event_of(name, data);
    // Warnings are messages that begin so.
    let is_warning = data["text"].as_str().is_some_and(|text| text.starts_with("warning"));
    if let Some(event) = event.as_object_mut() {
        event.insert("level".to_owned(), if is_warning { "warning" } else { "info" }.into());
    }
    write_line(&event.to_string());
}

/// An event with the time, in UTC.
#[must_use]
pub fn event_of(name: &str, data: &Value) -> Value {
    let mut event = json!({ "event": name, "time": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string() });
    if let (Some(event), Some(data)) = (event.as_object_mut(), data.as_object()) {
        event.extend(data.clone());
    }
    event
}

fn write_line(line: &str) {
    // A closed standard error must not stop the work.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A stage under way.
#[derive(Debug)]
pub struct Stage {
    progress: Progress,
    name: &'static str,
    unit: &'static str,
    bar: ProgressBar,
    total: u64,
    done: u64,
    words: u64,
    articles: u64,
    started: Instant,
    reported: Instant,
}

impl Stage {
    /// Reports the number of steps finished so far, and the articles and words since the last report.
    pub fn reach(&mut self, steps: u64, articles: u64, words: u64) {
        self.articles += articles;
        self.advance(steps.saturating_sub(self.done), words);
    }

    /// Reports finished steps, and the words in them.
    pub fn advance(&mut self, steps: u64, words: u64) {
        self.done += steps;
        self.words += words;
        self.bar.set_position(self.done);
        self.bar.set_message(self.shown());
        if let Progress::Told(listener) = &self.progress {
            let Self { name: stage, unit, done, total, words, .. } = *self;
            listener.tell(Event::Reached { stage, unit, done, total, words });
        }
        if self.reported.elapsed() >= LINE_INTERVAL {
            self.reported = Instant::now();
            self.report();
        }
    }

    /// Ends the stage.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "for display")]
    fn words_per_second(&self) -> u64 {
        // Right after the start the elapsed time may be zero.
        (self.words as f64 / self.started.elapsed().as_secs_f64().max(1e-3)) as u64
    }

    /// Articles, words and the time left, in at most 35 columns.
    fn shown(&self) -> String {
        let words = short(self.words);
        // Training counts no articles.
        let articles = if self.articles == 0 { String::new() } else { format!("{} articles, ", short(self.articles)) };
        // What is left can be told once something was done for a while.
        let left =
            if self.started.elapsed() < SETTLED || self.done == 0 { String::new() } else { time(self.seconds_left()) };
        format!("{articles}{words} words{left}")
    }

    fn seconds_left(&self) -> u64 {
        let elapsed = self.started.elapsed().as_secs();
        // Before the first step nothing can be estimated, and a plain division would panic.
        elapsed.saturating_mul(self.total.saturating_sub(self.done)).checked_div(self.done).unwrap_or(0)
    }

    fn report(&self) {
        let Self { name, unit, done, total, .. } = self;
        match &self.progress {
            Progress::Lines(_) => {
                let speed = self.words_per_second();
                write_line(&format!("{name}: {done} of {total} {unit}, {speed} words/s, {} s left", self.seconds_left()));
            }
            Progress::Json => write_event(
                "progress",
                &json!({
                    "stage": name, "unit": unit, "done": done, "total": total, "articles": self.articles, "words": self.words,
                    "words_per_second": self.words_per_second(), "seconds_left": self.seconds_left(),
                }),
            ),
            Progress::Bars(_) | Progress::Told(_) | Progress::Silent => {}
        }
    }
}
