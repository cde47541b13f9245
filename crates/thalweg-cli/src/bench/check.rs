//! Whether a case can be measured on this machine.

use thalweg::Dtype;
use thalweg_lab::machine::available_memory;

use super::case::Case;
use super::error::BenchError;
use super::roofline::{MOST_STREAMS, streams};

impl Case {
    /// Whether it can be measured here. Nothing is allocated.
    ///
    /// # Errors
    /// [`BenchError`] says what would be accepted.
    pub fn check(&self) -> Result<(), BenchError> {
        let &Self { elements, tensors, dtype, state, .. } = self;
        if elements == 0 || tensors == 0 {
            return Err(BenchError::Nothing { elements, tensors });
        }
        if tensors > elements {
            return Err(BenchError::TooManyTensors { elements, tensors });
        }
        let accepted = match (dtype, state) {
            (Dtype::F64, Dtype::F64) => None,
            (Dtype::F64, _) => Some("f64"),
            (_, Dtype::F32 | Dtype::Bf16) => None,
            _ => Some("f32 or bf16"),
        };
        if let Some(accepted) = accepted {
            let (state, dtype) = (state.name(), dtype.name());
            return Err(BenchError::StateType { state, dtype, accepted });
        }
        match dtype {
            Dtype::F64 => drop(self.build::<f64>()?),
            _ => drop(self.build::<f32>()?),
        }
        let (optimizer, slots) = (self.optimizer.to_string(), self.slots());
        if streams(self).0 > MOST_STREAMS {
            let most = MOST_STREAMS * dtype.size() / state.size();
            return Err(BenchError::TooManySlots { optimizer, slots, most });
        }
        // Where the system does not tell, whatever can be addressed.
        let (needed, available) = (self.memory(), available_memory().unwrap_or(1 << 62));
        if needed > available {
            return Err(BenchError::Memory { optimizer, elements, needed, available });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use thalweg::Spec;

    use super::*;

    fn case(spec: &str) -> Case {
        Case { elements: 100, ..Case::new(Spec::parse(spec).unwrap()) }
    }

    #[test]
    fn every_case_of_the_default_suite_has_loops() {
        for case in Case::default_suite() {
            assert!(Case { elements: 1000, ..case }.check().is_ok());
        }
    }

    #[test]
    fn what_cannot_be_measured_is_refused() {
        let refused = |case: Case| case.check().unwrap_err().to_string();
        assert!(refused(Case { elements: 0, ..case("sgd") }).contains("0 elements"));
        assert!(refused(Case { tensors: 101, ..case("sgd") }).contains("at most 100 tensors"));
        assert!(refused(Case { dtype: Dtype::F64, ..case("sgd") }).contains("accepted is f64"));
        assert!(refused(Case { state: Dtype::F16, ..case("sgd") }).contains("f32 or bf16"));
        assert!(refused(Case { state: Dtype::F64, ..case("sgd") }).contains("f32 or bf16"));
        assert!(refused(case("sgd:lr=1e39")).contains("lr=1e39"));
        let message = refused(Case { elements: usize::MAX, ..case("sgd") });
        assert!(message.contains("sgd with 18446744073709551615 elements needs"), "{message}");
    }
}
