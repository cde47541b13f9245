//! A call that returns an error has changed nothing.

use crate::common::{self, bits};
use thalweg::checkpoint::Checkpoint;
use thalweg::{
    Accumulator, Clip, Error, Group, Measure, NonFinite, Optimizer, Parameter, Schedule, Spec,
};

const LEN: usize = 1030;

/// Names of the parameters of every good step. The frozen one has no state.
const NAMES: [&str; 4] = ["a", "b", "c", "frozen"];

/// A schedule that gives a number out of range for its hyperparameter at step 1,000.
fn falls_out(to: f64) -> Schedule {
    Schedule::from_fn(
        "falls out",
        move |t, base| if t == 1000 { to } else { base / (t + 1) as f64 },
    )
}

/// An optimizer with all that a step can change, and the parameters that it steps.
struct World {
    optimizer: Optimizer<f64>,
    w: Vec<Vec<f64>>,
}

/// What can be seen of it.
type Seen = (Vec<Vec<u64>>, Checkpoint, Vec<String>, String);

impl World {
    fn new() -> Self {
        let groups = "c: lr=0.5; frozen: frozen; optional x*: sgd";
        let optimizer = Optimizer::builder("adam:lr=0.1,amsgrad=true".parse::<Spec>().unwrap())
            .groups(Group::parse_all(groups).unwrap())
            .schedule("lr", "plateau:patience=0,factor=0.5".parse().unwrap())
            .schedule("beta1", falls_out(1.0))
            .clip(Clip::GlobalNorm(1.0))
            .average(0.9)
            .measure(Measure::PerParameter)
            .build()
            .unwrap();
        let mut world = Self { optimizer, w: (0..4).map(|_| common::start(LEN)).collect() };
        world.good_step(0);
        world.optimizer.observe(1.0);
        world
    }

    fn good_step(&mut self, t: usize) {
        let g: Vec<Vec<f64>> = (0..4).map(|k| common::gradient(LEN, t + k)).collect();
        let parameters = NAMES.iter().zip(&mut self.w).zip(&g);
        self.optimizer.step(parameters.map(|((name, w), g)| (*name, w, g))).unwrap();
    }

    fn seen(&self) -> Seen {
        let names = self.optimizer.names().map(str::to_owned).collect();
        let w = self.w.iter().map(|w| bits(w)).collect();
        (w, self.optimizer.to_checkpoint(), names, format!("{:?}", self.optimizer))
    }
}

/// Makes a call that is refused, and checks that neither what is seen now nor what comes after
/// differs from a world in which there was no such call.
fn refused<E>(bad: impl Fn(&mut Optimizer<f64>) -> E) -> E {
    let (mut world, mut other) = (World::new(), World::new());
    let error = bad(&mut world.optimizer);
    assert!(world.seen() == other.seen(), "at once");
    for t in 1..4 {
        bad(&mut world.optimizer);
        world.good_step(t);
        other.good_step(t);
        assert!(world.seen() == other.seen(), "after good step {t}");
    }
    error
}

/// A parameter as it is given to a bad step.
struct Given {
    name: &'static str,
    w: Vec<f64>,
    g: Vec<f64>,
    shape: Vec<usize>,
}

/// A step of all parameters, with new ones before, among and after them, and something wrong.
fn refused_step(spoil: impl Fn(&mut Vec<Given>)) -> Error {
    refused(|optimizer| {
        let names = ["new0", "b", "a", "new1", "c", "frozen", "x1"];
        let given = |name| {
            let (w, g) = (common::start(LEN), common::gradient(LEN, 5));
            Given { name, w, g, shape: vec![LEN] }
        };
        let mut all: Vec<Given> = names.into_iter().map(given).collect();
        spoil(&mut all);
        let before: Vec<Vec<u64>> = all.iter().map(|given| bits(&given.w)).collect();
        let error = optimizer
            .step(all.iter_mut().map(|Given { name, w, g, shape }| {
                Parameter::from((*name, w, &*g)).with_shape(shape)
            }))
            .unwrap_err();
        let after: Vec<Vec<u64>> = all.iter().map(|given| bits(&given.w)).collect();
        assert!(after == before, "a parameter has changed");
        error
    })
}

/// Every place among the parameters.
const PLACES: std::ops::Range<usize> = 0..7;

#[test]
fn a_gradient_of_another_length_changes_nothing() {
    for k in PLACES {
        for len in [0, LEN - 1, LEN + 1] {
            let error = refused_step(|all| all[k].g.resize(len, 0.5));
            assert!(matches!(error, Error::LengthMismatch { gradient, .. } if gradient == len));
        }
    }
}

#[test]
fn a_parameter_of_another_length_changes_nothing() {
    for k in [1, 2, 4] {
        let error = refused_step(|all| {
            all[k].w.push(1.0);
            all[k].g.push(1.0);
            all[k].shape = vec![LEN + 1];
        });
        assert!(matches!(error, Error::StateMismatch { parameter: 1031, state: 1030, .. }));
    }
}

#[test]
fn a_shape_of_another_size_changes_nothing() {
    for k in PLACES {
        let error = refused_step(|all| all[k].shape = vec![2, 3]);
        assert!(matches!(error, Error::ShapeOfAnotherSize { parameter: LEN, .. }), "{error}");
    }
    let error = refused_step(|all| all[3].shape = vec![usize::MAX, 2]);
    assert_eq!(
        error.to_string(),
        "parameter `new1` has 1030 elements, but shape [18446744073709551615, 2] has a different number"
    );
}

#[test]
fn another_shape_changes_nothing() {
    let mut optimizer = World::new().optimizer;
    let (mut w, g) = (vec![1.0; 6], vec![1.0; 6]);
    optimizer.step([Parameter::from(("m", &mut w, &g)).with_shape(&[2, 3])]).unwrap();
    let (before, w_before) = (optimizer.to_checkpoint(), w.clone());
    let error = optimizer.step([Parameter::from(("m", &mut w, &g)).with_shape(&[3, 2])]);
    let (parameter, state) = (vec![3, 2], vec![2, 3]);
    assert_eq!(error, Err(Error::StateShapeMismatch { name: "m".into(), parameter, state }));
    assert!(optimizer.register([("new", &[1][..]), ("m", &[6])]).is_err());
    assert_eq!((optimizer.to_checkpoint(), w), (before, w_before));
}

#[test]
fn a_name_given_twice_changes_nothing() {
    for (k, name) in [(6, "new0"), (0, "a"), (6, "a"), (3, "frozen"), (4, "x1")] {
        let error = refused_step(|all| all[k].name = name);
        assert_eq!(error, Error::DuplicateName { name: name.into() });
    }
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing() {
    for k in PLACES.filter(|k| *k != 5) {
        for (at, value) in [(0, f64::NAN), (515, f64::INFINITY), (1029, f64::NEG_INFINITY)] {
            let error = refused_step(|all| all[k].g[at] = value);
            let Error::NonFiniteGradient { index, value: found, .. } = error else {
                panic!("{error}")
            };
            assert_eq!((index, found.to_bits()), (at, value.to_bits()));
        }
    }
}

/// The step at which a schedule fails is not step 0, where `build` would find it.
#[test]
fn a_schedule_that_leaves_its_range_changes_nothing() {
    for to in [1.0, -0.5, f64::NAN, f64::INFINITY] {
        let make = |fails: bool| {
            let schedule =
                Schedule::from_fn("own", move |t, base| if fails && t == 2 { to } else { base });
            let builder = Optimizer::<f64>::builder("adam".parse::<Spec>().unwrap());
            builder.schedule("beta1", schedule).average(0.5).build().unwrap()
        };
        let (mut optimizer, mut other) = (make(true), make(false));
        let (mut w, mut w_other) = ([1.0, 2.0], [1.0, 2.0]);
        let g = [0.5, -0.5];
        for _ in 0..2 {
            optimizer.step([("w", &mut w, &g)]).unwrap();
            other.step([("w", &mut w_other, &g)]).unwrap();
        }
        for _ in 0..2 {
            let mut new = [1.0, 1.0];
            let error = optimizer.step([("w", &mut w, &g), ("new", &mut new, &g)]).unwrap_err();
            assert!(matches!(error, Error::InvalidValue { hyperparameter: "beta1", .. }));
            assert_eq!((w, new), (w_other, [1.0, 1.0]));
            assert_eq!(optimizer.to_checkpoint(), other.to_checkpoint());
            assert_eq!(optimizer.names().count(), 1);
        }
    }
}

#[test]
fn a_pattern_without_a_match_changes_nothing() {
    let builder = Optimizer::<f64>::builder("adam".parse::<Spec>().unwrap());
    let mut optimizer = builder.group("*.bais: lr=1".parse().unwrap()).build().unwrap();
    let mut w = [1.0];
    for _ in 0..2 {
        let error = optimizer.step([("layer.weight", &mut w, &[1.0])]).unwrap_err();
        assert!(matches!(error, Error::UnmatchedPattern { .. }));
        let error = optimizer.register([("layer.weight", &[1][..])]).unwrap_err();
        assert!(matches!(error, Error::UnmatchedPattern { .. }));
        assert_eq!((w, optimizer.steps_taken(), optimizer.names().count()), ([1.0], 0, 0));
    }
    optimizer.step([("layer.bais", &mut w, &[1.0])]).unwrap();
    assert!(optimizer.names().eq(["layer.bais"]));
    assert_eq!(w, [1.0 - 1.0 / (1.0 + 1e-8)]);
}

#[cfg(feature = "ndarray")]
#[test]
fn refused_arrays_change_nothing() {
    use ndarray::{ArrayD, IxDyn};

    let array = |len: usize, x: f64| ArrayD::from_elem(IxDyn(&[len]), x);
    let step = |optimizer: &mut Optimizer<f64>,
                names: &[&str],
                gradients: &[(&str, usize, f64)]| {
        let mut w: Vec<_> = names.iter().map(|name| (*name, array(LEN, 1.0))).collect();
        let g: Vec<_> = gradients.iter().map(|(name, len, x)| (*name, array(*len, *x))).collect();
        let parameters = w.iter_mut().map(|(name, w)| (&*name, w));
        let error = optimizer.step_arrays(parameters, g.iter().map(|(n, g)| (n, g))).unwrap_err();
        assert!(w.iter().all(|(_, w)| w == array(LEN, 1.0)));
        error
    };
    let error = refused(|o| step(o, &["new", "a"], &[("new", LEN, 1.0), ("a", 3, 1.0)]));
    assert!(matches!(error, Error::ShapeMismatch { .. }), "{error}");
    let error = refused(|o| step(o, &["new", "a"], &[("new", LEN, 1.0), ("y", LEN, 1.0)]));
    assert_eq!(error, Error::UnknownParameter { name: "y".into() });
    let error = refused(|o| step(o, &["new", "a"], &[("a", LEN, 1.0), ("a", LEN, 1.0)]));
    assert_eq!(error, Error::DuplicateName { name: "a".into() });
    let error = refused(|o| step(o, &["a", "a"], &[("a", LEN, 1.0)]));
    assert_eq!(error, Error::DuplicateName { name: "a".into() });
    let error = refused(|o| step(o, &["new", "a"], &[("new", LEN, 1.0), ("a", LEN, f64::NAN)]));
    assert!(matches!(error, Error::NonFiniteGradient { .. }), "{error}");
    // In column-major order an array takes part through a copy.
    refused(|o| {
        let mut w = ArrayD::from_elem(IxDyn(&[LEN, 1]), 1.0).reversed_axes();
        let g = ArrayD::from_elem(IxDyn(&[1, LEN]), f64::NAN);
        o.step_arrays([(&"a", &mut w)], [(&"a", &g)]).unwrap_err();
        assert!(w.iter().all(|w| *w == 1.0));
    });
}

#[test]
fn refused_settings_change_nothing() {
    for (name, value) in [("lr", -1.0), ("lr", f64::NAN), ("beta1", 1.0), ("momentum", 0.5)] {
        refused(|optimizer| optimizer.set(name, value).unwrap_err());
    }
    refused(|optimizer| optimizer.set("amsgrad", 1.0).unwrap_err());
    let other = |spec: &mut Spec| *spec = "sgd:lr=0.5".parse().unwrap();
    refused(|optimizer| optimizer.update(other).unwrap_err());
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-320] {
        refused(|optimizer| optimizer.set_loss_scale(scale).unwrap_err());
    }
}

#[test]
fn a_refused_registration_changes_nothing() {
    let other = [LEN + 1];
    let same = [LEN];
    let huge = [usize::MAX, 2];
    for (name, shape) in [("a", &other[..]), ("new", &same), ("b", &huge)] {
        refused(|o| o.register([("new", &same[..]), (name, shape)]).unwrap_err());
    }
}

#[test]
fn a_refused_checkpoint_changes_nothing() {
    let good = World::new().optimizer.to_checkpoint();
    let changes: [fn(&mut Checkpoint); 12] = [
        |c| c.optimizer = "adamw:lr=0.1".into(),
        |c| c.optimizer = "adam:lr=-1".into(),
        |c| c.optimizer = "adam:lr=0.1,beta1=0.9,beta3=1".into(),
        |c| c.settings.remove("clip").map_or((), drop),
        |c| c.settings.insert("loss_scale".into(), "0".into()).map_or((), drop),
        |c| c.settings.remove("elements").map_or((), drop),
        |c| c.schedules[0].memory[0] = 0.5,
        |c| c.schedules.truncate(1),
        |c| c.parameters[2].slots.truncate(1),
        |c| c.parameters[2].slots[1].bytes.truncate(8),
        |c| c.parameters[2].group = None,
        |c| c.parameters.truncate(2),
    ];
    for (i, change) in changes.into_iter().enumerate() {
        let mut bad = good.clone();
        change(&mut bad);
        assert_ne!(bad, good, "change {i}");
        refused(|optimizer| optimizer.restore(&bad).err().unwrap_or_else(|| panic!("change {i}")));
    }
    // Two steps before the one at which a schedule fails, that step would be taken from there.
    let mut bad = good;
    bad.steps = 1000;
    refused(|optimizer| optimizer.restore(&bad).unwrap_err());
    refused(|optimizer| optimizer.load("/nowhere/to/be.found").unwrap_err());
}

#[test]
fn a_refused_accumulation_changes_nothing() {
    let good = vec![0.5; LEN];
    let kept = |accumulator: &Accumulator<f64>| format!("{accumulator:?}");
    let mut accumulator = Accumulator::<f64>::new();
    accumulator.add([("a", &good), ("b", &good)]).unwrap();
    let before = kept(&accumulator);
    let error = accumulator.add([("new", &good), ("a", &vec![1.0; 3])]).unwrap_err();
    assert!(matches!(error, Error::StateMismatch { parameter: 3, state: LEN, .. }));
    assert_eq!(kept(&accumulator), before);
    let error = accumulator.add([("new", &good), ("a", &good), ("a", &good)]).unwrap_err();
    assert_eq!(error, Error::DuplicateName { name: "a".into() });
    assert_eq!(kept(&accumulator), before);

    let step = |names: &[&str], len: usize| {
        refused(|optimizer| {
            let mut accumulator = accumulator.clone();
            let mut w = vec![vec![1.0; len]; names.len()];
            let parameters = names.iter().zip(&mut w);
            let error = accumulator.step(optimizer, parameters).unwrap_err();
            assert_eq!(kept(&accumulator), before);
            assert!(w.iter().flatten().all(|w| *w == 1.0));
            error
        })
    };
    assert_eq!(step(&["new", "b"], LEN), Error::UnknownParameter { name: "a".into() });
    assert!(matches!(step(&["new", "b", "a"], 3), Error::LengthMismatch { .. }));
    assert_eq!(step(&["a", "b", "a"], LEN), Error::DuplicateName { name: "a".into() });
    accumulator.add([("b", &vec![f64::NAN; LEN])]).unwrap();
    let before = kept(&accumulator);
    refused(|optimizer| {
        let mut accumulator = accumulator.clone();
        let mut w = [vec![1.0; LEN], vec![1.0; LEN]];
        accumulator.step(optimizer, ["a", "b"].iter().zip(&mut w)).unwrap_err();
        assert_eq!((kept(&accumulator), w[0][0]), (before.clone(), 1.0));
    });
}

/// With momentum 0 there is no velocity, but it stays as long as no step has been taken with that.
#[test]
fn a_refused_step_keeps_the_state_that_a_schedule_would_drop() {
    let momentum = Schedule::from_fn("own", |t, base| if t == 0 { base } else { 0.0 });
    for policy in [NonFinite::Error, NonFinite::Skip] {
        let builder = Optimizer::<f64>::builder("sgd:momentum=0.9".parse::<Spec>().unwrap());
        let builder = builder.schedule("momentum", momentum.clone()).non_finite(policy);
        let (mut optimizer, mut w) = (builder.build().unwrap(), [1.0]);
        optimizer.step([("w", &mut w, &[0.5])]).unwrap();
        let result = optimizer.step([("w", &mut w, &[f64::NAN])]);
        assert_eq!(result.is_ok(), policy == NonFinite::Skip);
        assert_eq!(optimizer.state("w", "velocity"), Some(vec![0.5]));
        optimizer.step([("w", &mut w, &[0.5])]).unwrap();
        assert_eq!(optimizer.state("w", "velocity"), None);
    }
}

/// Skipping is no error, and changes the count of skipped steps alone.
#[test]
fn a_skipped_step_changes_the_count_alone() {
    let builder = Optimizer::<f64>::builder("adam".parse::<Spec>().unwrap());
    let mut optimizer = builder
        .non_finite(NonFinite::Skip)
        .schedule("lr", "exponential:gamma=0.5".parse().unwrap())
        .average(0.5)
        .build()
        .unwrap();
    let (mut w, mut new) = ([1.0, 2.0], [3.0]);
    optimizer.step([("w", &mut w, &[0.5, 0.5])]).unwrap();
    let (w_before, before) = (w, optimizer.to_checkpoint());
    let report = optimizer
        .step([("new", &mut new[..], &[1.0][..]), ("w", &mut w, &[1.0, f64::NEG_INFINITY])])
        .unwrap();
    let at = report.skipped.unwrap();
    assert_eq!((at.name.as_str(), at.index, at.value), ("w", 1, f64::NEG_INFINITY));
    assert_eq!((report.step, report.elements, report.clipped), (1, 0, false));
    assert_eq!((optimizer.steps_taken(), optimizer.steps_skipped()), (1, 1));
    assert_eq!((w, new), (w_before, [3.0]));
    assert!(optimizer.names().eq(["w"]));
    assert_eq!(optimizer.current("lr", None), Some(0.0005.into()));
    assert_eq!(Checkpoint { skipped: 0, ..optimizer.to_checkpoint() }, before);
}
