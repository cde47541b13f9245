//! What is measured.

use thalweg::rules::AdamW;
use thalweg::{Configuration, Dtype, Method, NonFinite, Optimizer, Real, Registry, Spec};

use super::array::Pages;

/// The default number of elements: 64 Mi, more than caches hold.
pub const ELEMENTS: usize = 64 << 20;

/// Columns of a tensor that is stepped as a matrix, at most.
pub const COLUMNS: usize = 4096;

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
    /// The kind of memory pages of all arrays.
    pub pages: Pages,
    /// Whether each step first checks gradients for infinities and NaN.
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
    pub fn default_suite() -> Vec<Self> {
        let registry = Registry::standard();
        let all: Vec<Spec> =
            registry.entries().filter_map(|entry| registry.spec(entry.name).ok()).collect();
        let adamw = || Self::new(Spec::of(AdamW::ENTRY));
        let more = [
            Self { state: Dtype::Bf16, ..adamw() },
            Self { dtype: Dtype::Bf16, state: Dtype::Bf16, ..adamw() },
            Self { elements: 1_000_000, tensors: 1000, ..adamw() },
            Self { checked: true, ..adamw() },
        ];
        all.into_iter().map(Self::new).chain(more).collect()
    }

    /// The type of the state where none is asked for.
    pub fn usual_state(dtype: Dtype) -> Dtype {
        if dtype == Dtype::F64 { Dtype::F64 } else { Dtype::F32 }
    }

    /// Arrays of state, each as long as the parameters; what is kept for rows, columns or a whole tensor
    /// does not count.
    pub fn slots(&self) -> usize {
        self.optimizer.kernel().state_bytes() / size_of::<f32>()
    }

    /// The shape of a tensor, for methods that step matrices otherwise than lists of numbers: the most
    /// columns up to 4096 that its length can be divided by. A list has few.
    pub fn shape(&self, len: usize) -> Option<[usize; 2]> {
        self.optimizer.kernel().matrices()?;
        let columns = (2..=COLUMNS).rev().find(|columns| len.is_multiple_of(*columns))?;
        Some([len / columns, columns])
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

    pub(super) fn build<R: Real>(&self) -> Result<Optimizer<R>, thalweg::Error> {
        let non_finite = if self.checked { NonFinite::Error } else { NonFinite::Propagate };
        Optimizer::<R>::builder(self.optimizer.clone())
            .state_type(self.state)
            .large_pages(self.pages == Pages::Large)
            .non_finite(non_finite)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_matrices_get_matrices() {
        assert_eq!(case("adam").shape(1 << 20), None);
        assert_eq!(case("adafactor").shape(1 << 20), Some([256, 4096]));
        assert_eq!(case("adafactor").shape(1_000_000), Some([250, 4000]));
        assert_eq!(case("adafactor").shape(4099), None);
    }

    fn case(spec: &str) -> Case {
        Case { elements: 100, ..Case::new(Spec::parse(spec).unwrap()) }
    }

    #[test]
    fn bytes_are_those_of_every_stream() {
        assert_eq!(case("sgd").bytes(), 1200);
        assert_eq!(case("adamw").bytes(), 2800);
        assert_eq!(case("adamw:amsgrad=true").bytes(), 3600);
        // Numbers for a whole tensor, rows and columns are none for its elements.
        assert_eq!(case("novograd").bytes(), 2000);
        assert_eq!(case("adafactor").bytes(), 1200);
        assert_eq!(Case { state: Dtype::Bf16, ..case("adamw") }.bytes(), 2000);
        let bf16 = Case { dtype: Dtype::Bf16, state: Dtype::Bf16, ..case("adamw") };
        assert_eq!(bf16.bytes(), 1400);
        let double = Case { dtype: Dtype::F64, state: Dtype::F64, ..case("adamw") };
        assert_eq!((double.bytes(), double.memory()), (5600, 6400));
    }
}
