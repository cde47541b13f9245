//! A formula as a program: instructions on vectors of elements.

use super::Formula;
use super::graph::{Binary, Graph, Id, Level, Node, Unary};
use crate::number::{Number, Wide};

/// The instructions of a formula. Each has the same bits as the formula's own operation.
#[derive(Debug, Clone)]
pub struct Program {
    graph: Graph,
    /// The quantities that are the same for every element of a step.
    constants: Vec<Id>,
    pub(crate) instructions: Vec<Instruction>,
    /// The new value of each slot that changes.
    pub(crate) slots: Vec<(usize, Operand)>,
    /// The update of W.
    pub(crate) update: Operand,
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
    pub operation: Operation,
    pub to: usize,
}

/// What an instruction computes of its operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Copy(Operand),
    Unary(Unary, Operand),
    Binary(Binary, Operand, Operand),
    /// a·b + c, with two roundings; only a may be a constant.
    MulAdd(Operand, Operand, Operand),
    /// a·x + b·y for constants a and b, with three roundings: a moving average.
    Mix(Operand, Operand, Operand, Operand),
}

impl Operation {
    fn operands(&self) -> impl Iterator<Item = Operand> + use<> {
        let operands = match *self {
            Self::Copy(a) | Self::Unary(_, a) => [Some(a), None, None, None],
            Self::Binary(_, a, b) => [Some(a), Some(b), None, None],
            Self::MulAdd(a, b, c) => [Some(a), Some(b), Some(c), None],
            Self::Mix(a, x, b, y) => [Some(a), Some(x), Some(b), Some(y)],
        };
        operands.into_iter().flatten()
    }
}

impl Program {
    /// The program of an elementwise formula; `None` if it needs a norm of the whole parameter.
    pub fn new(formula: &Formula) -> Option<Self> {
        let graph = &formula.graph;
        if graph.ids().any(|id| matches!(graph.node(id), Node::Norm(_))) {
            return None;
        }
        let mut compiler = Compiler::new(formula);
        let places: Vec<Operand> = formula
            .slots
            .iter()
            .map(|slot| slot.value)
            .chain([formula.update])
            .map(|id| compiler.operand(id))
            .collect();
        let (update, slots) = places.split_last()?;
        let slots = slots.iter().copied().enumerate();
        let slots: Vec<(usize, Operand)> = slots
            .filter(|(k, place)| *place != Operand::Slot(*k))
            .map(|(k, place)| (k, compiler.kept(place)))
            .collect();
        let update = compiler.kept(*update);
        let mut program = Self {
            graph: graph.clone(),
            constants: compiler.constants,
            instructions: compiler.instructions,
            slots,
            update,
            registers: 0,
        };
        program.assign_registers();
        Some(program)
    }

    /// The constants of a step, in the order of [`Operand::Constant`].
    pub(crate) fn prepare<N: Number<Wide = f64>>(&self, t: f64, constants: &mut Vec<N>) {
        let hyperparameters = self.graph.hyperparameters.iter().map(|(_, value)| *value);
        let values = Uniform::<N>::of(&self.graph, &hyperparameters.collect::<Vec<_>>(), t);
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
        let mut busy_until: Vec<Option<usize>> = Vec::new();
        for k in 0..self.instructions.len() {
            // A register is free after the instruction that last reads it.
            let free = busy_until.iter().position(|until| until.is_none_or(|until| until < k));
            let register = free.unwrap_or(busy_until.len());
            if register == busy_until.len() {
                busy_until.push(None);
            }
            busy_until[register] = Some(last_use[k].max(k));
            register_of[k] = register;
        }
        let renamed = |operand: &mut Operand| {
            if let Operand::Register(from) = operand {
                *from = register_of[*from];
            }
        };
        for (k, instruction) in self.instructions.iter_mut().enumerate() {
            match &mut instruction.operation {
                Operation::Copy(a) | Operation::Unary(_, a) => renamed(a),
                Operation::Binary(_, a, b) => [a, b].into_iter().for_each(renamed),
                Operation::MulAdd(a, b, c) => [a, b, c].into_iter().for_each(renamed),
                Operation::Mix(a, x, b, y) => [a, x, b, y].into_iter().for_each(renamed),
            }
            instruction.to = register_of[k];
        }
        self.slots.iter_mut().for_each(|(_, place)| renamed(place));
        renamed(&mut self.update);
        self.registers = busy_until.len();
    }
}

/// Emits the instructions of the quantities that are needed, each after those that it needs.
struct Compiler<'a> {
    graph: &'a Graph,
    /// How many quantities or results each quantity is part of.
    uses: Vec<usize>,
    /// Whether each quantity is the same for all elements.
    uniform: Vec<bool>,
    places: Vec<Option<Operand>>,
    constants: Vec<Id>,
    instructions: Vec<Instruction>,
}

impl<'a> Compiler<'a> {
    fn new(formula: &'a Formula) -> Self {
        let graph = &formula.graph;
        let mut uses = vec![0; graph.len()];
        let mut uniform = vec![false; graph.len()];
        let results = formula.slots.iter().map(|slot| slot.value).chain([formula.update]);
        results.for_each(|id| uses[id.index()] += 1);
        for id in graph.ids() {
            uniform[id.index()] = match graph.node(id) {
                Node::Gradient | Node::Parameter | Node::Slot(_) => false,
                _ => graph.operands(id).all(|operand| uniform[operand.index()]),
            };
        }
        // Of the quantities that are needed, which come after their operands.
        for k in (0..graph.len()).rev() {
            if uses[k] > 0 {
                graph.operands(Id(k as u32)).for_each(|operand| uses[operand.index()] += 1);
            }
        }
        let places = vec![None; graph.len()];
        Self { graph, uses, uniform, places, constants: Vec::new(), instructions: Vec::new() }
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
            let missing: Vec<Id> = self
                .needs(next)
                .into_iter()
                .filter(|id| self.places[id.index()].is_none())
                .collect();
            if missing.is_empty() {
                let place = self.emit(next);
                self.places[next.index()] = Some(place);
                open.pop();
            } else {
                open.extend(missing);
            }
        }
        self.places[id.index()].unwrap_or(Operand::Parameter)
    }

    /// A result in a place that storing the other results does not change.
    fn kept(&mut self, place: Operand) -> Operand {
        match place {
            Operand::Slot(_) | Operand::Parameter => self.push(Operation::Copy(place)),
            place => place,
        }
    }

    fn push(&mut self, operation: Operation) -> Operand {
        let to = self.instructions.len();
        self.instructions.push(Instruction { operation, to });
        Operand::Register(to)
    }

    /// The quantities that the instruction for `id` reads.
    fn needs(&self, id: Id) -> Vec<Id> {
        if self.uniform[id.index()] {
            return Vec::new();
        }
        match self.joined(id) {
            Some(Joined::MulAdd(a, b, c)) => vec![a, b, c],
            Some(Joined::Mix(a, x, b, y)) => vec![a, x, b, y],
            None => self.graph.operands(id).collect(),
        }
    }

    fn emit(&mut self, id: Id) -> Operand {
        if self.uniform[id.index()] {
            self.constants.push(id);
            return Operand::Constant(self.constants.len() - 1);
        }
        let of = |id: Id| self.places[id.index()].unwrap_or(Operand::Parameter);
        let operation = match self.graph.node(id) {
            Node::Gradient => return Operand::Gradient,
            Node::Slot(k) => return Operand::Slot(k),
            Node::Named(a, _) | Node::Round(a) => return of(a),
            Node::Unary(function, a) => Operation::Unary(function, of(a)),
            Node::Binary(function, a, b) => match self.joined(id) {
                Some(Joined::MulAdd(a, b, c)) => Operation::MulAdd(of(a), of(b), of(c)),
                Some(Joined::Mix(a, x, b, y)) => Operation::Mix(of(a), of(x), of(b), of(y)),
                None => Operation::Binary(function, of(a), of(b)),
            },
            // Everything else is the same for all elements, or W.
            _ => return Operand::Parameter,
        };
        self.push(operation)
    }

    /// A sum with products that nothing else uses, as one instruction.
    fn joined(&self, id: Id) -> Option<Joined> {
        let Node::Binary(Binary::Add, left, right) = self.graph.node(id) else { return None };
        match (self.own_product(left), self.own_product(right)) {
            (Some((a, x)), Some((b, y))) if self.uniform[a.index()] && self.uniform[b.index()] => {
                Some(Joined::Mix(a, x, b, y))
            }
            (Some((a, b)), _) if !self.uniform[right.index()] => Some(Joined::MulAdd(a, b, right)),
            (_, Some((a, b))) if !self.uniform[left.index()] => Some(Joined::MulAdd(a, b, left)),
            _ => None,
        }
    }

    /// The factors of a product of elements that only one quantity uses, the uniform one first.
    fn own_product(&self, id: Id) -> Option<(Id, Id)> {
        match self.graph.node(id) {
            Node::Binary(Binary::Mul, a, b)
                if self.uses[id.index()] == 1 && !self.uniform[id.index()] =>
            {
                Some(if self.uniform[b.index()] { (b, a) } else { (a, b) })
            }
            _ => None,
        }
    }
}

enum Joined {
    MulAdd(Id, Id, Id),
    Mix(Id, Id, Id, Id),
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
                _ => values.wide[id.index()] = values.step(id, hyperparameters, t),
            }
        }
        values
    }

    fn step(&self, id: Id, hyperparameters: &[N::Wide], t: N::Wide) -> Option<N::Wide> {
        let of = |id: Id| self.wide[id.index()];
        Some(match self.graph.node(id) {
            Node::Constant(bits) => N::Wide::from_f64(f64::from_bits(bits)),
            Node::Hyperparameter(place) => *hyperparameters.get(place)?,
            Node::Step => t,
            Node::Unary(function, a) => function.of(of(a)?),
            Node::Binary(function, a, b) => function.of(of(a)?, of(b)?),
            Node::OneMinusPower(beta, t) => of(beta)?.one_minus_power(of(t)?),
            Node::AtFirst(first, later) => N::Wide::at_first(t, of(first)?, of(later)?),
            Node::WhereZero(x, then, otherwise) => of(x)?.where_zero(of(then)?, of(otherwise)?),
            Node::Named(a, _) => of(a)?,
            _ => return None,
        })
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
