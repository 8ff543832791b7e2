//! Reads the whole input and judges each record as a run would, without processing it: for `check` and `plan`.

use std::ops::ControlFlow;

use engine::document::Origin;
use engine::tables::Reject;

use crate::cache::Staleness;
use crate::ingest::{ArticleRemarks, IngestSettings, Ingested, Inventory, ReadError, Record, UniqueKeys, read_records};

/// The judgement of a record.
pub(super) enum Surveyed {
    /// A run would publish it; with what `assess` returned for it, and what is to be known about it if it was read.
    Article(Origin, Staleness, Option<ArticleRemarks>),
    /// A run would reject it.
    Reject(Reject),
}

/// Passes every record of an inventory to `emit`, in order, and returns the keys of the articles, and what is worth knowing about the
/// input as a whole.
///
/// `assess` tells how much of a record's cached outcome is stale. One of which none is stale was an article in an earlier run, so its text is not read.
///
/// # Errors
/// If a file changed since the inventory was taken.
pub(super) fn survey(
    inventory: &Inventory,
    settings: &IngestSettings,
    assess: &dyn Fn(&mut Record) -> Staleness,
    emit: &mut dyn FnMut(Surveyed),
) -> Result<(UniqueKeys, Vec<String>), ReadError> {
    let mut keys = UniqueKeys::default();
    let notices = read_records(inventory, settings, &mut |ingested, _| {
        let judged = match ingested {
            Ingested::Record(record) => judge(record, settings, assess, &mut keys),
            Ingested::Reject(reject) => Err(reject),
        };
        emit(judged.unwrap_or_else(Surveyed::Reject));
        ControlFlow::Continue(())
    })?;
    Ok((keys, notices))
}

/// The order matters: a record that cannot be read does not take the key from a later one.
fn judge(
    mut record: Record,
    settings: &IngestSettings,
    assess: &dyn Fn(&mut Record) -> Staleness,
    keys: &mut UniqueKeys,
) -> Result<Surveyed, Reject> {
    let staleness = assess(&mut record);
    let (origin, byte_offset) = (record.origin.clone(), record.byte_offset);
    let remarks = match staleness.first_stage() {
        Some(_) => {
            let article = record.read(settings)?;
            Some(ArticleRemarks::of(&article.origin, &article.metadata, settings))
        }
        None => None,
    };
    keys.accept(origin.article_number(), &origin.source_path, origin.record.as_deref(), byte_offset)?;
    Ok(Surveyed::Article(origin, staleness, remarks))
}
