//! What can go wrong, with the data in fields.

use crate::hyperparameter::{Hyperparameter, Value};
use crate::nearest::nearest;

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

fn did_you_mean(nearest: &[&str]) -> String {
    match nearest {
        [] => String::new(),
        names => format!(" (did you mean `{}`?)", names.join("` or `")),
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
