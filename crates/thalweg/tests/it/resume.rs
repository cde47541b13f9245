//! A run that goes on from a checkpoint gives the same bits as one that never stopped.

use crate::common::{self, Number, STORES, bits, gradient, spec, specs};
use thalweg::checkpoint::Checkpoint;
use thalweg::{
    Builder, Clip, Dtype, Element, Group, Measure, NonFinite, Optimizer, Parameter, Real, Report,
    Rounding, Schedule, Spec, bf16,
};

/// Names and lengths: a frozen one, one with another rate, one with another optimizer, and one
/// that joins later.
const PARAMETERS: [(&str, usize); 6] = [
    ("backbone.weight", 5),
    ("embedding.weight", 70),
    ("layer.weight", 1100),
    ("layer.bias", 3),
    ("head.weight", 65),
    ("late.weight", 129),
];

const STEPS: usize = 9;

/// A run in which much happens: what the world and the optimizer are between two steps.
struct Run<R: Real, T> {
    optimizer: Optimizer<R>,
    w: Vec<Vec<T>>,
    reports: Vec<Report>,
}

impl<R: Real, T> Run<R, T>
where
    T: Number + Element<R>,
{
    fn new(optimizer: Optimizer<R>) -> Self {
        let w = PARAMETERS.map(|(_, len)| common::start(len)).to_vec();
        Self { optimizer, w, reports: Vec::new() }
    }

    fn step(&mut self, t: usize) {
        let optimizer = &mut self.optimizer;
        match t {
            3 => optimizer.set("lr", 0.07).unwrap(),
            5 => optimizer.set_loss_scale(8.0).unwrap(),
            6 => assert!(optimizer.forget("embedding.weight")),
            _ => {}
        }
        let mut g: Vec<Vec<T>> = PARAMETERS.iter().map(|&(_, len)| gradient(len, t)).collect();
        if t == 4 {
            g[2][1027] = T::of(f64::INFINITY);
        }
        let parameters = PARAMETERS.iter().zip(self.w.iter_mut().zip(&g));
        let report = optimizer.step_with_loss(
            1.5,
            parameters.filter(|((name, _), _)| t >= 2 || !name.starts_with("late")).map(
                |(&(name, _), (w, g))| {
                    let absent = t == 2 && name == "layer.bias";
                    Parameter::from((name, w, (!absent).then_some(g)))
                },
            ),
        );
        self.reports.push(report.unwrap());
        // A loss that gets no better, so that a schedule that waits for it moves.
        optimizer.observe(1.0);
    }

    fn left(&self) -> (Vec<Vec<u64>>, Checkpoint, &[Report]) {
        (self.w.iter().map(|w| bits(w)).collect(), self.optimizer.to_checkpoint(), &self.reports)
    }
}

fn builder<R: Real>(spec: &str, store: (Dtype, Rounding)) -> Builder<R, Spec> {
    let groups = "backbone.*: frozen; embedding.*: lr=0.01; optional *.gone: frozen; \
                  head.*: sgd:lr=0.1,momentum=0.9; optional late.*|*.bias: lr=0.2";
    Optimizer::builder(spec.parse().unwrap())
        .groups(Group::parse_all(groups).unwrap())
        .schedule("lr", "warmup:steps=3 then plateau:patience=1,factor=0.5".parse().unwrap())
        .clip(Clip::GlobalNorm(2.0))
        .non_finite(NonFinite::Skip)
        .average(0.9)
        .measure(Measure::PerParameter)
        .state_type(store.0)
        .rounding(store.1)
}

/// Compares a run that never stops with one that stops before each of its steps, and at its end.
fn interrupted<R: Real, T>(
    make: impl Fn() -> Optimizer<R>,
    resume: impl Fn(&Optimizer<R>) -> Optimizer<R>,
) where
    T: Number + Element<R>,
{
    let mut whole = Run::<R, T>::new(make());
    (0..STEPS).for_each(|t| whole.step(t));
    for stop in 0..=STEPS {
        let mut run = Run::<R, T>::new(make());
        (0..stop).for_each(|t| run.step(t));
        run.optimizer = resume(&run.optimizer);
        (stop..STEPS).for_each(|t| run.step(t));
        assert!(run.left() == whole.left(), "stopped before step {stop}");
    }
}

/// Through the bytes of a file into an optimizer that was made the same way.
fn into_fresh<R: Real>(make: impl Fn() -> Optimizer<R>) -> impl Fn(&Optimizer<R>) -> Optimizer<R> {
    move |stopped| {
        let bytes = stopped.to_checkpoint().to_bytes().unwrap();
        let mut fresh = make();
        fresh.restore(&Checkpoint::from_bytes(&bytes).unwrap()).unwrap();
        assert_eq!(fresh.to_checkpoint().to_bytes().unwrap(), bytes);
        fresh
    }
}

#[test]
fn every_optimizer_goes_on_with_the_same_bits() {
    // The schedule and the groups are of this rate.
    let has_rate = |spec: &&str| {
        let hyperparameters = spec.parse::<Spec>().unwrap().hyperparameters();
        hyperparameters.iter().any(|(known, _)| known.name == "lr")
    };
    for spec in specs().into_iter().filter(has_rate) {
        for store in STORES {
            let make = || builder(spec, store).build().unwrap();
            interrupted::<f32, f32>(make, into_fresh(make));
            interrupted::<f32, bf16>(make, into_fresh(make));
        }
        let make = || builder(spec, (Dtype::F64, Rounding::Nearest)).build().unwrap();
        interrupted::<f64, f64>(make, into_fresh(make));
    }
}

#[test]
fn a_file_alone_makes_the_optimizer_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    for (spec, store) in [(spec("adam-amsgrad"), STORES[2]), (spec("sgd-dampening"), STORES[0])] {
        interrupted::<f32, f32>(
            // What a report measures is asked for anew by every program.
            || builder(spec, store).measure(Measure::Off).build().unwrap(),
            |stopped| {
                stopped.save(&path).unwrap();
                Optimizer::open(&path).unwrap()
            },
        );
    }
}

#[test]
fn a_file_is_loaded_into_registered_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let shapes = PARAMETERS.map(|(name, len)| (name, [len]));
    let make = || {
        let mut optimizer = builder(spec("adamw"), STORES[1]).build().unwrap();
        optimizer.register(shapes.iter().map(|(name, shape)| (*name, &shape[..]))).unwrap();
        optimizer
    };
    interrupted::<f32, f32>(make, |stopped| {
        stopped.save(&path).unwrap();
        let mut fresh = make();
        fresh.load(&path).unwrap();
        fresh
    });
}

/// Every schedule of the language, and a closure.
#[test]
fn schedules_go_on_where_they_were() {
    let texts = [
        "constant",
        "linear:steps=6",
        "step:size=2",
        "multistep:milestones=2/5",
        "exponential:gamma=0.7",
        "polynomial:steps=7",
        "cosine:steps=7",
        "cosine-restarts:period=3",
        "onecycle:steps=9",
        "cyclic:up=2,max=0.2",
        "inverse-sqrt:warmup=4",
        "plateau:patience=0,factor=0.5",
        "constant for 4 then plateau:patience=0,factor=0.5 for 3 then plateau:patience=1",
        "warmup:steps=5 then cosine:steps=2 then exponential:gamma=0.5",
    ];
    let mut schedules: Vec<Schedule> =
        texts.into_iter().filter_map(|text| text.parse().ok()).collect();
    assert_eq!(schedules.len(), texts.len());
    schedules.push(Schedule::from_fn("own", |t, base| base / (1.0 + t as f64)));
    for schedule in &schedules {
        let make = || {
            let builder = builder::<f32>("adamw:lr=0.1", STORES[0]);
            let builder = builder.schedule("lr", schedule.clone());
            builder.schedule("weight_decay", schedule.clone()).build().unwrap()
        };
        interrupted::<f32, f32>(make, into_fresh(make));
    }
}

/// With momentum 0 there is no velocity; a schedule may come from there or go there.
#[test]
fn a_schedule_that_changes_the_state_goes_on() {
    for values in [[0.0, 0.9], [0.9, 0.0]] {
        for change in 0..STEPS as u64 {
            let make = || {
                let schedule =
                    Schedule::from_fn("own", move |t, _| values[usize::from(t > change)]);
                let builder = builder::<f32>("sgd:lr=0.1,momentum=0.5", STORES[0]);
                builder.schedule("momentum", schedule).build().unwrap()
            };
            interrupted::<f32, f32>(make, into_fresh(make));
        }
    }
}

/// A model's arrays may have no axis, and what was saved as a list may come back as an array.
#[test]
fn shapes_go_on_fitting() {
    let step = |optimizer: &mut Optimizer<f64>, scalar: &[usize], matrix: Option<&[usize]>| {
        let (mut a, mut b) = ([1.0], [2.0; 6]);
        let scalar_parameter = Parameter::from(("a", &mut a, &[1.0])).with_shape(scalar);
        let parameter = Parameter::from(("b", &mut b, &[1.0; 6]));
        let parameter = Parameter { shape: matrix, ..parameter };
        optimizer.step([scalar_parameter, parameter])
    };
    for first in [None, Some(&[2, 3][..])] {
        let mut stopped = Optimizer::<f64>::from_spec("adam").unwrap();
        step(&mut stopped, &[], first).unwrap();
        let mut resumed = Optimizer::<f64>::from_spec("adam").unwrap();
        let checkpoint = stopped.to_checkpoint();
        assert!(checkpoint.parameters[0].shape.is_empty());
        assert_eq!(checkpoint.parameters[1].shape, first.unwrap_or(&[6]));
        resumed.restore(&checkpoint).unwrap();
        for optimizer in [&mut stopped, &mut resumed] {
            step(optimizer, &[], Some(&[2, 3])).unwrap();
            step(optimizer, &[], None).unwrap();
            assert!(step(optimizer, &[], Some(&[3, 2])).is_err());
        }
    }
}

/// Where a checkpoint says more elements than it has, no memory is taken for them.
#[test]
fn a_shape_without_the_elements_is_refused() {
    let mut optimizer = Optimizer::<f64>::from_spec("adam").unwrap();
    optimizer.step([("w", &mut [1.0], &[1.0])]).unwrap();
    let good = optimizer.to_checkpoint();
    // One of them has as many bytes as there are, if the last bits of the product count alone.
    let shapes = [vec![2], vec![1 << 40], vec![1 << 62], vec![usize::MAX, 2], vec![(1 << 61) + 1]];
    for shape in shapes {
        let mut bad = good.clone();
        bad.parameters[0].shape = shape;
        let error = Optimizer::<f64>::from_spec("adam").unwrap().restore(&bad).unwrap_err();
        assert!(error.to_string().contains("of `w` is"), "{error}");
        assert!(optimizer.restore(&bad).is_err());
        assert_eq!(optimizer.to_checkpoint(), good);
    }
}

#[test]
fn an_opened_optimizer_does_not_wait_for_frozen_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let groups = "frozen: frozen; a.b: default; *.b: lr=0.5; c: adam: lr=0.1";
    let builder = Optimizer::<f32>::builder("sgd".parse::<Spec>().unwrap());
    let mut optimizer = builder.groups(Group::parse_all(groups).unwrap()).build().unwrap();
    let mut w = [[1.0_f32]; 4];
    let names = ["frozen", "a.b", "b.b", "c"];
    optimizer.step(names.into_iter().zip(&mut w).map(|(name, w)| (name, w, &[1.0_f32]))).unwrap();
    optimizer.save(&path).unwrap();
    let mut opened: Optimizer<f32> = Optimizer::open(&path).unwrap();
    let mut again = w;
    for (optimizer, w) in [(&mut optimizer, &mut w), (&mut opened, &mut again)] {
        let parameters = names.into_iter().zip(w).skip(1);
        optimizer.step(parameters.map(|(name, w)| (name, w, &[1.0_f32]))).unwrap();
    }
    assert_eq!(w, again);
    assert_eq!(w[0], [1.0]);
}

/// Going back in one and the same optimizer, which knows a frozen parameter from before.
#[test]
fn a_run_can_go_back_to_where_it_was() {
    let mut run = Run::<f32, f32>::new(builder(spec("adam-amsgrad"), STORES[2]).build().unwrap());
    run.step(0);
    let (checkpoint, w) = (run.optimizer.to_checkpoint(), run.w.clone());
    let mut ends = Vec::new();
    for _ in 0..4 {
        run.optimizer.restore(&checkpoint).unwrap();
        run.w.clone_from(&w);
        run.step(1);
        ends.push((run.w.clone(), run.optimizer.to_checkpoint(), run.reports.pop()));
    }
    assert!(ends.iter().all(|end| *end == ends[0]));
}
