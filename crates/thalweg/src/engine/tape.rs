//! A program over memory: every instruction on a few hundred elements at a time, which stay in the
//! L1 cache.

use std::cell::RefCell;

use super::kernel::Elementwise;
use super::walk::{Loop, Numbers, Pass, Stretch, Terms};
use crate::formula::{Binary, Formula, Instruction, Operand, Operation, Program, Unary};
use crate::rule::Slot;
use crate::storage::Real;
use crate::storage::layout::{BLOCK, CHUNK};
use crate::storage::prefetch::prefetch;
use crate::storage::state::BlocksMut;

/// Elements that an instruction works on.
const TILE: usize = 256;

thread_local! {
    /// The registers of this thread, kept so that a step allocates nothing.
    static REGISTERS: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// A formula that is stepped by its program.
pub struct Tape {
    formula: Formula,
    program: Program,
}

impl Tape {
    /// The program of a formula; `None` if it is not elementwise.
    pub fn new(formula: Formula) -> Option<Self> {
        Some(Self { program: Program::new(&formula)?, formula })
    }
}

impl Elementwise for Tape {
    fn slots(&self) -> Vec<Slot> {
        let slots = self.formula.slots().iter();
        slots.map(|slot| Slot::new(&slot.name).starting_at(slot.start)).collect()
    }
    fn formula(&self) -> Formula {
        self.formula.clone()
    }
}

impl<R: Real> Pass<R> for Tape {
    fn with_loop(&self, terms: Terms<R>, work: &mut dyn FnMut(&mut Loop<'_, R>)) {
        let mut constants = Vec::new();
        self.program.prepare::<R>(terms.t as f64, &mut constants);
        let (program, slots) = (&self.program, self.formula.slots().len());
        let mut memory = REGISTERS.take();
        memory.resize(memory.len().max(program.registers * TILE), 0.0);
        let (registers, _) =
            bytemuck::cast_slice_mut::<f64, R>(&mut memory).as_chunks_mut::<TILE>();
        work(&mut |Stretch { numbers, .. }| {
            let Numbers::Real { parts, state: BlocksMut::Plain(s) } = numbers else { return };
            for part in parts {
                let (w, g) = (part.w.as_flattened_mut(), part.g.as_flattened());
                let (first, constants) = (part.first * CHUNK, &constants[..]);
                terms.arch.dispatch(Run {
                    program,
                    slots,
                    constants,
                    terms,
                    first,
                    w,
                    g,
                    s,
                    registers,
                });
            }
        });
        REGISTERS.set(memory);
    }

    fn reads_packed(&self) -> bool {
        false
    }
}

/// A program over consecutive elements.
struct Run<'a, R> {
    program: &'a Program,
    slots: usize,
    constants: &'a [R],
    terms: Terms<R>,
    /// The number of the first element in the state.
    first: usize,
    w: &'a mut [R],
    g: &'a [R],
    s: &'a mut [R],
    registers: &'a mut [[R; TILE]],
}

impl<R: Real> pulp::NullaryFnOnce for Run<'_, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { program, slots, constants, terms, first, w, g, s, registers } = self;
        let mut gradient = [R::zero(); TILE];
        let mut from = 0;
        while from < w.len() {
            let (block, j) = ((first + from) / BLOCK, (first + from) % BLOCK);
            let n = TILE.min(w.len() - from).min(BLOCK - j);
            let at = |slot: usize| (block * slots + slot) * BLOCK + j;
            prefetch(w, from + TILE, TILE);
            prefetch(g, from + TILE, TILE);
            for slot in 0..slots {
                prefetch(s, at(slot) + TILE, TILE);
            }
            let gradient = &mut gradient[..n];
            scale(gradient, &g[from..from + n], terms.factor, terms.bound);
            for &Instruction { operation, to } in &program.instructions {
                let (before, rest) = registers.split_at_mut(to);
                let Some((result, after)) = rest.split_first_mut() else { continue };
                let vector = |operand: Operand| match operand {
                    Operand::Register(k) if k < to => &before[k][..n],
                    Operand::Register(k) => &after[k - to - 1][..n],
                    Operand::Gradient => &*gradient,
                    Operand::Slot(slot) => &s[at(slot)..at(slot) + n],
                    _ => &w[from..from + n],
                };
                let constant = |operand: Operand| match operand {
                    Operand::Constant(k) => Some(constants[k]),
                    _ => None,
                };
                step(operation, &mut result[..n], vector, constant);
            }
            for &(slot, place) in &program.slots {
                let to = at(slot)..at(slot) + n;
                match place {
                    Operand::Register(k) => store(&mut s[to], &registers[k][..n]),
                    Operand::Constant(k) => s[to].fill(flushed(constants[k])),
                    _ => store(&mut s[to], gradient),
                }
            }
            let w = &mut w[from..from + n];
            match program.update {
                Operand::Register(k) => add(w, &registers[k][..n]),
                Operand::Constant(k) => map(w, |w| w + constants[k]),
                _ => add(w, gradient),
            }
            from += n;
        }
    }
}

/// One instruction, on vectors of one length.
#[inline(always)]
fn step<'v, R: Real>(
    operation: Operation,
    to: &mut [R],
    vector: impl Fn(Operand) -> &'v [R],
    constant: impl Fn(Operand) -> Option<R>,
) {
    match operation {
        Operation::Copy(a) => to.copy_from_slice(vector(a)),
        Operation::Unary(function, a) => {
            let a = vector(a);
            match function {
                Unary::Neg => from_one(to, a, |a| -a),
                Unary::Sqrt => from_one(to, a, R::sqrt),
                Unary::Abs => from_one(to, a, R::abs),
                Unary::Sign => from_one(to, a, R::sign),
            }
        }
        Operation::Binary(function, a, b) => match (constant(a), constant(b)) {
            (Some(x), _) => {
                let b = vector(b);
                match function {
                    Binary::Add => from_one(to, b, |b| x + b),
                    Binary::Sub => from_one(to, b, |b| x - b),
                    Binary::Mul => from_one(to, b, |b| x * b),
                    Binary::Div => from_one(to, b, |b| x / b),
                    Binary::Max => from_one(to, b, |b| x.max(b)),
                    Binary::Min => from_one(to, b, |b| x.min(b)),
                }
            }
            (None, Some(y)) => {
                let a = vector(a);
                match function {
                    Binary::Add => from_one(to, a, |a| a + y),
                    Binary::Sub => from_one(to, a, |a| a - y),
                    Binary::Mul => from_one(to, a, |a| a * y),
                    Binary::Div => from_one(to, a, |a| a / y),
                    Binary::Max => from_one(to, a, |a| a.max(y)),
                    Binary::Min => from_one(to, a, |a| a.min(y)),
                }
            }
            (None, None) => {
                let (a, b) = (vector(a), vector(b));
                match function {
                    Binary::Add => from_two(to, a, b, |a, b| a + b),
                    Binary::Sub => from_two(to, a, b, |a, b| a - b),
                    Binary::Mul => from_two(to, a, b, |a, b| a * b),
                    Binary::Div => from_two(to, a, b, |a, b| a / b),
                    Binary::Max => from_two(to, a, b, R::max),
                    Binary::Min => from_two(to, a, b, R::min),
                }
            }
        },
        Operation::MulAdd(a, b, c) => match constant(a) {
            Some(a) => from_two(to, vector(b), vector(c), |b, c| a * b + c),
            None => {
                let (a, b, c) = (vector(a), vector(b), vector(c));
                for i in 0..to.len().min(a.len()).min(b.len()).min(c.len()) {
                    to[i] = a[i] * b[i] + c[i];
                }
            }
        },
        Operation::Mix(a, x, b, y) => {
            if let (Some(a), Some(b)) = (constant(a), constant(b)) {
                from_two(to, vector(x), vector(y), |x, y| a * x + b * y);
            }
        }
    }
}

#[inline(always)]
fn from_one<R: Real>(to: &mut [R], a: &[R], f: impl Fn(R) -> R) {
    for i in 0..to.len().min(a.len()) {
        to[i] = f(a[i]);
    }
}

#[inline(always)]
fn from_two<R: Real>(to: &mut [R], a: &[R], b: &[R], f: impl Fn(R, R) -> R) {
    for i in 0..to.len().min(a.len()).min(b.len()) {
        to[i] = f(a[i], b[i]);
    }
}

#[inline(always)]
fn map<R: Real>(w: &mut [R], f: impl Fn(R) -> R) {
    for w in w {
        *w = f(*w);
    }
}

/// The gradient as the compiled loop reads it.
#[inline(always)]
fn scale<R: Real>(to: &mut [R], g: &[R], factor: R, bound: R) {
    from_one(to, g, |g| R::clamp(g * factor, bound));
}

/// W ← W + u.
#[inline(always)]
fn add<R: Real>(w: &mut [R], u: &[R]) {
    for i in 0..w.len().min(u.len()) {
        w[i] = w[i] + u[i];
    }
}

/// Stores state as the compiled loop does.
#[inline(always)]
fn store<R: Real>(to: &mut [R], from: &[R]) {
    from_one(to, from, flushed);
}

/// The value, or 0 where it is subnormal.
#[inline(always)]
fn flushed<R: Real>(value: R) -> R {
    if value.abs() < R::MIN_POSITIVE { R::zero() } else { value }
}
