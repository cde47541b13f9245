//! Tensors with fixed gradients, and an optimizer that steps them.

use bytemuck::Pod;
use thalweg::{Dtype, Element, Optimizer, Parameter, Real, bf16, f16};

use super::array::Array;
use super::case::Case;

/// What is timed, with its types erased.
pub(super) trait Work: Send {
    fn step(&mut self) -> Result<(), thalweg::Error>;
}

/// The work of a case.
pub(super) fn work(case: &Case) -> Result<Box<dyn Work>, thalweg::Error> {
    Ok(match case.dtype {
        Dtype::F32 => Box::new(Tensors::<f32, f32>::new(case, |x| x)?),
        Dtype::Bf16 => Box::new(Tensors::<f32, bf16>::new(case, bf16::from_f32)?),
        Dtype::F16 => Box::new(Tensors::<f32, f16>::new(case, f16::from_f32)?),
        Dtype::F64 => Box::new(Tensors::<f64, f64>::new(case, f64::from)?),
    })
}

struct Tensors<R: Real, E> {
    names: Vec<String>,
    parameters: Vec<Array<E>>,
    gradients: Vec<Array<E>>,
    /// The shape of each tensor that is a matrix.
    shapes: Vec<Option<[usize; 2]>>,
    optimizer: Optimizer<R>,
}

impl<R: Real, E: Pod + Send + Sync> Tensors<R, E> {
    fn new(case: &Case, convert: fn(f32) -> E) -> Result<Self, thalweg::Error> {
        let &Case { elements, tensors, pages, .. } = case;
        // The tensor's first element; the next one's is its end.
        let start = |k: usize| k * (elements / tensors) + k.min(elements % tensors);
        let arrays = |multiplier| {
            let array = |k| {
                let value = |i| convert(number(start(k) + i, multiplier));
                Array::filled(pages, start(k + 1) - start(k), value)
            };
            (0..tensors).map(array).collect()
        };
        Ok(Self {
            names: (0..tensors).map(|k| format!("w{k}")).collect(),
            parameters: arrays(2_654_435_761),
            gradients: arrays(2_246_822_519),
            shapes: (0..tensors).map(|k| case.shape(start(k + 1) - start(k))).collect(),
            optimizer: case.build()?,
        })
    }
}

impl<R: Real, E: Element<R> + Pod> Work for Tensors<R, E> {
    fn step(&mut self) -> Result<(), thalweg::Error> {
        let tensors = self.names.iter().zip(&mut self.parameters).zip(&self.gradients);
        let items = tensors.zip(&self.shapes).map(|(((name, w), g), shape)| {
            let parameter = Parameter::from((name, w.as_mut_slice(), g.as_slice()));
            match shape {
                Some(shape) => parameter.with_shape(shape),
                None => parameter,
            }
        });
        self.optimizer.step_with_loss(1.0, items)?;
        Ok(())
    }
}

/// A number of either sign between a quarter and three quarters: neither it nor its square is ever
/// so small that a processor handles it differently.
fn number(i: usize, multiplier: u32) -> f32 {
    let bits = (i as u32).wrapping_mul(multiplier);
    let size = 0.25 + (bits >> 9) as f32 / (1 << 24) as f32;
    if bits & 256 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use thalweg::Spec;

    use super::*;

    #[test]
    fn tensors_share_all_elements_evenly() {
        let case = Case { elements: 10, tensors: 4, ..Case::new(Spec::parse("sgd").unwrap()) };
        let tensors = Tensors::<f32, f32>::new(&case, |x| x).unwrap();
        let lengths = |arrays: &[Array<f32>]| {
            arrays.iter().map(|array| array.as_slice().len()).collect::<Vec<_>>()
        };
        assert_eq!(lengths(&tensors.parameters), [3, 3, 2, 2]);
        assert_eq!(lengths(&tensors.gradients), [3, 3, 2, 2]);
    }

    #[test]
    fn numbers_are_of_both_signs_and_of_ordinary_size() {
        let numbers: Vec<f32> = (0..10_000).map(|i| number(i, 2_654_435_761)).collect();
        assert!(numbers.iter().all(|x| (0.25..0.75).contains(&x.abs())));
        assert!((4000..6000).contains(&numbers.iter().filter(|&&x| x < 0.0).count()));
    }

    #[test]
    fn a_step_moves_every_element_of_every_type() {
        for dtype in Dtype::ALL {
            let state = Case::usual_state(dtype);
            let spec = Spec::parse("sgd:lr=0.5").unwrap();
            let case = Case { elements: 1000, tensors: 3, dtype, state, ..Case::new(spec) };
            work(&case).unwrap().step().unwrap();
        }
        let case = Case { elements: 100, ..Case::new(Spec::parse("sgd:lr=0.5").unwrap()) };
        let mut tensors = Tensors::<f32, f32>::new(&case, |x| x).unwrap();
        let before = tensors.parameters[0].as_slice().to_vec();
        tensors.step().unwrap();
        let after = tensors.parameters[0].as_slice();
        let moved = before.iter().zip(after).zip(tensors.gradients[0].as_slice());
        assert!(moved.into_iter().all(|((w0, w1), g)| w0 - 0.5 * g == *w1));
    }
}
