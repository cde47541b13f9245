//! Methods that step by the program of their formula.

use super::Method;
use crate::engine::Kernel;
use crate::error::Error;
use crate::formula::Formula;
use crate::settings::{Hyperparameter, Value};

/// A method that steps by the program of its [`Formula`] instead of its compiled loop: every
/// instruction works on a few hundred elements at a time, and the bits are the same.
///
/// Methods without an elementwise formula step as they are.
///
/// ```
/// use thalweg::{Interpreted, Optimizer, rules::Adam};
///
/// let (mut w, mut same) = ([1.0_f32, -2.0, 3.0], [1.0_f32, -2.0, 3.0]);
/// Optimizer::new(Adam::default())?.step([("w", &mut w, &[0.5, 0.1, -4.0])])?;
/// Optimizer::new(Interpreted(Adam::default()))?.step([("w", &mut same, &[0.5, 0.1, -4.0])])?;
/// assert_eq!(w, same);
/// # Ok::<(), thalweg::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Interpreted<M>(
    /// The method.
    pub M,
);

impl<M: Method> Method for Interpreted<M> {
    fn name(&self) -> String {
        self.0.name()
    }
    fn title(&self) -> String {
        self.0.title()
    }
    fn spec(&self) -> String {
        self.0.spec()
    }
    fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        self.0.hyperparameters()
    }
    fn set_all(&mut self, values: &[(&str, Value)]) -> Result<(), Error> {
        self.0.set_all(values)
    }
    fn check(&self) -> Result<(), Error> {
        self.0.check()
    }
    fn kernel(&self) -> Kernel {
        let kernel = self.0.kernel();
        let formula = kernel.whole_formula();
        formula.and_then(|formula| Kernel::of_formula(&formula)).unwrap_or(kernel)
    }
    fn text(&self) -> Option<String> {
        self.0.text()
    }
    fn formula(&self) -> Option<Formula> {
        self.0.formula()
    }
}
