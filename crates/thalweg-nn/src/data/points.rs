//! Generates the points of [`Synthetic`].

use std::f64::consts::{PI, TAU};

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::dataset::{Dataset, Kind, Samples};
use super::error::DataError;
use super::scaling::Scaling;
use super::split::{self, Split};
use super::synthetic::{Shape, Synthetic};
use super::table::Preparation;
use super::target::Target;
use crate::random::{POINTS, random};

pub(super) fn load(synthetic: &Synthetic, options: &Split) -> Result<Dataset, DataError> {
    synthetic.check()?;
    let mut random = random(options.seed, POINTS);
    let &Synthetic { shape, classes, samples, .. } = synthetic;
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for class in 0..classes {
        let n = samples / classes + usize::from(class < samples % classes);
        for i in 0..n {
            inputs.extend(point(synthetic, class, i, n, &mut random).map(|x| x as f32));
            targets.push(class as u32);
        }
    }
    let classes: Vec<String> = (0..classes).map(|class| class.to_string()).collect();
    let parts = split::parts(&targets, &classes, options, split::TEST_SHARE)?;
    let all = Samples::from_rows(inputs, targets)?;
    let (train, test) = (all.subset(&parts.train)?, all.subset(&parts.test)?);
    let (name, kind, scaling) = (shape.name().to_owned(), Kind::Plane, Scaling::None);
    let (target, preparation) = (Target::Class, Preparation::default());
    Ok(Dataset { name, kind, classes, train, test, scaling, target, preparation })
}

/// Point `i` of the `n` of a class.
fn point(it: &Synthetic, class: usize, i: usize, n: usize, random: &mut impl Rng) -> [f64; 2] {
    let mut noise = || {
        let z: f64 = StandardNormal.sample(random);
        it.noise * z
    };
    let turn = TAU * class as f64 / it.classes as f64;
    match it.shape {
        Shape::Spirals => {
            let r = (i + 1) as f64 / n as f64;
            let angle = turn + 4.0 * r + noise();
            [r * angle.sin(), r * angle.cos()]
        }
        Shape::Moons => {
            let angle = PI * i as f64 / (n - 1).max(1) as f64;
            let (x, y) = (angle.cos(), angle.sin());
            let [x, y] = if class == 0 { [x, y] } else { [1.0 - x, 0.5 - y] };
            [x + noise(), y + noise()]
        }
        Shape::Blobs => [turn.cos() + noise(), turn.sin() + noise()],
    }
}
