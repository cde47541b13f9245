//! Decision regions: the class that each method's network predicts at every point of the plane, for
//! data sets with two features.
//!
//! ```
//! use thalweg_nn::compare::{Comparison, Task, Training, methods};
//! use thalweg_nn::data::{Dataset, Source, Split};
//! use thalweg_nn::network::Network;
//! use thalweg_nn::regions;
//!
//! let data = Dataset::load(&Source::parse("moons:samples=80")?, &Split::default())?;
//! let network: Network = "mlp:8".parse()?;
//! let task = Task::classification(move |vars| network.build(&vars, 2, 2));
//! let training = Training { epochs: 5, batch: 20, seed: 0 };
//! let methods = methods(&["sgd:lr=0.1", "adam:lr=0.01"])?;
//! let mut comparison = Comparison::new(&data.train, &data.test, task, &methods, training)?;
//! while comparison.advance()?.is_some() {}
//! let figure = regions::figure("mlp:8 on moons", &data, &comparison)?.expect("points of the plane");
//! assert_eq!(figure.panels.len(), 2);
//! let svg = figure.scene().svg();
//! # assert!(svg.starts_with("<svg"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use candle_core::{DType, Device, Result as CandleResult, Tensor};
use rayon::prelude::*;
use thalweg_draw::plot::{Regions, RegionsFigure, Sample};
use thalweg_draw::{Domain, Point};

use crate::compare::{CompareError, Comparison};
use crate::data::{Dataset, Kind, Samples};

/// Grid points along a side of the plane.
const RESOLUTION: usize = 121;
/// Points per forward pass; bounds memory.
const CHUNK: usize = 1000;
/// At most this many samples of the training and of the test split are drawn: the first ones, in
/// their shuffled order.
const MAX_SAMPLES: [usize; 2] = [450, 150];
/// The margin around the samples, as a share of their extent.
const MARGIN: f64 = 0.06;

/// The decision regions of each method's network, with its current test accuracy; `None` for data
/// other than points of the plane.
///
/// # Errors
/// [`CompareError::Candle`], if a computation fails, such as for a network built for other data.
pub fn figure(
    title: &str,
    data: &Dataset,
    comparison: &Comparison,
) -> Result<Option<RegionsFigure>, CompareError> {
    if data.kind != Kind::Plane || data.train.inputs.rank() != 2 || data.features() != 2 {
        return Ok(None);
    }
    let parts = [points(&data.train)?, points(&data.test)?];
    let domain = around(parts.iter().flatten());
    let grid = Regions::points(domain, RESOLUTION, RESOLUTION);
    let grid: Vec<f32> = grid.iter().flatten().map(|&v| v as f32).collect();
    let grid = Tensor::from_vec(grid, (RESOLUTION * RESOLUTION, 2), &Device::Cpu)?;
    let labels: Vec<&str> = comparison.labels().collect();
    let panel = |(method, label): (usize, &&str)| {
        Ok(Regions {
            title: format!("{label}: {}", status(data, comparison, method)?),
            columns: RESOLUTION,
            rows: RESOLUTION,
            scores: scores(comparison, method, &grid)?,
        })
    };
    let panels = labels.par_iter().enumerate().map(panel).collect::<Result<_, CompareError>>()?;
    Ok(Some(RegionsFigure {
        classes: data.classes.iter().map(|name| format!("class {name}")).collect(),
        samples: samples(data, &parts)?,
        panels,
        ..RegionsFigure::new(title, domain)
    }))
}

/// The test accuracy of a method, or the step at which it diverged.
fn status(data: &Dataset, comparison: &Comparison, method: usize) -> Result<String, CompareError> {
    if let Some(step) = comparison.diverged_at(method) {
        return Ok(format!("diverged in step {step}"));
    }
    let (said, truths) = (comparison.predictions(method)?, data.test.labels()?);
    let right = said.classes.iter().zip(&truths).filter(|(said, truth)| said == truth).count();
    Ok(format!("{:.2}%", 100.0 * right as f64 / truths.len() as f64))
}

fn scores(comparison: &Comparison, method: usize, grid: &Tensor) -> Result<Vec<f32>, CompareError> {
    let mut scores = Vec::new();
    let count = grid.dim(0)?;
    for from in (0..count).step_by(CHUNK) {
        let inputs = grid.narrow(0, from, CHUNK.min(count - from))?;
        scores.extend(comparison.evaluate(method, &inputs)?.flatten_all()?.to_vec1::<f32>()?);
    }
    Ok(scores)
}

fn points(samples: &Samples) -> CandleResult<Vec<Point>> {
    let rows: Vec<Vec<f64>> = samples.inputs.to_dtype(DType::F64)?.to_vec2()?;
    Ok(rows.iter().map(|row| [row[0], row[1]]).collect())
}

/// The bounding rectangle of all points, with a margin.
fn around<'a>(points: impl Iterator<Item = &'a Point> + Clone) -> Domain {
    let side = |axis: usize| {
        let values = points.clone().map(|point| point[axis]).filter(|v| v.is_finite());
        let (low, high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        match MARGIN * (high - low) {
            margin if margin > 0.0 && margin.is_finite() => [low - margin, high + margin],
            // Samples on one line still get some width.
            _ if low.is_finite() => [low - 0.5, low + 0.5],
            _ => [-1.0, 1.0],
        }
    };
    Domain::new(side(0), side(1))
}

fn samples(data: &Dataset, points: &[Vec<Point>; 2]) -> CandleResult<Vec<Sample>> {
    let mut samples = Vec::new();
    for (part, (of, most)) in [&data.train, &data.test].into_iter().zip(MAX_SAMPLES).enumerate() {
        let labelled = points[part].iter().zip(of.labels()?).take(most);
        samples.extend(labelled.map(|(&at, class)| Sample {
            at,
            class: class as usize,
            held_out: part == 1,
        }));
    }
    Ok(samples)
}
