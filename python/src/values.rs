//! Python values as settings, and texts.

use engine::settings::Value;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::error::{UNUSABLE, exception, unusable, wrong_type};

/// A keyword argument's value. Paths may be `os.PathLike`.
///
/// # Errors
/// If no setting has a value of its type.
pub(crate) fn value_of(key: &str, object: &Bound<'_, PyAny>) -> PyResult<Value> {
    let refused = || exception(object.py(), UNUSABLE, &format!("{key}: {} is no value of a setting", kind_of(object)));
    if object.is_none() {
        return Ok(Value::Unset);
    }
    if let Ok(flag) = object.cast::<PyBool>() {
        return Ok(Value::Flag(flag.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        return object.extract().map(Value::Integer).map_err(|_| refused());
    }
    if object.is_instance_of::<PyFloat>() {
        return object.extract().map(Value::Number);
    }
    if let Ok(map) = object.cast::<PyDict>() {
        let pair = |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| Some((text_of(&key)?, text_of(&value)?));
        return map.iter().map(pair).collect::<Option<_>>().map(Value::Map).ok_or_else(refused);
    }
    if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
        let items: Vec<Bound<'_, PyAny>> = object.try_iter()?.collect::<PyResult<_>>()?;
        if let Some(texts) = items.iter().map(text_of).collect::<Option<Vec<String>>>() {
            return Ok(Value::List(texts));
        }
        return match items.as_slice() {
            [low, high] => Ok(Value::Pair(low.extract().map_err(|_| refused())?, high.extract().map_err(|_| refused())?)),
            _ => Err(refused()),
        };
    }
    if let Some(text) = text_of(object) {
        return Ok(Value::Text(text));
    }
    // A scalar of numpy, as what it is in Python.
    match object.call_method0("item") {
        Ok(item) if !item.hasattr("item")? => value_of(key, &item),
        _ => Err(refused()),
    }
}

/// A text, or a path as one.
fn text_of(object: &Bound<'_, PyAny>) -> Option<String> {
    if object.is_instance_of::<PyString>() {
        return object.extract().ok();
    }
    object.call_method0("__fspath__").ok()?.extract().ok()
}

/// A text that a method was given.
///
/// # Errors
/// If it is something else, or has lone surrogates, which are no characters.
pub(crate) fn text(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = object.py();
    let Ok(string) = object.cast::<PyString>() else {
        let advice = match kind_of(object).as_str() {
            "bytes" => "; decode it first, as data.decode(\"utf-8\")",
            "None" | "NoneType" => "; leave it out, or give an empty text",
            _ => "",
        };
        return Err(wrong_type(py, &format!("text: expected str, found {}{advice}", kind_of(object))));
    };
    string.extract().map_err(|_| {
        unusable(
            py,
            "text: holds lone surrogates, which are no characters; decode its bytes anew, or drop them with \
             text.encode(\"utf-8\", \"ignore\").decode(\"utf-8\")",
        )
    })
}

/// A number that was rounded to 1e-4, as the nearest that Python has: 0.997, not 0.996999979019165.
pub(crate) fn decimal(rounded: f32) -> f64 {
    (f64::from(rounded) * 1e4).round() / 1e4
}

/// The name of an object's type.
pub(crate) fn kind_of(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "an object".to_owned(), |name| name.to_string())
}
