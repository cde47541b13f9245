//! The report of a step.

use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What a step did. Norms are None unless they were asked for with `measure`, or clipping needed them.
#[pyclass(frozen, module = "thalweg", get_all)]
pub struct Report {
    /// Steps that the optimizer has taken, this one included.
    step: u64,
    /// Elements that were stepped.
    elements: u64,
    /// Name, element and value of a gradient that was not finite, if the step was skipped for it.
    skipped: Option<(String, usize, f64)>,
    /// Whether a gradient was clipped.
    clipped: bool,
    /// The norm of all gradients, before clipping.
    gradient_norm: Option<f64>,
    /// The norm of the change of all parameters.
    update_norm: Option<f64>,
    /// The norm of all parameters, after the step.
    parameter_norm: Option<f64>,
    /// With measure="parameter", the same for each parameter, by name.
    parameters: Py<PyDict>,
}

impl Report {
    pub fn new(py: Python<'_>, report: thalweg::Report) -> PyResult<Self> {
        let parameters = PyDict::new(py);
        for parameter in report.parameters {
            let norms = PyDict::new(py);
            norms.set_item("elements", parameter.elements)?;
            norms.set_item("clipped", parameter.clipped)?;
            norms.set_item("gradient_norm", parameter.gradient_norm)?;
            norms.set_item("update_norm", parameter.update_norm)?;
            norms.set_item("parameter_norm", parameter.parameter_norm)?;
            parameters.set_item(parameter.name, norms)?;
        }
        Ok(Self {
            step: report.step,
            elements: report.elements,
            skipped: report.skipped.map(|at| (at.name, at.index, at.value)),
            clipped: report.clipped,
            gradient_norm: report.gradient_norm,
            update_norm: report.update_norm,
            parameter_norm: report.parameter_norm,
            parameters: parameters.unbind(),
        })
    }
}

#[pymethods]
impl Report {
    fn __repr__(&self) -> String {
        let mut text = format!("Report(step={}, elements={}", self.step, self.elements);
        if let Some((name, index, value)) = &self.skipped {
            text += &format!(", skipped=({name:?}, {index}, {value})");
        }
        if self.clipped {
            text += ", clipped=True";
        }
        let norms = [
            ("gradient_norm", self.gradient_norm),
            ("update_norm", self.update_norm),
            ("parameter_norm", self.parameter_norm),
        ];
        for (name, norm) in norms {
            if let Some(norm) = norm {
                text += &format!(", {name}={norm:?}");
            }
        }
        text + ")"
    }
}
