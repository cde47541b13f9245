//! Times AdamW of thalweg against candle's own on the same variable, in alternation in one process, and
//! checks that both give the same weights.
//!
//! ```text
//! cargo run --release --example against_candle -p thalweg-candle
//! ```

use std::time::Instant;

use candle_core::{DType, Device, Result, Tensor, Var, backprop::GradStore};
use candle_nn::{Optimizer, ParamsAdamW};
use thalweg_candle::{VarOptimizer, rules::AdamW};

const LR: f64 = 1e-3;

fn main() -> Result<()> {
    println!("AdamW over one f32 variable, medians of paired runs");
    println!(
        "{:>14} {:>7} {:>12} {:>12} {:>7}",
        "shape", "turns", "candle ms", "thalweg ms", "ratio"
    );
    race(&[1000, 1000], 31)?;
    race(&[64 << 20], 7)?;
    Ok(())
}

/// Steps two copies of a variable `turns` times each.
fn race(shape: &[usize], turns: usize) -> Result<()> {
    let n = shape.iter().product::<usize>();
    let drawn = |factor: f32| {
        let numbers: Vec<f32> = (0..n).map(|i| ((i % 65_521) as f32 * factor).sin()).collect();
        Tensor::from_vec(numbers, shape, &Device::Cpu)
    };
    let (start, gradient) = (drawn(0.37)?, drawn(0.73)?);
    let (theirs, ours) = (Var::from_tensor(&start)?, Var::from_tensor(&start)?);
    drop(start);
    let (mut of_theirs, mut of_ours) = (GradStore::default(), GradStore::default());
    of_theirs.insert(&theirs, gradient.clone());
    of_ours.insert(&ours, gradient);

    let params = ParamsAdamW { lr: LR, ..ParamsAdamW::default() };
    let mut candle = candle_nn::AdamW::new(vec![theirs.clone()], params)?;
    let config = AdamW { lr: LR, ..AdamW::default() };
    let mut thalweg = VarOptimizer::new(vec![ours.clone()], config)?;

    // The first step allocates the state and is not counted.
    let mut times = Vec::new();
    for turn in 0..=turns {
        let their_time = timed(|| candle.step(&of_theirs))?;
        let our_time = timed(|| thalweg.step(&of_ours))?;
        if turn > 0 {
            times.push((their_time, our_time));
        }
    }
    let their_time = median(times.iter().map(|pair| pair.0));
    let our_time = median(times.iter().map(|pair| pair.1));
    let ratio = median(times.iter().map(|(theirs, ours)| theirs / ours));
    println!(
        "{:>14} {turns:>7} {their_time:>12.2} {our_time:>12.2} {ratio:>7.1}",
        format!("{shape:?}")
    );

    // Weights are below 1, where a unit of f32 is 2⁻²⁴; a step can round one of them otherwise.
    let apart = (theirs.as_tensor() - ours.as_tensor())?.abs()?.flatten_all()?.max(0)?;
    let apart = apart.to_dtype(DType::F64)?.to_scalar::<f64>()?;
    let bound = (turns + 1) as f64 / f64::from(1 << 24);
    assert!(apart <= bound, "the weights are {apart:e} apart, which is more than {bound:e}");
    println!("{:>22} largest difference of a weight {apart:.1e}", "");
    Ok(())
}

/// Milliseconds.
fn timed(step: impl FnOnce() -> Result<()>) -> Result<f64> {
    let begin = Instant::now();
    step()?;
    Ok(begin.elapsed().as_secs_f64() * 1e3)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
