//! What theory says about a method on a quadratic function: whether it converges, and up to which
//! learning rate.
//!
//! On a quadratic function the gradient is linear in the weights. Where the update is linear, too, and
//! the same at every step, a step multiplies weights and state with a matrix, and the run converges
//! from every start if and only if the spectral radius of that matrix is below 1. The matrix is found by
//! running the formula of the method on numbers that carry derivatives: there is no list of
//! methods for which it is known.

use nalgebra::{DMatrix, DVector, Schur};
use thalweg::{Differentiable, Dual, Formula, Method, Number};
use thalweg_draw::Point;

use crate::expression::Expression;
use crate::lockstep::{ELEMENTS, Lockstep, Program};
use crate::problem::Problem;

/// A quadratic function of the plane with a lowest, or at least a flat, point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quadratic {
    /// The second derivatives, the same everywhere.
    pub hessian: [Point; 2],
    /// The gradient at (0, 0).
    slope: Point,
    /// Directions in which the function is constant: 0, 1 or 2.
    flat: usize,
}

/// Where functions and steps are compared, in parts of the domain: no two differ by a simple number.
const PLACES: [Point; 7] = [
    [0.137, 0.871],
    [0.911, 0.243],
    [0.489, 0.519],
    [0.293, 0.061],
    [0.727, 0.653],
    [0.011, 0.379],
    [0.613, 0.983],
];

/// Numbers are the same that differ by less than this part of their size: rounding, not the function.
const SAME: f64 = 1e-9;

/// Steps at which an update is compared. The first is left out: some methods start in another way, which
/// changes nothing about where they go.
const STEPS: [u64; 5] = [2, 3, 10, 1000, 100_000];

/// Weights and state between which an update is compared.
const STATES: usize = 5;

fn is_same(a: f64, b: f64, size: f64) -> bool {
    // Not true of what is not a number.
    (a - b).abs() <= SAME * size
}

impl Quadratic {
    /// The quadratic function that a problem is; `None` where it is none, where its expression cannot
    /// be read, and where it falls for ever along a line.
    pub fn of(problem: &Problem) -> Option<Self> {
        let expression = Expression::parse(&problem.expression).ok()?;
        let place = |[u, v]: Point| {
            let [x, y] = [problem.domain.x, problem.domain.y];
            [x[0] + u * (x[1] - x[0]), y[0] + v * (y[1] - y[0])]
        };
        let hessian = expression.hessian(place(PLACES[0]));
        let size = hessian.iter().flatten().fold(0.0_f64, |size, h| size.max(h.abs()));
        let is_constant = PLACES.iter().all(|&at| {
            let here = expression.hessian(place(at));
            (0..4).all(|k| is_same(here[k / 2][k % 2], hessian[k / 2][k % 2], size))
        });
        if !is_constant || size == 0.0 || !size.is_finite() {
            return None;
        }
        let times = |[x, y]: Point| hessian.map(|[a, b]| a * x + b * y);
        let from = place(PLACES[0]);
        let [[gx, gy], [hx, hy]] = [problem.gradient(from), times(from)];
        let slope = [gx - hx, gy - hy];
        // The run uses the problem's own gradient, which must be that of the expression.
        let reach = PLACES.iter().flat_map(|&at| place(at)).fold(1.0_f64, |r, v| r.max(v.abs()));
        let is_linear = PLACES.iter().all(|&at| {
            let (g, h) = (problem.gradient(place(at)), times(place(at)));
            (0..2).all(|i| is_same(g[i], h[i] + slope[i], size * reach + slope[i].abs()))
        });
        if !is_linear {
            return None;
        }
        let [[a, b], [_, d]] = hessian;
        let flat = usize::from(is_same(a * d, b * b, size * size));
        // Along a flat direction, (b, −a) or (d, −b), the slope must vanish.
        let along = if a.abs() > d.abs() { [b, -a] } else { [d, -b] };
        let rise = slope[0] * along[0] + slope[1] * along[1];
        let tolerance = size * (size * reach + slope[0].abs() + slope[1].abs());
        (flat == 0 || is_same(rise, 0.0, tolerance)).then_some(Self { hessian, slope, flat })
    }

    fn gradient<N: Differentiable>(&self, [x, y]: [N; 2]) -> [N; 2] {
        let row = |k: usize| {
            let [a, b] = self.hessian[k].map(N::from_f64);
            a * x + b * y + N::from_f64(self.slope[k])
        };
        [row(0), row(1)]
    }

    /// The spectral radius of the matrix that a step of a method multiplies weights and state with: the
    /// factor by which a step changes the distance from the minimum, in the long run. Below 1 the
    /// method converges from every start, above 1 it diverges from almost every one. `None` where the
    /// update is not linear or not the same at every step, as of most adaptive methods.
    ///
    /// Along a direction in which the function is constant nothing needs to converge; it is left out.
    pub fn spectral_radius<M: Method>(&self, method: &M) -> Option<f64> {
        // That of a parameter of one dimension, as a point is.
        let formula = method.kernel().formula().filter(|formula| !formula.has_noise())?;
        let matrix = self.update(&formula)?;
        let mut moduli: Vec<(f64, f64)> = Vec::new();
        // Beyond that many sweeps it would not end; none needs a hundred.
        let schur = Schur::try_new(matrix, f64::EPSILON, 10_000)?;
        for eigenvalue in schur.complex_eigenvalues().iter() {
            moduli.push((eigenvalue.norm(), (eigenvalue - 1.0).norm()));
        }
        for _ in 0..self.flat {
            // A weight that nothing pulls stays where it is: the eigenvalue is 1.
            let at = (0..moduli.len()).min_by(|&a, &b| moduli[a].1.total_cmp(&moduli[b].1))?;
            if moduli[at].1 < 1e-6 {
                moduli.swap_remove(at);
            }
        }
        moduli.into_iter().map(|(modulus, _)| modulus).reduce(f64::max)
    }

    /// The matrix of the update of a formula, if it is one.
    fn update(&self, formula: &Formula) -> Option<DMatrix<f64>> {
        let program = Program::new(formula, &[]);
        let size = ELEMENTS + program.slots().sum::<usize>();
        let states: Vec<DVector<f64>> = (0..STATES).map(|k| state(size, k)).collect();
        let mut known: Option<(DVector<f64>, DMatrix<f64>)> = None;
        for (t, from) in STEPS.iter().flat_map(|t| states.iter().map(move |from| (*t, from))) {
            let (to, slopes) = self.step(&program, from, t);
            if to.iter().chain(slopes.iter()).any(|number| !number.is_finite()) {
                return None;
            }
            let (origin, matrix) = known.get_or_insert_with(|| (to.clone(), slopes.clone()));
            // The slopes of a sign are 0 as well: the steps themselves must be linear, too.
            let expected = &*origin + &*matrix * (from - &states[0]);
            for i in 0..size {
                // What a step changes may be small beside the weights.
                let change = |k: usize| matrix[(i, k)] - f64::from(i == k && i < ELEMENTS);
                let change = (0..size).fold(0.0_f64, |most, k| most.max(change(k).abs()));
                let row = matrix.row(i).amax().max(1.0);
                let tolerance = SAME * change + 16.0 * f64::EPSILON * row;
                let is_linear = (0..size)
                    .all(|k| (matrix[(i, k)] - slopes[(i, k)]).abs() <= tolerance)
                    && (expected[i] - to[i]).abs() <= 4.0 * size as f64 * tolerance;
                if !is_linear {
                    return None;
                }
            }
        }
        known.map(|(_, matrix)| matrix)
    }

    /// Weights and state after the step t, and their derivatives with respect to those before it.
    fn step(&self, program: &Program, from: &DVector<f64>, t: u64) -> (DVector<f64>, DMatrix<f64>) {
        let size = from.len();
        // Run k has the derivatives with respect to number k.
        let number = |i: usize| -> Vec<Dual> {
            let seed =
                |k: usize| if k == i { Dual::variable(from[i]) } else { Dual::constant(from[i]) };
            (0..size).map(seed).collect()
        };
        let parameter: Vec<Dual> = (0..ELEMENTS).flat_map(number).collect();
        let gradients: Vec<[Dual; 2]> =
            (0..size).map(|k| self.gradient([parameter[k], parameter[size + k]])).collect();
        let gradient: Vec<Dual> =
            (0..ELEMENTS).flat_map(|i| gradients.iter().map(move |g| g[i])).collect();
        // The loss as of a method that has none: what needs it is not linear.
        let loss = vec![Dual::constant(f64::NAN); size];
        let mut runs = Lockstep::new(program, parameter, Vec::new()).after(t - 1);
        let mut first = ELEMENTS;
        for (slot, numbers) in program.slots().zip(&mut runs.state) {
            *numbers = (first..first + slot).flat_map(number).collect();
            first += slot;
        }
        runs.step(&gradient, &loss);
        let numbers: Vec<Dual> =
            [&runs.parameter].into_iter().chain(&runs.state).flatten().copied().collect();
        let to = DVector::from_fn(size, |i, _| numbers[i * size].value);
        let slopes = DMatrix::from_fn(size, size, |i, k| numbers[i * size + k].slope[0]);
        (to, slopes)
    }

    /// The learning rate below which a method converges, and above which it diverges; `None` where theory
    /// does not know it, where the method has no `lr`, and where no learning rate converges.
    pub fn largest_stable_lr<M: Method>(&self, method: &M) -> Option<f64> {
        let scale = self.hessian.iter().flatten().fold(0.0_f64, |size, h| size.max(h.abs()));
        let mut method = method.clone();
        let mut is_stable = |lr: f64| -> Option<bool> {
            method.set("lr", lr.into()).ok()?;
            Some(self.spectral_radius(&method)? < 1.0)
        };
        let (mut low, mut high) = (None, None);
        // From small to large, in steps that no stable range is missed by, as some have two.
        for k in 0..=RATES {
            let lr = FIRST_RATE / scale * Number::powf(RATE_STEP, f64::from(k));
            match is_stable(lr)? {
                true => low = Some(lr),
                false if low.is_some() => {
                    high = Some(lr);
                    break;
                }
                false => {}
            }
        }
        let (mut low, mut high) = (low?, high?);
        while low < high {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                break;
            }
            match is_stable(middle)? {
                true => low = middle,
                false => high = middle,
            }
        }
        // Eigenvalues are known to about that many digits.
        format!("{low:.11e}").parse().ok()
    }
}

/// The learning rates that are tried, in units of one over the largest second derivative.
const FIRST_RATE: f64 = 1e-7;
const RATE_STEP: f64 = 1.25;
const RATES: u32 = 160;

/// Weights and state at which a step is looked at: numbers of both signs and many sizes.
fn state(size: usize, k: usize) -> DVector<f64> {
    DVector::from_fn(size, |i, _| {
        let [u, v] = PLACES[(i + 3 * k) % PLACES.len()];
        let sign = if (i + k).is_multiple_of(2) { 1.0 } else { -1.0 };
        sign * (u + v * (k as f64 + 0.5)) * if (i * k) % 3 == 1 { 0.1 } else { 1.0 }
    })
}

/// The spectral radius of a method's step on a problem, as [`Quadratic::spectral_radius`] says; `None`
/// where the problem is not quadratic, too.
///
/// ```
/// use thalweg::rules::Sgd;
/// use thalweg_lab::{problem::Problem, stability::spectral_radius};
///
/// // x²/20 + y²: a step multiplies x with 1 − lr/10, y with 1 − 2lr.
/// let ravine = Problem::named("ravine")?;
/// let sgd = Sgd { lr: 0.9, ..Sgd::default() };
/// let radius = spectral_radius(&sgd, &ravine).ok_or("unknown")?;
/// assert!((radius - 0.91).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn spectral_radius<M: Method>(method: &M, problem: &Problem) -> Option<f64> {
    Quadratic::of(problem)?.spectral_radius(method)
}

/// The learning rate below which a method converges on a problem, as
/// [`Quadratic::largest_stable_lr`] says; `None` where the problem is not quadratic, too.
///
/// ```
/// use thalweg::rules::{Adam, Momentum};
/// use thalweg_lab::{problem::Problem, stability::largest_stable_lr};
///
/// // 2(1 + γ)/2 for momentum γ, where 2 is the largest second derivative.
/// let ravine = Problem::named("ravine")?;
/// assert_eq!(largest_stable_lr(&Momentum::default(), &ravine), Some(1.9));
/// assert_eq!(largest_stable_lr(&Adam::default(), &ravine), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn largest_stable_lr<M: Method>(method: &M, problem: &Problem) -> Option<f64> {
    Quadratic::of(problem)?.largest_stable_lr(method)
}
