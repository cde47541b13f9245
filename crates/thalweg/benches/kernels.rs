//! Single kernels on one thread, on as many elements as the nearest caches hold: what a step costs
//! where memory does not hold it up. `cargo bench --package thalweg`; `thalweg bench` measures the
//! rest.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use thalweg::{
    Builder, Clip, Dtype, Element, NonFinite, Optimizer, Parameter, Real, Registry, Rows, Spec,
    bf16, f16,
};

/// A few blocks, and the most that is stepped without dividing it.
const SIZES: [usize; 2] = [4096, 32_768];

fn main() {
    divan::main();
}

fn names() -> impl Iterator<Item = &'static str> {
    let names: Vec<_> = Registry::standard().entries().map(|entry| entry.name).collect();
    names.into_iter()
}

/// An optimizer from its text that does nothing but step.
fn plain<R: Real>(spec: &str) -> Builder<R, Spec> {
    let spec = Spec::parse(spec).expect("a spec of the registry");
    Optimizer::builder(spec).non_finite(NonFinite::Propagate)
}

/// Steps so many elements, of ordinary size and both signs.
fn step<R: Real, E: Element<R>>(
    bencher: Bencher,
    elements: usize,
    builder: Builder<R, Spec>,
    convert: impl Fn(f32) -> E,
) {
    let number = |i: usize| if i.is_multiple_of(3) { -0.75 } else { 0.25 };
    let mut parameter: Vec<E> = (0..elements).map(|i| convert(number(i))).collect();
    let gradient: Vec<E> = (0..elements).map(|i| convert(number(i + 1))).collect();
    let mut optimizer = builder.build().expect("valid settings");
    bencher.counter(ItemsCount::new(elements)).bench_local(|| {
        let item = ("w", &mut parameter[..], black_box(&gradient[..]));
        optimizer.step([item]).expect("a step")
    });
}

#[divan::bench(args = names(), consts = SIZES)]
fn f32<const N: usize>(bencher: Bencher, name: &str) {
    step(bencher, N, plain::<f32>(name), |x| x);
}

#[divan::bench(args = names(), consts = SIZES)]
fn f64<const N: usize>(bencher: Bencher, name: &str) {
    step(bencher, N, plain::<f64>(name), f64::from);
}

#[divan::bench(args = names(), consts = SIZES)]
fn f32_state_bf16<const N: usize>(bencher: Bencher, name: &str) {
    step(bencher, N, plain::<f32>(name).state_type(Dtype::Bf16), |x| x);
}

#[divan::bench(args = names(), consts = SIZES)]
fn bf16_state_bf16<const N: usize>(bencher: Bencher, name: &str) {
    step(bencher, N, plain::<f32>(name).state_type(Dtype::Bf16), bf16::from_f32);
}

#[divan::bench(args = ["sgd", "adamw"], consts = SIZES)]
fn f16_state_f32<const N: usize>(bencher: Bencher, name: &str) {
    step(bencher, N, plain::<f32>(name), f16::from_f32);
}

/// Beside `f32` above: what it costs to look for infinities and NaN first.
#[divan::bench(args = ["sgd", "adamw"], consts = SIZES)]
fn finite_check<const N: usize>(bencher: Bencher, name: &str) {
    step(bencher, N, plain::<f32>(name).non_finite(NonFinite::Error), |x| x);
}

/// Beside `f32` above: what it costs to clip by the norm of all gradients.
#[divan::bench(args = ["sgd", "adamw"], consts = SIZES)]
fn global_norm<const N: usize>(bencher: Bencher, name: &str) {
    step(bencher, N, plain::<f32>(name).clip(Clip::GlobalNorm(1.0)), |x| x);
}

/// Beside `f32` above: what it costs to gather every other row of a table, and to scatter it.
#[divan::bench(args = ["sgd", "adamw"], consts = SIZES)]
fn every_other_row<const N: usize>(bencher: Bencher, name: &str) {
    let width = 64;
    let (mut table, gradient) = (vec![0.25_f32; 2 * N], vec![-0.75_f32; N]);
    let indices: Vec<u32> = (0..2 * N / width).step_by(2).map(|row| row as u32).collect();
    let mut optimizer = plain::<f32>(name).build().expect("valid settings");
    bencher.counter(ItemsCount::new(N)).bench_local(|| {
        let item = Parameter::from(("w", &mut table, black_box(&gradient)));
        optimizer.step([item.with_rows(Rows { width, indices: &indices })]).expect("a step")
    });
}
