//! The types that a setting can have, each with its reading from a [`Value`] and its entry in a build's record.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::{Form, Range, Value};

/// A fault of a value itself, or of a file that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file in which the fault is; `None` for the value itself.
    pub file: Option<String>,
    /// Line of that file, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

/// Why a value is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is of the wrong form or out of range; [`super::Spec::expected`] says what it should be.
    Unexpected,
    /// It is faulty inside.
    Faulty(Vec<Fault>),
}

impl From<String> for Refusal {
    fn from(what: String) -> Self {
        Self::Faulty(vec![Fault { file: None, line: 0, what }])
    }
}

/// A type that a setting can have.
pub trait Setting: Sized {
    /// The form of a value.
    fn form() -> Form;

    /// Reads a value and checks its range.
    ///
    /// # Errors
    /// If the value has the wrong form, is out of range or is faulty inside.
    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal>;

    /// The value's entry in the build's record. `None` for the path of a file whose content is recorded instead: a
    /// build does not depend on where its files lie.
    fn recorded(&self) -> Option<Json>;
}

/// A field that holds a setting, its type erased.
pub trait Slot {
    /// Reads a value into the field; a refused one leaves the field as it was.
    ///
    /// # Errors
    /// See [`Setting::read`].
    fn assign(&mut self, value: Value, range: Option<Range>) -> Result<(), Refusal>;
}

impl<T: Setting> Slot for T {
    fn assign(&mut self, value: Value, range: Option<Range>) -> Result<(), Refusal> {
        // Read in full before it is assigned, so that a refused value changes nothing.
        *self = T::read(value, range)?;
        Ok(())
    }
}

/// An enum whose variants have names in configurations.
pub trait Choice: Copy + 'static {
    /// Every variant.
    const ALL: &'static [Self];

    /// The name that configurations use.
    fn name(self) -> &'static str;
}

impl<T: Choice> Setting for T {
    fn form() -> Form {
        Form::Choice(T::ALL.iter().map(|choice| choice.name()).collect())
    }

    fn read(value: Value, _: Option<Range>) -> Result<Self, Refusal> {
        let Value::Text(text) = value else { return Err(Refusal::Unexpected) };
        T::ALL.iter().copied().find(|choice| choice.name() == text).ok_or(Refusal::Unexpected)
    }

    fn recorded(&self) -> Option<Json> {
        Some(self.name().into())
    }
}

impl Setting for bool {
    fn form() -> Form {
        Form::Flag
    }

    fn read(value: Value, _: Option<Range>) -> Result<Self, Refusal> {
        match value {
            Value::Flag(flag) => Ok(flag),
            _ => Err(Refusal::Unexpected),
        }
    }

    fn recorded(&self) -> Option<Json> {
        Some(json!(self))
    }
}

impl Setting for u64 {
    fn form() -> Form {
        Form::Integer
    }

    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        let Value::Integer(number) = value else { return Err(Refusal::Unexpected) };
        in_range(value.as_number(), range)?;
        number.try_into().map_err(|_| Refusal::Unexpected)
    }

    fn recorded(&self) -> Option<Json> {
        Some(json!(self))
    }
}

impl Setting for usize {
    fn form() -> Form {
        Form::Integer
    }

    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        usize::try_from(u64::read(value, range)?).map_err(|_| Refusal::Unexpected)
    }

    fn recorded(&self) -> Option<Json> {
        Some(json!(self))
    }
}

impl Setting for f64 {
    fn form() -> Form {
        Form::Number
    }

    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        in_range(value.as_number(), range)
    }

    fn recorded(&self) -> Option<Json> {
        Some(json!(self))
    }
}

impl Setting for f32 {
    fn form() -> Form {
        Form::Number
    }

    #[expect(clippy::cast_possible_truncation, reason = "a probability with a few digits")]
    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        // The range is checked before rounding, so that a value just outside is not rounded into it.
        Ok(f64::read(value, range)? as f32)
    }

    fn recorded(&self) -> Option<Json> {
        Some(json!(self))
    }
}

impl Setting for String {
    fn form() -> Form {
        Form::Text
    }

    fn read(value: Value, _: Option<Range>) -> Result<Self, Refusal> {
        match value {
            Value::Text(text) => Ok(text),
            _ => Err(Refusal::Unexpected),
        }
    }

    fn recorded(&self) -> Option<Json> {
        Some(json!(self))
    }
}

impl Setting for Vec<String> {
    fn form() -> Form {
        Form::List
    }

    /// A list with a range must not be empty and is one of names: none of them may be blank.
    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        let Value::List(list) = value else { return Err(Refusal::Unexpected) };
        let is_sound = range.is_none() || (!list.is_empty() && list.iter().all(|name| !name.trim().is_empty()));
        if is_sound { Ok(list) } else { Err(Refusal::Unexpected) }
    }

    fn recorded(&self) -> Option<Json> {
        Some(json!(self))
    }
}

impl Setting for (f64, f64) {
    fn form() -> Form {
        Form::Pair
    }

    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        let Value::Pair(low, high) = value else { return Err(Refusal::Unexpected) };
        in_range(Some(low), range)?;
        in_range(Some(high), range)?;
        if low <= high { Ok((low, high)) } else { Err(Refusal::Unexpected) }
    }

    fn recorded(&self) -> Option<Json> {
        Some(json!([self.0, self.1]))
    }
}

impl Setting for PathBuf {
    fn form() -> Form {
        Form::Path
    }

    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        path_of(String::read(value, range)?)
    }

    fn recorded(&self) -> Option<Json> {
        None
    }
}

/// A text as a path; the empty one names nothing, and a NUL ends those of the system.
fn path_of(text: String) -> Result<PathBuf, Refusal> {
    if text.is_empty() || text.contains('\0') { Err(Refusal::Unexpected) } else { Ok(text.into()) }
}

impl Setting for Vec<PathBuf> {
    fn form() -> Form {
        Form::Paths
    }

    fn read(value: Value, _: Option<Range>) -> Result<Self, Refusal> {
        Vec::<String>::read(value, None)?.into_iter().map(path_of).collect()
    }

    fn recorded(&self) -> Option<Json> {
        None
    }
}

impl<T: Setting> Setting for Option<T> {
    fn form() -> Form {
        T::form()
    }

    fn read(value: Value, range: Option<Range>) -> Result<Self, Refusal> {
        match value {
            Value::Unset => Ok(None),
            value => T::read(value, range).map(Some),
        }
    }

    /// Unset is recorded as null, unless the type is never recorded.
    fn recorded(&self) -> Option<Json> {
        match self {
            Some(value) => value.recorded(),
            None if matches!(T::form(), Form::Path | Form::Paths) => None,
            None => Some(Json::Null),
        }
    }
}

/// A number that lies in a range; NaN lies in none.
fn in_range(number: Option<f64>, range: Option<Range>) -> Result<f64, Refusal> {
    // With a range, NaN needs no check of its own: no comparison with it holds.
    let lies_within = |number: &f64| range.map_or(!number.is_nan(), |(low, high)| (low..=high).contains(number));
    number.filter(lies_within).ok_or(Refusal::Unexpected)
}
