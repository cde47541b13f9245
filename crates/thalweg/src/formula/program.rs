//! A formula as a program: instructions on vectors of elements.

use super::Formula;
use super::graph::{Binary, Graph, Id, Level, Node, Unary};
use crate::number::Number;

/// The instructions of a formula. Each has the same bits as the formula's own operations.
#[derive(Debug, Clone)]
pub struct Program {
    graph: Graph,
    /// The quantities that are the same for every element of a step.
    constants: Vec<Id>,
    pub(crate) instructions: Vec<Instruction>,
    /// The new value of each slot that changes.
    pub(crate) slots: Vec<(usize, Operand)>,
    /// The update of W, and a constant that it is multiplied with first.
    pub(crate) update: Operand,
    pub(crate) factor: Option<Operand>,
    /// Whether the update is the new W, not what is added to it.
    pub(crate) replaces: bool,
    /// The number of registers.
    pub(crate) registers: usize,
}

/// Where an instruction finds a vector, or a number that is the same for all elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    Register(usize),
    Gradient,
    Parameter,
    Slot(usize),
    Constant(usize),
}

/// An instruction: what it computes, and the register that it is stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instruction {
    pub operation: Operation<Operand>,
    pub to: usize,
}

/// What an instruction computes. Joined operations round as often as the single ones; letters a
/// and b are constants, x, y and z vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation<T> {
    Copy(T),
    Unary(Unary, T),
    /// One of the two may be a constant.
    Binary(Binary, T, T),
    /// x·y + z, where x may be a constant.
    MulAdd(T, T, T),
    /// a·x + b.
    Affine(T, T, T),
    /// a·x + b·y: a moving average.
    Mix([T; 4]),
    /// a·x + b·y².
    MixSquare([T; 4]),
    /// √x + a.
    RootPlus(T, T),
    /// (a·x)/y.
    ScaledDiv(T, T, T),
}

impl<T: Copy> Operation<T> {
    fn map<U>(self, f: &mut dyn FnMut(T) -> U) -> Operation<U> {
        match self {
            Self::Copy(x) => Operation::Copy(f(x)),
            Self::Unary(function, x) => Operation::Unary(function, f(x)),
            Self::Binary(function, x, y) => Operation::Binary(function, f(x), f(y)),
            Self::MulAdd(x, y, z) => Operation::MulAdd(f(x), f(y), f(z)),
            Self::Affine(a, x, b) => Operation::Affine(f(a), f(x), f(b)),
            Self::Mix(operands) => Operation::Mix(operands.map(f)),
            Self::MixSquare(operands) => Operation::MixSquare(operands.map(f)),
            Self::RootPlus(x, a) => Operation::RootPlus(f(x), f(a)),
            Self::ScaledDiv(a, x, y) => Operation::ScaledDiv(f(a), f(x), f(y)),
        }
    }

    fn operands(self) -> Vec<T> {
        let mut operands = Vec::new();
        self.map(&mut |operand| operands.push(operand));
        operands
    }
}

impl Program {
    /// The program of an elementwise formula.
    pub fn new(formula: &Formula) -> Self {
        let graph = &formula.graph;
        let mut compiler = Compiler::new(formula);
        let slots: Vec<Operand> =
            formula.slots.iter().map(|slot| compiler.operand(slot.value)).collect();
        let (factor, update) = match compiler.own_product(formula.update) {
            Some((a, x)) if compiler.is_uniform(a) && !formula.replaces => {
                (Some(compiler.operand(a)), x)
            }
            _ => (None, formula.update),
        };
        let update = compiler.operand(update);
        let slots = slots
            .into_iter()
            .enumerate()
            .filter(|(k, place)| *place != Operand::Slot(*k))
            .map(|(k, place)| (k, compiler.kept(place)))
            .collect();
        let update = compiler.kept(update);
        let mut program = Self {
            graph: graph.clone(),
            constants: compiler.constants,
            instructions: compiler.instructions,
            slots,
            update,
            factor,
            replaces: formula.replaces,
            registers: 0,
        };
        program.assign_registers();
        program
    }

    /// The constants of a step, in the order of [`Operand::Constant`].
    pub(crate) fn prepare<N: Number<Wide = f64>>(&self, t: f64, constants: &mut Vec<N>) {
        let hyperparameters: Vec<f64> =
            self.graph.hyperparameters.iter().map(|(_, value)| *value).collect();
        let values = Uniform::<N>::of(&self.graph, &hyperparameters, t);
        constants.extend(self.constants.iter().map(|id| values.narrow(*id)));
    }

    /// Gives every instruction the lowest register that is free, other than those it reads.
    fn assign_registers(&mut self) {
        // Until here, a register is the index of the instruction that fills it.
        let mut last_use = vec![0; self.instructions.len()];
        for (k, instruction) in self.instructions.iter().enumerate() {
            for operand in instruction.operation.operands() {
                if let Operand::Register(from) = operand {
                    last_use[from] = k;
                }
            }
        }
        let results = self.slots.iter().map(|(_, place)| *place).chain([self.update]);
        for operand in results {
            if let Operand::Register(from) = operand {
                last_use[from] = usize::MAX;
            }
        }
        let mut register_of = vec![0; self.instructions.len()];
        let mut busy_until: Vec<usize> = Vec::new();
        for k in 0..self.instructions.len() {
            // A register is free after the instruction that last reads it.
            let free = busy_until.iter().position(|until| *until < k);
            let register = free.unwrap_or(busy_until.len());
            let until = last_use[k].max(k);
            match busy_until.get_mut(register) {
                Some(busy) => *busy = until,
                None => busy_until.push(until),
            }
            register_of[k] = register;
        }
        let mut renamed = |operand: Operand| match operand {
            Operand::Register(from) => Operand::Register(register_of[from]),
            other => other,
        };
        for (k, instruction) in self.instructions.iter_mut().enumerate() {
            instruction.operation = instruction.operation.map(&mut renamed);
            instruction.to = register_of[k];
        }
        self.slots.iter_mut().for_each(|(_, place)| *place = renamed(*place));
        self.update = renamed(self.update);
        self.registers = busy_until.len();
    }
}

/// Emits the instructions of the quantities that are needed, each after those that it needs.
struct Compiler<'a> {
    graph: &'a Graph,
    /// How many quantities or results each quantity is part of.
    uses: Vec<usize>,
    /// Whether each quantity differs from element to element.
    varies: Vec<bool>,
    places: Vec<Option<Operand>>,
    constants: Vec<Id>,
    instructions: Vec<Instruction>,
}

impl<'a> Compiler<'a> {
    fn new(formula: &'a Formula) -> Self {
        let graph = &formula.graph;
        Self {
            graph,
            uses: graph.uses(formula.results()),
            varies: graph.varies(),
            places: vec![None; graph.len()],
            constants: Vec::new(),
            instructions: Vec::new(),
        }
    }

    /// Where a quantity is, after the instructions for it and for everything that it needs.
    fn operand(&mut self, id: Id) -> Operand {
        // Without recursion, as a formula can be deep.
        let mut open = vec![id];
        while let Some(&next) = open.last() {
            if self.places[next.index()].is_some() {
                open.pop();
                continue;
            }
            let missing = self.needs(next).into_iter();
            let missing = missing.filter(|id| self.places[id.index()].is_none());
            let waiting = open.len();
            open.extend(missing);
            if open.len() == waiting {
                let place = self.emit(next);
                self.places[next.index()] = Some(place);
            }
        }
        self.place(id)
    }

    /// Whether a quantity is the same for all elements.
    fn is_uniform(&self, id: Id) -> bool {
        !self.varies[id.index()]
    }

    fn place(&self, id: Id) -> Operand {
        self.places[id.index()].unwrap_or(Operand::Parameter)
    }

    /// A result in a place that storing the other results does not change.
    fn kept(&mut self, place: Operand) -> Operand {
        match place {
            Operand::Slot(_) | Operand::Parameter => self.push(Operation::Copy(place)),
            place => place,
        }
    }

    fn push(&mut self, operation: Operation<Operand>) -> Operand {
        let to = self.instructions.len();
        self.instructions.push(Instruction { operation, to });
        Operand::Register(to)
    }

    /// The quantities that the instruction for `id` reads.
    fn needs(&self, id: Id) -> Vec<Id> {
        match self.operation(id) {
            _ if self.is_uniform(id) => Vec::new(),
            Some(operation) => operation.operands(),
            None => self.graph.operands(id).collect(),
        }
    }

    fn emit(&mut self, id: Id) -> Operand {
        if self.is_uniform(id) {
            self.constants.push(id);
            return Operand::Constant(self.constants.len() - 1);
        }
        match (self.operation(id), self.graph.node(id)) {
            (Some(operation), _) => {
                let operation = operation.map(&mut |id| self.place(id));
                self.push(operation)
            }
            (None, Node::Gradient) => Operand::Gradient,
            (None, Node::Slot(k)) => Operand::Slot(k),
            (None, Node::Named(a, _)) => self.place(a),
            // Everything else is the same for all elements, or W.
            _ => Operand::Parameter,
        }
    }

    /// The instruction for a quantity, joined with those that nothing else needs; `None` for what
    /// is given.
    fn operation(&self, id: Id) -> Option<Operation<Id>> {
        let uniform = |id: Id| self.is_uniform(id);
        Some(match self.graph.node(id) {
            Node::Unary(function, a) => Operation::Unary(function, a),
            Node::Binary(Binary::Add, l, r) => match (self.own_product(l), self.own_product(r)) {
                (Some((a, x)), Some((b, y))) if uniform(a) && uniform(b) => {
                    match (self.own_square(x), self.own_square(y)) {
                        (_, Some(y)) => Operation::MixSquare([a, x, b, y]),
                        (Some(x), None) => Operation::MixSquare([b, y, a, x]),
                        (None, None) => Operation::Mix([a, x, b, y]),
                    }
                }
                (Some((x, y)), _) if !uniform(r) => Operation::MulAdd(x, y, r),
                (_, Some((x, y))) if !uniform(l) => Operation::MulAdd(x, y, l),
                (Some((a, x)), _) if uniform(a) => Operation::Affine(a, x, r),
                (_, Some((a, x))) if uniform(a) => Operation::Affine(a, x, l),
                _ => match (self.own_root(l), self.own_root(r)) {
                    (Some(x), _) if uniform(r) => Operation::RootPlus(x, r),
                    (_, Some(x)) if uniform(l) => Operation::RootPlus(x, l),
                    _ => Operation::Binary(Binary::Add, l, r),
                },
            },
            Node::Binary(Binary::Div, l, r) => match self.own_product(l) {
                Some((a, x)) if uniform(a) && !uniform(r) => Operation::ScaledDiv(a, x, r),
                _ => Operation::Binary(Binary::Div, l, r),
            },
            Node::Binary(function, a, b) => Operation::Binary(function, a, b),
            _ => return None,
        })
    }

    /// What computes a quantity of elements that only one other needs.
    fn own(&self, mut id: Id) -> Option<Node> {
        loop {
            if self.uses[id.index()] != 1 || self.is_uniform(id) {
                return None;
            }
            match self.graph.node(id) {
                Node::Named(a, _) => id = a,
                node => return Some(node),
            }
        }
    }

    /// The factors of a product that only one quantity needs, the uniform one first.
    fn own_product(&self, id: Id) -> Option<(Id, Id)> {
        match self.own(id)? {
            Node::Binary(Binary::Mul, a, b) if self.is_uniform(b) => Some((b, a)),
            Node::Binary(Binary::Mul, a, b) => Some((a, b)),
            _ => None,
        }
    }

    fn own_square(&self, id: Id) -> Option<Id> {
        match self.own(id)? {
            Node::Binary(Binary::Mul, a, b) if a == b => Some(a),
            _ => None,
        }
    }

    fn own_root(&self, id: Id) -> Option<Id> {
        match self.own(id)? {
            Node::Unary(Unary::Sqrt, a) => Some(a),
            _ => None,
        }
    }
}

/// The values of the quantities that are the same for all elements.
struct Uniform<'a, N: Number> {
    graph: &'a Graph,
    /// In the wide type, of constants and of what is computed once a step.
    wide: Vec<Option<N::Wide>>,
    /// Rounded, and computed from what is rounded.
    narrow: Vec<Option<N>>,
}

impl<'a, N: Number> Uniform<'a, N> {
    fn of(graph: &'a Graph, hyperparameters: &[N::Wide], t: N::Wide) -> Self {
        let none = (vec![None; graph.len()], vec![None; graph.len()]);
        let mut values = Self { graph, wide: none.0, narrow: none.1 };
        for id in graph.ids() {
            match graph.level(id) {
                Level::Element => values.narrow[id.index()] = values.element(id),
                _ => {
                    let of = |id: Id| values.wide[id.index()];
                    values.wide[id.index()] = graph.node(id).value(hyperparameters, t, of);
                }
            }
        }
        values
    }

    fn element(&self, id: Id) -> Option<N> {
        let of = |id: Id| match self.graph.level(id) {
            Level::Element => self.narrow[id.index()],
            _ => self.wide[id.index()].map(N::from_wide),
        };
        Some(match self.graph.node(id) {
            Node::Unary(function, a) => function.of(of(a)?),
            Node::Binary(function, a, b) => function.of(of(a)?, of(b)?),
            Node::Round(a) | Node::Named(a, _) => of(a)?,
            _ => return None,
        })
    }

    /// The value in the type of the elements.
    fn narrow(&self, id: Id) -> N {
        let rounded = self.wide[id.index()].map(N::from_wide);
        self.narrow[id.index()].or(rounded).unwrap_or(N::zero())
    }
}
