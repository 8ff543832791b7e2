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
    Bars,
    /// A line every few seconds.
    Lines,
    /// A JSON object every few seconds.
    Json,
    /// A function of the program that runs the pipeline.
    Told(Listener),
    /// Nowhere.
    Silent,
}

/// The least time between two lines of a log.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

impl Progress {
    /// Chooses by the user's flags and whether standard error is a terminal.
    #[must_use]
    pub fn new(quiet: bool, format: LogFormat) -> Self {
        match format {
            _ if quiet => Self::Silent,
            LogFormat::Json => Self::Json,
            LogFormat::Text if std::io::stderr().is_terminal() => Self::Bars,
            LogFormat::Text => Self::Lines,
        }
    }

    /// Writes a message.
    pub fn message(&self, text: &str) {
        match self {
            Self::Bars | Self::Lines => write_line(text),
            Self::Json => write_line(&json!({ "event": "message", "text": text }).to_string()),
            Self::Told(listener) => listener.tell(Event::Message(text)),
            Self::Silent => {}
        }
    }

    /// Writes an event: its data for machines, `text` for people.
    pub fn event(&self, name: &str, text: &str, data: &Value) {
        match self {
            Self::Bars | Self::Lines => write_line(text),
            Self::Json => {
                let mut event = json!({ "event": name });
                if let (Some(event), Some(data)) = (event.as_object_mut(), data.as_object()) {
                    event.extend(data.clone());
                }
                write_line(&event.to_string());
            }
            // How a run ended is what the function that ran it returns.
            Self::Told(_) | Self::Silent => {}
        }
    }

    /// Starts a stage of `total` steps, counted in a named unit.
    #[must_use]
    pub fn stage(&self, name: &'static str, unit: &'static str, total: u64) -> Stage {
        let bar = match self {
            Self::Bars => ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr()),
            _ => ProgressBar::hidden(),
        };
        let template = format!("{{prefix:>8}} {{bar:32}} {{pos}}/{{len}} {unit} · {{msg}} · {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        let now = Instant::now();
        Stage { progress: self.clone(), name, unit, bar, total, done: 0, words: 0, started: now, reported: now }
    }
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
    started: Instant,
    reported: Instant,
}

impl Stage {
    /// Reports the number of steps finished so far, and the words since the last report.
    pub fn reach(&mut self, steps: u64, words: u64) {
        self.advance(steps.saturating_sub(self.done), words);
    }

    /// Reports finished steps, and the words in them.
    pub fn advance(&mut self, steps: u64, words: u64) {
        self.done += steps;
        self.words += words;
        self.bar.set_position(self.done);
        self.bar.set_message(format!("{} words/s", self.words_per_second()));
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

    fn seconds_left(&self) -> u64 {
        let elapsed = self.started.elapsed().as_secs();
        // Before the first step nothing can be estimated, and a plain division would panic.
        elapsed.saturating_mul(self.total.saturating_sub(self.done)).checked_div(self.done).unwrap_or(0)
    }

    fn report(&self) {
        let Self { name, unit, done, total, .. } = self;
        match &self.progress {
            Progress::Lines => {
                let speed = self.words_per_second();
                write_line(&format!("{name}: {done} of {total} {unit}, {speed} words/s, {} s left", self.seconds_left()));
            }
            Progress::Json => write_line(
                &json!({
                    "event": "progress", "stage": name, "unit": unit, "done": done, "total": total,
                    "words_per_second": self.words_per_second(), "seconds_left": self.seconds_left(),
                })
                .to_string(),
            ),
            Progress::Bars | Progress::Told(_) | Progress::Silent => {}
        }
    }
}
