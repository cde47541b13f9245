//! Specs and runs that several files of tests share.
#![allow(dead_code, reason = "the test of allocation uses a part of it")]

use std::collections::BTreeMap;

use rayon::{ThreadPool, ThreadPoolBuilder};
use thalweg::checkpoint::Checkpoint;
use thalweg::{
    Builder, Clip, Dtype, Element, Measure, Method, Optimizer, Real, Registry, Report, Rounding,
    Simd, Spec, bf16, f16,
};

/// Specs that between them use every rule and every state layout, each with the name of its case.
const SPECS: [(&str, &str); 24] = [
    ("sgd", "sgd:lr=0.1,weight_decay=0.01"),
    ("sgd-dampening", "sgd:lr=0.1,momentum=0.9,dampening=0.3"),
    ("sgd-nesterov", "sgd:lr=0.1,momentum=0.9,nesterov=true"),
    ("momentum", "momentum:lr=0.1"),
    ("adagrad", "adagrad:lr=0.5,lr_decay=0.1,initial_accumulator=0.1"),
    ("rmsprop", "rmsprop:lr=0.05"),
    ("rmsprop-centered", "rmsprop:lr=0.05,centered=true,momentum=0.5,eps_root=1e-3"),
    ("adadelta", "adadelta"),
    ("adam-amsgrad", "adam:lr=0.1,amsgrad=true"),
    ("adam-folded", "adam:lr=0.1,bias_correction=folded,weight_decay=0.1"),
    ("adam-uncorrected", "adam:lr=0.1,bias_correction=off"),
    ("adamw", "adamw:lr=0.1"),
    ("lion", "lion:lr=0.1,weight_decay=0.01"),
    ("lars", "lars:lr=1,trust_coefficient=0.1,eps=1e-3"),
    ("lars-nesterov", "lars:lr=1,trust_coefficient=0.1,nesterov=true,weight_decay=0.1"),
    ("lamb", "lamb:lr=0.1"),
    // At lr=1 the first steps are exactly as long as the first distance, or as the largest rate: a kink.
    ("dog", "dog:lr=0.5"),
    ("adamg", "adamg:lr=0.6"),
    // The first update has a root mean square of 1: a kink where that is the bound.
    ("fadam", "fadam:clip=0.6"),
    ("adafactor", "adafactor:d=0.8"),
    ("adafactor-optax", "adafactor-optax:clipping_threshold=0.8"),
    ("schedule-free-sgd", "schedule-free-sgd:lr=0.02"),
    // Far steps of a function that is no parabola are chaotic.
    ("polyak", "polyak-sgd:max_learning_rate=0.02"),
    ("lamb-decayed", "lamb:lr=0.1,eps_root=1e-3,weight_decay=0.1"),
];

/// The specs of all cases, and the names of the optimizers that none of them has.
pub fn specs() -> Vec<&'static str> {
    let specs = SPECS.map(|(_, spec)| spec);
    let registry = Registry::standard();
    let others = registry
        .entries()
        .map(|entry| entry.name)
        .filter(|name| specs.iter().all(|spec| spec.split(':').next() != Some(name)));
    specs.into_iter().chain(others).collect()
}

/// The specs of the cases in which an element's step depends on nothing but that element.
pub fn elementwise_specs() -> Vec<&'static str> {
    specs().into_iter().filter(|spec| is_elementwise(spec)).collect()
}

/// The specs of the cases, with the noise left out that their formulas cannot say.
pub fn specs_without_noise() -> Vec<&'static str> {
    let spec = |spec: &'static str| match spec.parse::<Spec>().unwrap().kernel().noise() {
        Some(_) => "noisy-sgd:eta=0",
        None => spec,
    };
    specs().into_iter().map(spec).collect()
}

/// The specs of the cases in which a step needs a whole parameter, even of one dimension.
pub fn whole_tensor_specs() -> Vec<&'static str> {
    let is_whole = |spec: &&str| {
        let kernel = spec.parse::<Spec>().unwrap().kernel();
        !format!("{kernel:?}").starts_with("Elementwise")
    };
    specs().into_iter().filter(is_whole).collect()
}

/// Whether the optimizer of a spec steps element by element, whatever shape a parameter has.
pub fn is_elementwise(spec: &str) -> bool {
    let kernel = spec.parse::<Spec>().unwrap().kernel();
    let is_alone = kernel.matrices().is_none() && kernel.noise().is_none();
    is_alone && format!("{kernel:?}").starts_with("Elementwise")
}

/// The spec of the case of this name.
pub fn spec(name: &str) -> &'static str {
    let found = SPECS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no spec `{name}` in {:?}", SPECS.map(|(known, _)| known))).1
}

/// How state can be kept for arithmetic in `f32`.
pub const STORES: [(Dtype, Rounding); 3] = [
    (Dtype::F32, Rounding::Nearest),
    (Dtype::Bf16, Rounding::Nearest),
    (Dtype::Bf16, Rounding::Stochastic { seed: 7 }),
];

/// A type that numbers are kept in.
pub trait Number: Copy + Send + Sync + 'static {
    fn of(x: f64) -> Self;
    fn to(self) -> f64;
}

macro_rules! number {
    ($($type:ident: $of:expr, $to:expr;)*) => {$(
        impl Number for $type {
            fn of(x: f64) -> Self {
                $of(x)
            }
            fn to(self) -> f64 {
                $to(self)
            }
        }
    )*};
}

number! {
    f32: |x| x as f32, f64::from;
    f64: |x| x, |x| x;
    bf16: bf16::from_f64, bf16::to_f64;
    f16: f16::from_f64, f16::to_f64;
}

/// Numbers to start from.
pub fn start<T: Number>(len: usize) -> Vec<T> {
    (0..len).map(|i| T::of((i % 13) as f64 - 6.0)).collect()
}

/// Gradients of many sizes, some of them 0.
pub fn gradient<T: Number>(len: usize, t: usize) -> Vec<T> {
    let wave = |i: usize| ((i * 37 + t * 11) % 97) as f64 / 97.0 - 0.4;
    (0..len).map(|i| T::of(wave(i) * f64::powi(4.0, (i % 7) as i32 - 4))).collect()
}

/// The bits of numbers of any type.
pub fn bits<T: Number>(numbers: &[T]) -> Vec<u64> {
    numbers.iter().map(|x| x.to().to_bits()).collect()
}

/// What a run leaves behind.
#[derive(Debug, PartialEq)]
pub struct Left {
    pub parameters: Vec<u64>,
    pub checkpoint: Checkpoint,
    pub reports: Vec<Report>,
}

impl Left {
    /// Each slot of all parameters in a row.
    pub fn slots(&self) -> BTreeMap<&str, Vec<u8>> {
        let mut slots = BTreeMap::<&str, Vec<u8>>::new();
        for slot in self.checkpoint.parameters.iter().flat_map(|parameter| &parameter.slots) {
            slots.entry(&slot.name).or_default().extend(&slot.bytes);
        }
        slots
    }
}

/// A step for each of the gradients, of parameters that are cut at `cuts`.
pub fn run<R: Real, T, G>(
    optimizer: &mut Optimizer<R, impl Method>,
    cuts: &[usize],
    gradients: &[Vec<G>],
) -> Left
where
    T: Number + Element<R>,
    G: Number + Element<R>,
{
    let len = gradients[0].len();
    let mut bounds: Vec<usize> = cuts.iter().map(|cut| cut % (len + 1)).chain([0, len]).collect();
    bounds.sort_unstable();
    let names: Vec<String> = (0..bounds.len()).map(|i| format!("w{i}")).collect();
    let mut w = start::<T>(len);
    let mut reports = Vec::new();
    for g in gradients {
        let mut rest = &mut w[..];
        let mut parameters = Vec::new();
        for (pair, name) in bounds.windows(2).zip(&names) {
            let (piece, after) = rest.split_at_mut(pair[1] - pair[0]);
            parameters.push((name.as_str(), piece, &g[pair[0]..pair[1]]));
            rest = after;
        }
        reports.push(optimizer.step_with_loss(1.5, parameters).unwrap());
    }
    Left { parameters: bits(&w), checkpoint: optimizer.to_checkpoint(), reports }
}

/// A builder for a spec with state kept in some way, on some instructions.
pub fn builder<R: Real>(spec: &str, store: (Dtype, Rounding), simd: Simd) -> Builder<R, Spec> {
    Optimizer::builder(spec.parse().unwrap()).state_type(store.0).rounding(store.1).simd(simd)
}

/// Pools of 1, 2, 3 and 8 threads.
pub fn pools() -> Vec<ThreadPool> {
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    [1, 2, 3, 8].into_iter().map(pool).collect()
}

/// Numbers by the name of the parameter.
pub type Named = BTreeMap<String, Vec<f64>>;

/// Whether two numbers are so near to each other.
pub fn near(ours: f64, theirs: f64, relative: f64) -> bool {
    (ours - theirs).abs() <= relative * theirs.abs()
}

/// A step of all parameters.
pub fn step(optimizer: &mut Optimizer<f64>, w: &mut Named, g: &Named) -> Report {
    optimizer.step(w.iter_mut().map(|(name, w)| (name, w, &g[name]))).unwrap()
}

/// A builder for arithmetic in `f64`.
pub fn plain(spec: &str) -> Builder<f64, Spec> {
    Optimizer::builder(spec.parse().unwrap())
}

/// The gradients that are left of these: with rate 1 a parameter that was 0 is their negative.
pub fn clipped(clip: Clip, g: &Named) -> (Named, Report) {
    let mut optimizer =
        plain("sgd:lr=1").clip(clip).measure(Measure::PerParameter).build().unwrap();
    let mut w: Named = g.iter().map(|(name, g)| (name.clone(), vec![0.0; g.len()])).collect();
    let report = step(&mut optimizer, &mut w, g);
    w.values_mut().flatten().for_each(|w| *w = -*w);
    (w, report)
}

/// Numbers that are the same on every run: SplitMix64.
pub struct Random(pub u64);

impl Random {
    /// A whole number below `n`; 0 for 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x >> 32) as usize % n.max(1)
    }
}
