//! Finds the order of day and month of a source where a date leaves it open, by reading the dates of the whole input once.
//!
//! Most inputs have no such date, so the input is read for its dates only when the first one comes.

use std::cell::OnceCell;
use std::fs::File;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use rayon::prelude::*;
use regex::bytes::Regex;
use serde_json::Value;

use super::date_orders::{DateOrders, DatePlace};
use super::dates::{DateOrder, Reading, read_date};
use super::inventory::{Inventory, SourceFile};
use super::path_fields::PathReader;
use super::settings::IngestSettings;
use super::source::{Content, Found, RawRecord, SidecarTable, SourceSettings, read_source};

/// A date in numbers, the year last, anywhere in a page. Only the marks that both orders are written with: `1.2.2012` is mostly a version.
static NUMERIC_DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u)(?:^|[^0-9/-])([0-9]{1,2}(?:/[0-9]{1,2}/|-[0-9]{1,2}-)(?:1[89]|20)[0-9]{2})(?:[^0-9/-]|$)")
        .expect("an expression")
});

/// The dates in numbers of a page's bytes: what they are in the page does not matter, only how its site writes dates.
pub(super) fn numeric_dates(page: &[u8]) -> impl Iterator<Item = Reading> {
    let found = NUMERIC_DATE.captures_iter(page).filter_map(|found| found.get(1));
    found.filter_map(|date| std::str::from_utf8(date.as_bytes()).ok()).map(read_date)
}

/// Knows the orders, or finds them out.
pub(super) struct DateSurvey<'s> {
    inventory: &'s Inventory,
    settings: &'s IngestSettings,
    source_settings: SourceSettings<'s>,
    sidecars: &'s SidecarTable,
    paths: &'s PathReader<'s>,
    /// What a survey of the whole input found, if this is a part of it.
    known: Option<&'s DateOrders>,
    orders: OnceCell<DateOrders>,
}

impl<'s> DateSurvey<'s> {
    pub(super) fn new(
        inventory: &'s Inventory,
        settings: &'s IngestSettings,
        source_settings: SourceSettings<'s>,
        sidecars: &'s SidecarTable,
        paths: &'s PathReader<'s>,
        known: Option<&'s DateOrders>,
    ) -> Self {
        Self { inventory, settings, source_settings, sidecars, paths, known, orders: OnceCell::new() }
    }

    /// The order of the dates at a place of a source; `None` if none of them tells, or they contradict each other.
    pub(super) fn order(&self, source_path: &str, place: &DatePlace) -> Option<DateOrder> {
        if let Some(order) = self.settings.date_order.0 {
            return Some(order);
        }
        self.known.unwrap_or_else(|| self.orders.get_or_init(|| self.read())).of(source_path, place)
    }

    /// A file that has changed since the inventory was taken, if the input was read for its dates: what was learnt may be wrong then.
    pub(super) fn changed_file(&self) -> Option<&'s SourceFile> {
        self.orders.get().and_then(|_| self.inventory.surroundings().into_iter().find(|file| !file.is_unchanged()))
    }

    fn read(&self) -> DateOrders {
        let mut orders = DateOrders::default();
        for (source_path, columns) in self.sidecars.entries() {
            note_columns(self.settings, &mut orders, source_path, columns);
        }
        let settings = SurveySettings { ingest: self.settings, source: self.source_settings, paths: self.paths };
        let files = self.inventory.surroundings().into_par_iter().map(|file| settings.read_file(file));
        orders.merge(files.reduce(DateOrders::default, DateOrders::merge))
    }
}

/// The orders that the dates in the files of a part show.
pub(super) fn survey_dates(part: &Inventory, settings: &IngestSettings) -> DateOrders {
    let wanted = |source_path: &str| settings.select(source_path);
    let is_article = |columns: &[(String, Value)]| settings.fields.have_text(columns);
    let source_settings = settings.source_settings(&wanted, &is_article);
    let (sidecars, _) = SidecarTable::build(&part.sidecar_sources(), &source_settings);
    let is_sidecar = |source_path: &str| sidecars.is_sidecar(source_path);
    let source = SourceSettings { is_sidecar: &is_sidecar, ..source_settings };
    let paths = PathReader::new(settings, part.surroundings().into_iter().map(|file| file.source_path.as_str()));
    let mut orders = DateOrders::default();
    // Every part sees the sidecars between the files; one tells of them.
    for (source_path, columns) in sidecars.entries().filter(|(path, _)| part.tells_of(path)) {
        note_columns(settings, &mut orders, source_path, columns);
    }
    let settings = SurveySettings { ingest: settings, source, paths: &paths };
    part.files.iter().map(|file| settings.read_file(file)).fold(orders, DateOrders::merge)
}

/// What the threads that read files share.
#[derive(Clone, Copy)]
struct SurveySettings<'s> {
    ingest: &'s IngestSettings,
    source: SourceSettings<'s>,
    paths: &'s PathReader<'s>,
}

impl SurveySettings<'_> {
    fn read_file(&self, file: &SourceFile) -> DateOrders {
        let mut orders = DateOrders::default();
        // A file that cannot be read is reported when its articles are.
        let Ok(input) = File::open(&file.path) else { return orders };
        let mut emit = |found| {
            if let Found::Record(record) = found {
                self.note(&mut orders, &record);
            }
            ControlFlow::Continue(())
        };
        // `emit` never breaks off, so there is nothing to pass on.
        let _: ControlFlow<()> = read_source(input, &file.source_path, &self.source, &mut emit);
        orders
    }

    fn note(&self, orders: &mut DateOrders, record: &RawRecord) {
        let path = &record.source_path;
        let is_article = !matches!(record.content, Content::Fields(_));
        orders.note(path, &DatePlace::Path, self.paths.date(path, is_article));
        match &record.content {
            Content::Fields(columns) => note_columns(self.ingest, orders, path, columns),
            Content::Html(page) => numeric_dates(page).for_each(|date| orders.note(path, &DatePlace::Page, date)),
            Content::Text(_) => {}
        }
    }
}

fn note_columns(settings: &IngestSettings, orders: &mut DateOrders, source_path: &str, columns: &[(String, Value)]) {
    for (name, date) in settings.fields.dates(columns) {
        orders.note(source_path, &DatePlace::column(name), date);
    }
}
