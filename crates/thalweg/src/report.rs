//! What a step tells about itself.

/// What a step did. Norms are Euclidean and computed only if they are asked for with
/// [`Builder::measure`](crate::Builder::measure) or needed for clipping.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Steps that the optimizer has taken, this one included.
    pub step: u64,
    /// Elements that were stepped.
    pub elements: u64,
    /// Where a gradient was not finite, if the step was left out for that.
    pub skipped: Option<NonFiniteAt>,
    /// Whether a gradient was clipped.
    pub clipped: bool,
    /// The norm of all gradients, after division by the loss scale and before clipping.
    pub gradient_norm: Option<f64>,
    /// The norm of what all parameters changed by.
    pub update_norm: Option<f64>,
    /// The norm of all parameters that took part, after the step.
    pub parameter_norm: Option<f64>,
    /// The same for each parameter, in the order in which they became known.
    pub parameters: Vec<ParameterReport>,
}

/// What a step did to one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterReport {
    /// Its name.
    pub name: String,
    /// Its elements.
    pub elements: u64,
    /// Whether its gradient was clipped.
    pub clipped: bool,
    /// The norm of its gradient, after division by the loss scale and before clipping.
    pub gradient_norm: f64,
    /// The norm of what it changed by.
    pub update_norm: f64,
    /// Its norm after the step.
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

/// What a step measures besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// Nothing.
    #[default]
    Off,
    /// The norms of all gradients and of all updates together.
    Updates,
    /// Those, and the norm of all parameters.
    Norms,
    /// Those, and the same for each parameter.
    PerParameter,
}

/// The norm of a whole from the norms of its parts, without overflow on the way; of finite parts
/// the largest number if it is beyond.
pub(crate) fn joint_norm(norms: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest =
        norms.clone().fold(
            0.0,
            |largest: f64, norm| if norm > largest || norm.is_nan() { norm } else { largest },
        );
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    let in_units = norms.map(|norm| (norm / largest) * (norm / largest)).sum::<f64>().sqrt();
    (largest * in_units).min(f64::MAX)
}
