//! Methods that step a parameter as a whole: their norms, slots with a shape of their own, LARS and LAMB.

use rayon::ThreadPoolBuilder;
use thalweg::prelude::*;
use thalweg::{
    Builder, Dtype, Element, Norms, Optimizer, Parameter, Real, Rounding, Simd, bf16, f16,
};

use crate::common::{
    self, Number as Kept, STORES, bits, gradient, near, pools, run, whole_tensor_specs,
};

method! {
    /// Momentum whose rate falls with a number for each row, and which writes down its norms.
    pub struct Rows {
        name: "rows",
        title: "Rows",
        summary: "momentum with state of other shapes than the parameter's",
        paper: ("nobody", 2000, "none", "https://example.org"),
        state: ["velocity", "rows", "norms"],
    }
    lr = 0.25;
    momentum = 0.5;
}

impl Build for Rows {
    fn build(&self) -> Kernel {
        Kernel::tensor(RowsRule(*self))
    }
}

#[derive(Clone)]
struct RowsRule(Rows);

impl RowsRule {
    fn trace(&self) -> Trace {
        Trace { momentum: self.0.momentum, ..Trace::default() }
    }
}

impl TensorRule for RowsRule {
    fn slots(&self) -> Vec<Slot> {
        let mut slots = self.trace().slots();
        slots.push(Slot::new("rows").with_shape(|shape| shape[..1].to_vec()).starting_at(1.0));
        slots.push(Slot::new("norms").with_shape(|_| vec![2]));
        slots
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        let rows = tensor.separate_slot(0);
        for (i, r) in rows.iter_mut().enumerate() {
            *r = *r + *r + R::from_f64(i as f64);
        }
        let scale = ScaleByLearningRate::new(self.0.lr / rows[0].to_f64());
        let Norms { parameter, update } = tensor.norms(&self.trace(), &scale);
        tensor.separate_slot(1).copy_from_slice(&[parameter, update].map(R::from_f64));
        tensor.step(&chain!(self.trace(), scale));
    }
}

/// 70,007 elements: more than threads leave to one of them, and no multiple of a block.
const SHAPE: [usize; 2] = [7, 10_001];
const LEN: usize = SHAPE[0] * SHAPE[1];

/// Gradients of few bits: sums of their squares are exact in any order.
fn short_gradient<T: Kept>(t: usize) -> Vec<T> {
    (0..LEN).map(|i| T::of(((i * 5 + t * 3) % 17) as f64 / 4.0 - 2.0)).collect()
}

fn rows<R: Real>(store: (Dtype, Rounding)) -> Builder<R, Rows> {
    Optimizer::builder(Rows::default()).state_type(store.0).rounding(store.1)
}

/// One step of a parameter with a shape.
fn step<R: Real, M: Method, T: Kept + Element<R>>(
    optimizer: &mut Optimizer<R, M>,
    w: &mut Vec<T>,
    t: usize,
) {
    let g = short_gradient::<T>(t);
    let parameter = Parameter::from(("w", w, &g));
    optimizer.step([parameter.with_shape(&SHAPE)]).unwrap();
}

/// What [`Rows`] leaves, step by step in f64, with each stored number rounded to its type.
fn rows_equal_a_loop<R: Real, T: Kept + Element<R>>(store: (Dtype, Rounding)) {
    let mut optimizer = rows::<R>(store).build().unwrap();
    let mut w = common::start::<T>(LEN);
    let (mut expected, mut velocity) = (w.clone(), vec![0.0; LEN]);
    let mut rows = [1.0; SHAPE[0]];
    for t in 0..4 {
        rows = std::array::from_fn(|i| 2.0 * rows[i] + i as f64);
        let (mut of_parameter, mut of_update) = (0.0, 0.0);
        let g = short_gradient::<T>(t);
        for ((w, b), g) in expected.iter_mut().zip(&mut velocity).zip(g) {
            let u = 0.5 * *b + g.to();
            of_parameter += w.to() * w.to();
            of_update += u * u;
            *b = if store.0 == Dtype::Bf16 { bf16::of(u).to() } else { u };
            *w = T::of(w.to() - 0.25 / rows[0] * u);
        }
        step(&mut optimizer, &mut w, t);
        let state = |slot| optimizer.state("w", slot).unwrap();
        let norms = [of_parameter, of_update].map(|sum: f64| R::from_f64(sum.sqrt()));
        assert_eq!(state("norms"), norms, "step {t} in {store:?}");
        assert_eq!(state("rows"), rows.map(R::from_f64), "step {t} in {store:?}");
        assert!(state("velocity").iter().zip(&velocity).all(|(ours, b)| ours.to_f64() == *b));
        assert!(bits(&w) == bits(&expected), "step {t} in {store:?}");
    }
}

#[test]
fn norms_slots_and_steps_equal_a_plain_loop_in_every_type() {
    for store in [STORES[0], STORES[1]] {
        rows_equal_a_loop::<f32, f32>(store);
        rows_equal_a_loop::<f32, bf16>(store);
        rows_equal_a_loop::<f32, f16>(store);
    }
    rows_equal_a_loop::<f64, f64>((Dtype::F64, Rounding::Nearest));
}

/// A run that is saved after two steps of four, for each way to get it back.
#[test]
fn slots_of_their_own_shape_are_saved_and_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.safetensors");
    let registry = Registry::standard().with(Rows::ENTRY);
    for store in STORES {
        let mut whole = rows::<f32>(store).build().unwrap();
        let mut w = common::start::<bf16>(LEN);
        (0..2).for_each(|t| step(&mut whole, &mut w, t));
        whole.save(&path).unwrap();
        let saved = whole.to_checkpoint();
        let (middle, slots) = (w.clone(), &saved.parameters[0].slots);
        let kept: Vec<_> =
            slots.iter().map(|slot| (&slot.name[..], slot.dtype, slot.bytes.len())).collect();
        let velocity = LEN * if store.0 == Dtype::Bf16 { 2 } else { 4 };
        assert_eq!(
            kept,
            [("velocity", store.0, velocity), ("rows", Dtype::F32, 28), ("norms", Dtype::F32, 8)]
        );
        (2..4).for_each(|t| step(&mut whole, &mut w, t));
        let end = (bits(&w), whole.to_checkpoint());

        let mut loaded = rows::<f32>(store).build().unwrap();
        loaded.register([("w", &SHAPE[..])]).unwrap();
        loaded.load(&path).unwrap();
        let mut restored = rows::<f32>(store).build().unwrap();
        restored.restore(&saved).unwrap();
        for mut resumed in [loaded, restored] {
            let mut w = middle.clone();
            (2..4).for_each(|t| step(&mut resumed, &mut w, t));
            assert!((bits(&w), resumed.to_checkpoint()) == end, "{store:?}");
        }
        let mut opened = Optimizer::<f32>::open_in(&registry, &path).unwrap();
        let mut w = middle;
        (2..4).for_each(|t| step(&mut opened, &mut w, t));
        assert!((bits(&w), opened.to_checkpoint()) == end, "{store:?}");
    }
}

#[test]
fn a_slot_of_another_length_is_refused_and_nothing_has_changed() {
    let mut optimizer = rows::<f32>(STORES[0]).build().unwrap();
    step(&mut optimizer, &mut common::start::<f32>(LEN), 0);
    let good = optimizer.to_checkpoint();
    for slot in 0..3 {
        let mut bad = good.clone();
        bad.parameters[0].slots[slot].bytes.truncate(4);
        assert!(optimizer.restore(&bad).is_err());
        assert_eq!(optimizer.to_checkpoint(), good);
    }
}

#[test]
fn after_a_reset_every_slot_starts_anew() {
    for store in STORES {
        let mut optimizer = rows::<f32>(store).build().unwrap();
        let mut first = common::start::<f32>(LEN);
        step(&mut optimizer, &mut first, 0);
        let left = optimizer.to_checkpoint();
        step(&mut optimizer, &mut first.clone(), 1);
        optimizer.reset();
        assert_eq!(optimizer.state("w", "rows"), None);
        let mut again = common::start::<f32>(LEN);
        step(&mut optimizer, &mut again, 0);
        assert!(bits(&again) == bits(&first) && optimizer.to_checkpoint() == left, "{store:?}");
    }
}

fn from_spec(spec: &str) -> Optimizer<f64> {
    Optimizer::from_spec(spec).unwrap()
}

#[test]
fn a_parameter_without_gradient_is_left_alone() {
    for spec in whole_tensor_specs() {
        let mut optimizer = from_spec(spec);
        let (mut moves, mut rests) = ([1.0, -2.0, 3.0], [4.0, 0.0, -5.0]);
        let g = [0.5, 0.25, -1.0];
        optimizer
            .step_with_loss(1.5, [("moves", &mut moves, Some(&g)), ("rests", &mut rests, None)])
            .unwrap();
        // AvaGrad has no first step.
        let has_moved = moves != [1.0, -2.0, 3.0] || spec == "avagrad";
        assert!(has_moved && rests == [4.0, 0.0, -5.0], "{spec}");
        assert_eq!((optimizer.steps("moves"), optimizer.steps("rests")), (1, 0));
        optimizer.step_with_loss(1.5, [("rests", &mut rests, &g)]).unwrap();
        let (stepped, state) = (rests, optimizer.to_checkpoint().parameters);
        optimizer
            .step_with_loss(1.5, [("moves", &mut moves, Some(&g)), ("rests", &mut rests, None)])
            .unwrap();
        let rested = |parameters: &[thalweg::checkpoint::SavedParameter]| {
            parameters.iter().find(|parameter| parameter.name == "rests").cloned()
        };
        assert_eq!(rests, stepped, "{spec}");
        assert_eq!(rested(&optimizer.to_checkpoint().parameters), rested(&state), "{spec}");
    }
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The first step's length is that share of ‖W‖, whatever the gradient's.
fn first_step_is(share: f64, spec: &str) {
    for scale in [1e-3, 1.0, 1e6] {
        let w = common::start::<f64>(1000);
        let g: Vec<f64> = gradient::<f64>(1000, 1).into_iter().map(|g| scale * g).collect();
        let mut stepped = w.clone();
        from_spec(spec).step([("w", &mut stepped, &g)]).unwrap();
        let change: Vec<f64> = stepped.iter().zip(&w).map(|(after, w)| after - w).collect();
        let length = norm(&change);
        assert!(near(length, share * norm(&w), 1e-13), "{spec} at {scale}: {length}");
    }
}

#[test]
fn lamb_first_step_has_length_lr_times_the_parameters() {
    for spec in ["lamb:lr=0.25", "lamb:lr=0.25,eps_root=0.1,weight_decay=0.3"] {
        first_step_is(0.25, spec);
    }
}

#[test]
fn lars_first_step_has_length_lr_times_its_share_of_the_parameters() {
    for spec in ["lars:lr=0.5,trust_coefficient=0.5", "lars:lr=5,trust_coefficient=0.05,momentum=0"]
    {
        first_step_is(0.25, spec);
    }
}

/// ‖u‖ = ε halves the step.
#[test]
fn the_eps_of_lars_is_added_to_the_norm_of_the_update() {
    let mut w = [3.0, 4.0];
    from_spec("lars:lr=1,trust_coefficient=0.5,eps=10").step([("w", &mut w, &[6.0, 8.0])]).unwrap();
    assert_eq!(w, [3.0 - 6.0 / 8.0, 4.0 - 8.0 / 8.0]);
}

#[test]
fn a_parameter_of_zeros_steps_with_ratio_one() {
    let g = [2.0, -0.5, 0.0];
    let mut w = [0.0; 3];
    from_spec("lars:lr=0.5").step([("w", &mut w, &g)]).unwrap();
    assert_eq!(w, [-1.0, 0.25, 0.0]);
    let mut w = [0.0; 3];
    from_spec("lamb:lr=0.5,eps=0.5").step([("w", &mut w, &g)]).unwrap();
    for (w, g) in w.iter().zip(g) {
        assert!(near(*w, -0.5 * g / (g.abs() + 0.5), 1e-14), "{w}");
    }
}

#[test]
fn an_update_of_zeros_moves_nothing() {
    for spec in ["lars", "lamb"] {
        let mut w = [1.0, -2.0, 0.0];
        from_spec(spec).step([("w", &mut w, &[0.0; 3])]).unwrap();
        assert_eq!(w, [1.0, -2.0, 0.0], "{spec}");
    }
}

/// One element's update before it is scaled, from W, g, its two numbers of state and the step; then
/// what is added to W, from that, the ratio and the state.
type Update = fn(f64, f64, &mut [f64; 2], i32) -> f64;
type Change = fn(f64, f64, &mut [f64; 2]) -> f64;

/// Compares a method on threads with a loop of its formula in f64.
fn equals_a_loop(spec: &str, ratio: fn(f64, f64) -> f64, update: Update, change: Change) {
    let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let mut optimizer = from_spec(spec);
    let mut w = common::start::<f64>(LEN);
    let (mut expected, mut state) = (w.clone(), vec![[0.0; 2]; LEN]);
    for t in 1..=5 {
        let g = gradient::<f64>(LEN, t);
        let elements = expected.iter().zip(&g).zip(&mut state);
        let u: Vec<f64> = elements.map(|((w, g), s)| update(*w, *g, s, t as i32)).collect();
        let ratio = ratio(norm(&expected), norm(&u));
        for ((w, u), s) in expected.iter_mut().zip(&u).zip(&mut state) {
            *w += change(*u, ratio, s);
        }
        pool.install(|| optimizer.step([("w", &mut w, &g)])).unwrap();
        // An element that passes 0 keeps the rounding errors of its size before.
        let equal = |ours: f64, loops: f64| (ours - loops).abs() <= 1e-12 * loops.abs().max(0.1);
        let found = w.iter().zip(&expected).find(|(ours, loops)| !equal(**ours, **loops));
        assert_eq!(found, None, "{spec}: step {t}");
    }
}

#[test]
fn lars_in_a_tensor_that_threads_share_equals_a_loop() {
    let decayed: Update = |w, g, _, _| g + 0.1 * w;
    let ratio = |w, u| 0.02 * w / (u + 0.3);
    equals_a_loop(
        "lars:lr=0.5,momentum=0.8,trust_coefficient=0.02,eps=0.3,weight_decay=0.1",
        ratio,
        decayed,
        |u, ratio, [b, _]| {
            *b = 0.8 * *b - 0.5 * ratio * u;
            *b
        },
    );
    equals_a_loop(
        "lars:lr=0.5,momentum=0.8,nesterov=true,trust_coefficient=0.02,eps=0.3,weight_decay=0.1",
        ratio,
        decayed,
        |u, ratio, [b, _]| {
            *b = 0.8 * *b - 0.5 * ratio * u;
            0.8 * *b - 0.5 * ratio * u
        },
    );
}

#[test]
fn lamb_in_a_tensor_that_threads_share_equals_a_loop() {
    equals_a_loop(
        "lamb:lr=0.1,beta1=0.8,beta2=0.95,eps=1e-3,eps_root=1e-4,weight_decay=0.1",
        |w, u| w / u,
        |w, g, [m, v], t| {
            *m = 0.8 * *m + 0.2 * g;
            *v = 0.95 * *v + 0.05 * g * g;
            let (m, v) = (*m / (1.0 - 0.8_f64.powi(t)), *v / (1.0 - 0.95_f64.powi(t)));
            m / ((v + 1e-4).sqrt() + 1e-3) + 0.1 * w
        },
        |u, ratio, _| -0.1 * ratio * u,
    );
}

/// Parameters of 200,003 elements, alone, so that one tensor has all threads.
#[test]
fn threads_change_no_bit_of_a_large_tensor() {
    let gradients: Vec<Vec<bf16>> = (0..3).map(|t| gradient(200_003, t)).collect();
    for spec in whole_tensor_specs() {
        for store in STORES {
            let runs = pools().into_iter().map(|pool| {
                let builder = common::builder::<f32>(spec, store, Simd::widest());
                let mut optimizer = builder.build().unwrap();
                pool.install(|| run::<f32, f32, bf16>(&mut optimizer, &[], &gradients))
            });
            let runs: Vec<_> = runs.collect();
            assert!(runs.iter().all(|run| *run == runs[0]), "{spec}: {store:?}");
        }
    }
}
