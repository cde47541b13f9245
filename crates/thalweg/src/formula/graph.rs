//! The graph of a formula: its quantities, each made of earlier ones.

use indexmap::IndexSet;

/// A quantity of a formula: the number of its node in the [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub(super) u32);

impl Id {
    /// Its place in [`Graph::ids`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a quantity comes from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Node {
    /// A constant: the bits of an `f64`.
    Constant(u64),
    /// A hyperparameter, by its place in [`Graph::hyperparameters`].
    Hyperparameter(usize),
    /// The step t, from 1.
    Step,
    /// The Euclidean norm of a quantity over all elements of the parameter.
    Norm(Id),
    /// The sum of a quantity over all elements of the parameter.
    Sum(Id),
    /// The number of elements of the parameter.
    Count,
    /// The loss of the step.
    Loss,
    /// The gradient g of the element.
    Gradient,
    /// The element W of the parameter.
    Parameter,
    /// The element of a state slot before the step.
    Slot(usize),
    /// The one number of a state slot that is kept for the whole parameter, before the step.
    Kept(usize),
    /// A function of one quantity.
    Unary(Unary, Id),
    /// A function of two quantities.
    Binary(Binary, Id, Id),
    /// 1 − βᵗ for the quantity β, as [`Wide::one_minus_power`](crate::Wide::one_minus_power)
    /// computes it.
    OneMinusPower(Id, Id),
    /// ∏ (1 − qⁱ/2) over i from 1 to t for the quantity q, as
    /// [`Wide::warmup_product`](crate::Wide::warmup_product) computes it.
    WarmupProduct(Id, Id),
    /// The first quantity at step 1, the second at every other step.
    AtFirst(Id, Id),
    /// The second quantity where the first is 0, else the third.
    WhereZero(Id, Id, Id),
    /// A quantity of the step, rounded to the type of the elements.
    Round(Id),
    /// The same quantity with a name, by its place in [`Graph::names`].
    Named(Id, usize),
}

impl Node {
    /// Whether it is a number of the whole parameter, or of the model.
    pub(super) fn is_of_all(self) -> bool {
        matches!(self, Self::Kept(_) | Self::Norm(_) | Self::Sum(_) | Self::Count | Self::Loss)
    }

    /// The same operation on other quantities.
    pub(super) fn map(self, of: impl Fn(Id) -> Id) -> Self {
        match self {
            Self::Constant(_)
            | Self::Hyperparameter(_)
            | Self::Step
            | Self::Count
            | Self::Loss
            | Self::Gradient
            | Self::Parameter
            | Self::Slot(_)
            | Self::Kept(_) => self,
            Self::Norm(a) => Self::Norm(of(a)),
            Self::Sum(a) => Self::Sum(of(a)),
            Self::Unary(function, a) => Self::Unary(function, of(a)),
            Self::Binary(function, a, b) => Self::Binary(function, of(a), of(b)),
            Self::OneMinusPower(a, b) => Self::OneMinusPower(of(a), of(b)),
            Self::WarmupProduct(a, b) => Self::WarmupProduct(of(a), of(b)),
            Self::AtFirst(a, b) => Self::AtFirst(of(a), of(b)),
            Self::WhereZero(a, b, c) => Self::WhereZero(of(a), of(b), of(c)),
            Self::Round(a) => Self::Round(of(a)),
            Self::Named(a, name) => Self::Named(of(a), name),
        }
    }
}

/// Functions of one quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Unary {
    Neg,
    Sqrt,
    Abs,
    Sign,
    Exp,
    Ln,
    Floor,
    Cos,
}

/// Functions of two quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,
    /// The first to the power of the second.
    Pow,
    /// The angle of the point that has the first as y, the second as x.
    Atan2,
}

/// When and in which type a quantity is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A constant, exact in both types or rounded where it is used.
    Constant,
    /// Once a step, in `f64`.
    Step,
    /// For each element, in the type of the arithmetic.
    Element,
}

/// Quantities, each made of earlier ones; equal ones are stored once.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: IndexSet<Node>,
    levels: Vec<Level>,
    /// Names and values of the hyperparameters.
    pub hyperparameters: Vec<(String, f64)>,
    /// The names of named quantities.
    pub names: Vec<String>,
    /// The level of operations on constants alone: that of the function that is running.
    pub(super) in_apply: bool,
}

impl Graph {
    /// How a quantity comes from others.
    pub fn node(&self, id: Id) -> Node {
        self.nodes[id.index()]
    }

    /// When it is computed.
    pub fn level(&self, id: Id) -> Level {
        self.levels[id.index()]
    }

    /// The number of quantities.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All quantities, each after those that it is made of.
    pub fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        (0..self.len() as u32).map(Id)
    }

    /// The value of a constant.
    pub fn constant(&self, id: Id) -> Option<f64> {
        match self.node(id) {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// The quantities that a quantity is made of.
    pub fn operands(&self, id: Id) -> impl Iterator<Item = Id> + use<> {
        let operands = match self.node(id) {
            Node::Unary(_, a)
            | Node::Norm(a)
            | Node::Sum(a)
            | Node::Round(a)
            | Node::Named(a, _) => [Some(a), None, None],
            Node::Binary(_, a, b)
            | Node::OneMinusPower(a, b)
            | Node::WarmupProduct(a, b)
            | Node::AtFirst(a, b) => [Some(a), Some(b), None],
            Node::WhereZero(a, b, c) => [Some(a), Some(b), Some(c)],
            _ => [None; 3],
        };
        operands.into_iter().flatten()
    }

    /// Whether each quantity differs from element to element.
    pub(super) fn varies(&self) -> Vec<bool> {
        let mut varies: Vec<bool> = Vec::with_capacity(self.len());
        for id in self.ids() {
            varies.push(match self.node(id) {
                Node::Gradient | Node::Parameter | Node::Slot(_) => true,
                Node::Norm(_) | Node::Sum(_) => false,
                _ => self.operands(id).any(|operand| varies[operand.index()]),
            });
        }
        varies
    }

    /// How many of the results and of the quantities that they need each quantity is part of; 0
    /// for one that nothing needs.
    pub(super) fn uses(&self, results: impl Iterator<Item = Id>) -> Vec<usize> {
        let mut uses = vec![0; self.len()];
        results.for_each(|id| uses[id.index()] += 1);
        // Every quantity comes after its operands.
        for k in (0..self.len()).rev() {
            if uses[k] > 0 {
                self.operands(Id(k as u32)).for_each(|operand| uses[operand.index()] += 1);
            }
        }
        uses
    }

    pub(super) fn hyperparameter(&mut self, name: &str, value: f64) -> Id {
        let known = self
            .hyperparameters
            .iter()
            .position(|(known, v)| known == name && v.to_bits() == value.to_bits());
        let place = known.unwrap_or_else(|| {
            self.hyperparameters.push((name.to_owned(), value));
            self.hyperparameters.len() - 1
        });
        self.add(Node::Hyperparameter(place))
    }

    pub(super) fn name(&mut self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    /// Adds a quantity, or finds it or one with the same bits.
    pub(super) fn add(&mut self, node: Node) -> Id {
        if let Some(same) = self.same_bits(node) {
            return same;
        }
        let (index, is_new) = self.nodes.insert_full(node);
        let id = Id(index as u32);
        if is_new {
            let level = self.level_of(id);
            self.levels.push(level);
        }
        id
    }

    pub(super) fn number(&mut self, value: f64) -> Id {
        self.add(Node::Constant(value.to_bits()))
    }

    fn level_of(&self, id: Id) -> Level {
        match self.node(id) {
            Node::Constant(_) => Level::Constant,
            Node::Hyperparameter(_)
            | Node::Step
            | Node::Kept(_)
            | Node::Count
            | Node::Loss
            | Node::Norm(_)
            | Node::Sum(_) => Level::Step,
            Node::Gradient | Node::Parameter | Node::Slot(_) | Node::Round(_) => Level::Element,
            _ => {
                let has = |level| self.operands(id).any(|operand| self.level(operand) == level);
                if has(Level::Element) {
                    Level::Element
                } else if has(Level::Step) || !self.in_apply {
                    Level::Step
                } else {
                    Level::Element
                }
            }
        }
    }

    /// x of ∑x².
    fn square_in_sum(&self, sum: Id) -> Option<Id> {
        let Node::Sum(square) = self.node(sum) else { return None };
        match self.node(square) {
            Node::Binary(Binary::Mul, x, y) if x == y => Some(x),
            _ => None,
        }
    }

    /// A quantity that has the same bits whatever its operands are, if there is one.
    fn same_bits(&mut self, node: Node) -> Option<Id> {
        let is_one = |graph: &Self, id| graph.constant(id) == Some(1.0);
        // t is a finite number from 1.
        let is_past_first = |graph: &Self, id| {
            matches!(graph.node(id), Node::Binary(Binary::Sub, t, one)
                if graph.node(t) == Node::Step && is_one(graph, one))
        };
        match node {
            Node::Binary(Binary::Mul, one, x) if is_one(self, one) => Some(x),
            Node::Binary(Binary::Mul | Binary::Div, x, one) if is_one(self, one) => Some(x),
            Node::Binary(Binary::Mul, x, zero)
                if self.node(zero) == Node::Constant(0) && is_past_first(self, x) =>
            {
                Some(zero)
            }
            Node::AtFirst(a, b) if a == b => Some(a),
            Node::WhereZero(_, a, b) if a == b => Some(a),
            Node::Round(x) | Node::Named(x, _) if self.constant(x).is_some() => Some(x),
            Node::Named(x, _) if matches!(self.node(x), Node::Hyperparameter(_)) => Some(x),
            Node::Unary(Unary::Neg, x) => self.constant(x).map(|x| self.number(-x)),
            // √∑x² is the norm of x.
            Node::Unary(Unary::Sqrt, sum) if self.square_in_sum(sum).is_some() => {
                let x = self.square_in_sum(sum)?;
                Some(self.add(Node::Norm(x)))
            }
            Node::Unary(function, x) if !self.in_apply => {
                let x = self.constant(x)?;
                Some(self.number(function.of(x)))
            }
            Node::Binary(function, a, b) if !self.in_apply && function != Binary::Div => {
                let (a, b) = (self.constant(a)?, self.constant(b)?);
                Some(self.number(function.of(a, b)))
            }
            _ => None,
        }
    }
}

impl Node {
    /// The value of what is computed from hyperparameters, t and the quantities that it is made of;
    /// `None` for what is given, and where an operand is missing.
    pub(super) fn value<W: crate::Wide>(
        self,
        hyperparameters: &[W],
        t: W,
        of: impl Fn(Id) -> Option<W>,
    ) -> Option<W> {
        Some(match self {
            Self::Constant(bits) => W::from_f64(f64::from_bits(bits)),
            Self::Hyperparameter(place) => *hyperparameters.get(place)?,
            Self::Step => t,
            Self::Unary(function, a) => function.of(of(a)?),
            Self::Binary(function, a, b) => function.of(of(a)?, of(b)?),
            Self::OneMinusPower(beta, t) => of(beta)?.one_minus_power(of(t)?),
            Self::WarmupProduct(q, t) => of(q)?.warmup_product(of(t)?),
            Self::AtFirst(first, later) => W::at_first(t, of(first)?, of(later)?),
            Self::WhereZero(x, then, otherwise) => of(x)?.where_zero(of(then)?, of(otherwise)?),
            Self::Round(a) | Self::Named(a, _) => of(a)?,
            Self::Norm(_)
            | Self::Sum(_)
            | Self::Count
            | Self::Loss
            | Self::Gradient
            | Self::Parameter
            | Self::Slot(_)
            | Self::Kept(_) => return None,
        })
    }
}

impl Unary {
    /// Its value, rounded as in a rule.
    #[inline(always)]
    pub fn of<N: crate::Number>(self, x: N) -> N {
        match self {
            Self::Neg => -x,
            Self::Sqrt => x.sqrt(),
            Self::Abs => x.abs(),
            Self::Sign => x.sign(),
            Self::Exp => x.exp(),
            Self::Ln => x.ln(),
            Self::Cos => x.cos(),
            Self::Floor => x.floor(),
        }
    }
}

impl Binary {
    /// Its value, rounded as in a rule.
    #[inline(always)]
    pub fn of<N: crate::Number>(self, a: N, b: N) -> N {
        match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div => a / b,
            Self::Max => a.max(b),
            Self::Min => a.min(b),
            Self::Pow => a.powf(b),
            Self::Atan2 => a.atan2(b),
        }
    }
}
