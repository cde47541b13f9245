//! The roofline: as fast as the machine's memory lets bytes be read and written back.

use super::array::Array;
use super::case::Case;

/// Streams of state that there are loops for, each of as many words as the parameters.
pub(super) const MOST_STREAMS: usize = 8;

/// Words below which a piece of work is not divided any further.
const GRAIN: usize = 1 << 15;

/// Words that are added to in one go.
const PIECE: usize = 64;

/// How many words ahead memory is asked for: two pieces.
const AHEAD: usize = 128;

/// Words of a cache line.
const LINE: usize = 16;

/// What every word holds at first.
const FILL: u32 = 0x3f00_0001;

/// A bare loop over the streams of bytes of a step: it reads parameter, gradient and every slot of
/// state, adds the gradient to each, and writes parameter and state back.
///
/// It computes on 32-bit words, whatever types the bytes stand for, over separate arrays, in the
/// widest SIMD and on all threads of the current pool, and asks for memory a little ahead. Where it
/// was tried, this was at least as fast as asking further ahead or not at all, one array of state in
/// blocks, a pass for each slot, longer pieces of work and AVX2 in the place of AVX-512.
pub struct Roofline {
    arch: pulp::Arch,
    parameter: Array<u32>,
    gradient: Array<u32>,
    state: Vec<Array<u32>>,
    /// A stream of half as many words: one slot in 16 bits beside parameters in 32.
    half: Array<u32>,
}

/// Streams of state, counted in those of the parameter's bytes, and whether half a stream remains.
pub(super) fn streams(case: &Case) -> (usize, bool) {
    let halves = 2 * case.slots() * case.state.size() / case.dtype.size();
    (halves / 2, halves % 2 == 1)
}

impl Roofline {
    /// The loop over as many bytes as a step of this case.
    pub fn new(case: &Case) -> Self {
        let words = (case.elements * case.dtype.size()).div_ceil(size_of::<u32>());
        let (full, half) = streams(case);
        let array = |words| Array::filled(case.pages, words, |_| FILL);
        Self {
            arch: pulp::Arch::new(),
            parameter: array(words),
            gradient: array(words),
            state: (0..full.min(MOST_STREAMS)).map(|_| array(words)).collect(),
            half: array(if half { words.div_ceil(2) } else { 0 }),
        }
    }

    /// Passes over all bytes once.
    pub fn pass(&mut self) {
        match self.state.len() {
            0 => self.run::<0>(),
            1 => self.run::<1>(),
            2 => self.run::<2>(),
            3 => self.run::<3>(),
            4 => self.run::<4>(),
            5 => self.run::<5>(),
            6 => self.run::<6>(),
            7 => self.run::<7>(),
            _ => self.run::<MOST_STREAMS>(),
        }
    }

    fn run<const K: usize>(&mut self) {
        let mut arrays = self.state.iter_mut();
        let state = [(); K].map(|()| arrays.next().map(Array::as_mut_slice).unwrap_or_default());
        let pass = Pass::<K> {
            parameter: self.parameter.as_mut_slice(),
            gradient: self.gradient.as_slice(),
            state,
            half: self.half.as_mut_slice(),
        };
        pass.divide(self.arch);
    }

    /// Bytes that a pass reads and writes.
    pub fn bytes(&self) -> u64 {
        let state: usize = self.state.iter().map(|array| array.as_slice().len()).sum();
        let [parameter, gradient, half] =
            [&self.parameter, &self.gradient, &self.half].map(|array| array.as_slice().len());
        (size_of::<u32>() * (2 * (parameter + state + half) + gradient)) as u64
    }
}

struct Pass<'a, const K: usize> {
    parameter: &'a mut [u32],
    gradient: &'a [u32],
    state: [&'a mut [u32]; K],
    half: &'a mut [u32],
}

impl<const K: usize> Pass<'_, K> {
    fn divide(self, arch: pulp::Arch) {
        if self.parameter.len() <= GRAIN {
            return arch.dispatch(self);
        }
        let (left, right) = self.halve();
        rayon::join(|| left.divide(arch), || right.divide(arch));
    }

    fn halve(self) -> (Self, Self) {
        let at = (self.parameter.len() / 2).next_multiple_of(1024);
        let (p0, p1) = self.parameter.split_at_mut(at);
        let (g0, g1) = self.gradient.split_at(at);
        let (h0, h1) = self.half.split_at_mut(self.half.len().min(at / 2));
        let mut s1 = [(); K].map(|()| <&mut [u32]>::default());
        let mut rest = s1.iter_mut();
        let s0 = self.state.map(|words| {
            let (left, right) = words.split_at_mut(at);
            if let Some(place) = rest.next() {
                *place = right;
            }
            left
        });
        (
            Pass { parameter: p0, gradient: g0, state: s0, half: h0 },
            Pass { parameter: p1, gradient: g1, state: s1, half: h1 },
        )
    }
}

// Not a closure: whether the compiler inlines one into the function that has the SIMD features is
// up to its size, and without that it is compiled without them.
impl<const K: usize> pulp::NullaryFnOnce for Pass<'_, K> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { parameter, gradient, mut state, half } = self;
        let n = parameter.len();
        let whole = n - n % PIECE;
        for from in (0..whole).step_by(PIECE) {
            let piece = from..from + PIECE;
            fetch(parameter, from);
            fetch(gradient, from);
            state.iter().for_each(|words| fetch(words, from));
            let g = &gradient[piece.clone()];
            let state = state.each_mut().map(|words| &mut words[piece.clone()]);
            add(&mut parameter[piece], g, state);
            if !half.is_empty() {
                fetch(half, from / 2);
                add(&mut half[from / 2..][..PIECE / 2], &g[..PIECE / 2], []);
            }
        }
        let gradient = &gradient[whole..];
        add(&mut parameter[whole..], gradient, state.map(|words| &mut words[whole..]));
        if let Some(half) = half.get_mut(whole / 2..) {
            let n = half.len();
            add(half, &gradient[..n], []);
        }
    }
}

/// Adds the gradient's words to all others.
#[inline(always)]
fn add<const K: usize>(parameter: &mut [u32], gradient: &[u32], state: [&mut [u32]; K]) {
    let n = parameter.len();
    let gradient = &gradient[..n];
    let mut state = state.map(|words| &mut words[..n]);
    for i in 0..n {
        let g = gradient[i];
        parameter[i] = parameter[i].wrapping_add(g);
        for words in &mut state {
            words[i] = words[i].wrapping_add(g);
        }
    }
}

/// Asks for the cache lines of the piece that comes soon after the one from `from` on.
#[inline(always)]
fn fetch(words: &[u32], from: usize) {
    for i in (from + AHEAD..from + AHEAD + PIECE).step_by(LINE) {
        prefetch_index::prefetch_index(words, i);
    }
}

#[cfg(test)]
mod tests {
    use thalweg::{Dtype, Spec};

    use super::*;

    fn case(spec: &str, dtype: Dtype, state: Dtype) -> Case {
        Case { elements: 100_000, dtype, state, ..Case::new(Spec::parse(spec).unwrap()) }
    }

    #[test]
    fn a_pass_moves_the_bytes_of_a_step() {
        let types = [
            (Dtype::F32, Dtype::F32),
            (Dtype::F32, Dtype::Bf16),
            (Dtype::Bf16, Dtype::F32),
            (Dtype::Bf16, Dtype::Bf16),
            (Dtype::F16, Dtype::Bf16),
            (Dtype::F64, Dtype::F64),
        ];
        for spec in ["sgd", "momentum", "adam", "rmsprop:centered=true,momentum=0.9"] {
            for (dtype, state) in types {
                let case = case(spec, dtype, state);
                assert_eq!(Roofline::new(&case).bytes(), case.bytes(), "{case:?}");
            }
        }
    }

    #[test]
    fn a_pass_changes_every_word_but_the_gradient() {
        for (spec, state) in [("sgd", Dtype::F32), ("adam", Dtype::F32), ("momentum", Dtype::Bf16)]
        {
            for elements in [1, 2, 63, 64, 65, 127, 1000, 99_999, 100_000] {
                let mut roofline =
                    Roofline::new(&Case { elements, ..case(spec, Dtype::F32, state) });
                roofline.pass();
                let changed = [&roofline.parameter, &roofline.half];
                for array in changed.into_iter().chain(&roofline.state) {
                    assert!(array.as_slice().iter().all(|&word| word == FILL.wrapping_add(FILL)));
                }
                assert!(roofline.gradient.as_slice().iter().all(|&word| word == FILL));
            }
        }
    }
}
