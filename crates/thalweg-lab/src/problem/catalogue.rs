//! The catalogue of problems. To add one, add a row.

use thalweg::Dual;
use thalweg_draw::{Domain, Point};

use super::error::ProblemError;
use super::formulas;
use super::function::{Problem, Source};

/// A problem as the catalogue holds it; the fields are those of [`Problem`].
struct Row {
    name: &'static str,
    title: &'static str,
    expression: &'static str,
    summary: &'static str,
    source: Source,
    domain: Domain,
    start: Point,
    minima: &'static [Point],
    minimum: Option<f64>,
    levels: Option<&'static [f64]>,
    value: fn(Point) -> f64,
    gradient: fn(Point) -> Point,
}

impl Row {
    /// The problem this row describes.
    fn problem(&self) -> Problem {
        let mut problem = Problem::new(self.name, self.expression, self.value, self.gradient);
        problem.title = self.title.to_owned();
        problem.summary = self.summary.to_owned();
        problem.source = Some(self.source);
        problem.domain = self.domain;
        problem.start = self.start;
        problem.minima = self.minima.to_vec();
        problem.minimum = self.minimum;
        problem.levels = self.levels.map(<[f64]>::to_vec);
        problem
    }
}

/// The gradient that a value carries along: not a number where the value is none, as of an
/// [`Expression`](crate::Expression).
fn slope(value: Dual<f64, 2>) -> Point {
    if value.value.is_nan() { [f64::NAN; 2] } else { value.slope }
}

impl Problem {
    /// The problem of that name in the catalogue.
    ///
    /// # Errors
    /// [`ProblemError::Unknown`] with the nearest names and all known ones.
    pub fn named(name: &str) -> Result<Self, ProblemError> {
        let row = CATALOGUE.iter().find(|row| row.name == name);
        row.map(Row::problem).ok_or_else(|| {
            let known = CATALOGUE.iter().map(|row| row.name);
            ProblemError::Unknown {
                name: name.to_owned(),
                nearest: thalweg::internal::nearest(name, known.clone()),
                known: known.map(str::to_owned).collect(),
            }
        })
    }

    /// The whole catalogue, the ravine first.
    pub fn all() -> Vec<Self> {
        CATALOGUE.iter().map(Row::problem).collect()
    }
}

const JAMIL_YANG: Source = Source {
    reference: "M. Jamil, X.-S. Yang, A literature survey of benchmark functions for global \
                optimisation problems, 2013",
    link: "https://arxiv.org/abs/1308.4008",
};

/// Every problem, from the simplest lesson to the hardest.
static CATALOGUE: [Row; 15] = [
    Row {
        name: "ravine",
        title: "Ravine",
        expression: "x^2/20 + y^2",
        summary: "A long valley with steep sides: plain descent zigzags across it and creeps along it.",
        source: Source {
            reference: "K. Saitoh, Deep Learning from Scratch, O'Reilly Japan, chapter 6, 2016",
            link: "https://github.com/oreilly-japan/deep-learning-from-scratch",
        },
        domain: Domain::new([-10.0, 10.0], [-5.0, 5.0]),
        start: [-7.0, 2.0],
        minima: &[[0.0, 0.0]],
        minimum: Some(0.0),
        levels: Some(&[0.1, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 14.0, 18.0, 24.0]),
        value: formulas::ravine,
        gradient: |point| slope(formulas::ravine(Dual::variables(point))),
    },
    Row {
        name: "sphere",
        title: "Sphere",
        expression: "x^2 + y^2",
        summary: "A round bowl where the gradient points straight at the minimum: what remains is the length of the steps.",
        source: Source {
            reference: "K. A. De Jong, An analysis of the behavior of a class of genetic adaptive systems, 1975",
            link: "https://hdl.handle.net/2027.42/4507",
        },
        domain: Domain::square(5.0),
        start: [-4.0, 3.0],
        minima: &[[0.0, 0.0]],
        minimum: Some(0.0),
        levels: None,
        value: formulas::sphere,
        gradient: |point| slope(formulas::sphere(Dual::variables(point))),
    },
    Row {
        name: "matyas",
        title: "Matyas function",
        expression: "0.26*(x^2 + y^2) - 0.48*x*y",
        summary: "A valley along the diagonal: methods that scale each coordinate by itself lose their advantage.",
        source: JAMIL_YANG,
        domain: Domain::square(10.0),
        start: [-8.0, 3.0],
        minima: &[[0.0, 0.0]],
        minimum: Some(0.0),
        levels: None,
        value: formulas::matyas,
        gradient: |point| slope(formulas::matyas(Dual::variables(point))),
    },
    Row {
        name: "booth",
        title: "Booth function",
        expression: "(x + 2*y - 7)^2 + (2*x + y - 5)^2",
        summary: "A tilted bowl, nine times as steep across as along: a fair first test of a learning rate.",
        source: JAMIL_YANG,
        domain: Domain::square(10.0),
        start: [-8.0, 6.0],
        minima: &[[1.0, 3.0]],
        minimum: Some(0.0),
        levels: None,
        value: formulas::booth,
        gradient: |point| slope(formulas::booth(Dual::variables(point))),
    },
    Row {
        name: "rosenbrock",
        title: "Rosenbrock function",
        expression: "(1 - x)^2 + 100*(y - x^2)^2",
        summary: "A curved valley with a nearly flat floor: finding the valley is easy, following it is not.",
        source: Source {
            reference: "H. H. Rosenbrock, An automatic method for finding the greatest or least value of a function, The Computer Journal 3, 1960",
            link: "https://doi.org/10.1093/comjnl/3.3.175",
        },
        domain: Domain::new([-2.0, 2.0], [-1.0, 3.0]),
        start: [-1.2, 1.0],
        minima: &[[1.0, 1.0]],
        minimum: Some(0.0),
        levels: None,
        value: formulas::rosenbrock,
        gradient: |point| slope(formulas::rosenbrock(Dual::variables(point))),
    },
    Row {
        name: "beale",
        title: "Beale function",
        expression: "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2",
        summary: "Plateaus with steep walls at the corners: one step too long near a wall throws a run far out.",
        source: Source {
            reference: "E. M. L. Beale, 1958; J. J. Moré, B. S. Garbow, K. E. Hillstrom, Testing unconstrained optimization software, ACM TOMS 7, 1981",
            link: "https://doi.org/10.1145/355934.355936",
        },
        domain: Domain::square(4.5),
        start: [1.0, 1.0],
        minima: &[[3.0, 0.5]],
        minimum: Some(0.0),
        levels: None,
        value: formulas::beale,
        gradient: |point| slope(formulas::beale(Dual::variables(point))),
    },
    Row {
        name: "himmelblau",
        title: "Himmelblau function",
        expression: "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
        summary: "Four minima of equal depth: which one a method reaches depends on how it moves.",
        source: Source {
            reference: "D. M. Himmelblau, Applied Nonlinear Programming, McGraw-Hill, 1972",
            link: "https://arxiv.org/abs/1308.4008",
        },
        domain: Domain::square(5.0),
        start: [-0.5, -0.5],
        minima: &[
            [3.0, 2.0],
            [-2.805118086952745, 3.131312518250573],
            [-3.779310253377747, -3.283185991286169],
            [3.5844283403304917, -1.8481265269644034],
        ],
        minimum: Some(0.0),
        levels: None,
        value: formulas::himmelblau,
        gradient: |point| slope(formulas::himmelblau(Dual::variables(point))),
    },
    Row {
        name: "three-hump-camel",
        title: "Three-hump camel function",
        expression: "2*x^2 - 1.05*x^4 + x^6/6 + x*y + y^2",
        summary: "Three basins, the lowest in the middle: plain descent stays in the outer one it starts near, momentum crosses over.",
        source: JAMIL_YANG,
        domain: Domain::square(2.5),
        start: [-1.8, -2.0],
        minima: &[[0.0, 0.0]],
        minimum: Some(0.0),
        levels: None,
        value: formulas::three_hump_camel,
        gradient: |point| slope(formulas::three_hump_camel(Dual::variables(point))),
    },
    Row {
        name: "styblinski-tang",
        title: "Styblinski–Tang function",
        expression: "(x^4 - 16*x^2 + 5*x + y^4 - 16*y^2 + 5*y)/2",
        summary: "Two wells along each coordinate, one of them deeper: a coordinate that falls into the wrong well stays there.",
        source: Source {
            reference: "M. A. Styblinski, T.-S. Tang, Experiments in nonconvex optimization, Neural Networks 3, 1990",
            link: "https://doi.org/10.1016/0893-6080(90)90029-K",
        },
        domain: Domain::square(5.0),
        start: [0.0, 4.5],
        minima: &[[-2.903534027771177, -2.903534027771177]],
        minimum: Some(-78.33233140754282),
        levels: None,
        value: formulas::styblinski_tang,
        gradient: |point| slope(formulas::styblinski_tang(Dual::variables(point))),
    },
    Row {
        name: "goldstein-price",
        title: "Goldstein–Price function",
        expression: "(1 + (x + y + 1)^2*(19 - 14*x + 3*x^2 - 14*y + 6*x*y + 3*y^2))\
                     *(30 + (2*x - 3*y)^2*(18 - 32*x + 12*x^2 + 48*y - 36*x*y + 27*y^2))",
        summary: "Values over six orders of magnitude: a learning rate that is safe on the slopes is far too small on the floor.",
        source: Source {
            reference: "A. A. Goldstein, J. F. Price, On descent from local minima, Mathematics of Computation 25, 1971",
            link: "https://doi.org/10.1090/S0025-5718-1971-0312365-X",
        },
        domain: Domain::new([-2.0, 2.0], [-3.0, 1.0]),
        start: [-1.0, 0.5],
        minima: &[[0.0, -1.0]],
        minimum: Some(3.0),
        levels: None,
        value: formulas::goldstein_price,
        gradient: |point| slope(formulas::goldstein_price(Dual::variables(point))),
    },
    Row {
        name: "levy13",
        title: "Lévy function N. 13",
        expression: "sin(3*pi*x)^2 + (x - 1)^2*(1 + sin(3*pi*y)^2) + (y - 1)^2*(1 + sin(2*pi*y)^2)",
        summary: "A bowl covered with ripples: the trend is clear from afar and hidden from close by.",
        source: Source {
            reference: "S. Surjanovic, D. Bingham, Virtual Library of Simulation Experiments, 2013",
            link: "https://www.sfu.ca/~ssurjano/levy13.html",
        },
        domain: Domain::square(5.0),
        start: [-3.8, 3.7],
        minima: &[[1.0, 1.0]],
        minimum: Some(0.0),
        levels: None,
        value: formulas::levy13,
        gradient: |point| slope(formulas::levy13(Dual::variables(point))),
    },
    Row {
        name: "rastrigin",
        title: "Rastrigin function",
        expression: "20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)",
        summary: "Over a hundred wells on a grid: a method stops in one of them unless momentum carries it on.",
        source: Source {
            reference: "L. A. Rastrigin, Systems of Extremal Control, Nauka, 1974",
            link: "https://www.sfu.ca/~ssurjano/rastr.html",
        },
        domain: Domain::square(5.12),
        start: [-3.4, 2.4],
        minima: &[[0.0, 0.0]],
        minimum: Some(0.0),
        levels: None,
        value: formulas::rastrigin,
        gradient: |point| slope(formulas::rastrigin(Dual::variables(point))),
    },
    Row {
        name: "ackley",
        title: "Ackley function",
        expression: "-20*exp(-0.2*sqrt((x^2 + y^2)/2)) - exp((cos(2*pi*x) + cos(2*pi*y))/2) + e + 20",
        summary: "An almost flat, pitted plain around one deep funnel, with a point at its bottom where there is no gradient.",
        source: Source {
            reference: "D. H. Ackley, A Connectionist Machine for Genetic Hillclimbing, Kluwer, 1987",
            link: "https://doi.org/10.1007/978-1-4613-1997-9",
        },
        domain: Domain::square(5.0),
        start: [-3.6, 2.4],
        minima: &[[0.0, 0.0]],
        minimum: Some(0.0),
        levels: None,
        value: formulas::ackley,
        gradient: |point| slope(formulas::ackley(Dual::variables(point))),
    },
    Row {
        name: "saddle",
        title: "Saddle",
        expression: "x^2 - y^2",
        summary: "Downhill along x, then a point that is flat but no minimum: how long does a method rest before it leaves along y?",
        source: Source {
            reference: "Y. N. Dauphin et al., Identifying and attacking the saddle point problem in high-dimensional non-convex optimization, 2014",
            link: "https://arxiv.org/abs/1406.2572",
        },
        domain: Domain::square(3.0),
        start: [-2.5, 0.01],
        minima: &[],
        minimum: None,
        levels: None,
        value: formulas::saddle,
        gradient: |point| slope(formulas::saddle(Dual::variables(point))),
    },
    Row {
        name: "double-well",
        title: "Double well",
        expression: "x^2/2 + (y^2 - 1)^2/4",
        summary: "A saddle between two minima: a method that scales each coordinate by itself passes it by, any other comes close and lingers.",
        source: Source {
            reference: "Y. Nesterov, Introductory Lectures on Convex Optimization, Springer, example 1.2.2, 2004",
            link: "https://doi.org/10.1007/978-1-4419-8853-9",
        },
        domain: Domain::new([-2.5, 2.5], [-2.0, 2.0]),
        start: [-2.0, 0.001],
        minima: &[[0.0, 1.0], [0.0, -1.0]],
        minimum: Some(0.0),
        levels: None,
        value: formulas::double_well,
        gradient: |point| slope(formulas::double_well(Dual::variables(point))),
    },
];
