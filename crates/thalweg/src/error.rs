//! Errors of optimizers, with their data in fields.

use crate::settings::nearest::{did_you_mean, nearest};
use crate::settings::synonyms::synonyms;
use crate::settings::text::Malformed;
use crate::settings::{Hyperparameter, Value};

/// Why a call was refused. In every case no parameter and no state has changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A gradient and its parameter differ in the number of elements.
    #[error("the gradient of `{name}` has {gradient} elements, but the parameter has {parameter}")]
    LengthMismatch {
        /// The parameter's name.
        name: String,
        /// Elements of the parameter.
        parameter: usize,
        /// Elements of the gradient.
        gradient: usize,
    },

    /// A parameter has a different number of elements than at its earlier steps.
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

    /// A parameter has a different shape than at its earlier steps, but the same number of
    /// elements.
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

    /// The shape given for a parameter does not match its number of elements.
    #[error(
        "parameter `{name}` has {parameter} elements, but shape {shape:?} has a different number"
    )]
    ShapeOfAnotherSize {
        /// The parameter's name.
        name: String,
        /// Elements of the parameter.
        parameter: usize,
        /// The shape.
        shape: Vec<usize>,
    },

    /// A parameter and what it is copied to differ in the number of elements.
    #[error("the copy of `{name}` has {copy} elements, but the parameter has {parameter}")]
    CopyLength {
        /// The parameter's name.
        name: String,
        /// Elements of the parameter.
        parameter: usize,
        /// Elements of the copy.
        copy: usize,
    },

    /// A gradient array and its parameter differ in shape.
    #[error("the gradient of `{name}` has shape {gradient:?}, but the parameter has {parameter:?}")]
    ShapeMismatch {
        /// The parameter's name.
        name: String,
        /// Shape of the parameter.
        parameter: Vec<usize>,
        /// Shape of the gradient.
        gradient: Vec<usize>,
    },

    /// The elements of a parameter with a sparse gradient are not a whole number of rows.
    #[error(
        "`{name}` has {parameter} elements, which is not a whole number of rows of {width} elements"
    )]
    RowWidth {
        /// The parameter's name.
        name: String,
        /// Elements of the parameter.
        parameter: usize,
        /// Elements of a row.
        width: usize,
    },

    /// A sparse gradient has a different number of elements than its rows.
    #[error(
        "the gradient of `{name}` has {gradient} elements, but its {rows} rows have {width} each"
    )]
    RowGradients {
        /// The parameter's name.
        name: String,
        /// Elements of the gradient.
        gradient: usize,
        /// Rows of the gradient.
        rows: usize,
        /// Elements of a row.
        width: usize,
    },

    /// A sparse gradient has a row that the parameter does not have.
    #[error(
        "the gradient of `{name}` has row {row} (index {at}), but the parameter has {rows} rows"
    )]
    RowOutOfRange {
        /// The parameter's name.
        name: String,
        /// The row.
        row: u32,
        /// Its place among the indices.
        at: usize,
        /// Rows of the parameter.
        rows: usize,
    },

    /// A sparse gradient is given to a method that steps whole parameters.
    #[error(
        "the gradient of `{name}` is sparse, but {optimizer} needs that of the whole parameter"
    )]
    SparseWholeTensor {
        /// The parameter's name.
        name: String,
        /// The optimizer.
        optimizer: String,
    },

    /// A sparse gradient is given where gradients are transformed or clipped by units.
    #[error("the gradient of `{name}` is sparse, but `{transform}` needs every row")]
    SparseTransform {
        /// The parameter's name.
        name: String,
        /// What is made of gradients.
        transform: String,
    },

    /// A sparse gradient is given where a moving average of the parameters is kept, which changes in
    /// every row at every step, or the slow weights of a lookahead.
    #[error(
        "the gradient of `{name}` is sparse, but the average of the parameters needs every row"
    )]
    SparseAverage {
        /// The parameter's name.
        name: String,
    },

    /// State is given for a slot that the method does not have.
    #[error("the state of `{name}` has no `{slot}`; {}", slot_listing(known))]
    UnknownSlot {
        /// The parameter's name.
        name: String,
        /// The slot.
        slot: String,
        /// The slots that it has.
        known: Vec<String>,
    },

    /// State is given that has another number of numbers than the slot.
    #[error("`{slot}` of `{name}` has {given} numbers, but {expected} are needed")]
    SlotLength {
        /// The parameter's name.
        name: String,
        /// The slot.
        slot: String,
        /// Numbers given.
        given: usize,
        /// Numbers of the slot.
        expected: usize,
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

    /// A method needs the loss of the step, and none is given.
    #[error(
        "{optimizer} needs the loss of the step: give it with step_with_loss(loss, …), with candle \
         by backward_step"
    )]
    LossNeeded {
        /// The optimizer's name.
        optimizer: String,
    },

    /// The loss that a method needs is infinite or NaN.
    #[error("{optimizer} needs the loss of the step, which is {loss}; a finite number is needed")]
    NonFiniteLoss {
        /// The optimizer's name.
        optimizer: String,
        /// The loss.
        loss: f64,
    },

    /// No optimizer has this name.
    #[error("there is no optimizer `{name}`{}", suggestion(nearest, known))]
    UnknownOptimizer {
        /// The unknown name.
        name: String,
        /// The known names nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
        /// All known names.
        known: Vec<&'static str>,
    },

    /// A file with a method written as text cannot be read.
    #[error("cannot read {path}: {problem}")]
    RuleFile {
        /// The file.
        path: String,
        /// Why.
        problem: String,
    },

    /// A method written as text cannot be understood.
    #[error(transparent)]
    Rule(Box<crate::formula::RuleError>),

    /// The optimizer has no hyperparameter of this name.
    #[error(
        "{optimizer} has no hyperparameter `{name}`{}; {}",
        did_you_mean(nearest),
        listing(known)
    )]
    UnknownHyperparameter {
        /// The optimizer.
        optimizer: String,
        /// The unknown name.
        name: String,
        /// The optimizer's hyperparameters that go by this name elsewhere, otherwise those nearest to it, nearest first;
        /// empty if none is near.
        nearest: Vec<&'static str>,
        /// All hyperparameters of the optimizer.
        known: Vec<Hyperparameter>,
    },

    /// A hyperparameter's value is out of range or of the wrong kind.
    #[error("{optimizer}: {hyperparameter}={value} is refused; {hyperparameter} is {accepted}")]
    InvalidValue {
        /// The optimizer.
        optimizer: String,
        /// The hyperparameter.
        hyperparameter: &'static str,
        /// The given value.
        value: String,
        /// What would be accepted, as in "a number ≥ 0".
        accepted: String,
    },

    /// Hyperparameters that are each valid are inconsistent.
    #[error("{optimizer}: {reason}")]
    Inconsistent {
        /// The optimizer.
        optimizer: String,
        /// What is inconsistent.
        reason: &'static str,
    },

    /// A group is not of the form `PATTERN: settings`.
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
        "`{pattern}` is not a pattern: {problem}; `*` stands for any characters, `?` for one, `[ab]` for one of those"
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
        /// Parameters that it would match with a few letters changed; empty if there is none.
        nearest: Vec<String>,
    },

    /// A setting of the optimizer has an invalid value.
    #[error("{setting}={value} is refused; {setting} is {accepted}")]
    InvalidSetting {
        /// The setting.
        setting: &'static str,
        /// The given value.
        value: String,
        /// What would be accepted.
        accepted: &'static str,
    },

    /// A schedule belongs to a hyperparameter that is not a number.
    #[error("{hyperparameter} of {optimizer} is not a number and cannot be scheduled")]
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

impl Error {
    pub(crate) fn unknown_hyperparameter(
        optimizer: &str,
        name: &str,
        described: &[(Hyperparameter, Value)],
    ) -> Self {
        let known: Vec<_> = described.iter().map(|&(known, _)| known).collect();
        let names: Vec<&'static str> = known.iter().map(|known| known.name).collect();
        let nearest = match synonyms(name, &names) {
            ours if ours.is_empty() => nearest(name, names),
            ours => ours,
        };
        let (optimizer, name) = (optimizer.to_owned(), name.to_owned());
        Self::UnknownHyperparameter { optimizer, name, nearest, known }
    }

    pub(crate) fn invalid_value(optimizer: &str, known: &Hyperparameter, value: String) -> Self {
        Self::InvalidValue {
            optimizer: optimizer.to_owned(),
            hyperparameter: known.name,
            value,
            accepted: known.accepts.to_string(),
        }
    }

    pub(crate) fn malformed_spec(text: &str, error: Malformed) -> Self {
        let Malformed { position, problem } = error;
        Self::MalformedSpec { text: text.to_owned(), position, problem }
    }
}

/// The slots of a parameter.
fn slot_listing(known: &[String]) -> String {
    match known {
        [] => "it has none".to_owned(),
        known => format!("it has {}", known.join(", ")),
    }
}

fn suggestion(nearest: &[&str], known: &[&str]) -> String {
    format!("{}; there are {}", did_you_mean(nearest), known.join(", "))
}

fn listing(known: &[Hyperparameter]) -> String {
    match known {
        [] => {
            "it names none; list them with `hyperparameters!` in the rule's `impl Rule`".to_owned()
        }
        _ => {
            let each = known.iter().map(|known| format!("{} ({})", known.name, known.accepts));
            format!("it takes {}", each.collect::<Vec<_>>().join(", "))
        }
    }
}
