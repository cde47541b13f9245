//! Steps with their numbers put in.

use crate::common::specs_without_noise;
use thalweg::formula::{Remark, WorkedStep};
use thalweg::{Formula, Method, Optimizer, Spec, TextRule, rules::*};

/// Gradients that change their sign, their size and become 0.
const GRADIENTS: [[f64; 3]; 5] =
    [[-0.7, 4.0, 0.0], [1.5, -3.0, 0.0], [-1e-3, 2.5, 1e-160], [0.0, 0.0, 0.0], [7e4, -0.2, -1.0]];
const START: [f64; 3] = [-7.0, 2.0, 0.5];

/// Runs the steps line by line; `check` compares each with what an optimizer does.
fn beside(spec: &str, check: impl Fn(&WorkedStep, [f64; 3], Vec<(String, Vec<f64>)>)) {
    let method: Spec = spec.parse().unwrap();
    let formula = method.formula().unwrap();
    let mut optimizer: Optimizer<f64> = Optimizer::new(method).unwrap();
    let (mut w, mut worked, mut state) = (START, START.to_vec(), formula.start(3));
    for (t, gradient) in (1..).zip(GRADIENTS) {
        optimizer.step_with_loss(1.5, [("w", &mut w, &gradient)]).unwrap();
        let step = formula.work(t, &gradient, &worked, &state, 1.5);
        let names = formula.slots().iter().map(|slot| slot.name.clone());
        let kept = names.map(|name| {
            let values = optimizer.state("w", &name).unwrap().to_vec();
            (name, values)
        });
        check(&step, w, kept.collect());
        (worked, state) = (step.parameter, step.state);
    }
}

#[test]
fn worked_steps_have_the_bits_of_the_optimizer() {
    for spec in specs_without_noise() {
        beside(spec, |step, w, state| {
            assert_eq!(step.parameter, w, "{spec}, step {}", step.t);
            for ((name, kept), worked) in state.iter().zip(&step.state) {
                assert_eq!(kept, worked, "{spec}, {name}, step {}", step.t);
            }
        });
    }
}

fn worked(spec: &str, t: u64, gradient: &[f64], state: &[Vec<f64>]) -> WorkedStep {
    let formula = spec.parse::<Spec>().unwrap().formula().unwrap();
    formula.work(t, gradient, &vec![1.0; gradient.len()], state, f64::NAN)
}

/// Norms of more elements than there are partial sums.
#[test]
fn norms_are_added_in_the_order_of_the_engine() {
    let noise = |k: usize| ((k * 7919 + 13) % 1009) as f64 / 31.0 - 16.0;
    for (spec, len) in [("lamb:lr=0.1", 1), ("lamb:lr=0.1", 17), ("lars:lr=1", 3000)] {
        let method: Spec = spec.parse().unwrap();
        let formula = method.formula().unwrap();
        let mut w: Vec<f64> = (0..len).map(noise).collect();
        let gradient: Vec<f64> = (1..=len).map(noise).collect();
        let step = formula.work(1, &gradient, &w, &formula.start(len), f64::NAN);
        Optimizer::new(method).unwrap().step([("w", &mut w, &gradient)]).unwrap();
        assert!(step.parameter == w, "{spec}, {len}");
    }
}

#[test]
fn numbers_stand_where_letters_stood() {
    let state = [vec![0.5, -0.25], vec![0.04, 1e-8]];
    let step = worked("adamw:lr=0.1", 2, &[-2.0, 3e-7], &state);
    let lines = |element: usize| {
        let lines = step.lines.iter();
        lines.map(|line| line.with_numbers(element).to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        lines(0),
        [
            "m ← 0.9·0.5 + (1 − 0.9)·(−2)",
            "v ← 0.999·0.04 + (1 − 0.999)·(−2)²",
            "m̂ = 0.25/(1 − 0.9^2)",
            "v̂ = 0.04396/(1 − 0.999^2)",
            "W ← 1 − 0.1·(1.31579/(√21.991 + 1e-8) + 0.01·1)",
        ]
    );
    assert_eq!(lines(1)[0], "m ← 0.9·(−0.25) + (1 − 0.9)·3e-7");
    assert_eq!(lines(1)[2], "m̂ = −0.225/(1 − 0.9^2)");
    let latex = step.lines[2].with_numbers(1).latex();
    assert_eq!(latex, r"\hat{m} = -\frac{0.225}{1 - 0.9^{2}}");
    let latex = step.lines[1].with_numbers(0).latex();
    assert_eq!(latex, r"v \leftarrow 0.999 \cdot 0.04 + (1 - 0.999) \cdot (-2)^{2}");
}

/// 10^{-8}^{2} would be no LaTeX, and 1e-8² could be read as another number; −0 is 0.
#[test]
fn a_power_of_ten_is_raised_in_parentheses() {
    let step = worked("adam:eps=0", 2, &[1e-8], &[vec![-0.0], vec![0.0]]);
    assert_eq!(step.lines[0].with_numbers(0).to_string(), "m ← 0.9·0 + (1 − 0.9)·1e-8");
    let v = step.lines[1].with_numbers(0);
    assert_eq!(v.to_string(), "v ← 0.999·0 + (1 − 0.999)·(1e-8)²");
    assert_eq!(v.latex(), r"v \leftarrow 0.999 \cdot 0 + (1 - 0.999) \cdot (10^{-8})^{2}");
    let w = step.lines[4].with_numbers(0).to_string();
    assert!(w.ends_with("/√(5.0025e-17)"), "{w}");
}

/// The old value where a line comes before the slot changes, the new one where it comes after.
#[test]
fn a_slot_has_the_value_that_the_line_means() {
    let lion = worked("lion:lr=0.1", 5, &[1.0], &[vec![2.0]]);
    let texts: Vec<String> = lion.lines.iter().map(|l| l.with_numbers(0).to_string()).collect();
    let expected =
        ["c = 0.9·2 + (1 − 0.9)·1", "m ← 0.99·2 + (1 − 0.99)·1", "W ← 1 − 0.1·sign(1.9)"];
    assert_eq!(texts, expected);
    let nesterov = worked("sgd:lr=1,momentum=0.5,nesterov=true", 2, &[1.0], &[vec![2.0]]);
    let texts: Vec<String> = nesterov.lines.iter().map(|l| l.with_numbers(0).to_string()).collect();
    assert_eq!(texts, ["b ← 0.5·2 + 1", "W ← 1 − 1·(1 + 0.5·2)"]);
}

#[test]
fn the_first_step_is_worked_as_its_own_case() {
    let spec = "sgd:lr=1,momentum=0.9,dampening=0.5";
    let first = worked(spec, 1, &[2.0], &[vec![0.0]]);
    assert_eq!(first.lines[0].with_numbers(0).to_string(), "b ← 0.9·0 + 2");
    let second = worked(spec, 2, &[2.0], &[vec![2.0]]);
    assert_eq!(second.lines[0].with_numbers(0).to_string(), "b ← 0.9·2 + (1 − 0.5)·2");
}

#[test]
fn norms_are_numbers_and_the_same_for_all_elements() {
    let lars = worked("lars:lr=1,trust_coefficient=0.5", 1, &[3.0, 4.0], &[vec![0.0; 2]]);
    let ratio = &lars.lines[0];
    assert!(ratio.is_same_for_all());
    // √2 of W = (1, 1), 5 of g = (3, 4).
    assert_eq!(ratio.with_numbers(0).to_string(), "r = 0.5·1.41421/5");
    assert_eq!(ratio.value(1), Some(0.5 * 2.0_f64.sqrt() / 5.0));
    let zero = worked("lars", 1, &[0.0, 0.0], &[vec![0.0; 2]]);
    assert_eq!(zero.remarks, [Remark::NormOfZero]);
    assert_eq!(zero.lines[0].value(0), Some(1.0));
}

#[test]
fn a_bias_correction_above_2_is_remarkable() {
    let corrections = |t: u64| {
        let step = worked("adam", t, &[1.0], &[vec![1.0], vec![1.0]]);
        let found = step.remarks.iter().filter_map(|remark| match remark {
            Remark::BiasCorrection { beta, factor } => Some((beta.clone(), *factor)),
            _ => None,
        });
        found.collect::<Vec<_>>()
    };
    let letters = |t: u64| corrections(t).into_iter().map(|(beta, _)| beta).collect::<Vec<_>>();
    assert_eq!(letters(1), ["β₁", "β₂"]);
    assert!((corrections(1)[0].1 - 10.0).abs() < 1e-12);
    // 0.9⁶ = 0.531 and 0.9⁷ = 0.478; 0.999⁶⁹² = 0.5004 and 0.999⁶⁹³ = 0.4999.
    assert_eq!((letters(6).len(), letters(7).len()), (2, 1));
    assert_eq!((letters(692).len(), letters(693).len()), (1, 0));
}

#[test]
fn a_mean_gradient_far_below_the_root_of_its_mean_square_is_remarkable() {
    let noisy = |spec: &str, m: f64, v: f64| {
        let method: Spec = spec.parse().unwrap();
        let slots = method.formula().unwrap().slots().len();
        let state = [vec![m, 10.0], vec![v, 1.0], vec![v, 1.0]];
        // Far from the first steps, and g = 0.
        let step = worked(spec, 100_000, &[0.0, 0.0], &state[..slots]);
        step.remarks
    };
    let ratio = |remarks: &[Remark]| match remarks {
        [Remark::SignalToNoise { element: 0, ratio }] => Some(*ratio),
        [] => None,
        other => panic!("{other:?}"),
    };
    for spec in ["adam", "adamw", "lamb", "adam:amsgrad=true"] {
        let remarks = noisy(spec, 0.1, 4.0);
        let found: Vec<_> = remarks
            .iter()
            .filter(|remark| !matches!(remark, Remark::OlderMaximum { .. }))
            .cloned()
            .collect();
        // 0.9·0.1/√(0.999·4) = 0.045, with v_max 0.09/2.
        assert!((ratio(&found).unwrap() - 0.045).abs() < 1e-4, "{spec}: {found:?}");
    }
    assert_eq!(ratio(&noisy("adam", 0.3, 1.0)), None);
    // A gradient over the root of its mean square is no mean.
    assert_eq!(ratio(&noisy("rmsprop", 1.0, 1.0)), None);
    assert_eq!(ratio(&noisy("adadelta", 1.0, 1e-9)), None);
}

#[test]
fn a_maximum_that_is_an_older_value_is_remarkable() {
    let state = [vec![0.0; 2], vec![1.0; 2], vec![5.0, 0.1]];
    let step = worked("adam:amsgrad=true", 100_000, &[1.0, 1.0], &state);
    let older = Remark::OlderMaximum { element: 0 };
    assert!(step.remarks.contains(&older), "{:?}", step.remarks);
    assert!(!step.remarks.contains(&Remark::OlderMaximum { element: 1 }));
    // Equal to the present value, g².
    let state = [vec![1.0], vec![1.0], vec![1.0]];
    let step = worked("adam:amsgrad=true,beta2=0", 100_000, &[1.0], &state);
    assert_eq!(step.remarks, []);
}

/// Two names of one letter would be one number.
#[test]
fn a_letter_is_that_of_one_name() {
    let text = |text: &str| TextRule::parse(text).unwrap().formula().unwrap();
    let formula = text(
        "lambda = 2\nweight_decay = 3\neta = 5\nlr = 7\nW = W - lr*(lambda*g + eta*(weight_decay*W))",
    );
    assert_eq!(formula.to_string(), "W ← W − lr·(λg + eta·weight_decay·W)");
    assert_eq!(
        formula.latex(),
        [
            r"W \leftarrow W - \eta\, (\lambda\, g + \mathrm{eta}\, \mathrm{weight}_{\mathrm{decay}}\, W)"
        ]
    );
    let formula = text("velocity = 3\nstate b = 1\nb = velocity*b + g\nW = W - b");
    assert_eq!(formula.to_string(), "b ← velocity·b + g;  W ← W − b");
    let step = formula.work(1, &[0.5], &[1.0], &formula.start(1), f64::NAN);
    assert_eq!(step.lines[0].with_numbers(0).to_string(), "b ← 3·1 + 0.5");
}

#[test]
fn letters_are_those_of_the_formula() {
    let momentum = Momentum::default().formula().unwrap();
    assert_eq!([momentum.letter("momentum"), momentum.letter("lr")], ["γ", "lr"]);
    assert_eq!(Formula::of(&Scale(1.0)).letter("beta2"), "β₂");
}
