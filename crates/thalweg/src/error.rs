//! What can go wrong, with the data in fields.

use crate::checkpoint::CheckpointError;
use crate::hyperparameter::{Hyperparameter, Value};
use crate::nearest::{did_you_mean, nearest};

/// Why a call was refused. Whatever it was, no parameter and no state has changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A gradient has another number of elements than its parameter.
    #[error("the gradient of `{name}` has {gradient} elements, but the parameter has {parameter}")]
    LengthMismatch {
        /// The parameter's name.
        name: String,
        /// Elements of the parameter.
        parameter: usize,
        /// Elements of the gradient.
        gradient: usize,
    },

    /// A parameter has another number of elements than at its earlier steps.
    #[error(
        "parameter `{name}` has {parameter} elements, but its state from earlier steps has {state}"
    )]
    StateMismatch {
        /// The parameter's name.
        name: String,
        /// Elements of the parameter now.
        parameter: usize,
        /// Elements of the parameter when its state was created.
        state: usize,
    },

    /// A parameter has another shape than at its earlier steps, though as many elements.
    #[error(
        "parameter `{name}` has shape {parameter:?}, but its state from earlier steps has {state:?}"
    )]
    StateShapeMismatch {
        /// The parameter's name.
        name: String,
        /// Shape of the parameter now.
        parameter: Vec<usize>,
        /// Shape of the parameter when its state was created.
        state: Vec<usize>,
    },

    /// The shape that a parameter is given with stands for another number of elements.
    #[error("parameter `{name}` has {parameter} elements, which shape {shape:?} has not")]
    ShapeOfAnotherSize {
        /// The parameter's name.
        name: String,
        /// Elements of the parameter.
        parameter: usize,
        /// The shape.
        shape: Vec<usize>,
    },

    /// A gradient array has another shape than its parameter.
    #[error("the gradient of `{name}` has shape {gradient:?}, but the parameter has {parameter:?}")]
    ShapeMismatch {
        /// The parameter's name.
        name: String,
        /// Shape of the parameter.
        parameter: Vec<usize>,
        /// Shape of the gradient.
        gradient: Vec<usize>,
    },

    /// Two parameters of one step have the same name.
    #[error("parameter `{name}` is given twice in one step")]
    DuplicateName {
        /// The name.
        name: String,
    },

    /// A gradient belongs to no parameter.
    #[error("there is a gradient for `{name}`, but no parameter of that name")]
    UnknownParameter {
        /// The gradient's name.
        name: String,
    },

    /// A gradient holds an infinity or a NaN.
    #[error("the gradient of `{name}` is {value} at element {index}; a finite number is needed")]
    NonFiniteGradient {
        /// The parameter's name.
        name: String,
        /// The first such element; of an array, in row-major order.
        index: usize,
        /// Its value.
        value: f64,
    },

    /// No optimizer has this name.
    #[error("there is no optimizer `{name}`{}", suggestion(nearest, known))]
    UnknownOptimizer {
        /// The name that was asked for.
        name: String,
        /// The known names nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
        /// All known names.
        known: Vec<&'static str>,
    },

    /// The optimizer has no hyperparameter of this name.
    #[error(
        "{optimizer} has no hyperparameter `{name}`{}; {}",
        did_you_mean(nearest),
        listing(known)
    )]
    UnknownHyperparameter {
        /// The optimizer.
        optimizer: String,
        /// The name that was asked for.
        name: String,
        /// The optimizer's hyperparameters nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
        /// All hyperparameters of the optimizer.
        known: Vec<&'static Hyperparameter>,
    },

    /// A hyperparameter's value is not one that it can have.
    #[error("{optimizer}: {hyperparameter}={value} is refused; {hyperparameter} is {accepted}")]
    InvalidValue {
        /// The optimizer.
        optimizer: String,
        /// The hyperparameter.
        hyperparameter: &'static str,
        /// The value as it was given.
        value: String,
        /// What would be accepted, as in "a number ≥ 0".
        accepted: String,
    },

    /// Hyperparameters that are each possible do not go together.
    #[error("{optimizer}: {reason}")]
    Inconsistent {
        /// The optimizer.
        optimizer: String,
        /// What does not go together.
        reason: &'static str,
    },

    /// A group is not of the form `PATTERN: what is different`.
    #[error(
        "the group `{text}` cannot be read: {problem}; a group is `PATTERN: key=value`, \
         `PATTERN: frozen` or `PATTERN: OPTIMIZER:key=value`"
    )]
    MalformedGroup {
        /// The whole text.
        text: String,
        /// What is wrong.
        problem: String,
    },

    /// A pattern of a group cannot be read.
    #[error(
        "`{pattern}` is no pattern: {problem}; `*` stands for any characters, `?` for one, `[ab]` for one of those"
    )]
    InvalidPattern {
        /// The pattern.
        pattern: String,
        /// What is wrong.
        problem: String,
    },

    /// A pattern of a group matches no parameter.
    #[error(
        "the pattern `{pattern}` of a group matches no parameter{}; make the group optional if that is meant",
        did_you_mean(nearest)
    )]
    UnmatchedPattern {
        /// The pattern.
        pattern: String,
        /// Parameters that it would match but for a few typing errors; empty if there is none.
        nearest: Vec<String>,
    },

    /// A setting of the optimizer is not one that it can have.
    #[error("{setting}={value} is refused; {setting} is {accepted}")]
    InvalidSetting {
        /// The setting.
        setting: &'static str,
        /// The value as it was given.
        value: String,
        /// What would be accepted.
        accepted: &'static str,
    },

    /// A schedule belongs to a hyperparameter that is no number.
    #[error("{hyperparameter} of {optimizer} is no number and cannot be scheduled")]
    NotScheduled {
        /// The optimizer.
        optimizer: String,
        /// The hyperparameter.
        hyperparameter: String,
    },

    /// A spec is not of the form `name` or `name:key=value,key=value`.
    #[error(
        "`{text}` cannot be read at character {position}: {problem}; \
         a spec is `name` or `name:key=value,key=value`"
    )]
    MalformedSpec {
        /// The whole text.
        text: String,
        /// Where reading stopped, in characters from 1.
        position: usize,
        /// What is wrong there.
        problem: String,
    },
}

/// Why a checkpoint was not written or not taken over. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read or written, or is damaged.
    #[error(transparent)]
    File(#[from] CheckpointError),
    /// The file is whole, but of another optimizer.
    #[error("the checkpoint does not fit: {0}")]
    Mismatch(#[from] CheckpointMismatch),
    /// The file is whole, but what it says makes no optimizer.
    #[error("the checkpoint makes no optimizer: {0}")]
    Refused(#[from] Error),
}

/// How a checkpoint differs from the optimizer that it is loaded into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointMismatch {
    /// Something is not as it is here.
    #[error("its {what} is {found}, and here it is {expected}")]
    Differs {
        /// What differs.
        what: String,
        /// What stands in the file.
        found: String,
        /// What would be accepted.
        expected: String,
    },
    /// A parameter is not in the file.
    #[error("it has no parameter `{name}`")]
    MissingParameter {
        /// The parameter's name.
        name: String,
    },
    /// The file has a parameter that is not here.
    #[error("it has a parameter `{name}`, which is not known here")]
    UnknownParameter {
        /// The parameter's name.
        name: String,
    },
}

impl Error {
    pub(crate) fn unknown_hyperparameter(
        optimizer: String,
        name: &str,
        described: Vec<(&'static Hyperparameter, Value)>,
    ) -> Self {
        let known: Vec<_> =
            described.into_iter().map(|(hyperparameter, _)| hyperparameter).collect();
        let nearest = nearest(name, known.iter().map(|hyperparameter| hyperparameter.name));
        Self::UnknownHyperparameter { optimizer, name: name.to_owned(), nearest, known }
    }
}

fn suggestion(nearest: &[&str], known: &[&str]) -> String {
    format!("{}; there are {}", did_you_mean(nearest), known.join(", "))
}

fn listing(known: &[&Hyperparameter]) -> String {
    match known {
        [] => "its fields are reached through `update`".to_owned(),
        _ => {
            let each = known.iter().map(|h| format!("{} ({})", h.name, h.accepts));
            format!("it takes {}", each.collect::<Vec<_>>().join(", "))
        }
    }
}
