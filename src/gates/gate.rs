//! One gate: what was measured in a staged build, what it should be, and whether the build is refused if it is not.

use serde::Serialize;

/// What a gate compares a build with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GateKind {
    /// An invariant of the dataset, which holds whatever the input. Reports of all versions call it a law.
    #[serde(rename = "law")]
    Invariant,
    /// A limit of the configuration.
    Limit,
    /// The previous build.
    Drift,
}

/// The verdict of one gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// Its name, the same in every build.
    pub name: String,
    /// What was counted or measured.
    #[serde(rename = "figure")]
    pub measured: String,
    /// What it should be, with the setting that says so.
    pub expected: String,
    /// What it is; for a broken invariant, with the first row that violates it.
    pub found: String,
    /// Whether it is as expected.
    pub passed: bool,
    /// Whether a failure refuses the build; otherwise it only causes a warning.
    pub fails: bool,
    /// What the build is compared with.
    pub kind: GateKind,
    /// The value of the previous build, if it is one of drift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// How the value changed since the previous build, for messages: `fell from 17.2 to 7.8`.
    #[serde(skip)]
    pub(super) change: Option<String>,
    #[serde(skip)]
    pub(super) inspection: &'static str,
}

impl Gate {
    /// A gate that passed, and that refuses the build when it does not.
    pub(super) fn new(name: &str, measured: &str) -> Self {
        Self {
            name: name.to_owned(),
            measured: measured.to_owned(),
            expected: String::new(),
            found: String::new(),
            passed: true,
            fails: true,
            kind: GateKind::Limit,
            before: None,
            change: None,
            inspection: "from '{build}/articles/**/*.parquet' limit 10",
        }
    }

    /// SQL that shows the rows that were judged; `{build}` stands for the build's folder.
    #[must_use]
    pub fn inspection(&self) -> &'static str {
        self.inspection
    }

    pub(super) fn refuses(&self) -> bool {
        !self.passed && self.fails
    }
}

impl std::fmt::Display for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, measured, expected, found, change, .. } = self;
        match change {
            Some(change) => write!(f, "{name}: {measured} {change}; expected {expected}"),
            None => write!(f, "{name}: {measured}: expected {expected}, found {found}"),
        }
    }
}

/// A number as a person would type it into the configuration, with at most four decimals.
pub(super) fn number(value: f64) -> String {
    ((value * 1e4).round() / 1e4).to_string()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_shown_as_they_are_typed() {
        assert_eq!([0.1 + 0.2, 1.0, 0.000_04, 12.5].map(number), ["0.3", "1", "0", "12.5"]);
    }
}
