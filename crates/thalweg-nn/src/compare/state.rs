//! A comparison between two steps, as plain data.

use std::time::Duration;

use thalweg::checkpoint::Checkpoint;

use super::{CompareError, Comparison, Spent};

/// All that a comparison remembers between two steps besides what it was made with.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Steps taken.
    pub step: u64,
    /// The methods, in their order.
    pub contenders: Vec<ContenderState>,
}

/// What is remembered of one method.
#[derive(Debug, Clone, PartialEq)]
pub struct ContenderState {
    /// Its label.
    pub label: String,
    /// Its weights.
    pub weights: Vec<f32>,
    /// What its optimizer remembers.
    pub optimizer: Checkpoint,
    /// The step at which it diverged.
    pub diverged_at: Option<u64>,
    /// Where its time went.
    pub spent: Spent,
}

impl Comparison {
    /// What has to be kept to go on from here.
    ///
    /// # Errors
    /// [`CompareError::Candle`], if weights cannot be read.
    pub fn state(&self) -> Result<State, CompareError> {
        let contenders = self.contenders.iter().map(|it| {
            Ok(ContenderState {
                label: it.label.clone(),
                weights: it.weights.flat()?,
                optimizer: it.optimizer.to_checkpoint(),
                diverged_at: it.diverged_at,
                spent: it.spent,
            })
        });
        Ok(State { step: self.step, contenders: contenders.collect::<Result<_, CompareError>>()? })
    }

    /// Goes on from what was kept of the same comparison; it gives the same bits as one that
    /// never stopped.
    ///
    /// # Errors
    /// A state of other methods, or of another network. The comparison is of no use then.
    pub fn restore(&mut self, state: &State) -> Result<(), CompareError> {
        let labels: Vec<&str> = state.contenders.iter().map(|it| it.label.as_str()).collect();
        if !self.labels().eq(labels.iter().copied()) {
            return Err(CompareError::OtherState(format!("the methods {}", labels.join(", "))));
        }
        if state.step > self.steps() {
            let steps = format!("step {} of a longer run", state.step);
            return Err(CompareError::OtherState(steps));
        }
        for (contender, saved) in self.contenders.iter_mut().zip(&state.contenders) {
            contender.weights.set_flat(&saved.weights)?;
            contender
                .optimizer
                .restore(&saved.optimizer)
                .map_err(|source| CompareError::method(&saved.label, source))?;
            contender.diverged_at = saved.diverged_at;
            contender.spent = saved.spent;
        }
        self.step = state.step;
        Ok(())
    }
}

impl Spent {
    /// From seconds, as they are kept in files; what is no duration counts as none.
    pub(crate) fn from_seconds(samples: u64, gradients: f64, optimizer: f64) -> Self {
        let duration = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Self { samples, gradients: duration(gradients), optimizer: duration(optimizer) }
    }
}
