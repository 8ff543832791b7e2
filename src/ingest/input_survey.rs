//! What the records of an input tell about each other: the state of writing and the encoding around short texts, the order of day and
//! month.
//!
//! Invariant: surveys of the parts of an input, merged, are the survey of the input, so that parts can be surveyed by several processes.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::date_orders::DateOrders;
use super::date_survey::survey_dates;
use super::inventory::Inventory;
use super::neighbourhood::Neighbourhood;
use super::reader::{Ingested, ReadError, read_part};
use super::settings::IngestSettings;

/// What the records of an input, or of a part of it, tell about each other.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct InputSurvey {
    pub(super) neighbourhood: Neighbourhood,
    pub(super) dates: DateOrders,
}

impl InputSurvey {
    /// Surveys a part of an inventory.
    ///
    /// # Errors
    /// If a file changed since the inventory was taken.
    pub fn of_part(part: &Inventory, settings: &IngestSettings) -> Result<Self, ReadError> {
        let mut survey = Self::default();
        read_part(part, settings, &DateOrders::default(), &mut |ingested, _| {
            if let Ingested::Record(record) = ingested {
                survey.neighbourhood.add(&record, settings);
            }
            ControlFlow::Continue(())
        })?;
        survey.dates = survey_dates(part, settings);
        Ok(survey)
    }

    /// Adds the survey of another part.
    pub fn merge(&mut self, other: Self) {
        self.neighbourhood.merge(other.neighbourhood);
        self.dates = std::mem::take(&mut self.dates).merge(other.dates);
    }

    /// The survey in a form of this version of the program, for another process.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("a survey is plain data")
    }

    /// The survey that [`Self::to_bytes`] gave; `None` if that was another version's.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// Reads the records of a part of the input that was surveyed, each told what is known about those around it.
    ///
    /// # Errors
    /// If a file changed since the inventory was taken.
    pub fn read_part(
        &self,
        part: &Inventory,
        settings: &IngestSettings,
        emit: &mut dyn FnMut(Ingested) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let read = read_part(part, settings, &self.dates, &mut |mut ingested, _| {
            if let Ingested::Record(record) = &mut ingested {
                self.neighbourhood.tell(record);
            }
            emit(ingested)
        });
        read.map(drop)
    }
}
