//! Errors as Python exceptions: the words of the program, and its exit code as `code`.

use pyo3::prelude::*;
use tarmim::commands::Error as CommandError;

/// The code of an input or an argument that cannot be used, as of a faulty configuration.
pub(crate) const UNUSABLE: u8 = 2;

/// The exception for a code, as `tarmim.errors` has them.
pub(crate) fn exception(py: Python<'_>, code: u8, message: &str) -> PyErr {
    let made = py.import("tarmim.errors").and_then(|errors| errors.getattr("error_of")?.call1((code, message)));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// The exception for an error of the program.
pub(crate) fn of_program(py: Python<'_>, error: impl Into<CommandError>) -> PyErr {
    let error = error.into();
    exception(py, error.exit_code(), &error.to_string())
}

/// The exception for an input that cannot be used.
pub(crate) fn unusable(py: Python<'_>, message: &str) -> PyErr {
    let made = py.import("tarmim.errors").and_then(|errors| errors.getattr("InputError")?.call1((message, UNUSABLE)));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// The exception for an input of a wrong type.
pub(crate) fn wrong_type(py: Python<'_>, message: &str) -> PyErr {
    let made = py.import("tarmim.errors").and_then(|errors| errors.getattr("InputTypeError")?.call1((message, UNUSABLE)));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// The exception for a failure of the system.
pub(crate) fn failed(py: Python<'_>, message: &str) -> PyErr {
    exception(py, 1, message)
}
