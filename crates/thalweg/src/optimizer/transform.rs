//! What is made of gradients before the method gets them: centralized, orthogonal to the weights, noisy,
//! clipped by the weights' norms.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rayon::prelude::*;

use super::clip::{Clip, Outputs};
use super::parameter::Parameter;
use crate::engine::Noise;
use crate::engine::squares::PartialSums;
use crate::error::Error;
use crate::settings::text::{self, Reader};
use crate::storage::{Real, Values};

/// What is made of a gradient before the method gets it; see [`Builder::transform`](crate::Builder::transform).
///
/// As text it is `centralize`, `orthogonalize` or `noise:eta=0.01,gamma=0.55,seed=0`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Transform {
    /// Gradient centralization, g ← g − mean(g) over each index of the first of two or more dimensions; in
    /// one dimension it changes nothing.
    ///
    /// Reference: Yong et al., "Gradient Centralization: A New Optimization Technique for Deep Neural
    /// Networks" (2020), <https://arxiv.org/abs/2004.01461>.
    Centralize,
    /// The part of the gradient orthogonal to the weights, as long as the gradient: with
    /// h = g − (g·W)/(‖W‖² + 10⁻³⁰)·W, g ← ‖g‖/(‖h‖ + 10⁻³⁰)·h, over the whole parameter; 0 where g is
    /// parallel to W up to rounding.
    ///
    /// Reference: Prieto et al., "Grokking at the Edge of Numerical Stability" (2025),
    /// <https://arxiv.org/abs/2501.04697>.
    Orthogonalize,
    /// Noise, g ← g + ξ with ξ of a normal distribution whose variance is η/tᵞ at the parameter's step t.
    ///
    /// The noise follows from the seed, the parameter's name, t and the element alone: a resumed run has
    /// that of a run that was never stopped.
    ///
    /// Reference: Neelakantan et al., "Adding Gradient Noise Improves Learning for Very Deep Networks"
    /// (2015), <https://arxiv.org/abs/1511.06807>.
    Noise {
        /// The variance η at the first step.
        eta: f64,
        /// How fast it falls, γ.
        gamma: f64,
        /// The seed.
        seed: u64,
    },
}

const ACCEPTED: &str = "centralize, orthogonalize, or noise with eta, gamma and seed, such as \
                        noise:eta=0.01,gamma=0.55,seed=0, with eta and gamma from 0";

impl Transform {
    pub(crate) fn check(self) -> Result<(), Error> {
        match self {
            Self::Noise { eta, gamma, .. }
                if !(eta.is_finite() && eta >= 0.0 && gamma.is_finite() && gamma >= 0.0) =>
            {
                Err(Error::InvalidSetting {
                    setting: "transform",
                    value: self.to_string(),
                    accepted: ACCEPTED,
                })
            }
            _ => Ok(()),
        }
    }

    /// Reads a list that [`join`](Self::join) has written.
    pub(crate) fn parse_all(text: &str) -> Result<Vec<Self>, Error> {
        text.split(';').map(|text| text.trim().parse()).collect()
    }

    /// A list as text.
    pub(crate) fn join(list: &[Self]) -> String {
        list.iter().map(Self::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Centralize => f.write_str("centralize"),
            Self::Orthogonalize => f.write_str("orthogonalize"),
            Self::Noise { eta, gamma, seed } => {
                let settings = [("eta", format!("{eta:?}")), ("gamma", format!("{gamma:?}"))];
                let seed = ("seed", seed.to_string());
                f.write_str(&text::write("noise", &mut settings.into_iter().chain([seed])))
            }
        }
    }
}

impl FromStr for Transform {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = || Error::InvalidSetting {
            setting: "transform",
            value: text.to_owned(),
            accepted: ACCEPTED,
        };
        let reader = Reader { text, thing: "transform", key: "setting" };
        let (name, settings) = reader.name(text).map_err(|_| refused())?;
        match (name, settings) {
            ("centralize", None) => return Ok(Self::Centralize),
            ("orthogonalize", None) => return Ok(Self::Orthogonalize),
            ("noise", _) => {}
            _ => return Err(refused()),
        }
        let (mut eta, mut gamma, mut seed) = (0.01, 0.55, 0);
        for setting in reader.settings(settings) {
            let (key, value) = setting.map_err(|_| refused())?;
            match key {
                "eta" => eta = value.parse().map_err(|_| refused())?,
                "gamma" => gamma = value.parse().map_err(|_| refused())?,
                "seed" => seed = value.parse().map_err(|_| refused())?,
                _ => return Err(refused()),
            }
        }
        let noise = Self::Noise { eta, gamma, seed };
        noise.check()?;
        Ok(noise)
    }
}

/// What is made of the gradients of a step, in order, and the clip if it is by units.
pub(super) struct Transforms<'a> {
    pub(super) list: &'a [Transform],
    pub(super) clip: Clip,
    /// What the gradients are multiplied by later.
    pub(super) scale: f64,
    pub(super) arch: pulp::Arch,
}

impl Transforms<'_> {
    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty() && self.clip.by_units().is_none()
    }

    /// What needs every row of a gradient, in words.
    pub(super) fn first(&self) -> String {
        self.list.first().map_or_else(|| format!("clip {}", self.clip), Transform::to_string)
    }

    /// Puts transformed gradients in the place of those given; `t` gives the step of each parameter, and
    /// `shape` its shape where the item has none, `noise` that of its method. Says whether one was clipped.
    pub(super) fn apply<'b, R: Real>(
        &self,
        memory: &'b mut Vec<R>,
        items: &mut [Parameter<'b, R>],
        t: impl Fn(usize) -> u64,
        shape: impl Fn(usize) -> Option<Vec<usize>>,
        noise: impl Fn(usize) -> Option<Noise>,
    ) -> bool {
        let len = |item: &Parameter<'_, R>| item.gradient.map_or(0, |gradient| gradient.len());
        let alone = self.is_empty();
        let is_changed = |i: usize| !alone || noise(i).is_some();
        let lens = items.iter().enumerate().filter(|(i, _)| is_changed(*i));
        let elements = lens.map(|(_, item)| len(item)).sum();
        if memory.len() < elements {
            memory.resize(elements, R::zero());
        }
        let (mut rest, mut clipped) = (&mut memory[..], false);
        for (i, item) in items.iter_mut().enumerate() {
            let Some(given) = item.gradient.filter(|_| is_changed(i)) else { continue };
            let (own, after) = rest.split_at_mut(given.len());
            rest = after;
            given.load(self.arch, own);
            let known;
            let shape: &[usize] = match item.shape {
                Some(shape) => shape,
                // Noise is the same in every shape.
                None if alone => &[],
                None => {
                    known = shape(i).unwrap_or_else(|| vec![own.len()]);
                    &known
                }
            };
            let weights = || item.value.as_ref().to_real(self.arch);
            for transform in self.list {
                match *transform {
                    Transform::Centralize => centralize(own, shape),
                    Transform::Orthogonalize => orthogonalize(own, &weights()),
                    Transform::Noise { eta, gamma, seed } => {
                        Noise { eta, gamma, seed }.add(own, item.name, t(i), self.scale);
                    }
                }
            }
            if let Some(noise) = noise(i) {
                noise.add(own, item.name, t(i), self.scale);
            }
            if let Some((bound, outputs)) = self.clip.by_units() {
                clipped |= clip_units(own, &weights(), shape, (bound, outputs), self.scale.abs());
            }
            item.gradient = Some(Values::Real(own));
        }
        clipped
    }
}

/// Elements of the rows that one thread works on, about.
const PIECE: usize = 1 << 15;

/// Elements of each index of the first dimension; all of them in one dimension.
fn of_first(shape: &[usize]) -> usize {
    match shape {
        [] | [_] => shape.iter().product(),
        [_, rest @ ..] => rest.iter().product(),
    }
}

/// A sum in a fixed order.
fn sum<R: Real>(x: &[R], y: &[R], of: impl Fn(f64, f64) -> f64 + Sync) -> f64 {
    let pieces = x.par_chunks(PIECE).zip(y.par_chunks(PIECE));
    let sums: Vec<f64> = pieces
        .map(|(x, y)| {
            let mut sum = PartialSums::default();
            sum.add_pairs(x, y, |x, y| of(x.to_f64(), y.to_f64()));
            sum.total()
        })
        .collect();
    sums.into_iter().sum()
}

fn centralize<R: Real>(g: &mut [R], shape: &[usize]) {
    let len = of_first(shape);
    if shape.len() < 2 || len == 0 {
        return;
    }
    let rows = PIECE.div_ceil(len);
    g.par_chunks_mut(rows * len).flat_map_iter(|rows| rows.chunks_mut(len)).for_each(|row| {
        let mean = R::from_f64(sum(row, row, |g, _| g) / len as f64);
        row.iter_mut().for_each(|g| *g = *g - mean);
    });
}

/// Added to squares and norms.
const TINY: f64 = 1e-30;

fn orthogonalize<R: Real>(g: &mut [R], w: &[R]) {
    let along = sum(w, g, |w, g| w * g) / (sum(w, w, |w, _| w * w) + TINY);
    let norm = sum(g, g, |g, _| g * g).sqrt();
    let rest = |g: f64, w: f64| g - along * w;
    let rest_norm = sum(g, w, |g, w| rest(g, w) * rest(g, w)).sqrt();
    // What rounding leaves of a parallel gradient has no direction.
    let is_parallel = rest_norm <= 4.0 * R::EPSILON * norm;
    let scale = if is_parallel { 0.0 } else { norm / (rest_norm + TINY) };
    g.par_iter_mut().zip(w).with_min_len(PIECE).for_each(|(g, w)| {
        *g = R::from_f64(scale * rest(g.to_f64(), w.to_f64()));
    });
}

/// What optax divides a norm by at least.
const LEAST_NORM: f64 = 1e-6;

/// What optax takes the norm of a unit's weights for at least.
const LEAST_WEIGHTS: f64 = 1e-3;

fn clip_units<R: Real>(
    g: &mut [R],
    w: &[R],
    shape: &[usize],
    (bound, outputs): (f64, Outputs),
    scale: f64,
) -> bool {
    let factor = |squares: [f64; 2]| {
        let [g, w] = squares.map(f64::sqrt);
        let (g, most) = (g * scale, bound * w.max(LEAST_WEIGHTS));
        (g >= most).then(|| R::from_f64(most / g.max(LEAST_NORM)))
    };
    // optax does not count dimensions of one index.
    let dimensions = shape.iter().filter(|n| **n != 1).count();
    if outputs == Outputs::First || dimensions < 2 {
        let len = if outputs == Outputs::First { of_first(shape) } else { g.len() }.max(1);
        let rows = PIECE.div_ceil(len) * len;
        let units = g.par_chunks_mut(rows).zip(w.par_chunks(rows));
        return units
            .flat_map_iter(|(g, w)| g.chunks_mut(len).zip(w.chunks(len)))
            .map(|(g, w)| {
                let squares = [sum(g, g, |g, _| g * g), sum(w, w, |w, _| w * w)];
                let factor = factor(squares);
                if let Some(factor) = factor {
                    g.iter_mut().for_each(|g| *g = *g * factor);
                }
                factor.is_some()
            })
            .reduce(|| false, |a, b| a | b);
    }
    let columns = shape.last().copied().unwrap_or(1).max(1);
    let mut squares = vec![[0.0; 2]; columns];
    for (g, w) in g.chunks(columns).zip(w.chunks(columns)) {
        for ((squares, g), w) in squares.iter_mut().zip(g).zip(w) {
            squares[0] += g.to_f64() * g.to_f64();
            squares[1] += w.to_f64() * w.to_f64();
        }
    }
    let factors: Vec<Option<R>> = squares.into_iter().map(factor).collect();
    g.par_chunks_mut(columns).with_min_len(PIECE.div_ceil(columns)).for_each(|row| {
        for (g, factor) in row.iter_mut().zip(&factors) {
            if let Some(factor) = factor {
                *g = *g * *factor;
            }
        }
    });
    factors.iter().any(Option::is_some)
}

impl<'a, R: Real> Values<'a, R> {
    /// The numbers in the arithmetic's type.
    fn to_real(self, arch: pulp::Arch) -> Cow<'a, [R]> {
        match self {
            Self::Real(values) => Cow::Borrowed(values),
            _ => {
                let mut numbers = vec![R::zero(); self.len()];
                self.load(arch, &mut numbers);
                Cow::Owned(numbers)
            }
        }
    }
}
