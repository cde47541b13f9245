//! The two sides of a map: what each varies, checked, and its values.

use std::ops::Range;

use thalweg::sensitivity::Input;
use thalweg::{Accepts, Error, Formula, Method, Value};
use thalweg_draw::Point;

use super::{MOST_CELLS, MapError, Plan};
use crate::lockstep::Varied;
use crate::problem::Problem;

/// What the axes of a map vary, with their values.
pub(super) struct Sides {
    inputs: [Input; 2],
    pub values: [Vec<f64>; 2],
    start: Point,
}

impl Sides {
    /// Checks a plan; after that, every cell has a method.
    pub fn new<M: Method>(problem: &Problem, method: &M, plan: &Plan) -> Result<Self, MapError> {
        let [x, y] = &plan.axes;
        if x.name == y.name {
            return Err(MapError::Same { name: x.name.clone() });
        }
        if plan.size.iter().any(|side| !(2..=MOST_CELLS).contains(side)) {
            return Err(MapError::Size { size: plan.size });
        }
        let described = method.hyperparameters();
        for axis in &plan.axes {
            let known = described.iter().find(|(known, _)| known.name == axis.name);
            match (axis.input(), known) {
                (Input::Start(_), Some(_)) => {
                    let (optimizer, name) = (method.name(), axis.name.clone());
                    return Err(MapError::Ambiguous { optimizer, name });
                }
                (Input::Start(_), None) => {}
                (Input::Hyperparameter(_), Some((known, _)))
                    if !matches!(known.accepts, Accepts::Number(_)) =>
                {
                    let (optimizer, accepted) = (method.name(), known.accepts.to_string());
                    return Err(MapError::NotANumber { optimizer, name: known.name, accepted });
                }
                // Of an unknown name this gives the nearest ones, of a value what is accepted.
                (Input::Hyperparameter(name), _) => {
                    for end in [axis.low, axis.high] {
                        let mut other = method.clone();
                        match other.set(&name, Value::Number(end)) {
                            // Whether values go together is seen below.
                            Ok(()) | Err(Error::Inconsistent { .. }) => {}
                            Err(error) => return Err(error.into()),
                        }
                    }
                }
            }
        }
        let inputs = plan.axes.each_ref().map(|axis| axis.input());
        let values = [0, 1].map(|k| plan.axes[k].values(plan.size[k]));
        let sides = Self { inputs, values, start: plan.start };
        let [width, height] = plan.size;
        // Ranges are intervals, so that the border decides.
        let border = (0..width).flat_map(|i| [[i, 0], [i, height - 1]]);
        for at in border.chain((0..height).flat_map(|j| [[0, j], [width - 1, j]])) {
            sides.method(method, at)?.check()?;
        }
        let is_over_start = sides.inputs.iter().any(|input| matches!(input, Input::Start(_)));
        let value = problem.value(plan.start);
        if !is_over_start && !value.is_finite() {
            let (problem, start) = (problem.name.clone(), plan.start);
            return Err(MapError::Start { problem, start, value });
        }
        Ok(sides)
    }

    pub fn size(&self) -> [usize; 2] {
        self.values.each_ref().map(Vec::len)
    }

    /// Where a cell starts.
    pub fn start(&self, at: [usize; 2]) -> Point {
        let mut start = self.start;
        for ((input, values), k) in self.inputs.iter().zip(&self.values).zip(at) {
            if let Input::Start(coordinate) = *input {
                start[coordinate] = values[k];
            }
        }
        start
    }

    /// The method of a cell.
    pub fn method<M: Method>(&self, method: &M, at: [usize; 2]) -> Result<M, Error> {
        let mut method = method.clone();
        let values =
            self.hyperparameters().map(|k| (self.name(k), Value::Number(self.values[k][at[k]])));
        method.set_all(&values.collect::<Vec<_>>())?;
        Ok(method)
    }

    /// The formula of a cell with what varies in it; `None` where the method has none, or adds noise.
    pub fn formula<M: Method>(
        &self,
        method: &M,
        at: [usize; 2],
    ) -> Result<Option<(Formula, Vec<Varied<'_>>)>, Error> {
        let formula = self.method(method, at)?.kernel().formula();
        let formula = formula.filter(|formula| !formula.has_noise());
        let varied = self.hyperparameters().map(|k| Varied {
            name: self.name(k),
            value: self.values[k][at[k]],
            by_run: k == 0,
        });
        Ok(formula.map(|formula| (formula, varied.collect())))
    }

    /// The values of what varies, for cells of a row.
    pub fn varied_values(&self, columns: Range<usize>, row: usize) -> Vec<Vec<f64>> {
        let values = |k| match k {
            0 => self.values[0][columns.clone()].to_vec(),
            _ => vec![self.values[1][row]],
        };
        self.hyperparameters().map(values).collect()
    }

    /// The axes that vary hyperparameters.
    fn hyperparameters(&self) -> impl Iterator<Item = usize> {
        (0..2).filter(|k| matches!(self.inputs[*k], Input::Hyperparameter(_)))
    }

    fn name(&self, k: usize) -> &str {
        match &self.inputs[k] {
            Input::Hyperparameter(name) => name,
            Input::Start(_) => "",
        }
    }
}
