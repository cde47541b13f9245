//! A candle program, and the same program with thalweg. The two modules below differ only in the marked
//! lines.
//!
//! ```text
//! cargo run --example before_after -p thalweg-candle
//! ```

mod before {
    use candle_core::{DType, Device, Result};
    use candle_nn::{Activation, Module, VarBuilder, VarMap, linear, loss, seq};
    use candle_nn::{AdamW, Optimizer, ParamsAdamW}; //                                    ◄ here

    use crate::{begin, spirals};

    pub fn train() -> Result<f32> {
        let (points, classes) = spirals()?;

        let varmap = VarMap::new();
        let vb = VarBuilder::from_varmap(&varmap, DType::F32, &Device::Cpu);
        let model = seq()
            .add(linear(2, 32, vb.pp("hidden1"))?)
            .add(Activation::Gelu)
            .add(linear(32, 32, vb.pp("hidden2"))?)
            .add(Activation::Gelu)
            .add(linear(32, 2, vb.pp("out"))?);
        begin(&varmap)?;

        let config = ParamsAdamW { lr: 0.02, ..Default::default() }; //                   ◄ here
        let mut optimizer = AdamW::new(varmap.all_vars(), config)?; //                    ◄ here

        for _ in 0..300 {
            let loss = loss::cross_entropy(&model.forward(&points)?, &classes)?;
            optimizer.backward_step(&loss)?;
        }
        loss::cross_entropy(&model.forward(&points)?, &classes)?.to_scalar()
    }
}

mod after {
    use candle_core::{DType, Device, Result};
    use candle_nn::{Activation, Module, VarBuilder, VarMap, linear, loss, seq};
    use thalweg_candle::{Optimizer, VarOptimizer, rules::AdamW}; //                       ◄ here

    use crate::{begin, spirals};

    pub fn train() -> Result<f32> {
        let (points, classes) = spirals()?;

        let varmap = VarMap::new();
        let vb = VarBuilder::from_varmap(&varmap, DType::F32, &Device::Cpu);
        let model = seq()
            .add(linear(2, 32, vb.pp("hidden1"))?)
            .add(Activation::Gelu)
            .add(linear(32, 32, vb.pp("hidden2"))?)
            .add(Activation::Gelu)
            .add(linear(32, 2, vb.pp("out"))?);
        begin(&varmap)?;

        let config = AdamW { lr: 0.02, ..Default::default() }; //                         ◄ here
        let mut optimizer = VarOptimizer::new(varmap.all_vars(), config)?; //             ◄ here

        for _ in 0..300 {
            let loss = loss::cross_entropy(&model.forward(&points)?, &classes)?;
            optimizer.backward_step(&loss)?;
        }
        loss::cross_entropy(&model.forward(&points)?, &classes)?.to_scalar()
    }
}

fn main() -> candle_core::Result<()> {
    println!("loss after 300 steps");
    println!("  before, candle_nn::AdamW      {:.4}", before::train()?);
    println!("  after, thalweg's AdamW        {:.4}", after::train()?);
    Ok(())
}

use candle_core::{Device, Result, Tensor};
use candle_nn::VarMap;

/// Two spirals of 100 points each: the points and their classes.
fn spirals() -> Result<(Tensor, Tensor)> {
    let points: Vec<f32> = (0..200_u8)
        .flat_map(|i| {
            let turn = std::f32::consts::PI * f32::from(i % 2);
            let (radius, angle) = (f32::from(i / 2) / 100.0, f32::from(i / 2) * 0.06 + turn);
            [radius * angle.cos(), radius * angle.sin()]
        })
        .collect();
    let classes: Vec<u32> = (0..200).map(|i| i % 2).collect();
    let device = &Device::Cpu;
    Ok((Tensor::from_vec(points, (200, 2), device)?, Tensor::from_vec(classes, 200, device)?))
}

/// Sets the same initial weights in every model, since candle's differ in every run.
fn begin(varmap: &VarMap) -> Result<()> {
    for var in varmap.data().lock().expect("nobody else has it").values() {
        let (n, inputs) = (var.elem_count(), *var.dims().last().unwrap_or(&1));
        let scale = 1.5 / (inputs as f64).sqrt();
        let numbers = (0..n).map(|i| (scale * (i as f64 * 12.9898 + 1.0).sin()) as f32);
        var.set(&Tensor::from_iter(numbers, &Device::Cpu)?.reshape(var.shape())?)?;
    }
    Ok(())
}
