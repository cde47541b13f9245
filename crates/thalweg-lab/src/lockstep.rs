//! Many runs of one method in lockstep: one formula, and for each run its own numbers.
//!
//! A quantity of the formula is computed for all runs by one loop, so that a step of a run costs about
//! what its arithmetic costs. Every operation rounds as in the formula: a run has the bits of an
//! `Optimizer<f64>`. On [`Dual`](thalweg::Dual) numbers the runs carry derivatives along.

mod compute;
mod program;

use thalweg::Differentiable;
use thalweg::formula::Node;

use compute::{View, compute, one, two};
use program::{Line, Place, Spread};
pub use program::{Program, Varied};

/// Elements of the parameter of a run: x and y.
pub const ELEMENTS: usize = 2;

/// The partial sums of a sum, as in the library.
const SUMS: usize = 16;

/// Runs of a program, at the same step. What has two elements has those of x first, then those of y.
#[derive(Debug, Clone)]
pub struct Lockstep<'a, N> {
    program: &'a Program,
    runs: usize,
    /// The values of the hyperparameters that vary: one for each run, or one for all.
    varied: Vec<Vec<N>>,
    t: u64,
    /// W of every run.
    pub parameter: Vec<N>,
    /// Every slot of the state.
    pub state: Vec<Vec<N>>,
    /// What each line computed.
    computed: Vec<Vec<N>>,
    /// Room for the next parameter and state.
    next: Vec<Vec<N>>,
}

impl<'a, N: Differentiable> Lockstep<'a, N> {
    /// Runs from the points `parameter`, before their first step; `varied` has the values of each
    /// hyperparameter that varies.
    pub fn new(program: &'a Program, parameter: Vec<N>, varied: Vec<Vec<N>>) -> Self {
        let runs = parameter.len() / ELEMENTS;
        let room = |spread| match spread {
            Spread::Step => 1,
            Spread::Run => runs,
            Spread::Element => ELEMENTS * runs,
        };
        let state = program.slots.iter().map(|slot| {
            let mut starts = vec![N::from_f64(slot.start); runs];
            match slot.start_is.and_then(|k| varied.get(k)).map(Vec::as_slice) {
                Some([value]) => starts.fill(*value),
                Some(values) => starts.copy_from_slice(values),
                None => {}
            }
            starts.repeat(if slot.is_whole { 1 } else { ELEMENTS })
        });
        let state: Vec<Vec<N>> = state.collect();
        Self {
            computed: program.lines.iter().map(|l| vec![N::zero(); room(l.spread)]).collect(),
            next: state.iter().chain([&parameter]).cloned().collect(),
            program,
            runs,
            varied,
            t: 0,
            parameter,
            state,
        }
    }

    /// The same runs after `t` steps, with a state that is set from outside.
    #[must_use]
    pub fn after(self, t: u64) -> Self {
        Self { t, ..self }
    }

    /// Takes a step with the gradients at the parameters, and with the loss there.
    #[inline(always)]
    pub fn step(&mut self, gradient: &[N], loss: &[N]) {
        self.t += 1;
        let t = N::from_f64(self.t as f64);
        let (program, runs) = (self.program, self.runs);
        for (k, line) in program.lines.iter().enumerate() {
            let mut to = std::mem::take(&mut self.computed[k]);
            let given = Given { gradient, loss, of: self };
            match line.node {
                Node::Norm(_) => given.sum(line, &mut to, |x| x * x, N::sqrt),
                Node::Sum(_) => given.sum(line, &mut to, |x| x, |sum| sum),
                Node::Hyperparameter(place) => {
                    to.fill(N::from_f64(
                        program.hyperparameters.get(place).copied().unwrap_or(0.0),
                    ));
                }
                node => {
                    let part = if line.spread == Spread::Element { runs } else { to.len() };
                    for (element, to) in to.chunks_exact_mut(part.max(1)).enumerate() {
                        let operands = line.operands.map(|place| given.view(place, element));
                        compute(node, operands, t, to);
                    }
                }
            }
            self.computed[k] = to;
        }
        let mut next = std::mem::take(&mut self.next);
        let given = Given { gradient, loss, of: self };
        for (slot, to) in program.slots.iter().zip(&mut next) {
            for (element, to) in to.chunks_exact_mut(runs.max(1)).enumerate() {
                one!(to, given.view(slot.value, element), x => stored(x));
            }
        }
        if let Some(to) = next.last_mut() {
            for (element, to) in to.chunks_exact_mut(runs.max(1)).enumerate() {
                let update = given.view(program.update, element);
                match program.replaces {
                    true => one!(to, update, u => u),
                    false => two!(to, given.view(Place::Parameter, element), update, w, u => w + u),
                }
            }
        }
        for (slot, next) in self.state.iter_mut().chain([&mut self.parameter]).zip(&mut next) {
            std::mem::swap(slot, next);
        }
        self.next = next;
    }
}

/// Everything that a step reads.
struct Given<'a, 'p, N> {
    gradient: &'a [N],
    loss: &'a [N],
    of: &'a Lockstep<'p, N>,
}

impl Lockstep<'_, f64> {
    /// The same with the widest SIMD instructions of the machine. Not for all numbers: those with
    /// derivatives are few.
    pub fn step_wide(&mut self, gradient: &[f64], loss: &[f64]) {
        pulp::Arch::new().dispatch(Step { runs: self, gradient, loss });
    }
}

/// A step as a function that is compiled for each SIMD width.
struct Step<'s, 'p> {
    runs: &'s mut Lockstep<'p, f64>,
    gradient: &'s [f64],
    loss: &'s [f64],
}

impl pulp::NullaryFnOnce for Step<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.runs.step(self.gradient, self.loss);
    }
}

impl<N: Differentiable> Given<'_, '_, N> {
    /// The numbers of an element of every run.
    #[inline(always)]
    fn view(&self, place: Place, element: usize) -> View<'_, N> {
        let runs = self.of.runs;
        let numbers = match place {
            Place::Line(k) => &self.of.computed[k][..],
            Place::Gradient => self.gradient,
            Place::Parameter => &self.of.parameter[..],
            Place::Slot(k) => &self.of.state[k][..],
            Place::Loss => self.loss,
            Place::Varied(k) => &self.of.varied[k][..],
        };
        match numbers {
            // Of one run, the same number serves all its elements, too.
            [number] => View::Same(*number),
            numbers if numbers.len() == runs => View::Each(numbers),
            numbers => View::Each(&numbers[element * runs..][..runs]),
        }
    }

    /// The sum over the elements of each run, added in the library's order.
    #[inline(always)]
    fn sum(&self, line: &Line, to: &mut [N], of: impl Fn(N) -> N, last: impl Fn(N) -> N) {
        let views: [_; ELEMENTS] = std::array::from_fn(|i| self.view(line.operands[0], i));
        for (run, to) in to.iter_mut().enumerate() {
            let mut sums = [N::zero(); SUMS];
            for (i, view) in views.iter().enumerate() {
                let x = match view {
                    View::Same(x) => *x,
                    View::Each(numbers) => numbers[run],
                };
                sums[i % SUMS] = sums[i % SUMS] + of(x);
            }
            *to = last(sums.into_iter().fold(N::zero(), |sum, part| sum + part));
        }
    }
}

/// A value as state keeps it: 0 where it is subnormal. A 0 keeps its derivatives.
#[inline(always)]
fn stored<N: Differentiable>(value: N) -> N {
    let real = value.real();
    if real == 0.0 {
        // −0 becomes 0.
        value + N::zero()
    } else if real.abs() < f64::MIN_POSITIVE {
        N::zero()
    } else {
        value
    }
}
