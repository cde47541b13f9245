//! What is measured.

use thalweg::rules::AdamW;
use thalweg::{Configuration, Dtype, Method, NonFinite, OPTIMIZERS, Optimizer, Real, Spec};

use super::{Pages, SpeedError, available_memory, roofline};

/// Elements of a case unless another number is asked for: 64 Mi, more than caches hold.
pub const ELEMENTS: usize = 64 << 20;

/// An optimizer with the work that it is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The optimizer.
    pub optimizer: Spec,
    /// Elements of all tensors together.
    pub elements: usize,
    /// Tensors that they are divided into; their lengths differ by one at most.
    pub tensors: usize,
    /// The type of parameters and gradients.
    pub dtype: Dtype,
    /// The type of the state: f32 or bf16, or f64 for parameters in f64.
    pub state: Dtype,
    /// Threads to step with.
    pub threads: usize,
    /// The pages of all arrays.
    pub pages: Pages,
    /// Whether each step looks for infinities and NaN first.
    pub checked: bool,
}

impl Case {
    /// One tensor of [`ELEMENTS`] in f32, on all threads of the machine.
    pub fn new(optimizer: Spec) -> Self {
        Self {
            optimizer,
            elements: ELEMENTS,
            tensors: 1,
            dtype: Dtype::F32,
            state: Dtype::F32,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            pages: Pages::Large,
            checked: false,
        }
    }

    /// Every optimizer of the registry, and AdamW with state in bf16, with all in bf16, in many
    /// small tensors and with gradients checked.
    pub fn telling() -> Vec<Self> {
        let all = OPTIMIZERS.iter().map(|&entry| Self::new(Spec::of(entry)));
        let adamw = || Self::new(Spec::of(AdamW::ENTRY));
        let more = [
            Self { state: Dtype::Bf16, ..adamw() },
            Self { dtype: Dtype::Bf16, state: Dtype::Bf16, ..adamw() },
            Self { elements: 1_000_000, tensors: 1000, ..adamw() },
            Self { checked: true, ..adamw() },
        ];
        all.chain(more).collect()
    }

    /// The type of the state where none is asked for.
    pub fn usual_state(dtype: Dtype) -> Dtype {
        if dtype == Dtype::F64 { Dtype::F64 } else { Dtype::F32 }
    }

    /// Arrays of state, each as long as the parameters.
    pub fn slots(&self) -> usize {
        match self.dtype {
            Dtype::F64 => Method::<f64>::kernel(&self.optimizer).state_names().len(),
            _ => Method::<f32>::kernel(&self.optimizer).state_names().len(),
        }
    }

    /// Bytes that a step must move: parameter and state are read and written, gradients are read.
    pub fn bytes(&self) -> u64 {
        let parameter = 3 * self.dtype.size();
        let state = 2 * self.slots() * self.state.size();
        (parameter + state) as u64 * self.elements as u64
    }

    /// Bytes of memory that measuring takes: as much for the roofline as for the optimizer.
    pub fn memory(&self) -> u64 {
        let element = 2 * self.dtype.size() + self.slots() * self.state.size();
        (2 * element as u64).saturating_mul(self.elements as u64)
    }

    /// Whether it can be measured here. Nothing is allocated.
    ///
    /// # Errors
    /// [`SpeedError`] says what would be accepted.
    pub fn check(&self) -> Result<(), SpeedError> {
        let &Self { elements, tensors, dtype, state, .. } = self;
        if elements == 0 || tensors == 0 {
            return Err(SpeedError::Nothing { elements, tensors });
        }
        if tensors > elements {
            return Err(SpeedError::TooManyTensors { elements, tensors });
        }
        let accepted = match (dtype, state) {
            (Dtype::F64, Dtype::F64) => None,
            (Dtype::F64, _) => Some("f64"),
            (_, Dtype::F32 | Dtype::Bf16) => None,
            _ => Some("f32 or bf16"),
        };
        if let Some(accepted) = accepted {
            let (state, dtype) = (state.name(), dtype.name());
            return Err(SpeedError::StateType { state, dtype, accepted });
        }
        match dtype {
            Dtype::F64 => drop(self.build::<f64>()?),
            _ => drop(self.build::<f32>()?),
        }
        let (optimizer, slots) = (self.optimizer.to_string(), self.slots());
        if roofline::streams(self).0 > roofline::MOST {
            let most = roofline::MOST * dtype.size() / state.size();
            return Err(SpeedError::TooManySlots { optimizer, slots, most });
        }
        // Where the system does not tell, whatever can be addressed.
        let (needed, available) = (self.memory(), available_memory().unwrap_or(1 << 62));
        if needed > available {
            return Err(SpeedError::Memory { optimizer, elements, needed, available });
        }
        Ok(())
    }

    pub(super) fn build<R: Real>(&self) -> Result<Optimizer<R>, thalweg::Error>
    where
        Spec: Method<R>,
    {
        let non_finite = if self.checked { NonFinite::Error } else { NonFinite::Propagate };
        Optimizer::builder(self.optimizer.clone())
            .state_type(self.state)
            .large_pages(self.pages == Pages::Large)
            .non_finite(non_finite)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(spec: &str) -> Case {
        Case { elements: 100, ..Case::new(Spec::parse(spec).unwrap()) }
    }

    #[test]
    fn bytes_are_those_of_every_stream() {
        assert_eq!(case("sgd").bytes(), 1200);
        assert_eq!(case("adamw").bytes(), 2800);
        assert_eq!(case("adamw:amsgrad=true").bytes(), 3600);
        assert_eq!(Case { state: Dtype::Bf16, ..case("adamw") }.bytes(), 2000);
        let half = Case { dtype: Dtype::Bf16, state: Dtype::Bf16, ..case("adamw") };
        assert_eq!(half.bytes(), 1400);
        let double = Case { dtype: Dtype::F64, state: Dtype::F64, ..case("adamw") };
        assert_eq!((double.bytes(), double.memory()), (5600, 6400));
    }

    #[test]
    fn every_telling_case_has_loops() {
        for case in Case::telling() {
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
