//! The state of a comparison between two steps, as plain data.

use thalweg::checkpoint::Checkpoint;

use super::comparison::Comparison;
use super::error::CompareError;
use super::timing::Timing;
use crate::weights::Values;

/// The state of a comparison between two steps: all that is not in the arguments of
/// [`Comparison::new`].
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Steps taken.
    pub step: u64,
    /// The state of each method, in order.
    pub methods: Vec<MethodState>,
}

/// The state of one method.
#[derive(Debug, Clone, PartialEq)]
pub struct MethodState {
    /// Its label.
    pub label: String,
    /// Its weights, and running statistics if the network has any.
    pub values: Values,
    /// The state of its optimizer.
    pub optimizer: Checkpoint,
    /// The step at which it diverged.
    pub diverged_at: Option<u64>,
    /// How long its training has taken.
    pub timing: Timing,
}

impl Comparison {
    /// The state to resume from.
    ///
    /// # Errors
    /// [`CompareError::Candle`], if weights cannot be read.
    pub fn state(&self) -> Result<State, CompareError> {
        let methods = self.contenders.iter().map(|it| {
            Ok(MethodState {
                label: it.label.clone(),
                values: it.weights.values()?,
                optimizer: it.optimizer.to_checkpoint(),
                diverged_at: it.diverged_at,
                timing: it.timing,
            })
        });
        Ok(State { step: self.step, methods: methods.collect::<Result<_, CompareError>>()? })
    }

    /// Resumes from a state of the same comparison; gives the same bits as a comparison that never
    /// stopped.
    ///
    /// # Errors
    /// A state of other methods, or of another network. The comparison must not be used then.
    pub fn restore(&mut self, state: &State) -> Result<(), CompareError> {
        let labels: Vec<&str> = state.methods.iter().map(|it| it.label.as_str()).collect();
        if !self.labels().eq(labels.iter().copied()) {
            return Err(CompareError::OtherState(format!("the methods {}", labels.join(", "))));
        }
        if state.step > self.steps() {
            let steps = format!("step {} of a longer run", state.step);
            return Err(CompareError::OtherState(steps));
        }
        for (contender, saved) in self.contenders.iter_mut().zip(&state.methods) {
            contender.weights.set_values(&saved.values)?;
            contender
                .optimizer
                .restore(&saved.optimizer)
                .map_err(|source| CompareError::method(&saved.label, source))?;
            contender.diverged_at = saved.diverged_at;
            contender.timing = saved.timing;
        }
        self.step = state.step;
        Ok(())
    }
}
