//! The report of a step.

/// What a step did. Norms are Euclidean and computed only if requested with
/// [`Builder::measure`](crate::Builder::measure) or needed for clipping.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Steps that the optimizer has taken, this one included.
    pub step: u64,
    /// Elements that were stepped; where a gradient is sparse, those of its distinct rows.
    pub elements: u64,
    /// Where a gradient was not finite, if the step was skipped for that.
    pub skipped: Option<NonFiniteAt>,
    /// Whether a gradient was clipped.
    pub clipped: bool,
    /// The norm of all gradients, after division by the loss scale and before clipping.
    pub gradient_norm: Option<f64>,
    /// The norm of the change of all parameters.
    pub update_norm: Option<f64>,
    /// The norm of all elements that were stepped, after the step.
    pub parameter_norm: Option<f64>,
    /// The same for each parameter, in the order in which they first appeared.
    pub parameters: Vec<ParameterReport>,
}

/// What a step did to one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterReport {
    /// Its name.
    pub name: String,
    /// Its elements that were stepped.
    pub elements: u64,
    /// Whether its gradient was clipped.
    pub clipped: bool,
    /// The norm of its gradient, after division by the loss scale and before clipping.
    pub gradient_norm: f64,
    /// The norm of its change.
    pub update_norm: f64,
    /// The norm of its stepped elements after the step.
    pub parameter_norm: f64,
}

/// A gradient's element that is infinite or NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct NonFiniteAt {
    /// The parameter's name.
    pub name: String,
    /// The first such element.
    pub index: usize,
    /// Its value.
    pub value: f64,
}

/// Which norms a step measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// None.
    #[default]
    Off,
    /// The norms of all gradients and of all updates together.
    Updates,
    /// Those, and the norm of all parameters.
    Norms,
    /// Those, and the same for each parameter.
    PerParameter,
}
