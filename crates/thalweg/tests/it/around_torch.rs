//! Clipping, averages, groups and bfloat16 against PyTorch's numbers (`tests/golden/make_around.py`).

use std::collections::BTreeMap;

use crate::common::{Named, clipped, near, plain, step};
use serde::Deserialize;
use thalweg::{Clip, Dtype, Group, Optimizer, Spec, bf16};

#[derive(Deserialize)]
struct Golden {
    clipping: Vec<Clipping>,
    averages: Vec<Average>,
    groups: Points,
    bfloat16: Points,
}

#[derive(Deserialize)]
struct Clipping {
    clip: String,
    gradients: Named,
    /// Of each parameter, or of all together.
    norms: Option<Vec<f64>>,
    clipped: Named,
}

#[derive(Deserialize)]
struct Average {
    decay: f64,
    start: Named,
    gradients: Vec<Named>,
    means: Vec<Named>,
}

#[derive(Deserialize)]
struct Points {
    start: Named,
    gradients: Vec<Named>,
    points: Vec<Named>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/around.json")).unwrap()
}

#[test]
fn clipping_equals_torch() {
    for case in golden().clipping {
        let clip: Clip = case.clip.parse().unwrap();
        let (ours, report) = clipped(clip, &case.gradients);
        assert_eq!(report.clipped, ours != case.gradients, "{clip}");
        // PyTorch's parameters stand in its model's order.
        let names = ["embedding", "layer.weight", "layer.bias"];
        for (k, name) in names.into_iter().enumerate() {
            let norms = case.norms.as_deref().unwrap_or_default();
            let norm = norms.get(k).or(norms.first()).copied();
            // It adds 1e-6 to the norm that it divides by.
            let more = match norm {
                Some(norm) if Some(norm + 1e-6) > clip.bound() => (norm + 1e-6) / norm,
                _ => 1.0,
            };
            for (ours, theirs) in ours[name].iter().zip(&case.clipped[name]) {
                assert!(near(*ours, theirs * more, 1e-12), "{clip}, {name}: {ours} {theirs}");
            }
        }
        match (clip, case.norms.as_deref()) {
            (Clip::GlobalNorm(_), Some([norm])) => {
                assert!(near(report.gradient_norm.unwrap(), *norm, 1e-14));
            }
            (Clip::Norm(_), Some(norms)) => {
                let ours: BTreeMap<&str, f64> =
                    report.parameters.iter().map(|p| (&*p.name, p.gradient_norm)).collect();
                assert!(names.iter().zip(norms).all(|(name, norm)| near(ours[name], *norm, 1e-14)));
            }
            _ => assert!(matches!(clip, Clip::Value(_))),
        }
    }
}

#[test]
fn an_average_equals_torch() {
    for case in golden().averages {
        let mut optimizer = plain("adam:lr=0.1").average(case.decay).build().unwrap();
        let mut w = case.start;
        for (g, means) in case.gradients.iter().zip(&case.means) {
            step(&mut optimizer, &mut w, g);
            for (name, theirs) in means {
                let ours = optimizer.average(name).unwrap();
                assert!(ours.iter().zip(theirs).all(|(a, b)| near(*a, *b, 1e-11)), "{name}");
            }
        }
    }
}

#[test]
fn groups_equal_torch() {
    let Points { start, gradients, points } = golden().groups;
    let groups = Group::parse_all("embedding*: lr=0.01; *.bias: weight_decay=0").unwrap();
    let builder = plain("adamw:lr=0.1,weight_decay=0.3").groups(groups);
    let (mut optimizer, mut w) = (builder.build().unwrap(), start);
    for (g, theirs) in gradients.iter().zip(&points) {
        step(&mut optimizer, &mut w, g);
        for (name, theirs) in theirs {
            assert!(w[name].iter().zip(theirs).all(|(a, b)| near(*a, *b, 1e-12)), "{name}");
        }
    }
}

/// PyTorch rounds after each operation, we once a step.
#[test]
fn bfloat16_is_nearer_to_exact_numbers_than_torch() {
    let Points { start, gradients, points } = golden().bfloat16;
    let to = |named: &Named| -> BTreeMap<String, Vec<bf16>> {
        let numbers = |(name, x): (&String, &Vec<f64>)| {
            (name.clone(), x.iter().map(|x| bf16::from_f64(*x)).collect())
        };
        named.iter().map(numbers).collect()
    };
    let spec = "adamw:lr=0.05,weight_decay=0.1";
    let mut exact = plain(spec).build().unwrap();
    let builder = Optimizer::<f32>::builder(spec.parse::<Spec>().unwrap());
    let mut optimizer = builder.state_type(Dtype::Bf16).build().unwrap();
    let (mut w, mut w_exact) = (to(&start), start);
    let (mut off, mut torch_off) = (0.0, 0.0);
    for (g, theirs) in gradients.iter().zip(&points) {
        step(&mut exact, &mut w_exact, g);
        let g = to(g);
        optimizer.step(w.iter_mut().map(|(name, w)| (name, w, &g[name]))).unwrap();
        for (name, exact) in &w_exact {
            for ((ours, theirs), exact) in w[name].iter().zip(&theirs[name]).zip(exact) {
                let (ours, theirs) = (ours.to_f64() - exact, theirs - exact);
                // Three roundings of a weight, a unit each, and one of each update.
                assert!(ours.abs() < (3.0 * exact.abs() + 6.0 * 0.05) / 128.0, "{name}: {ours}");
                off += ours * ours;
                torch_off += theirs * theirs;
            }
        }
    }
    assert!(0.0 < off && off < torch_off, "{off} {torch_off}");
}
