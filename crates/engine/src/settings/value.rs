//! A value as a file or a caller gives it, before it is checked.

use serde::Serialize;

/// A value of unknown meaning: what TOML, JSON or Python can say.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// No value.
    Unset,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A number with decimals.
    Number(f64),
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// Two numbers.
    Pair(f64, f64),
    /// Pairs of texts, in the order in which they were written.
    Map(Vec<(String, String)>),
}

impl Value {
    /// The number, with or without decimals.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "settings are far below 2^53")]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(list: [&str; N]) -> Self {
        Self::List(list.map(str::to_owned).to_vec())
    }
}

impl From<(f64, f64)> for Value {
    fn from((low, high): (f64, f64)) -> Self {
        Self::Pair(low, high)
    }
}
