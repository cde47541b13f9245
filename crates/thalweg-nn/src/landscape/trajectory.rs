//! Paths through the space of weights.

/// The path of one method through the space of weights.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trajectory {
    /// The method's name in the legend.
    pub label: String,
    /// Index of its [`Style`](thalweg_draw::plot::Style).
    pub style: usize,
    /// The flat weights of each snapshot; the start first. In the landscape of a run they are the
    /// training weights, at which gradients are taken, also of methods that are evaluated with others.
    pub points: Vec<Vec<f32>>,
    /// The step of each point, ascending; 0 is the start.
    pub steps: Vec<u64>,
    /// The loss recorded at each point, shown in the video; empty to show the loss of the plane.
    pub losses: Vec<f64>,
    /// Whether the run diverged.
    pub diverged: bool,
}
