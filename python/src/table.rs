//! A table of the result: an Arrow stream that can be read any number of times.

use std::sync::Arc;

use arrow::array::RecordBatchIterator;
use arrow::ffi::FFI_ArrowSchema;
use arrow::ffi_stream::FFI_ArrowArrayStream;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::error::failed;
use crate::spool::Spooled;

/// A table: any library that speaks the Arrow `PyCapsule` interface reads it.
#[pyclass(frozen, module = "tarmim")]
pub(crate) struct Table {
    name: &'static str,
    spooled: Arc<Spooled>,
}

impl Table {
    pub(crate) fn new(name: &'static str, spooled: Spooled) -> Self {
        Self { name, spooled: Arc::new(spooled) }
    }

    /// Calls a library's function with this table.
    fn given_to<'py>(slf: &Bound<'py, Self>, module: &str, function: &str) -> PyResult<Bound<'py, PyAny>> {
        library(slf.py(), module)?.getattr(function)?.call1((slf,))
    }
}

/// A library, or an exception that says that it is not installed.
fn library<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("tarmim.libraries")?.getattr("library")?.call1((name,))
}

#[pymethods]
impl Table {
    /// The number of rows.
    fn __len__(&self) -> usize {
        self.spooled.rows()
    }

    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.spooled.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    fn __repr__(&self) -> String {
        let (rows, columns) = (self.spooled.rows(), self.spooled.schema().fields().len());
        format!("<tarmim.Table {}: {rows} rows, {columns} columns>", self.name)
    }

    /// The schema, as an Arrow `PyCapsule`.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.spooled.schema().as_ref());
        let schema = schema.map_err(|error| failed(py, &error.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The rows, as an Arrow `PyCapsule`; each call starts at the first. Another schema may be asked for and is not given, as the
    /// interface allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches = self.spooled.batches().map_err(|error| failed(py, &error.to_string()))?;
        let reader = RecordBatchIterator::new(batches, Arc::clone(self.spooled.schema()));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }

    /// The table as a `pyarrow.Table`.
    fn to_pyarrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::given_to(slf, "pyarrow", "table")
    }

    /// The table as a `polars.DataFrame`.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::given_to(slf, "polars", "DataFrame")
    }

    /// The table as a `pandas.DataFrame`.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        library(slf.py(), "pandas")?.getattr("DataFrame")?.call_method1("from_arrow", (slf,))
    }
}
