//! What adapters to other libraries use: copies in another type, state from elsewhere, groups that change, ascent.

use thalweg::{
    Error, Group, Optimizer, Parameter, Registry, Rows, Spec, Value, bf16, rules::AdamW, rules::Sgd,
};

use crate::common::{specs, specs_without_noise};

const SHAPE: [usize; 2] = [40, 33];
const LEN: usize = SHAPE[0] * SHAPE[1];

fn numbers(seed: u64) -> Vec<f32> {
    (0..LEN as u64)
        .map(|i| (((i + 7 * seed) * 2_654_435_761) % 1009) as f32 / 500.0 - 1.0)
        .collect()
}

fn narrow(values: &[f32]) -> Vec<bf16> {
    values.iter().map(|&x| bf16::from_f32(x)).collect()
}

fn optimizer(spec: &str) -> Optimizer<f32> {
    Optimizer::from_spec(spec).unwrap()
}

#[test]
fn a_copy_is_the_rounded_parameter_and_changes_no_bit_of_it() {
    for spec in specs() {
        let (mut with, mut without) = (optimizer(spec), optimizer(spec));
        let (mut w, mut plain, mut copy) = (numbers(0), numbers(0), vec![bf16::ZERO; LEN]);
        for t in 1..4 {
            let g = narrow(&numbers(t));
            let parameter = Parameter::from(("w", &mut w, &g)).with_shape(&SHAPE);
            with.step_with_loss(1.0, [parameter.with_copy(&mut copy)]).unwrap();
            let parameter = Parameter::from(("w", &mut plain, &g)).with_shape(&SHAPE);
            without.step_with_loss(1.0, [parameter]).unwrap();
        }
        assert_eq!(w, plain, "{spec}");
        assert_eq!(copy, narrow(&w), "{spec}");
    }
}

#[test]
fn a_copy_of_another_length_or_of_rows_is_refused() {
    let mut optimizer = optimizer("sgd");
    let (mut w, mut copy) = ([1.0_f32; 4], [bf16::ZERO; 3]);
    let error = optimizer
        .step([Parameter::from(("w", &mut w, &[1.0_f32; 4])).with_copy(&mut copy)])
        .unwrap_err();
    assert_eq!(error.to_string(), "the copy of `w` has 3 elements, but the parameter has 4");
    let (mut copy, rows) = ([bf16::ZERO; 4], Rows { width: 2, indices: &[1] });
    let parameter = Parameter::from(("w", &mut w, &[1.0_f32; 2])).with_rows(rows);
    let error = optimizer.step([parameter.with_copy(&mut copy)]).unwrap_err();
    assert!(matches!(error, Error::SparseTransform { .. }), "{error}");
    assert_eq!((w, copy), ([1.0; 4], [bf16::ZERO; 4]));
}

#[test]
fn ascent_is_descent_of_the_negated_function() {
    for spec in specs_without_noise() {
        let builder = Optimizer::<f32>::builder(spec.parse::<Spec>().unwrap());
        let mut up = builder.clone().maximize(true).build().unwrap();
        let mut down = builder.build().unwrap();
        let (mut w, mut v) = (numbers(0), numbers(0));
        for t in 1..4 {
            let g = numbers(t);
            let negated: Vec<f32> = g.iter().map(|g| -g).collect();
            let parameter = Parameter::from(("w", &mut w, &g)).with_shape(&SHAPE);
            up.step_with_loss(-2.0, [parameter]).unwrap();
            let parameter = Parameter::from(("w", &mut v, &negated)).with_shape(&SHAPE);
            down.step_with_loss(2.0, [parameter]).unwrap();
        }
        assert_eq!(w, v, "{spec}");
    }
}

#[test]
fn ascent_is_a_setting_that_checkpoints_keep() {
    let mut optimizer: Optimizer<f64> =
        Optimizer::builder("sgd:lr=1".parse::<Spec>().unwrap()).maximize(true).build().unwrap();
    let mut w = [0.0];
    optimizer.step([("w", &mut w, &[1.0])]).unwrap();
    let checkpoint = optimizer.to_checkpoint();
    let opened: Optimizer<f64> =
        Optimizer::from_checkpoint(&Registry::standard(), &checkpoint).unwrap();
    assert!(opened.maximizes());
    let mut other: Optimizer<f64> = Optimizer::from_spec("sgd:lr=1").unwrap();
    let error = other.restore(&checkpoint).unwrap_err().to_string();
    assert!(error.contains("its maximize is true, and here it is none"), "{error}");
    optimizer.set_maximize(false);
    optimizer.step([("w", &mut w, &[1.0])]).unwrap();
    assert_eq!(w, [0.0]);
}

#[test]
fn norms_and_clipping_do_not_see_the_sign() {
    let clipped = |maximize| {
        let mut optimizer: Optimizer<f64> = Optimizer::builder("sgd:lr=1".parse::<Spec>().unwrap())
            .maximize(maximize)
            .clip("global:1".parse().unwrap())
            .build()
            .unwrap();
        let mut w = [0.0, 0.0];
        let report = optimizer.step([("w", &mut w, &[3.0, 4.0])]).unwrap();
        (w, report.gradient_norm, report.clipped)
    };
    assert_eq!(clipped(false), ([-0.6000000000000001, -0.8], Some(5.0), true));
    assert_eq!(clipped(true), ([0.6000000000000001, 0.8], Some(5.0), true));
}

#[test]
fn state_that_is_given_is_stepped_like_state_that_was_computed() {
    for spec in specs() {
        let mut computed = optimizer(spec);
        let (mut w, mut v) = (numbers(0), numbers(0));
        let step = |optimizer: &mut Optimizer<f32>, w: &mut Vec<f32>, t| {
            let g = numbers(t);
            let parameter = Parameter::from(("w", w, &g)).with_shape(&SHAPE);
            optimizer.step_with_loss(1.0, [parameter]).unwrap();
        };
        step(&mut computed, &mut w, 1);
        step(&mut computed, &mut w, 2);
        v.clone_from(&w);
        let names = computed.state_names();
        let slots = names.iter().filter_map(|name| Some((name, computed.state("w", name)?)));
        let slots: Vec<_> = slots.collect();
        let mut given = optimizer(spec);
        let parts = slots.iter().map(|(name, values)| (name.as_str(), &values[..]));
        given.set_state("w", &SHAPE, 2, parts).unwrap();
        step(&mut computed, &mut w, 3);
        step(&mut given, &mut v, 3);
        assert_eq!(w, v, "{spec}");
    }
}

#[test]
fn state_that_does_not_fit_is_refused() {
    let mut optimizer = optimizer("adam");
    let unknown = optimizer.set_state("w", &[2], 1, [("n", &[0.0; 2][..])]).unwrap_err();
    assert_eq!(unknown.to_string(), "the state of `w` has no `n`; it has m, v");
    let short = optimizer.set_state("w", &[2], 1, [("m", &[0.0; 3][..])]).unwrap_err();
    assert_eq!(short.to_string(), "`m` of `w` has 3 numbers, but 2 are needed");
    assert_eq!(optimizer.steps("w"), 0);
    let mut none = self::optimizer("sgd");
    let error = none.set_state("w", &[1], 1, [("m", &[0.0][..])]).unwrap_err();
    assert_eq!(error.to_string(), "the state of `w` has no `m`; it has none");
}

#[test]
fn a_groups_hyperparameters_change_between_steps() {
    let builder = Optimizer::builder(Sgd { lr: 1.0, ..Sgd::default() });
    let mut optimizer: Optimizer<f64, Sgd> = builder
        .group(Group::named(["a"]))
        .group(Group::matching("c").frozen().optional())
        .build()
        .unwrap();
    let (mut a, mut b) = ([0.0], [0.0]);
    let mut step = |optimizer: &mut Optimizer<f64, Sgd>| {
        optimizer.step([("a", &mut a, &[1.0]), ("b", &mut b, &[1.0])]).unwrap();
        (a[0], b[0])
    };
    assert_eq!(step(&mut optimizer), (-1.0, -1.0));
    optimizer.set_in_group(0, [("lr", 0.5.into())]).unwrap();
    assert_eq!(step(&mut optimizer), (-1.5, -2.0));
    // Momentum is another slot, which starts at 0.
    optimizer.set_in_group(0, [("momentum", 0.5.into()), ("lr", 1.0.into())]).unwrap();
    assert_eq!(step(&mut optimizer), (-2.5, -3.0));
    assert_eq!(step(&mut optimizer), (-4.0, -4.0));

    let refused = |error: Error| error.to_string();
    let lr = || [("lr", Value::Number(1.0))];
    assert_eq!(
        refused(optimizer.set_in_group(2, lr()).unwrap_err()),
        "group=2 is refused; group is the index of a group"
    );
    assert_eq!(
        refused(optimizer.set_in_group(1, lr()).unwrap_err()),
        "group=1 is refused; group is the index of a group that is not frozen"
    );
    let negative = optimizer.set_in_group(0, [("lr", (-1.0).into())]).unwrap_err();
    assert_eq!(refused(negative), "sgd: lr=-1 is refused; lr is a finite number ≥ 0");
    assert_eq!(step(&mut optimizer), (-5.75, -5.0));
}

#[test]
fn a_group_that_is_added_takes_its_parameters_with_their_state() {
    let mut optimizer: Optimizer<f64, AdamW> = Optimizer::new(AdamW::default()).unwrap();
    let mut w = [0.0];
    optimizer.step([("w", &mut w, &[1.0])]).unwrap();
    let m = optimizer.state("w", "m");
    optimizer.add_group(Group::named(["w"]).set("lr", 0.0)).unwrap();
    assert_eq!(optimizer.state("w", "m"), m);
    let before = w;
    optimizer.step([("w", &mut w, &[1.0])]).unwrap();
    assert_eq!(w, before);
    assert_eq!(optimizer.steps("w"), 2);
    optimizer.add_group(Group::matching("v")).unwrap();
    let error = optimizer.step([("w", &mut w, &[1.0])]).unwrap_err();
    assert!(
        error.to_string().contains("the pattern `v` of a group matches no parameter"),
        "{error}"
    );
}

#[test]
fn names_of_any_characters_make_a_group() {
    let names = ["a*", "b?c", "d[0]", "e:f", "g;h", "i|j", "plain"];
    let builder = Optimizer::builder(Sgd { lr: 1.0, ..Sgd::default() });
    let mut optimizer: Optimizer<f64, Sgd> =
        builder.group(Group::named(names).set("lr", 0.0)).build().unwrap();
    let mut weights = [[1.0]; 8];
    let all = names.iter().copied().chain(["a1"]).zip(&mut weights);
    optimizer.step(all.map(|(name, w)| (name, w, &[1.0]))).unwrap();
    assert_eq!(weights.concat(), [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
    // As text it is the patterns that match these names.
    let text = Group::named([" a", "", "b*"]).to_string();
    assert_eq!(text, "a||b[*]: default");
    let odd = Group::named([" a", ""]).set("lr", 0.0);
    let builder = Optimizer::builder(Sgd { lr: 1.0, ..Sgd::default() }).group(odd);
    let mut optimizer: Optimizer<f64, Sgd> = builder.group(Group::named([])).build().unwrap();
    let mut w = [[1.0]; 3];
    optimizer
        .step([" a", "", "a"].into_iter().zip(&mut w).map(|(name, w)| (name, w, &[1.0])))
        .unwrap();
    assert_eq!(w.concat(), [1.0, 1.0, 0.0]);
}

/// The checkpoint that the Python package writes after the same steps; its tests compare the same file.
#[test]
fn a_checkpoint_has_the_bytes_that_other_languages_write() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/adam.safetensors");
    let mut optimizer: Optimizer<f32> = Optimizer::builder("adam:lr=0.1".parse::<Spec>().unwrap())
        .group("b: lr=0.5".parse().unwrap())
        .schedule("lr", "cosine:steps=10".parse().unwrap())
        .clip("global:1".parse().unwrap())
        .build()
        .unwrap();
    let (mut w, mut b) = ([0.0, 0.25, 0.5, 0.75, 1.0, 1.25_f32], [1.0, 0.0, -1.0_f32]);
    for t in 1..4 {
        let g: Vec<f32> = (0..6).map(|i| (i as f32 - 2.0) * t as f32 / 8.0).collect();
        let parameters = [
            Parameter::from(("w", &mut w, &g)).with_shape(&[2, 3]),
            Parameter::from(("b", &mut b, &[0.5, -0.25, 0.125_f32])).with_shape(&[3]),
        ];
        optimizer.step(parameters).unwrap();
    }
    let bytes = optimizer.to_checkpoint().to_bytes().unwrap();
    if std::env::var_os("THALWEG_BLESS").is_some() {
        std::fs::write(path, &bytes).unwrap();
    }
    assert!(std::fs::read(path).unwrap() == bytes, "with THALWEG_BLESS=1 it is written anew");
}
