//! What must be true of a study, on budgets that take seconds.

use candle_core::Tensor;
use thalweg::Spec;
use thalweg_nn::compare::{Comparison, Task, Training, methods};
use thalweg_nn::data::{Dataset, Samples, Source, Split};
use thalweg_nn::network::Network;

use super::arguments::Arguments;
use super::candidate::{Candidate, METHODS, Rate, SCHEDULED, warmup_cosine};
use super::report::Report;
use super::study::{self, Budget, Measured, Outcome, TestData, Tuned, TuningData, grid};
use super::task::Named;

const BUDGET: Budget = Budget { rates: 3, seeds: 2 };

fn read(words: &str) -> Result<Arguments, clap::Error> {
    Arguments::read(["which_optimizer"].into_iter().chain(words.split_whitespace()).map(Into::into))
}

fn candidates(specs: &[&str]) -> Vec<Candidate> {
    let candidate =
        |spec: &&str| Candidate::new(Spec::parse(spec).unwrap(), Rate::Constant).unwrap();
    specs.iter().map(candidate).collect()
}

/// Tunes and measures on a few of the digits.
fn quick(
    specs: &[&str],
    (tuning, test): (&TuningData, &TestData),
    budget: Budget,
) -> (Vec<Tuned>, Vec<Option<Measured>>) {
    let (setup, candidates) = (Named::Digits.setup(true), candidates(specs));
    let tuned = study::tune(&setup, tuning, &candidates, budget, &|| ()).unwrap();
    let measured = study::measure(&setup, test, &candidates, &tuned, budget, &|| ()).unwrap();
    (tuned, measured)
}

fn rows(samples: &Samples) -> Vec<(Vec<f32>, u32)> {
    let labels = samples.labels().unwrap();
    labels.into_iter().enumerate().map(|(i, label)| (samples.row(i).unwrap(), label)).collect()
}

#[test]
fn every_method_has_the_same_trials_and_the_one_with_the_least_loss_is_chosen() {
    let (tuning, test) = Named::Digits.data(true).unwrap();
    let budget = Budget { rates: 9, ..BUDGET };
    // The rates of sgd are so high that some of its runs diverge.
    let (tuned, measured) = quick(&["adam:lr=0.003", "sgd:lr=100"], (&tuning, &test), budget);
    for (tuned, centre) in tuned.iter().zip([0.003, 100.0]) {
        let rates: Vec<f64> = tuned.trials().iter().map(|trial| trial.rate).collect();
        assert_eq!(rates, grid(centre, 9));
    }
    for (tuned, measured) in tuned.iter().zip(&measured) {
        let mut least = (f64::INFINITY, f64::NAN);
        for trial in tuned.trials() {
            if let Outcome::Finished { loss, .. } = trial.validation
                && loss < least.0
            {
                least = (loss, trial.rate);
            }
        }
        let measured = measured.as_ref().unwrap();
        assert_eq!((tuned.best().unwrap().rate, measured.rate), (least.1, least.1));
        let runs = [&measured.outcomes, &measured.lower, &measured.higher];
        assert_eq!(runs.map(Vec::len), [2, 2, 2]);
    }
    let diverged =
        |it: &Tuned| it.trials().iter().any(|it| matches!(it.validation, Outcome::Diverged { .. }));
    assert_eq!([diverged(&tuned[0]), diverged(&tuned[1])], [false, true]);
    assert!(!tuned[0].is_at_edge() && tuned[1].is_at_edge(), "{tuned:?}");
}

#[test]
fn a_grid_has_its_centre_in_the_middle_and_the_same_width_for_every_centre() {
    assert_eq!(grid(0.1, 5), [0.022, 0.046, 0.1, 0.22, 0.46]);
    assert_eq!(grid(0.003, 3), [0.0014, 0.003, 0.0065]);
    for text in METHODS {
        let centre = candidates(&[text])[0].centre;
        let rates = grid(centre, 7);
        assert_eq!((rates.len(), rates[3]), (7, centre), "{text}");
        assert!((rates[6] / rates[0] / 100.0 - 1.0).abs() < 0.05, "{text}: {rates:?}");
    }
}

#[test]
fn held_out_samples_are_training_samples_that_tuning_does_not_fit() {
    for task in [Named::Digits, Named::SmallBatch] {
        let (tuning, test) = task.data(false).unwrap();
        let [fitted, held_out] = tuning.parts().map(rows);
        assert_eq!((fitted.len(), held_out.len(), test.test.len()), (1077, 270, 450));
        assert_eq!([fitted, held_out].concat(), rows(&test.train));
    }
}

#[test]
fn test_samples_change_what_is_measured_and_nothing_of_what_is_tuned() {
    let (tuning, test) = Named::Digits.data(true).unwrap();
    let targets = test.test.labels().unwrap().into_iter().map(|class| (class + 1) % 10).collect();
    let targets = Tensor::from_vec(targets, test.test.len(), &candle_core::Device::Cpu).unwrap();
    let train = test.train.clone();
    let other = TestData { train, test: Samples { targets, ..test.test.clone() } };
    let specs = ["adam:lr=0.003", "sgd:lr=0.1"];
    let [one, two] = [&test, &other].map(|test| quick(&specs, (&tuning, test), BUDGET));
    assert_eq!(one.0, two.0);
    assert_ne!(one.1, two.1);
}

#[test]
fn a_method_that_diverges_is_ranked_last_and_reported() {
    let words =
        "--quick --tasks digits --with sgd:lr=1e30 --with adam:lr=0.003 --with lion:lr=3e-4";
    let report = super::study(Named::Digits, &read(words).unwrap()).unwrap();
    for findings in [&report.constant, &report.warmup_cosine] {
        let order: Vec<&str> = findings.iter().map(|it| it.method.as_str()).collect();
        assert_eq!((order.len(), order[2]), (3, "sgd"));
        assert!(findings[0].mean_loss() <= findings[1].mean_loss());
        assert_eq!((findings[2].mean_loss(), &findings[2].measured), (f64::INFINITY, &None));
    }
    assert_eq!(
        report.markdown().matches("| `sgd` | 0 | – | diverged at every rate | – |").count(),
        2
    );
    let json = serde_json::to_value(&report).unwrap();
    assert!(json["constant"][2]["trials"][0]["validation"]["diverged_at"].is_u64(), "{json}");
}

#[test]
fn a_method_that_diverges_with_one_seed_is_behind_all_that_do_not() {
    let finished = |loss: f64| Outcome::Finished { loss, accuracy: 0.9 };
    let with = |method: &str, outcomes: Vec<Outcome>| {
        let (lower, higher) = (outcomes.clone(), outcomes.clone());
        let measured = Some(Measured { rate: 0.1, outcomes, lower, higher });
        let method = method.to_owned();
        let finding = super::report::Finding {
            method,
            state_bytes: 4,
            trials: Vec::new(),
            is_at_edge: false,
            measured,
        };
        (Rate::Constant, finding)
    };
    let report = Report::new(
        ("digits", 1, 32),
        [
            with("unstable", vec![finished(0.1), Outcome::Diverged { diverged_at: 7 }]),
            with("poor", vec![finished(9.0), finished(9.5)]),
            with("good", vec![finished(0.2), finished(0.3)]),
        ],
    );
    let order: Vec<&str> = report.constant.iter().map(|it| it.method.as_str()).collect();
    assert_eq!(order, ["good", "poor", "unstable"]);
    let text = report.markdown();
    assert!(text.contains("| `unstable` | 4 | 0.1 | 1 of 2 diverged | – | – |"), "{text}");
    assert!(text.contains("| `good` | 4 | 0.1 | 0.2500 ± 0.0707 | 90.00 ± 0.00 | – |"), "{text}");
    // 9.25 − 0.25, and t = 12.7062 with differences 8.8 and 9.2: 12.7062 · 0.2828 / √2.
    assert!(text.contains("| +9.0000 ± 2.5412 |"), "{text}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let (tuning, test) = Named::Digits.data(true).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| quick(&["adam:lr=0.003", "dog"], (&tuning, &test), BUDGET))
    };
    assert_eq!(on(1), on(3));
}

/// As `thalweg train --with adamw:lr=0.003 --epochs 10 --batch 32 --seed 1` does it.
#[test]
fn the_run_with_seed_1_on_the_digits_is_one_of_thalweg_train() {
    let (tuning, test) = Named::Digits.data(false).unwrap();
    let (setup, candidates) = (Named::Digits.setup(false), candidates(&["adamw:lr=0.003"]));
    let budget = Budget { rates: 1, seeds: 2 };
    let tuned = study::tune(&setup, &tuning, &candidates, budget, &|| ()).unwrap();
    let measured = study::measure(&setup, &test, &candidates, &tuned, budget, &|| ()).unwrap();

    let digits = Dataset::load(&Source::Digits, &Split { seed: 1, ..Split::default() }).unwrap();
    let network: Network = "mlp:100,100".parse().unwrap();
    let task = Task::classification(move |vars| network.build(&vars, 64, 10));
    let training = Training { epochs: 10, batch: 32, seed: 1 };
    let methods = methods(&["adamw:lr=0.003"]).unwrap();
    let mut direct =
        Comparison::new(&digits.train, &digits.test, task, &methods, training).unwrap();
    let mut last = None;
    while let Some(mut tick) = direct.advance().unwrap() {
        last = tick.epochs.pop().or(last);
    }
    let last = last.unwrap();
    let expected = Outcome::Finished { loss: last.test_loss, accuracy: last.test_accuracy };
    assert_eq!(measured[0].as_ref().unwrap().outcomes[0], expected);
    assert!(last.test_accuracy > 0.9);
}

#[test]
fn sorting_is_studied_with_and_without_a_schedule() {
    let words = "--quick --tasks sorting --with adamw:lr=0.003";
    let report = super::study(Named::Sorting, &read(words).unwrap()).unwrap();
    let [constant, scheduled] = [&report.constant[0], &report.warmup_cosine[0]];
    assert_eq!((constant.trials.len(), scheduled.trials.len()), (3, 3));
    assert!(constant.mean_loss() < 2.4 && scheduled.mean_loss() < 2.4);
    assert_ne!(constant.mean_loss(), scheduled.mean_loss());
}

#[test]
fn the_schedule_rises_over_a_tenth_and_falls_to_nothing() {
    let schedule = warmup_cosine(430).unwrap();
    assert_eq!(schedule.to_string(), "warmup:steps=43 then cosine:steps=387");
    assert_eq!(schedule.value(43, 0.1), 0.1);
    assert!(schedule.value(429, 0.1) < 1e-5);
}

#[test]
fn the_methods_of_the_guide_have_rates_to_tune() {
    let arguments = read("").unwrap();
    assert_eq!(arguments.candidates(Rate::Constant).unwrap().len(), METHODS.len());
    assert_eq!(arguments.candidates(Rate::WarmupCosine).unwrap().len(), SCHEDULED.len());
    assert_eq!(arguments.tasks(), [Named::Digits, Named::SmallBatch, Named::Sorting]);
    assert_eq!(arguments.budget(), Budget { rates: 7, seeds: 5 });
    assert_eq!(read("--quick --seeds 3").unwrap().budget(), Budget { rates: 3, seeds: 3 });
    let one = read("--with adamw:cautious=true,lr=0.1").unwrap();
    let one = &one.candidates(Rate::WarmupCosine).unwrap()[0];
    assert_eq!((one.label.as_str(), one.centre), ("adamw:cautious=true", 0.1));
}

#[test]
fn wrong_arguments_are_refused_in_a_sentence_with_exit_code_2() {
    let cases = [
        ("--with adm", "there is no optimizer `adm`"),
        ("--with adam:lr=0", "lr is 0; rates are tried around it, so it must be above 0"),
        ("--with polyak-sgd", "polyak-sgd has no lr, so there is no rate to tune"),
        ("--with adam --with adam:lr=0.1", "two methods are `adam`, apart from lr"),
        ("--tasks mnist", "[possible values: digits, small-batch, sorting]"),
        ("--seeds 1", "1 is not in 2..=20"),
        ("--rates 3", "unexpected argument '--rates'"),
    ];
    for (words, says) in cases {
        let error = read(words).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{words}");
        assert!(error.to_string().contains(says), "{words}: {error}");
    }
}
