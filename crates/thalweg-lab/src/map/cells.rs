//! The cells of a map, computed: a row is a task.

use rayon::prelude::*;
use thalweg::Method;
use thalweg_draw::Point;

use super::programs::Programs;
use super::{Cell, MapError, Sides};
use crate::lockstep::{Lockstep, Program};
use crate::problem::Problem;
use crate::run::{Precision, Run, RunError};

/// Cells that run in lockstep: their numbers stay in the L1 cache.
const TOGETHER: usize = 64;

/// What is the same for all cells.
pub(super) struct Work<'a, M> {
    pub problem: &'a Problem,
    pub method: &'a M,
    pub sides: &'a Sides,
    pub steps: usize,
    /// Called after every row.
    pub progress: &'a (dyn Fn() + Sync),
}

impl<M: Method> Work<'_, M> {
    /// All cells, row by row from the lowest y.
    pub fn cells(&self) -> Result<Vec<Cell>, MapError> {
        let programs = Programs::new(self.method, self.sides)?;
        let rows = (0..self.sides.size()[1]).into_par_iter().map(|row| {
            let cells = match &programs {
                Some(programs) => self.row(programs, row),
                None => self.row_one_by_one(row)?,
            };
            (self.progress)();
            Ok(cells)
        });
        let rows: Vec<Vec<Cell>> = rows.collect::<Result<_, MapError>>()?;
        Ok(rows.concat())
    }

    fn row(&self, programs: &Programs, row: usize) -> Vec<Cell> {
        let mut cells = Vec::with_capacity(programs.columns.len());
        let mut first = 0;
        for columns in programs.columns.chunk_by(|a, b| a == b) {
            let program = programs.of(row, columns[0]);
            for part in columns.chunks(TOGETHER) {
                cells.extend(self.together(program, first..first + part.len(), row));
                first += part.len();
            }
        }
        cells
    }

    /// Some cells of a row, in lockstep.
    fn together(
        &self,
        program: &Program,
        columns: std::ops::Range<usize>,
        row: usize,
    ) -> Vec<Cell> {
        let runs = columns.len();
        let starts: Vec<Point> = columns.clone().map(|i| self.sides.start([i, row])).collect();
        let parameter = [0, 1].iter().flat_map(|&k| starts.iter().map(move |start| start[k]));
        let mut lockstep =
            Lockstep::new(program, parameter.collect(), self.sides.varied_values(columns, row));
        let (mut values, mut gradients) = (vec![0.0; runs], vec![0.0; 2 * runs]);
        self.problem.evaluate(&lockstep.parameter, &mut values, &mut gradients);
        let is_finite = |w: &[f64], values: &[f64], i: usize| {
            values[i].is_finite() && w[i].is_finite() && w[runs + i].is_finite()
        };
        let mut diverged_at = vec![None; runs];
        for (i, at) in diverged_at.iter_mut().enumerate() {
            *at = (!is_finite(&lockstep.parameter, &values, i)).then_some(0);
        }
        for step in 1..=self.steps {
            let mut go_on = false;
            for (i, at) in diverged_at.iter_mut().enumerate().filter(|(_, at)| at.is_none()) {
                let has_gradient = gradients[i].is_finite() && gradients[runs + i].is_finite();
                *at = (!has_gradient).then_some(step);
                go_on |= has_gradient;
            }
            if !go_on {
                break;
            }
            lockstep.step_wide(&gradients, &values);
            self.problem.evaluate(&lockstep.parameter, &mut values, &mut gradients);
            for (i, at) in diverged_at.iter_mut().enumerate().filter(|(_, at)| at.is_none()) {
                *at = (!is_finite(&lockstep.parameter, &values, i)).then_some(step);
            }
        }
        let w = &lockstep.parameter;
        let cell = |i: usize| match diverged_at[i] {
            Some(step) => Cell::diverged(step),
            None => Cell { value: values[i], point: [w[i], w[runs + i]], diverged_at: None },
        };
        (0..runs).map(cell).collect()
    }

    /// A row of a method without a formula, or of one that adds noise.
    fn row_one_by_one(&self, row: usize) -> Result<Vec<Cell>, MapError> {
        let cell = |column: usize| {
            let at = [column, row];
            let (method, start) = (self.sides.method(self.method, at)?, self.sides.start(at));
            match Run::new(self.problem, &method, start, self.steps, Precision::F64) {
                Ok(Run { diverged_at: Some(step), .. }) => Ok(Cell::diverged(step)),
                Ok(run) => {
                    Ok(Cell { value: run.last_value(), point: run.last_point(), diverged_at: None })
                }
                Err(RunError::Start { .. }) => Ok(Cell::diverged(0)),
                Err(RunError::Method(error)) => Err(error.into()),
            }
        };
        (0..self.sides.size()[0]).map(cell).collect()
    }
}
