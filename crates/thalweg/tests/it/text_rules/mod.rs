//! Methods as text: what is understood, the same bits as the library's own, errors with their place.

mod entry;
mod errors;
mod fuzz;

use crate::common::{elementwise_specs, gradient, start};
use thalweg::rules::ScaleByLearningRate;
use thalweg::{Method, Number, Optimizer, Registry, Rule, Spec, TextRule, Value, chain};

/// The article's six and two more, each beside the method of the library that it is.
const RULES: [(&str, &str); 8] = [
    (
        "sgd:lr=0.1,weight_decay=0.01",
        "lr = 0.1\nweight_decay = 0.01\nW = W - lr*(g + weight_decay*W)",
    ),
    ("momentum:lr=0.1", "lr = 0.1\nmomentum = 0.9\nstate v = 0\nv = momentum*v - lr*g\nW = W + v"),
    (
        "adagrad:lr=0.5,initial_accumulator=0.1",
        "lr = 0.5\neps = 1e-10\nstate h = 0.1\nh = h + g^2\nW = W - lr*(g/(sqrt(h) + eps))",
    ),
    (
        "rmsprop:lr=0.05",
        "lr = 0.05\nalpha = 0.99\neps = 1e-8\nstate v = 0\n\
         v = alpha*v + (1 - alpha)*(g*g)\nW = W - lr*(g/(sqrt(v) + eps))",
    ),
    (
        "adadelta",
        "ρ = 0.9\neps = 1e-6\nstate v = 0\nstate s = 0\nv ← ρ·v + (1 − ρ)·g²\n\
         Δ = √(s + eps)/√(v + eps)·g\ns ← ρ·s + (1 − ρ)·Δ²\nW ← W − Δ",
    ),
    (
        "adam:lr=0.1,bias_correction=full",
        "lr = 0.1\nβ₁ = 0.9\nbeta2 = 0.999\neps = 1e-8\nstate m = 0\nstate v = 0\n\
         m = beta1*m + (1 - beta1)*g\nv = β2*v + (1 - β2)*(g*g)\n\
         # as the library computes it\n\
         m_hat = 1/(1 - beta1^t)*m\nv_hat = 1/(1 - beta2^t)*v\n\
         W = W - lr*(m_hat/(sqrt(v_hat) + eps))",
    ),
    (
        "lion:lr=0.1,weight_decay=0.01",
        "lr = 0.1\nbeta1 = 0.9\nbeta2 = 0.99\nweight_decay = 0.01\nstate m = 0\n\
         c = beta1*m + (1 - beta1)*g\nm = beta2*m + (1 - beta2)*g\n\
         W = W - lr*(sign(c) + weight_decay*W)",
    ),
    (
        "adam:lr=0.1,amsgrad=true,bias_correction=off",
        "lr = 0.1\nbeta1 = 0.9\nbeta2 = 0.999\neps = 1e-8\nstate m = 0\nstate v = 0\n\
         state v_max = 0\nm = beta1*m + (1 - beta1)*g\nv = beta2*v + (1 - beta2)*(g*g)\n\
         v_max = max(v_max, v)\nW = W - lr*(m/(sqrt(v_max) + eps))",
    ),
];

fn run(method: impl Method) -> Vec<u64> {
    let mut optimizer: Optimizer<f64, _> = Optimizer::new(method).unwrap();
    let mut w = start::<f64>(300);
    for t in 0..20 {
        optimizer.step([("w", &mut w, &gradient::<f64>(300, t))]).unwrap();
    }
    w.iter().map(|w| w.to_bits()).collect()
}

#[test]
fn a_text_has_the_bits_of_the_librarys_method() {
    for (spec, text) in RULES {
        let rule = TextRule::parse(text).unwrap_or_else(|error| panic!("{spec}: {error}"));
        assert!(run(rule) == run(spec.parse::<Spec>().unwrap()), "{spec}");
    }
}

#[test]
fn a_text_reads_as_a_formula() {
    let text = |k: usize| TextRule::parse(RULES[k].1).unwrap().formula().unwrap().to_string();
    assert_eq!(text(0), "W ← W − lr·(g + λW)");
    assert_eq!(
        text(4),
        "v ← ρv + (1 − ρ)g²;  Δ = √(s + ε)/√(v + ε)·g;  s ← ρs + (1 − ρ)Δ²;  W ← W − Δ"
    );
    assert_eq!(text(6), "c = β₁m + (1 − β₁)g;  m ← β₂m + (1 − β₂)g;  W ← W − lr·(sign(c) + λW)");
    let replaced = TextRule::parse("a = 0.5\nW = a*W - g").unwrap();
    assert_eq!(replaced.formula().unwrap().to_string(), "W ← aW − g");
}

#[test]
fn w_may_be_replaced_and_assigned_in_steps() {
    let step = |text: &str| {
        let mut w = [4.0_f32, -8.0];
        let rule = TextRule::parse(text).unwrap_or_else(|error| panic!("{error}"));
        Optimizer::new(rule).unwrap().step([("w", &mut w, &[1.0, 2.0])]).unwrap();
        w
    };
    assert_eq!(step("W = 0.5*W - g"), [1.0, -6.0]);
    assert_eq!(step("W = W*0.5\nW = W - g"), [1.0, -6.0]);
    assert_eq!(step("W = 2"), [2.0, 2.0]);
    assert_eq!(step("W = g"), [1.0, 2.0]);
    assert_eq!(step("W = W - t*|W|"), [0.0, -16.0]);
    assert_eq!(step("W = -W"), [-4.0, 8.0]);
    assert_eq!(step("half = 1/2\nW = half*W"), [2.0, -4.0]);
}

#[test]
fn elementary_functions_have_the_values_of_pythons() {
    // Each beside what it is after the third step, from Python's math module.
    let cases = [
        ("exp(-0.1*t)", 0.740_818_220_681_717_9),
        ("log(t)", 1.098_612_288_668_109_8),
        ("ln(t)", 1.098_612_288_668_109_8),
        ("cos(t/10)", 0.955_336_489_125_606),
        ("0.96^(0.004*t)", 0.999_510_256_029_504_5),
        ("pow(0.9, t)", 0.729),
        ("0.9^t", 0.729),
        ("t^0.5", 1.732_050_807_568_877_2),
        ("2^3^2", 512.0),
        ("2^-t", 0.125),
        ("-2^2", -4.0),
        ("(-2)^t", -8.0),
        ("exp(-0.1*t*g)", 0.740_818_220_681_717_9),
        ("log(t*g)", 1.098_612_288_668_109_8),
        ("cos(g*t/10)", 0.955_336_489_125_606),
        ("(t*g)^0.5", 1.732_050_807_568_877_2),
        ("pow(g + g, t)", 8.0),
        ("atan2(g, t)", 0.321_750_554_396_642_2),
    ];
    for (text, expected) in cases {
        let rule = TextRule::parse(&format!("W = g*({text})")).unwrap();
        let printed = rule.formula().unwrap().to_rule().unwrap();
        for rule in [rule, TextRule::parse(&printed).unwrap()] {
            let mut optimizer = Optimizer::<f64, _>::new(rule).unwrap();
            let mut w = [0.0];
            for _ in 0..3 {
                optimizer.step([("w", &mut w, &[1.0])]).unwrap();
            }
            assert!((w[0] - expected).abs() < 1e-15 * expected.abs(), "{text}: {w:?}");
        }
    }
    let rule = TextRule::parse("gamma = 0.004\nW = W - g*0.96^(gamma*t)*exp(-t)*2^-t").unwrap();
    assert_eq!(rule.formula().unwrap().to_string(), "W ← W − g·0.96^(γt)·exp(−t)·2^(−t)");
}

/// Elementary functions and powers of the step, whole exponents included.
#[derive(Debug, Clone)]
struct Elementary;

impl Rule for Elementary {
    type State<N: Number> = ();
    type Constants<N: Number> = N;

    fn prepare<N: Number>(&self, t: N::Wide) -> N {
        let third = t / N::Wide::from_f64(3.0);
        let powers = third.powf(N::Wide::from_f64(7.0)) + third.powf(-third);
        N::from_wide(powers + t.exp().ln() * t.cos())
    }

    fn apply<N: Number>(&c: &N, g: N, w: N, (): &mut ()) -> N {
        c * g + g.abs().powf(c) + w.atan2(-(g * g).exp())
    }
}

#[test]
fn a_printed_rule_has_the_bits_of_elementary_functions() {
    let text = Elementary.formula().unwrap().to_rule().unwrap();
    assert!(run(TextRule::parse(&text).unwrap()) == run(Elementary), "{text}");
}

#[test]
fn comments_say_what_a_method_and_its_hyperparameters_are() {
    let text = "# Signed: only the sign counts. https://arxiv.org/abs/1802.04434\n\
                # Paper: Bernstein et al. (2018), signSGD, compressed, https://arxiv.org/abs/1802.04434\n\
                lr = 0.1  # how far\n# not this\nbeta1 = -1\nW = W - lr*sign(g) - beta1*g";
    let registry = Registry::empty().with_text("signed", text).unwrap();
    let entry = registry.entries().next().unwrap();
    assert_eq!((entry.name, entry.title), ("signed", "Signed"));
    assert_eq!(entry.summary, "only the sign counts. https://arxiv.org/abs/1802.04434");
    let paper = entry.paper.unwrap();
    assert_eq!((paper.authors, paper.year), ("Bernstein et al.", 2018));
    assert_eq!(paper.title, "signSGD, compressed");
    assert_eq!(paper.url, "https://arxiv.org/abs/1802.04434");
    let described = entry.hyperparameters();
    assert_eq!((described[0].0.meaning, described[1].0.meaning), ("how far", ""));
    let error = registry.spec("signed:lr=-1").unwrap_err().to_string();
    assert_eq!(error, "signed: lr=-1 is refused; lr is a finite number ≥ 0");
    assert!(registry.spec("signed:beta1=-2").is_ok());
}

#[test]
fn a_paper_is_read_as_it_is_displayed_and_anything_else_is_a_comment() {
    let entry_of = |comment: &str| {
        let text = format!("# {comment}\nW = W - g");
        let registry = Registry::empty().with_text("mine", &text).unwrap();
        let entry = registry.entries().next().unwrap();
        (entry.paper, entry.summary)
    };
    for entry in Registry::standard().entries() {
        let Some(paper) = entry.paper else { continue };
        assert_eq!(entry_of(&format!("Paper: {paper}")), (Some(paper), ""));
    }
    for comment in [
        "Paper: Kingma, Ba 2014, Adam, https://arxiv.org/abs/1412.6980",
        "Paper: Kingma, Ba (soon), Adam, https://arxiv.org/abs/1412.6980",
        "Paper: Kingma, Ba (2014), Adam, javascript:alert(1)",
        "Paper: Kingma, Ba (2014), https://arxiv.org/abs/1412.6980",
        "Kingma, Ba (2014), Adam, https://arxiv.org/abs/1412.6980",
    ] {
        let (paper, summary) = entry_of(comment);
        assert_eq!(paper, None, "{comment}");
        assert!(comment.ends_with(summary) && !summary.is_empty(), "{comment}: {summary}");
    }
}

#[test]
fn hyperparameters_of_a_text_can_be_set_and_scheduled() {
    let mut rule = TextRule::parse(RULES[0].1).unwrap();
    rule.set("lr", Value::Number(1.0)).unwrap();
    let error = rule.set("rl", Value::Number(1.0)).unwrap_err().to_string();
    assert!(error.starts_with("rule has no hyperparameter `rl` (did you mean `lr`?)"), "{error}");
    let builder =
        Optimizer::<f32, _>::builder(rule).schedule("lr", "step:size=1,gamma=0.5".parse().unwrap());
    let (mut optimizer, mut w) = (builder.build().unwrap(), [0.0_f32]);
    optimizer.step([("w", &mut w, &[1.0])]).unwrap();
    assert_eq!(w, [-1.0]);
    optimizer.step([("w", &mut w, &[1.0])]).unwrap();
    assert_eq!(w, [-1.495]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_text() {
    assert!(TextRule::parse("\u{feff}lr = 0.1\nW = W - lr*g\n").is_ok());
}

/// Written out, it would have 2⁴⁰ operations.
#[test]
fn powers_of_powers_are_shown_by_name() {
    let mut text = "lr = 0.5\na0 = pow(lr, t)\n".to_owned();
    for k in 1..40 {
        text += &format!("a{k} = pow(a{}, a{})\n", k - 1, k - 1);
    }
    let rule = TextRule::parse(&(text + "W = W - a39*g\n")).unwrap();
    let formula = rule.formula().unwrap();
    assert!(formula.to_string().starts_with("a₀ = lrᵗ;  a₁ = a₀^a₀;  "), "{formula}");
    let step = formula.work(2, &[1.0], &[1.0], &formula.start(1), f64::NAN);
    assert_eq!(step.lines[1].with_numbers(0).to_string(), "a₁ = 0.25^0.25");
}

#[test]
fn bars_within_bars_are_written_out() {
    let rule = TextRule::parse("W = W - abs(g - 2*abs(g))").unwrap();
    assert_eq!(rule.formula().unwrap().to_string(), "W ← W − abs(g − 2·|g|)");
}

#[test]
fn a_file_is_a_spec_wherever_one_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lion.rule");
    std::fs::write(&path, RULES[6].1).unwrap();
    let text = format!("{}:lr=0.2", path.display());
    let spec = Registry::standard().spec(&text).unwrap();
    assert_eq!(spec.to_string(), text);
    assert!(run(spec) == run("lion:lr=0.2,weight_decay=0.01".parse::<Spec>().unwrap()));

    std::fs::write(&path, "W = W - lr*g").unwrap();
    let error = text.parse::<Spec>().unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}:1:9: `lr` is not defined", path.display())), "{error}");
    std::fs::write(&path, b"W = \xff").unwrap();
    let error = text.parse::<Spec>().unwrap_err().to_string();
    assert_eq!(error, format!("cannot read {}: byte 4 is not UTF-8 text", path.display()));
    let error = "none.rule".parse::<Spec>().unwrap_err().to_string();
    assert!(error.starts_with("cannot read none.rule: "), "{error}");
}

/// Every elementwise method, written as text and read again; a first step of its own is not written.
#[test]
fn a_method_written_as_text_has_the_same_bits() {
    let mut written = 0;
    for spec in elementwise_specs() {
        let method: Spec = spec.parse().unwrap();
        let Some(text) = method.formula().unwrap().to_rule() else {
            // Powers of other than t, products and choices have no words in the text.
            const UNWRITTEN: [&str; 6] =
                ["nadam", "nadamw", "optimistic-adam", "radam", "acprop", "grokfast"];
            let is_first = !method.formula().unwrap().first_step().is_empty();
            assert!(is_first || UNWRITTEN.contains(&spec), "{spec}");
            continue;
        };
        let rule = TextRule::parse(&text).unwrap_or_else(|error| panic!("{spec}: {error}\n{text}"));
        assert!(run(rule.clone()) == run(method.clone()), "{spec}\n{text}");
        let (ours, again) = (method.formula().unwrap(), rule.formula().unwrap());
        // The text has no letters of its own, as Momentum has in the registry.
        let registry = Registry::standard();
        let name = spec.split(':').next().unwrap();
        let entry = registry.entries().find(|entry| entry.name == name).unwrap();
        if entry.letters.is_empty() {
            assert_eq!(again.to_string(), ours.to_string(), "{spec}");
        }
        written += 1;
    }
    assert!(written > 35);
    assert!("lars".parse::<Spec>().unwrap().formula().unwrap().to_rule().is_none());
}

#[test]
fn what_is_written_as_text_has_every_digit_and_names_that_are_free() {
    let written = |text: &str| TextRule::parse(text).unwrap().formula().unwrap().to_rule();
    assert_eq!(written("a = 0\nW = W - g*(1/3 + a)").unwrap(), "W = W - g*(1/3)\n");
    assert_eq!(
        written("u = 0.5\nx = g*W\nW = W - u*(x + g)*(x + g)").unwrap(),
        "u = 0.5\nx = g*W\nu2 = x + g\nW = W - u*u2*u2\n"
    );
    assert_eq!(
        written("kept = 2^-0.1\nW = W - g/(1 - kept^t)").unwrap(),
        "W = W - g/(1 - 0.9330329915368074^t)\n"
    );
    assert_eq!(
        written("half_life = 30\nkept = 2^(-1/half_life)\nW = W - g/(1 - kept^t)").unwrap(),
        "half_life = 30\nkept = pow(2, -1/half_life)\nW = W - g/(1 - kept^t)\n"
    );
    assert_eq!(written("W = W - g/0*0.1"), Some("W = W - g/0*0.1\n".to_owned()));
    assert_eq!(written("W = W - g*(1/0)"), Some("W = W - g*(1/0)\n".to_owned()));
    // No text says this.
    assert_eq!(written("a = 1\nstate m = 0\nm = a\nW = m*g"), None);
}

#[test]
fn two_values_of_one_name_cannot_be_written_as_text() {
    let twice = |first: f64, second: f64| {
        let chain = chain!(ScaleByLearningRate::new(first), ScaleByLearningRate::new(second));
        chain.formula().unwrap().to_rule()
    };
    assert_eq!(twice(0.5, 0.25), None);
    let text = twice(0.5, 0.5).unwrap();
    assert_eq!(text.matches("lr = 0.5").count(), 1, "{text}");
    let chain = chain!(ScaleByLearningRate::new(0.5), ScaleByLearningRate::new(0.5));
    assert!(run(TextRule::parse(&text).unwrap()) == run(chain), "{text}");
}

#[test]
fn a_checkpoint_carries_the_text() {
    let folder = tempfile::tempdir().unwrap();
    let [rule, other, saved] =
        ["lion.rule", "momentum.rule", "run.safetensors"].map(|name| folder.path().join(name));
    std::fs::write(&rule, RULES[6].1).unwrap();
    std::fs::write(&other, RULES[1].1).unwrap();
    let spec: Spec = format!("{}:lr=0.2", rule.display()).parse().unwrap();
    let group = format!("bias: {}", other.display());
    let builder = || {
        let group = thalweg::Group::parse(&group).unwrap();
        Optimizer::<f64, _>::builder(spec.clone()).group(group).build()
    };
    let (mut whole, mut w, mut bias) = (builder().unwrap(), [1.0, 2.0], [3.0]);
    let step = |optimizer: &mut Optimizer<f64>, w: &mut [f64; 2], bias: &mut [f64; 1], t: usize| {
        let g = gradient::<f64>(3, t);
        optimizer.step([("w", &mut w[..], &g[..2]), ("bias", &mut bias[..], &g[2..])]).unwrap();
    };
    step(&mut whole, &mut w, &mut bias, 0);
    whole.save(&saved).unwrap();
    let (mut again_w, mut again_bias) = (w, bias);
    step(&mut whole, &mut w, &mut bias, 1);

    // Both files are gone.
    std::fs::remove_file(&rule).unwrap();
    std::fs::remove_file(&other).unwrap();
    let mut resumed = Optimizer::<f64>::open(&saved).unwrap();
    step(&mut resumed, &mut again_w, &mut again_bias, 1);
    assert_eq!((w, bias), (again_w, again_bias));

    // A file that has changed since is said to have.
    std::fs::write(&rule, RULES[6].1.replace("0.99", "0.9")).unwrap();
    std::fs::write(&other, RULES[1].1).unwrap();
    let changed: Spec = format!("{}:lr=0.2", rule.display()).parse().unwrap();
    let group = thalweg::Group::parse(&group).unwrap();
    let mut changed = Optimizer::<f64, _>::builder(changed).group(group).build().unwrap();
    let error = changed.load(&saved).unwrap_err().to_string();
    assert!(
        error.contains(&format!("line 3 of {}", rule.display()))
            && error.contains("beta2 = 0.99")
            && error.contains("beta2 = 0.9"),
        "{error}"
    );
}
