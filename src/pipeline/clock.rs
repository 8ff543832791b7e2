//! How long each stage takes, summed over all cores. This is wall time: on a busy machine it exceeds CPU time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::dataset::StageSeconds;

/// Nanoseconds that each stage took, summed over all cores.
#[derive(Debug, Default)]
pub(super) struct Clock([AtomicU64; 6]);

impl Clock {
    pub(super) const INGEST: usize = 0;
    pub(super) const REPAIR: usize = 1;
    pub(super) const SPLIT: usize = 2;
    pub(super) const TAG: usize = 3;
    pub(super) const ROWS: usize = 4;
    pub(super) const CACHE: usize = 5;

    pub(super) fn time<T>(&self, stage: usize, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        let nanoseconds = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        // Relaxed: the sums are only for a report, and no other memory is read by their order.
        self.0[stage].fetch_add(nanoseconds, Ordering::Relaxed);
        done
    }

    #[expect(clippy::cast_precision_loss, reason = "for a report")]
    pub(super) fn seconds(&self) -> StageSeconds {
        let of = |stage: usize| (self.0[stage].load(Ordering::Relaxed) as f64 / 1e6).round() / 1e3;
        StageSeconds {
            ingest: of(Self::INGEST),
            repair: of(Self::REPAIR),
            split: of(Self::SPLIT),
            tag: of(Self::TAG),
            rows: of(Self::ROWS),
            cache: of(Self::CACHE),
        }
    }
}
