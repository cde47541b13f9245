//! Many runs of one method in lockstep: one formula, and for each run its own numbers.
//!
//! A quantity of the formula is computed for all runs by one loop, so that a step of a run costs about
//! what its arithmetic costs. Every operation rounds as in the formula: a run has the bits of an
//! `Optimizer<f64>`. On [`Dual`](thalweg::Dual) numbers the runs carry derivatives along.

use std::collections::{HashMap, HashSet};

use thalweg::formula::{Binary, Graph, Id, Node, Unary};
use thalweg::{Differentiable, Formula};

/// Elements of the parameter of a run: x and y.
pub const ELEMENTS: usize = 2;

/// The partial sums of a sum, as in the library.
const SUMS: usize = 16;

/// A loop over the numbers of one operand, in which the operation is a constant. Closures would not be
/// inlined into so many loops.
macro_rules! one {
    ($to:expr, $a:expr, $x:ident => $value:expr) => {
        match $a {
            View::Same($x) => $to.fill($value),
            View::Each(a) => {
                for (to, &$x) in $to.iter_mut().zip(a) {
                    *to = $value;
                }
            }
        }
    };
}

/// The same for two operands.
macro_rules! two {
    ($to:expr, $a:expr, $b:expr, $x:ident, $y:ident => $value:expr) => {
        match ($a, $b) {
            (View::Same($x), View::Same($y)) => $to.fill($value),
            (View::Same($x), View::Each(b)) => {
                for (to, &$y) in $to.iter_mut().zip(b) {
                    *to = $value;
                }
            }
            (View::Each(a), View::Same($y)) => {
                for (to, &$x) in $to.iter_mut().zip(a) {
                    *to = $value;
                }
            }
            (View::Each(a), View::Each(b)) => {
                for ((to, &$x), &$y) in $to.iter_mut().zip(a).zip(b) {
                    *to = $value;
                }
            }
        }
    };
}

/// For what a quantity has a number of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spread {
    /// For the step.
    Step,
    /// For each run.
    Run,
    /// For each element of each run.
    Element,
}

/// Where the numbers of a quantity are.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// What a line computed.
    Line(usize),
    Gradient,
    Parameter,
    Slot(usize),
    Loss,
    /// A hyperparameter that varies, by its place among those.
    Varied(usize),
}

/// A quantity to compute.
#[derive(Debug, Clone)]
struct Line {
    node: Node,
    operands: [Place; 3],
    spread: Spread,
}

/// A formula in the order in which it is computed.
#[derive(Debug, Clone)]
pub struct Program {
    lines: Vec<Line>,
    /// The values of the hyperparameters that do not vary.
    hyperparameters: Vec<f64>,
    slots: Vec<Slot>,
    update: Place,
    replaces: bool,
}

/// A hyperparameter that varies.
#[derive(Debug, Clone, Copy)]
pub struct Varied<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value in the formula.
    pub value: f64,
    /// Whether each run has its own value; otherwise all runs share one.
    pub by_run: bool,
}

#[derive(Debug, Clone)]
struct Slot {
    is_whole: bool,
    start: f64,
    /// The varied hyperparameter that it starts at.
    start_is: Option<usize>,
    value: Place,
}

impl Program {
    /// The program of a formula in which these hyperparameters vary.
    pub fn new(formula: &Formula, varied: &[Varied<'_>]) -> Self {
        let graph = formula.graph();
        let mut compiler = Compiler { graph, varied, found: HashMap::new(), lines: Vec::new() };
        let results = formula.slots().iter().map(|slot| slot.value).chain([formula.update()]);
        for id in needed(graph, results) {
            compiler.place(id);
        }
        let at = |id: Id| compiler.found.get(&id).map_or(Place::Parameter, |(place, _)| *place);
        let slots = formula.slots().iter().map(|slot| Slot {
            is_whole: slot.is_whole,
            start: slot.start,
            start_is: varied.iter().position(|varied| slot.start_is == Some(varied.name)),
            value: at(slot.value),
        });
        Self {
            slots: slots.collect(),
            update: at(formula.update()),
            replaces: formula.replaces(),
            hyperparameters: graph.hyperparameters.iter().map(|(_, value)| *value).collect(),
            lines: compiler.lines,
        }
    }

    /// The number of slots of the state, each with a number for each element or one for both.
    pub fn slots(&self) -> impl Iterator<Item = usize> {
        self.slots.iter().map(|slot| if slot.is_whole { 1 } else { ELEMENTS })
    }
}

/// The results and what they are made of, each after its operands.
fn needed(graph: &Graph, results: impl Iterator<Item = Id>) -> Vec<Id> {
    let mut is_needed: HashSet<Id> = results.collect();
    let mut ids: Vec<Id> = graph.ids().collect();
    for id in ids.iter().rev() {
        if is_needed.contains(id) {
            is_needed.extend(graph.operands(*id));
        }
    }
    ids.retain(|id| is_needed.contains(id));
    ids
}

struct Compiler<'a> {
    graph: &'a Graph,
    varied: &'a [Varied<'a>],
    found: HashMap<Id, (Place, Spread)>,
    lines: Vec<Line>,
}

impl Compiler<'_> {
    /// Finds a place for a quantity whose operands have theirs.
    fn place(&mut self, id: Id) {
        let node = self.graph.node(id);
        let mut operands = [Place::Parameter; 3];
        let mut spread = Spread::Step;
        for (k, operand) in self.graph.operands(id).enumerate() {
            if let Some((place, of)) = self.found.get(&operand) {
                operands[k] = *place;
                spread = spread.max(*of);
            }
        }
        let (place, spread) = match node {
            Node::Gradient => (Place::Gradient, Spread::Element),
            Node::Parameter => (Place::Parameter, Spread::Element),
            Node::Slot(slot) => (Place::Slot(slot), Spread::Element),
            Node::Kept(slot) => (Place::Slot(slot), Spread::Run),
            Node::Loss => (Place::Loss, Spread::Run),
            // In f64 nothing is rounded to a type of elements.
            Node::Round(_) | Node::Named(..) => (operands[0], spread),
            Node::Hyperparameter(k) => match self.variable(k) {
                Some(k) if self.varied[k].by_run => (Place::Varied(k), Spread::Run),
                Some(k) => (Place::Varied(k), Spread::Step),
                None => self.line(node, operands, Spread::Step),
            },
            Node::Norm(_) | Node::Sum(_) => self.line(node, operands, Spread::Run),
            _ => self.line(node, operands, spread),
        };
        self.found.insert(id, (place, spread));
    }

    fn line(&mut self, node: Node, operands: [Place; 3], spread: Spread) -> (Place, Spread) {
        self.lines.push(Line { node, operands, spread });
        (Place::Line(self.lines.len() - 1), spread)
    }

    /// Which of those that vary a hyperparameter of the graph is.
    fn variable(&self, place: usize) -> Option<usize> {
        let (name, value) = self.graph.hyperparameters.get(place)?;
        let is_it =
            |varied: &Varied<'_>| varied.name == name && varied.value.to_bits() == value.to_bits();
        self.varied.iter().position(is_it)
    }
}

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

/// Numbers as an operation reads them.
#[derive(Clone, Copy)]
enum View<'a, N> {
    Same(N),
    Each(&'a [N]),
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

impl<N: Differentiable> Given<'_, '_, N> {
    /// The numbers of an element of every run.
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

/// The same code for each function, in which it is a constant: a loop of its own, without a branch.
macro_rules! specialised {
    ($Functions:ident: $($Function:ident)*; $function:expr, $f:ident => $run:expr) => {
        match $function {
            $($Functions::$Function => {
                const $f: $Functions = $Functions::$Function;
                $run
            })*
        }
    };
}

/// A quantity from those that it is made of.
fn compute<N: Differentiable>(node: Node, [a, b, c]: [View<'_, N>; 3], t: N, to: &mut [N]) {
    match node {
        Node::Constant(bits) => to.fill(N::from_f64(f64::from_bits(bits))),
        Node::Step => to.fill(t),
        Node::Count => to.fill(N::from_f64(ELEMENTS as f64)),
        Node::Unary(function, _) => {
            specialised!(Unary: Neg Sqrt Abs Sign Exp Ln Cos Floor; function, F =>
                one!(to, a, x => F.of(x)));
        }
        Node::Binary(function, ..) => {
            specialised!(Binary: Add Sub Mul Div Max Min Pow Atan2; function, F =>
                two!(to, a, b, x, y => F.of(x, y)));
        }
        Node::OneMinusPower(..) => two!(to, a, b, beta, t => beta.one_minus_power(t)),
        Node::WarmupProduct(..) => two!(to, a, b, q, t => q.warmup_product(t)),
        Node::AtFirst(..) => two!(to, a, b, first, later => N::at_first(t, first, later)),
        Node::WhereZero(..) => {
            for (i, to) in to.iter_mut().enumerate() {
                let of = |view: View<'_, N>| match view {
                    View::Same(x) => x,
                    View::Each(numbers) => numbers[i],
                };
                *to = of(a).where_zero(of(b), of(c));
            }
        }
        // Everything else has a place of its own, or an arm of the step; a graph of tomorrow may not.
        _ => to.fill(N::from_f64(f64::NAN)),
    }
}
