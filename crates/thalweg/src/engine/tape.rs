//! A program over memory: every instruction on a few hundred elements at a time, which stay in the
//! L1 cache.

use std::cell::RefCell;

use super::kernel::Elementwise;
use super::walk::{Loop, Numbers, Pass, Stretch, Terms, flushed};
use crate::formula::{Binary, Formula, Instruction, Operand, Operation, Program, Unary};
use crate::rule::Slot;
use crate::storage::Real;
use crate::storage::layout::{BLOCK, CHUNK};
use crate::storage::prefetch::prefetch;
use crate::storage::state::BlocksMut;

/// Bytes of a vector that an instruction works on: all of a step's vectors fit in the L1 cache.
const TILE: usize = 2048;

/// Bytes of a cache line: a full-width access to an aligned vector touches one.
const LINE: usize = 64;

thread_local! {
    /// The registers of this thread, kept so that they are not zeroed for every chunk.
    static REGISTERS: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// A formula that is stepped by its program.
pub struct Tape {
    formula: Formula,
    program: Program,
}

impl Tape {
    /// The program of an elementwise formula.
    pub fn new(formula: Formula) -> Self {
        Self { program: Program::new(&formula), formula }
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
        // One more for the gradient.
        let bytes = (program.registers + 1) * TILE;
        memory.resize(memory.len().max((bytes + LINE) / size_of::<f64>()), 0.0);
        let skipped = memory.as_ptr().align_offset(LINE).min(LINE / size_of::<f64>());
        let registers = bytemuck::cast_slice_mut::<f64, R>(&mut memory[skipped..]);
        work(&mut |Stretch { numbers, .. }| {
            let Numbers::Real { parts, state: BlocksMut::Plain(s) } = numbers else { return };
            for part in parts {
                let (w, g) = (part.w.as_flattened_mut(), part.g.as_flattened());
                let (first, constants) = (part.first * CHUNK, &constants[..]);
                let registers = &mut registers[..];
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
    registers: &'a mut [R],
}

impl<R: Real> pulp::NullaryFnOnce for Run<'_, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { program, slots, constants, terms, first, w, g, s, registers } = self;
        let tile = TILE / size_of::<R>();
        let (scaled, registers) = registers.split_at_mut(tile);
        // A product with 1 and infinite bounds change nothing.
        let is_plain = terms.factor == R::one() && !terms.bound.is_finite();
        let mut from = 0;
        while from < w.len() {
            let (block, j) = ((first + from) / BLOCK, (first + from) % BLOCK);
            let n = tile.min(w.len() - from).min(BLOCK - j);
            let at = |slot: usize| (block * slots + slot) * BLOCK + j;
            let (all, g) = (g, &g[from..from + n]);
            let gradient = if is_plain {
                g
            } else {
                scale(&mut scaled[..n], g, terms.factor, terms.bound);
                &scaled[..n]
            };
            let lines = (slots + 2) * (TILE / LINE);
            let count = program.instructions.len();
            for (k, &Instruction { operation, to }) in program.instructions.iter().enumerate() {
                // The next tile is requested bit by bit: few lines can be on their way at a time.
                for line in k * lines / count..(k + 1) * lines / count {
                    let i = line % (TILE / LINE) * (LINE / size_of::<R>());
                    match line / (TILE / LINE) {
                        0 => prefetch(w, from + tile + i, LINE / size_of::<R>()),
                        1 => prefetch(all, from + tile + i, LINE / size_of::<R>()),
                        slot => {
                            let next = if j + tile < BLOCK { 0 } else { (slots - 1) * BLOCK };
                            let from = at(slot - 2) + tile + next + i;
                            prefetch(s, from, LINE / size_of::<R>());
                        }
                    }
                }
                let (before, rest) = registers.split_at_mut(to * tile);
                let (result, after) = rest.split_at_mut(tile);
                let vectors = Vectors {
                    before,
                    after,
                    to,
                    tile,
                    n,
                    gradient,
                    parameter: &w[from..from + n],
                    state: s,
                    slot: at(0),
                    constants,
                };
                step(operation, &mut result[..n], &vectors);
            }
            let register = |k: usize| &registers[k * tile..][..n];
            for &(slot, place) in &program.slots {
                let to = &mut s[at(slot)..at(slot) + n];
                match place {
                    Operand::Register(k) => store(to, register(k)),
                    Operand::Constant(k) => to.fill(flushed(constants[k])),
                    _ => store(to, gradient),
                }
            }
            let w = &mut w[from..from + n];
            let factor = program.factor.and_then(|factor| match factor {
                Operand::Constant(k) => Some(constants[k]),
                _ => None,
            });
            let update = match program.update {
                Operand::Register(k) => register(k),
                _ => gradient,
            };
            match (program.update, factor) {
                (Operand::Constant(k), None) if program.replaces => w.fill(constants[k]),
                (Operand::Constant(k), None) => map(w, |w| w + constants[k]),
                (_, None) if program.replaces => w.copy_from_slice(update),
                (_, None) => add(w, update),
                (_, Some(a)) => add_scaled(w, a, update),
            }
            from += n;
        }
    }
}

/// Where operands are.
struct Vectors<'a, R> {
    /// The registers around the one that is written.
    before: &'a [R],
    after: &'a [R],
    to: usize,
    tile: usize,
    n: usize,
    gradient: &'a [R],
    parameter: &'a [R],
    state: &'a [R],
    /// Where the first slot is in the state.
    slot: usize,
    constants: &'a [R],
}

impl<'a, R: Real> Vectors<'a, R> {
    #[inline(always)]
    fn vector(&self, operand: Operand) -> &'a [R] {
        let n = self.n;
        match operand {
            Operand::Register(k) if k < self.to => &self.before[k * self.tile..][..n],
            Operand::Register(k) => &self.after[(k - self.to - 1) * self.tile..][..n],
            Operand::Gradient => self.gradient,
            Operand::Slot(slot) => &self.state[self.slot + slot * BLOCK..][..n],
            _ => self.parameter,
        }
    }

    #[inline(always)]
    fn constant(&self, operand: Operand) -> Option<R> {
        match operand {
            Operand::Constant(k) => Some(self.constants[k]),
            _ => None,
        }
    }

    /// A number that is a constant in every program.
    #[inline(always)]
    fn number(&self, operand: Operand) -> R {
        self.constant(operand).unwrap_or(R::zero())
    }
}

/// The same code for each function, in which it is a constant: a loop of its own, without a branch.
macro_rules! specialised {
    ($Functions:ident: $($Function:ident)*; $function:expr, $f:ident => $run:expr) => {
        match $function {
            $($Functions::$Function => {
                let $f = $Functions::$Function;
                $run
            })*
        }
    };
}

/// One instruction, on vectors of one length.
#[inline(always)]
fn step<R: Real>(operation: Operation<Operand>, to: &mut [R], of: &Vectors<'_, R>) {
    match operation {
        Operation::Copy(a) => to.copy_from_slice(of.vector(a)),
        Operation::Unary(function, a) => {
            let a = of.vector(a);
            specialised!(Unary: Neg Sqrt Abs Sign Exp Ln Cos Floor; function, f => from_one(to, a, |a| f.of(a)));
        }
        Operation::Binary(function, a, b) => match (of.constant(a), of.constant(b)) {
            (Some(a), _) => {
                let b = of.vector(b);
                specialised!(Binary: Add Sub Mul Div Max Min Pow Atan2; function, f =>
                    from_one(to, b, |b| f.of(a, b)));
            }
            (None, Some(b)) => {
                let a = of.vector(a);
                specialised!(Binary: Add Sub Mul Div Max Min Pow Atan2; function, f =>
                    from_one(to, a, |a| f.of(a, b)));
            }
            (None, None) => {
                let (a, b) = (of.vector(a), of.vector(b));
                specialised!(Binary: Add Sub Mul Div Max Min Pow Atan2; function, f =>
                    from_two(to, a, b, |a, b| f.of(a, b)));
            }
        },
        Operation::MulAdd(x, y, z) => {
            let (y, z) = (of.vector(y), of.vector(z));
            match of.constant(x) {
                Some(a) => from_two(to, y, z, |y, z| a * y + z),
                None => {
                    let x = of.vector(x);
                    for i in 0..to.len().min(x.len()).min(y.len()).min(z.len()) {
                        to[i] = x[i] * y[i] + z[i];
                    }
                }
            }
        }
        Operation::Affine(a, x, b) => {
            let (a, b) = (of.number(a), of.number(b));
            from_one(to, of.vector(x), |x| a * x + b);
        }
        Operation::Mix([a, x, b, y]) => {
            let (a, b) = (of.number(a), of.number(b));
            from_two(to, of.vector(x), of.vector(y), |x, y| a * x + b * y);
        }
        Operation::MixSquare([a, x, b, y]) => {
            let (a, b) = (of.number(a), of.number(b));
            from_two(to, of.vector(x), of.vector(y), |x, y| a * x + b * (y * y));
        }
        Operation::RootPlus(x, a) => {
            let a = of.number(a);
            from_one(to, of.vector(x), |x| x.sqrt() + a);
        }
        Operation::ScaledDiv(a, x, y) => {
            let a = of.number(a);
            from_two(to, of.vector(x), of.vector(y), |x, y| a * x / y);
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

/// W ← W + a·u.
#[inline(always)]
fn add_scaled<R: Real>(w: &mut [R], a: R, u: &[R]) {
    for i in 0..w.len().min(u.len()) {
        w[i] = w[i] + a * u[i];
    }
}

/// Stores state as the compiled loop does.
#[inline(always)]
fn store<R: Real>(to: &mut [R], from: &[R]) {
    from_one(to, from, flushed);
}
