//! The step in JavaScript: the bits of the optimizer, in an engine that runs it.

use crate::common::{self, near, whole_tensor_specs};
use crate::formula::any_hyperparameters;
use proptest::prelude::*;
use rquickjs::{Context, Ctx, FromJs, Function, Runtime, TypedArray};
use thalweg::formula::Symbol;
use thalweg::{
    Accepts, Entry, Error, Formula, Method, Number, Optimizer, Registry, Rule, Slot, Spec,
    TextRule, Wide, chain, rules::*,
};

/// Runs a step of JavaScript again and again; returns the elements and the state after every step.
const RUN: &str = "(method, gradient, W, steps, change) => {
  const [state, h] = [method.start(W.length), Object.assign({}, method.hyperparameters)];
  const left = [];
  for (let t = 1; t <= steps; t += 1) {
    change(h, t);
    method.step(W, gradient(W, t), state, t, h, 1.5);
    for (const x of W) left.push(x);
    for (const { name } of method.slots) for (const x of state[name]) left.push(x);
  }
  return left;
}";

/// A gradient in both languages, and where a run starts.
struct Problem {
    start: &'static [f64],
    gradient: fn(&[f64], usize) -> Vec<f64>,
    javascript: &'static str,
}

const PROBLEMS: [Problem; 3] = [
    // x²/20 + y².
    Problem {
        start: &[-7.0, 2.0],
        gradient: |w, _| vec![w[0] / 10.0, 2.0 * w[1]],
        javascript: "(W, t) => [W[0] / 10, 2 * W[1]]",
    },
    // (1 − x)² + 100·(y − x²)², whose gradient is cut off at ±1, so that no step leaves the numbers.
    Problem {
        start: &[-1.2, 1.0],
        gradient: |w, _| {
            let (x, y) = (w[0], w[1]);
            let d = y - x * x;
            let cut = |g: f64| {
                if g > 1.0 {
                    1.0
                } else if g > -1.0 {
                    g
                } else {
                    -1.0
                }
            };
            vec![cut(-400.0 * x * d - 2.0 * (1.0 - x)), cut(200.0 * d)]
        },
        javascript: "(W, t) => {
          const [x, y] = W;
          const d = y - x * x;
          return [-400 * x * d - 2 * (1 - x), 200 * d].map(g => g > 1 ? 1 : g > -1 ? g : -1);
        }",
    },
    // Noise of five sizes that stops halfway: state becomes subnormal, which is stored as 0.
    Problem {
        start: &[3.0, -1.0, 0.0, 0.5, -2.0],
        gradient: |_, t| {
            let wave = |i: usize| ((i * 37 + t * 11) % 97) as f64 / 97.0 - 0.4;
            let on = if t < 500 { 1.0 } else { 0.0 };
            let sizes = [1.0, 1e-8, 1e-154, 1e-290, 1e-308];
            sizes.iter().enumerate().map(|(i, size)| wave(i) * size * on).collect()
        },
        javascript: "(W, t) => [1, 1e-8, 1e-154, 1e-290, 1e-308].map(
          (size, i) => ((i * 37 + t * 11) % 97 / 97 - 0.4) * size * (t < 500 ? 1 : 0))",
    },
];

const UNCHANGED: &str = "(h, t) => {}";

/// A JavaScript engine.
fn engine<T>(run: impl FnOnce(&Ctx<'_>) -> T) -> T {
    let runtime = Runtime::new().unwrap();
    Context::full(&runtime).unwrap().with(|ctx| run(&ctx))
}

fn value<'js, T: FromJs<'js>>(ctx: &Ctx<'js>, code: &str) -> T {
    let caught = |_| panic!("{:?} in\n{code}", ctx.catch().into_exception());
    ctx.eval(code).unwrap_or_else(caught)
}

/// What a run in JavaScript leaves after every step.
fn in_javascript(
    ctx: &Ctx<'_>,
    (formula, change): (&Formula, &str),
    gradient: &str,
    start: &[f64],
    steps: usize,
) -> Vec<f64> {
    let run: Function<'_> = value(ctx, RUN);
    let method: rquickjs::Value<'_> = value(ctx, &formula.to_javascript());
    let gradient: Function<'_> = value(ctx, gradient);
    let change: Function<'_> = value(ctx, change);
    let w = TypedArray::new(ctx.clone(), start).unwrap();
    run.call((method, gradient, w, steps, change)).unwrap()
}

/// What the same run of an optimizer leaves, up to a gradient that is not finite.
fn in_rust<M: Method>(
    method: M,
    change: impl Fn(&mut Optimizer<f64, M>, usize),
    gradient: impl Fn(&[f64], usize) -> Vec<f64>,
    start: &[f64],
    steps: usize,
) -> Vec<f64> {
    let slots = method.kernel().slots();
    let mut optimizer = Optimizer::new(method).unwrap();
    let (mut w, mut left) = (start.to_vec(), Vec::new());
    for t in 1..=steps {
        change(&mut optimizer, t);
        let g = gradient(&w, t);
        if g.iter().any(|g| !g.is_finite()) {
            break;
        }
        optimizer.step_with_loss(1.5, [("w", &mut w, &g)]).unwrap();
        left.extend(&w);
        slots.iter().for_each(|slot| left.extend(optimizer.state("w", &slot.name).unwrap()));
    }
    left
}

/// The number of the first of these that differ; all NaNs are equal.
fn difference(ours: &[f64], theirs: &[f64]) -> Option<usize> {
    let tidy = |x: &f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).position(|(ours, theirs)| tidy(ours) != tidy(theirs))
}

/// Both runs of a method leave the same after every step; returns how many were compared.
fn agree(ctx: &Ctx<'_>, name: &str, method: impl Method, problem: &Problem) -> usize {
    let &Problem { start, gradient, javascript } = problem;
    let formula = method.formula().unwrap();
    let wholes = formula.slots().iter().filter(|slot| slot.is_whole).count();
    let width = start.len() * (1 + formula.slots().len() - wholes) + wholes;
    let ours = in_rust(method, |_, _| {}, gradient, start, 1000);
    let steps = ours.len() / width;
    let theirs = in_javascript(ctx, (&formula, UNCHANGED), javascript, start, steps);
    if let Some(k) = difference(&ours, &theirs) {
        let code = formula.to_javascript();
        panic!("{name}, step {}: {:e} is {:e} in\n{code}", k / width + 1, ours[k], theirs[k]);
    }
    steps
}

/// A method with every combination of flags and choices: with its defaults, with each number changed
/// alone, and with all of them changed.
fn variants(entry: &Entry) -> Vec<Spec> {
    let mut choices = vec![Vec::new()];
    let mut numbers = Vec::new();
    for (known, _) in entry.hyperparameters() {
        let words: Vec<&str> = match known.accepts {
            Accepts::Flag => vec!["false", "true"],
            Accepts::Choice(words) => words.to_vec(),
            Accepts::Number(range) => {
                let min = range.min.max(-2.0);
                let max = if range.max.is_finite() { range.max } else { min + 2.0 };
                numbers.push(format!("{}={}", known.name, min + 0.3 * (max - min)));
                continue;
            }
            _ => continue,
        };
        let with = |chosen: &Vec<String>, word: &str| {
            chosen.iter().cloned().chain([format!("{}={word}", known.name)]).collect()
        };
        choices = choices
            .iter()
            .flat_map(|chosen| words.iter().map(move |word| with(chosen, word)))
            .collect();
    }
    // Noise is not part of the formula.
    if entry.kernel().noise().is_some() {
        choices = vec![vec!["eta=0".to_owned()]];
        numbers.retain(|number| !number.starts_with("eta="));
    }
    let alone = numbers.iter().map(|number| vec![number.clone()]);
    let changes: Vec<_> = alone.chain([Vec::new(), numbers.clone()]).collect();
    let texts = choices.iter().flat_map(|chosen| {
        changes
            .iter()
            .map(|changed| format!("{}:{}", entry.name, [&chosen[..], changed].concat().join(",")))
    });
    let specs =
        texts.filter_map(|text| match Registry::standard().spec(text.trim_end_matches(':')) {
            Err(Error::Inconsistent { .. }) => None,
            spec => Some(spec.unwrap()),
        });
    specs.collect()
}

/// Every method with many settings on one problem.
fn every_method_agrees(problem: &Problem) {
    let specs: Vec<Spec> = Registry::standard().entries().flat_map(variants).collect();
    assert!(specs.len() > 150, "{}", specs.len());
    for spec in specs {
        let steps = engine(|ctx| agree(ctx, &spec.to_string(), spec.clone(), problem));
        assert_eq!(steps, 1000, "{spec}");
    }
}

#[test]
fn every_method_has_the_optimizers_bits_after_each_of_a_thousand_steps_in_the_ravine() {
    every_method_agrees(&PROBLEMS[0]);
}

#[test]
fn every_method_has_the_optimizers_bits_after_each_of_a_thousand_steps_on_rosenbrock() {
    every_method_agrees(&PROBLEMS[1]);
}

#[test]
fn every_method_has_the_optimizers_bits_where_gradients_stop_and_state_becomes_subnormal() {
    every_method_agrees(&PROBLEMS[2]);
}

/// Comparisons of numbers that are equal, 0s of both signs, NaN of 0/0; names that JavaScript has for
/// itself or that stand in the text already; state that moves.
const TEXTS: [&str; 9] = [
    "new = 0.1\nlet = 0.5\nW = W - new*max(g, -let)*min(W, let)",
    "β₁ = 0.9\nстепень = 0.1\nstate новый = 0\nновый = β₁*новый + степень*g\nW = W - новый",
    "c = 0.1\ns = 0.5\nh = 2\nstate Math = 1\nflushed = c*g\nMath = s*Math + flushed*flushed\n\
     k = sqrt(Math)\nW = W - h*flushed/(k + c)",
    "lr = 0.1\nz = max(0*g, 0*W)\nsmall = min(z, -z)\n\
     W = W - lr*(min(max(1/z, -1), 1) + min(max(1/small, -1), 1) + max(sign(z/z), 0.5) + min(g, 1))",
    "state a = 1\nstate b = 0.5\nold = a\na = b\nb = old + 0.01*g\nW = W - 0.1*a",
    "state a = -0.5\nstate b = 1e-300\na = b\nb = g*g*1e-310\nW = 0.5*W - a",
    "state n = 1\nn = t\nhalf = 1/2\nW = W - half*|g|/(n + 0.004^3) - -W*-0.001",
    "__proto__ = 0.1\nstate constructor = 0\nconstructor = constructor + __proto__*g\nW = W - constructor",
    "state m = 0\nm = 0.9*m + g\nW = -m",
];

#[test]
fn every_text_rule_has_the_optimizers_bits() {
    engine(|ctx| {
        for text in TEXTS {
            let rule = TextRule::parse(text).unwrap_or_else(|error| panic!("{error}"));
            for problem in &PROBLEMS {
                assert!(agree(ctx, text, rule.clone(), problem) > 1, "{text}");
            }
        }
    });
}

#[test]
fn long_and_deep_rules_have_the_optimizers_bits() {
    let lines = format!("state m = 0\n{}W = W - m", "m = m/2 + g\n".repeat(300));
    let wide = format!("W = W{}", " - 0.001*g*W".repeat(400));
    let deep = format!("W = W - {}g{}", "sqrt(1 + abs(".repeat(49), "))".repeat(49));
    engine(|ctx| {
        for text in [lines, wide, deep] {
            let rule = TextRule::parse(&text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(agree(ctx, &text, rule, &PROBLEMS[1]), 1000);
        }
    });
}

#[test]
fn elementary_functions_have_the_optimizers_bits() {
    let text = "a = 0.9\nW = W - g*(exp(-a*t/100) + log(t) + pow(a, t) + t^-0.5 + (-a)^t) + 0.01*atan2(g, W) \
                + exp(-abs(W)) - abs(g)^0.3*log(1 + W^2)*0.01 + atan2(-g, W^2)*exp(-2000*W^2)*exp(900*sign(g))";
    let rule = TextRule::parse(text).unwrap();
    for problem in &PROBLEMS {
        let steps = engine(|ctx| agree(ctx, text, rule.clone(), problem));
        assert!(steps > 0);
    }
}

#[test]
fn cosines_are_near_the_optimizers() {
    let rule = TextRule::parse("a = 0.9\nW = g*cos(a*t/10)").unwrap();
    let &Problem { start, gradient, javascript } = &PROBLEMS[0];
    let formula = rule.formula().unwrap();
    let theirs = engine(|ctx| in_javascript(ctx, (&formula, UNCHANGED), javascript, start, 100));
    let ours = in_rust(rule, |_, _| {}, gradient, start, 100);
    assert!(ours.iter().zip(&theirs).all(|(ours, theirs)| near(*ours, *theirs, 1e-12)));
}

#[test]
fn hyperparameters_change_by_name() {
    let change = "(h, t) => {
      h.lr = 0.1 / t;
      if (t === 5) [h.beta1, h.eps, h.weight_decay] = [0.5, 0, 0.25];
    }";
    for spec in ["adamw", "adam:eps=0", "lamb", "lamb:eps=0", "lion:beta1=0"] {
        let spec: Spec = spec.parse().unwrap();
        let has_eps = spec.hyperparameters().iter().any(|(known, _)| known.name == "eps");
        let &Problem { start, gradient, javascript } = &PROBLEMS[0];
        let formula = (&spec.formula().unwrap(), change);
        let theirs = engine(|ctx| in_javascript(ctx, formula, javascript, start, 50));
        let change = |optimizer: &mut Optimizer<f64, Spec>, t: usize| {
            optimizer.set("lr", 0.1 / t as f64).unwrap();
            for (name, value) in [("beta1", 0.5), ("eps", 0.0), ("weight_decay", 0.25)] {
                if t == 5 && (has_eps || name != "eps") {
                    optimizer.set(name, value).unwrap();
                }
            }
        };
        let ours = in_rust(spec.clone(), change, gradient, start, 50);
        assert_eq!(difference(&ours, &theirs), None, "{spec}");
    }
}

#[test]
fn hyperparameters_without_a_name_are_numbers() {
    let adam = Adam::default().formula().unwrap();
    let script = adam.clone().with_values().to_javascript();
    assert!(
        script.contains("const hyperparameters = {};") && script.contains("-0.001"),
        "{script}"
    );
    let script = adam.with_values_of(|name| name != "lr").to_javascript();
    assert!(script.contains("const hyperparameters = { lr: 0.001 };"), "{script}");
}

/// Two rules of one kind: the second hyperparameter and the second slot of a name have a number.
#[test]
fn a_chain_of_equal_rules_keeps_them_apart() {
    let trace = |momentum| Trace { momentum, dampening: 0.3, nesterov: false };
    let twice = chain!(trace(0.5), trace(0.25), trace(0.5), Scale(-0.1));
    engine(|ctx| {
        let script = Formula::of(&twice).to_javascript();
        let keys = format!(
            "(m => Object.keys(m.hyperparameters).join() + Object.keys(m.start(1)))({script})"
        );
        let keys: String = value(ctx, &keys);
        assert_eq!(keys, "dampening,momentum,momentum2velocity,velocity2,velocity3");
        assert_eq!(agree(ctx, "twice", twice, &PROBLEMS[1]), 1000);
    });
}

/// Numbers that are written in their own way, names that are no names, operations that nothing needs.
#[derive(Debug, Clone)]
struct Odd;

impl Rule for Odd {
    type State<N: Number> = [N; 4];
    type Constants<N: Number> = [N; 6];

    fn slots(&self) -> Vec<Slot> {
        let starts =
            [("", 5e-324), ("a b", -0.0), ("\"</script>\n\u{2028}'\\", 1e300), ("1", -2.5)];
        starts.map(|(name, start)| Slot::new(name).starting_at(start)).to_vec()
    }

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 6] {
        let number = N::Wide::from_f64;
        let name = N::hyperparameter(0.1, "\"</script>\n\u{2028}'\\");
        let first = N::Wide::at_first(t, number(3.0), t.sqrt());
        let zero = (t - number(2.0)).where_zero(number(f64::INFINITY), -(-name - t));
        [number(-0.0), number(5e-324), first, zero, name, number(f64::NEG_INFINITY)]
            .map(N::from_wide)
    }

    fn apply<N: Number>(c: &[N; 6], g: N, w: N, [a, b, kept, last]: &mut [N; 4]) -> N {
        let hundredth = N::from_f64(0.1) * N::from_f64(0.1);
        let _unused = g / w;
        let before = *last;
        (*a, *b) = (*b + c[0], *a * c[1] + w * w);
        *last = (c[2] - (w - c[3] / (g - N::from_f64(-1.5)))).max(c[5]).named("class");
        let nan = N::from_f64(f64::NAN).max(w).min(N::from_f64(1e300));
        before / *kept - (-(-g)) * c[4] + -(hundredth * *b) + nan.sign() * hundredth
    }
}

#[test]
fn numbers_and_names_of_any_kind_are_written_as_they_are() {
    engine(|ctx| {
        let script = Odd.formula().unwrap().to_javascript();
        assert!(!script.contains("</") && script.is_ascii(), "{script}");
        for problem in &PROBLEMS {
            assert!(agree(ctx, "odd", Odd, problem) > 1);
        }
    });
}

#[test]
fn norms_have_the_optimizers_bits_however_long_a_parameter_is() {
    for len in [0, 1, 15, 16, 17, 1025, 32_768, 32_769, 70_003] {
        for spec in whole_tensor_specs() {
            let spec: Spec = spec.parse().unwrap();
            let javascript = "(W, t) => W.map((_, i) => (i * 37 + t * 11) % 97 / 97 - 0.4)";
            let gradient = |w: &[f64], t: usize| {
                let wave = |i: usize| ((i * 37 + t * 11) % 97) as f64 / 97.0 - 0.4;
                (0..w.len()).map(wave).collect()
            };
            let start = common::start::<f64>(len);
            let formula = spec.formula().unwrap();
            let theirs =
                engine(|ctx| in_javascript(ctx, (&formula, UNCHANGED), javascript, &start, 2));
            let ours = in_rust(spec.clone(), |_, _| {}, gradient, &start, 2);
            assert_eq!(difference(&ours, &theirs), None, "{spec}, {len} elements");
        }
    }
}

/// A norm of what another norm scales, and quantities of a norm that only elements use.
#[test]
fn norms_may_depend_on_norms_and_on_the_step() {
    let formula = Formula::record(vec![Slot::new("m")], |recorder| {
        let (g, w) = (recorder.gradient(), recorder.parameter());
        let rate = Symbol::hyperparameter(0.5, "lr");
        let unit = g / Symbol::from_wide(g.norm());
        let both = (unit + w).norm() + rate.norm();
        Symbol::from_wide(Symbol::at_first(rate, both, -rate)) * unit
    });
    let ours = |w: &mut [f64; 3], g: [f64; 3], t: usize| {
        let norm = |v: [f64; 3]| (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
        let unit = g.map(|x| x / norm(g));
        let both = norm([0, 1, 2].map(|i| unit[i] + w[i])) + norm([0.5; 3]);
        let scale = if t == 1 { both } else { -0.5 };
        (0..3).for_each(|i| w[i] += scale * unit[i]);
    };
    let start = [1.0, -2.0, 3.0];
    let (mut w, mut expected) = (start, Vec::new());
    for t in 1..=3 {
        ours(&mut w, [0.1, 0.2, t as f64], t);
        expected.extend(w);
        expected.extend([0.0; 3]);
    }
    let gradient = "(W, t) => [0.1, 0.2, t]";
    let theirs = engine(|ctx| in_javascript(ctx, (&formula, UNCHANGED), gradient, &start, 3));
    assert_eq!(difference(&expected, &theirs), None, "{}", formula.to_javascript());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_hyperparameters_and_gradients_give_the_optimizers_bits(
        entry in 0..Registry::standard().entries().len(),
        // Also exactly 0, where quantities vanish.
        shares in prop::collection::vec(prop_oneof![Just(0.0), 0.0..0.999_f64], 1..9),
        start in prop::collection::vec(any_number(), 1..20),
        gradients in prop::collection::vec(prop::collection::vec(any_number(), 19), 1..30),
    ) {
        let name = Registry::standard().entries().nth(entry).unwrap().name;
        let mut spec: Spec = name.parse().unwrap();
        any_hyperparameters(&mut spec, &shares);
        // Noise is not part of the formula.
        if spec.kernel().noise().is_some() {
            spec.set("eta", 0.0).unwrap();
        }
        let len = start.len();
        let rows: Vec<String> = gradients.iter().map(|g| format!("{:?}", &g[..len])).collect();
        let javascript = format!("(W, t) => [{}][t - 1]", rows.join(","));
        let (formula, steps) = (spec.formula().unwrap(), gradients.len());
        let theirs = engine(|ctx| in_javascript(ctx, (&formula, UNCHANGED), &javascript, &start, steps));
        let ours = in_rust(spec.clone(), |_, _| {}, |_, t| gradients[t - 1][..len].to_vec(), &start, steps);
        prop_assert_eq!(difference(&ours, &theirs), None, "{}", spec);
    }
}

/// Finite numbers of every size, 0 and −0.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![3 => -2.0..2.0_f64, 1 => prop::num::f64::ANY.prop_filter("finite", |x| x.is_finite())]
}
