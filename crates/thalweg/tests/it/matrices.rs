//! Methods that step parameters of two or more dimensions otherwise than those of one.

use thalweg::{
    Dtype, Element, Error, Method, Optimizer, Parameter, Real, Registry, Rounding, Rows, Simd, bf16,
};

use crate::common::{self, Number as Kept, STORES, bits, builder, gradient, near, pools};

/// Every method with a step of its own for matrices, and settings that change its slots.
fn specs() -> Vec<&'static str> {
    let registry = Registry::standard();
    let own = |name: &&str| name.parse::<thalweg::Spec>().unwrap().kernel().matrices().is_some();
    let names: Vec<&str> = registry.entries().map(|entry| entry.name).filter(own).collect();
    assert!(names.len() >= 7, "{names:?}");
    let more = [
        "came:amsgrad=true,decoupled=false,weight_decay=0.1",
        "sm3:momentum=0",
        "adafactor-optax:min_dim_size_to_factor=1",
        "adafactor-optax:min_dim_size_to_factor=1,momentum=0.9,weight_decay=0.01",
        "adalite:decoupled=false,weight_decay=0.1",
        "adamp:delta=50,weight_decay=0.1",
        "nero:constraints=false",
        "amos:momentum=0.9",
        "mars:mars_type=lion,cautious=true",
        "mars:amsgrad=true",
    ];
    names.into_iter().chain(more).collect()
}

fn len(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Steps of one parameter; what is left of it.
fn run<R: Real, T: Kept + Element<R>>(
    optimizer: &mut Optimizer<R>,
    shape: &[usize],
    w: &mut [T],
    steps: std::ops::RangeInclusive<usize>,
) -> Vec<u64> {
    for t in steps {
        let g = gradient::<T>(len(shape), t);
        optimizer.step([Parameter::from(("w", &mut *w, &g[..])).with_shape(shape)]).unwrap();
    }
    bits(w)
}

/// Rows longer than what one thread is left with, many short ones, columns of one number, and four
/// dimensions; none a multiple of a block.
const SHAPES: [&[usize]; 6] =
    [&[3, 70_001], &[20_011, 7], &[300, 257], &[70_003, 1], &[1, 70_003], &[5, 7, 43, 51]];

#[test]
fn bits_do_not_depend_on_threads_or_instructions() {
    for spec in specs() {
        for shape in SHAPES {
            for store in [STORES[0], STORES[1]] {
                let mut left = Vec::new();
                for simd in [Simd::Plain, Simd::widest()] {
                    for pool in pools().iter().step_by(2) {
                        let mut optimizer = builder::<f32>(spec, store, simd).build().unwrap();
                        let mut w = common::start::<f32>(len(shape));
                        let w = pool.install(|| run(&mut optimizer, shape, &mut w, 1..=2));
                        left.push((w, optimizer.to_checkpoint().parameters));
                    }
                }
                assert!(left.iter().all(|it| *it == left[0]), "{spec} {shape:?} {store:?}");
            }
        }
    }
}

#[test]
fn parameters_in_bfloat16_step_as_the_same_numbers_in_f32() {
    for spec in specs() {
        let shape = &[37, 61];
        let mut wide = builder::<f32>(spec, STORES[0], Simd::widest()).build().unwrap();
        let mut narrow = builder::<f32>(spec, STORES[0], Simd::widest()).build().unwrap();
        let mut w = common::start::<f32>(len(shape));
        let mut stored = common::start::<bf16>(len(shape));
        let g = gradient::<bf16>(len(shape), 1);
        let g_wide: Vec<f32> = g.iter().map(|g| g.to_f32()).collect();
        wide.step([Parameter::from(("w", &mut w[..], &g_wide[..])).with_shape(shape)]).unwrap();
        narrow.step([Parameter::from(("w", &mut stored[..], &g[..])).with_shape(shape)]).unwrap();
        let rounded: Vec<bf16> = w.iter().map(|w| bf16::from_f32(*w)).collect();
        assert!(bits(&stored) == bits(&rounded), "{spec}");
    }
}

#[test]
fn a_run_that_is_saved_and_loaded_goes_on_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.safetensors");
    for spec in specs() {
        for store in STORES {
            let new = || builder::<f32>(spec, store, Simd::widest()).build().unwrap();
            let shape = &[9, 11, 13];
            let (mut whole, mut w) = (new(), common::start::<f32>(len(shape)));
            run(&mut whole, shape, &mut w, 1..=3);
            whole.save(&path).unwrap();
            let mut again = w.clone();
            let end = run(&mut whole, shape, &mut w, 4..=6);
            let mut loaded = new();
            loaded.load(&path).unwrap();
            assert!(run(&mut loaded, shape, &mut again, 4..=6) == end, "{spec} {store:?}");
            assert!(loaded.to_checkpoint() == whole.to_checkpoint(), "{spec} {store:?}");
        }
    }
}

/// The state of a plain list has other slots: it goes on as a list.
#[test]
fn a_parameter_that_began_as_a_plain_list_goes_on_as_one() {
    for spec in specs() {
        let mut list: Optimizer<f64> = Optimizer::from_spec(spec).unwrap();
        let mut shaped: Optimizer<f64> = Optimizer::from_spec(spec).unwrap();
        let (mut w, mut w_shaped) = (common::start::<f64>(15), common::start::<f64>(15));
        for t in 1..=4 {
            let g = gradient::<f64>(15, t);
            list.step([("w", &mut w, &g)]).unwrap();
            let parameter = Parameter::from(("w", &mut w_shaped[..], &g[..]));
            let parameter = if t > 2 { parameter.with_shape(&[3, 5]) } else { parameter };
            shaped.step([parameter]).unwrap();
        }
        assert_eq!(w, w_shaped, "{spec}");
        assert_eq!(list.to_checkpoint(), shaped.to_checkpoint(), "{spec}");
    }
}

#[test]
fn a_parameter_without_elements_is_stepped() {
    for spec in specs() {
        for shape in [&[0, 5][..], &[5, 0], &[2, 0, 3]] {
            let mut optimizer: Optimizer<f32> = Optimizer::from_spec(spec).unwrap();
            run::<f32, f32>(&mut optimizer, shape, &mut [], 1..=2);
            assert_eq!(optimizer.steps("w"), 2, "{spec} {shape:?}");
        }
    }
}

/// An input that is always 0 and an output that never learns have squares of nearly 0, whose product is 0
/// in f32.
#[test]
fn rows_and_columns_without_gradients_stay_finite() {
    for spec in specs() {
        let mut optimizer: Optimizer<f32> = Optimizer::from_spec(spec).unwrap();
        let mut w = common::start::<f32>(35);
        for t in 1..=20 {
            let mut g = gradient::<f32>(35, t);
            let dead = |i: usize| i / 7 == 1 || i % 7 == 2;
            g.iter_mut().enumerate().filter(|(i, _)| dead(*i)).for_each(|(_, g)| *g = 0.0);
            optimizer
                .step([Parameter::from(("w", &mut w[..], &g[..])).with_shape(&[5, 7])])
                .unwrap();
            assert!(w.iter().all(|w| w.is_finite()), "{spec}, step {t}: {w:?}");
        }
    }
}

#[test]
fn sparse_gradients_are_refused() {
    for spec in specs() {
        let mut optimizer: Optimizer<f32> = Optimizer::from_spec(spec).unwrap();
        let (mut w, g) = ([1.0_f32; 6], [1.0_f32; 2]);
        let rows = Rows { width: 2, indices: &[1] };
        let parameter = Parameter::from(("w", &mut w[..], &g[..])).with_shape(&[3, 2]);
        let refused = optimizer.step([parameter.with_rows(rows)]);
        assert!(matches!(refused, Err(Error::SparseWholeTensor { .. })), "{spec}: {refused:?}");
        assert_eq!(w, [1.0; 6]);
    }
}

/// Settings change slots: what both have is kept, in matrices, too.
#[test]
fn slots_follow_changed_settings_by_name() {
    let mut optimizer: Optimizer<f64> = Optimizer::from_spec("came").unwrap();
    let mut w = common::start::<f64>(15);
    run(&mut optimizer, &[3, 5], &mut w, 1..=2);
    let row = optimizer.state("w", "row").unwrap();
    assert_eq!((row.len(), optimizer.state("w", "v")), (3, None));
    optimizer.set("amsgrad", true).unwrap();
    assert_eq!(optimizer.state("w", "row"), Some(row));
    assert_eq!(optimizer.state("w", "v_max"), Some(vec![0.0; 15]));
    run(&mut optimizer, &[3, 5], &mut w, 3..=4);
}

/// Only a matrix with long sides is factored, where the method says so.
#[test]
fn short_sides_keep_a_moment_for_each_element() {
    for (shape, slot, other) in [
        (&[128, 200][..], "row", "v"),
        (&[3, 128, 128], "row", "v"),
        (&[127, 200], "v", "row"),
        (&[200, 127], "v", "row"),
        (&[128, 128, 3], "v", "row"),
        (&[40_000], "v", "row"),
    ] {
        let mut optimizer: Optimizer<f32> = Optimizer::from_spec("adafactor-optax").unwrap();
        run(&mut optimizer, shape, &mut common::start::<f32>(len(shape)), 1..=1);
        assert!(optimizer.state("w", slot).is_some(), "{shape:?} {slot}");
        assert!(optimizer.state("w", other).is_none(), "{shape:?} {other}");
    }
}

/// The dimensions after the first are those of one row.
#[test]
fn adalite_takes_the_first_dimension_for_the_rows() {
    let step = |shape: &[usize]| {
        let mut optimizer: Optimizer<f64> = Optimizer::from_spec("adalite:lr=0.1").unwrap();
        let mut w = common::start::<f64>(4 * 15);
        run(&mut optimizer, shape, &mut w, 1..=5)
    };
    assert_eq!(step(&[4, 3, 5]), step(&[4, 15]));
    assert_ne!(step(&[4, 15]), step(&[12, 5]));
}

/// The state of a matrix is as large as its edges.
#[test]
fn a_factored_state_is_small() {
    for (spec, numbers) in [
        ("adafactor", 300 + 200),
        ("adafactor-optax", 300 + 200),
        ("sm3:momentum=0", 300 + 200),
        ("adalite", 2 * (300 + 200) + 1),
    ] {
        let mut optimizer: Optimizer<f32> = Optimizer::from_spec(spec).unwrap();
        let mut w = common::start::<f32>(60_000);
        run(&mut optimizer, &[300, 200], &mut w, 1..=1);
        let slots = &optimizer.to_checkpoint().parameters[0].slots;
        let bytes: usize = slots.iter().map(|slot| slot.bytes.len()).sum();
        assert_eq!(bytes, 4 * numbers, "{spec}");
    }
}

/// A step of a plain loop: parameter, gradient and step.
type Step<'s> = &'s mut dyn FnMut(&mut [f64], &[f64], f64);

/// Compares five steps with those of a plain loop.
fn equals_a_loop(spec: &str, shape: &[usize], step: Step<'_>) {
    let mut optimizer: Optimizer<f64> = Optimizer::from_spec(spec).unwrap();
    let mut w = common::start::<f64>(len(shape));
    let mut expected = w.clone();
    for t in 1..=5 {
        step(&mut expected, &gradient::<f64>(len(shape), t), t as f64);
        run(&mut optimizer, shape, &mut w, t..=t);
        let far = w.iter().zip(&expected).position(|(ours, loops)| !near(*ours, *loops, 1e-11));
        assert_eq!(far, None, "{spec} {shape:?}, step {t}: {w:?} is not {expected:?}");
    }
}

/// The mean of what a function gives for each index.
fn mean(n: usize, of: impl Fn(usize) -> f64) -> f64 {
    (0..n).map(of).sum::<f64>() / n as f64
}

fn rms(u: &[f64]) -> f64 {
    mean(u.len(), |i| u[i] * u[i]).sqrt()
}

/// Moves the means of the squares of rows and columns, and gives r·c/mean(r) for each element.
fn factored(
    [rows, columns]: &mut [Vec<f64>; 2],
    [batch, m, n]: [usize; 3],
    share: f64,
    square: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let at = |b: usize, i: usize, j: usize| (b * m + i) * n + j;
    rows.resize(batch * m, 0.0);
    columns.resize(batch * n, 0.0);
    for b in 0..batch {
        for i in 0..m {
            let row = &mut rows[b * m + i];
            *row += share * (mean(n, |j| square(at(b, i, j))) - *row);
        }
        for j in 0..n {
            let column = &mut columns[b * n + j];
            *column += share * (mean(m, |i| square(at(b, i, j))) - *column);
        }
    }
    let v = |e: usize| {
        let (b, i, j) = (e / (m * n), e / n % m, e % n);
        rows[b * m + i] * columns[b * n + j] / mean(m, |i| rows[b * m + i])
    };
    (0..batch * m * n).map(v).collect()
}

#[test]
fn adafactor_and_came_factor_the_last_two_dimensions() {
    for (shape, by) in
        [(&[2, 3, 5][..], [2, 3, 5]), (&[3, 2, 4, 5], [6, 4, 5]), (&[7, 1], [1, 7, 1])]
    {
        let mut edges = [Vec::new(), Vec::new()];
        equals_a_loop("adafactor:lr=0.1,weight_decay=0.2", shape, &mut |w, g, t| {
            let v = factored(&mut edges, by, t.powf(-0.8), |e| g[e] * g[e]);
            let u: Vec<f64> = g.iter().zip(&v).map(|(g, v)| g / v.sqrt()).collect();
            let alpha = rms(w).max(1e-3) * (0.1_f64).min(1.0 / t.sqrt());
            let scale = alpha / rms(&u).max(1.0);
            for (w, u) in w.iter_mut().zip(u) {
                *w = (1.0 - 0.1 * 0.2) * *w - scale * u;
            }
        });
        let (mut edges, mut strays) = ([vec![], vec![]], [vec![], vec![]]);
        let mut m = vec![0.0; len(shape)];
        equals_a_loop("came:lr=0.1,beta2=0.9,beta3=0.99,eps2=1e-4", shape, &mut |w, g, _| {
            let v = factored(&mut edges, by, 0.1, |e| g[e] * g[e] + 1e-30);
            let u: Vec<f64> = g.iter().zip(&v).map(|(g, v)| g / v.sqrt()).collect();
            let scale = 1.0 / rms(&u).max(1.0);
            let u: Vec<f64> = u.into_iter().map(|u| scale * u).collect();
            m.iter_mut().zip(&u).for_each(|(m, u)| *m += 0.1 * (u - *m));
            let s = factored(&mut strays, by, 0.01, |e| (u[e] - m[e]).powi(2) + 1e-4);
            for ((w, m), s) in w.iter_mut().zip(&m).zip(&s) {
                *w -= 0.1 * m / s.sqrt();
            }
        });
    }
}

#[test]
fn sm3_has_a_bound_for_each_index_of_each_dimension() {
    let shape = [2, 3, 4];
    let mut largest = vec![0.0_f64; 9];
    let mut m = [0.0; 24];
    equals_a_loop("sm3:lr=0.1", &shape, &mut |w, g, _| {
        let mut next = vec![0.0_f64; 9];
        for e in 0..24 {
            let indices = [e / 12, 2 + e / 4 % 3, 5 + e % 4];
            let bound = indices.iter().map(|i| largest[*i]).fold(f64::INFINITY, f64::min);
            let h = bound + g[e] * g[e];
            indices.iter().for_each(|i| next[*i] = next[*i].max(h));
            let u = if h > 0.0 { g[e] / (h + 1e-8).sqrt() } else { 0.0 };
            m[e] = 0.9 * m[e] + (1.0 - 0.9) * u;
            w[e] -= 0.1 * m[e];
        }
        largest = next;
    });
}

/// An index of the first dimension is a neuron, whatever the others are.
#[test]
fn neurons_are_those_of_the_first_dimension() {
    for spec in ["nero", "adamp:delta=2,weight_decay=0.1", "nero:constraints=false"] {
        let of = |shape: &[usize]| {
            let mut optimizer: Optimizer<f64> = Optimizer::from_spec(spec).unwrap();
            run(&mut optimizer, shape, &mut common::start::<f64>(24), 1..=3)
        };
        assert_eq!(of(&[4, 3, 2]), of(&[4, 6]), "{spec}");
        assert_ne!(of(&[4, 3, 2]), of(&[3, 4, 2]), "{spec}");
    }
}

#[test]
fn nero_keeps_the_mean_and_the_length_of_every_neuron() {
    let mut optimizer: Optimizer<f64> = Optimizer::from_spec("nero").unwrap();
    let mut w = common::start::<f64>(24);
    run(&mut optimizer, &[4, 6], &mut w, 1..=5);
    for neuron in w.chunks(6) {
        assert!(mean(6, |i| neuron[i]).abs() < 1e-14);
        assert!(near(neuron.iter().map(|w| w * w).sum(), 1.0, 1e-6), "{neuron:?}");
    }
}

#[test]
fn stochastic_rounding_of_the_state_does_not_depend_on_threads() {
    let store = (Dtype::Bf16, Rounding::Stochastic { seed: 3 });
    for spec in ["came", "adamp", "sm3"] {
        let of = |pool: &rayon::ThreadPool| {
            let mut optimizer = builder::<f32>(spec, store, Simd::widest()).build().unwrap();
            let mut w = common::start::<bf16>(300 * 257);
            pool.install(|| run(&mut optimizer, &[300, 257], &mut w, 1..=3))
        };
        let pools = pools();
        assert!(of(&pools[0]) == of(&pools[2]), "{spec}");
    }
}
