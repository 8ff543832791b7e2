//! The table `[dataset]`, apart from duplicates: what is written, and how long it is kept.

use std::path::PathBuf;

use engine::settings::Choice;

use super::partition::PartitionBy;

engine::settings! {
    /// The tables that are written, and how long builds are kept.
    #[derive(Clone, Debug, PartialEq)]
    pub struct DatasetSettings in "dataset" {
        /// Folder of the builds; readers use output/current.
        output: PathBuf = "output" => Run;
        /// Largest share of the inputs that may be rejected; above it the build is refused (exit code 5) and the old one kept.
        max_reject_ratio: f64 = 0.1 => Run, in 0.0..=1.0;
        /// How many builds are kept, including the current one. The build that was current before it is always kept.
        keep_builds: usize = 5 => Run, in 1..=10_000;
        /// `"section"` or `"year"` partitions each table into Hive-style folders such as by_section=sport; `"none"` does not.
        partition_by: PartitionBy = "none" => Build;
        /// Whether each build gets a report.html: one page to look at, search and correct it in a browser, without a network. `tarmim report`
        /// writes that of a build without one.
        report: bool = true => Run;
        /// Whether intermediate results are cached in output/.cache, so that the next run redoes only what has changed.
        cache: bool = true => Run;
    }
}

impl Choice for PartitionBy {
    const ALL: &'static [Self] = &[Self::None, Self::Section, Self::Year];

    fn name(self) -> &'static str {
        Self::name(self)
    }
}
