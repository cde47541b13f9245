//! Races: who wins, by what, and what is said about it.

use serde_json::Value as Json;
use thalweg_lab::descent::Format;
use thalweg_lab::methods::registry;
use thalweg_lab::problem::Problem;
use thalweg_lab::race::{Contender, Plan, Race, RaceError, entry, everyone};
use thalweg_lab::run::{Noise, Precision, Run, Setting};

fn plan(problem: &Problem, steps: usize) -> Plan {
    let setting = Setting::default();
    Plan { starts: vec![problem.start], steps, setting, seeds: 1, target: None }
}

fn noisy(problem: &Problem, steps: usize, seeds: usize) -> Plan {
    let noise = Some(Noise { deviation: 0.5, seed: 3 });
    Plan { setting: Setting { noise, ..Setting::default() }, seeds, ..plan(problem, steps) }
}

fn race(on: &str, with: &[&str], plan: impl Fn(&Problem) -> Plan) -> Race {
    let problem = Problem::parse(on).unwrap();
    let entries = with.iter().map(|text| entry(&registry(), text).unwrap()).collect();
    Race::new(&problem, entries, plan(&problem), &|| {}).unwrap()
}

fn specs(race: &Race) -> Vec<String> {
    race.contenders.iter().map(|it| it.result.spec.to_string()).collect()
}

#[test]
fn the_best_rate_of_sgd_is_the_one_that_theory_knows() {
    // Both directions shrink alike at 2/(L + μ) = 0.952; the nearest of these is 0.95.
    let with = ["sgd:lr=0.5/0.8/0.9/0.95/1.0/1.05"];
    let race = race("ravine", &with, |problem| Plan { target: Some(1e-12), ..plan(problem, 2000) });
    assert_eq!(specs(&race), ["sgd:lr=0.95"]);
    let [contender] = &race.contenders[..] else { panic!() };
    // Every value from then on is below the target.
    let problem = Problem::named("ravine").unwrap();
    let run =
        Run::new(&problem, &contender.result.spec, problem.start, 2000, Precision::F64).unwrap();
    let reached = contender.result.outcomes[0].reached_at.unwrap();
    assert!(run.values[reached..].iter().all(|&value| value <= race.targets[0]));
    assert!(run.values[reached - 1] > race.targets[0]);
    assert_eq!(contender.result.outcomes[0].value, run.last_value());
}

#[test]
fn to_fly_past_the_minimum_is_not_to_reach_it() {
    // At the first step W = (0, 0) + a jump: Adam with a rate of 7 passes the minimum of x² and comes back.
    let on = "x^2 + y^2";
    let start = |problem: &Problem| Plan { starts: vec![[7.0, 7.0]], ..plan(problem, 200) };
    let race = race(on, &["adam:lr=7"], start);
    let reached = race.contenders[0].result.outcomes[0].reached_at;
    assert!(reached.is_none_or(|step| step > 2), "{reached:?}");
}

#[test]
fn every_method_is_tuned_and_those_that_cannot_run_are_left_out() {
    let problem = Problem::named("ravine").unwrap();
    let entries = everyone(&registry()).unwrap();
    let count = entries.len();
    assert!(count > 60);
    assert!(entries.iter().all(|it| !it.text.ends_with("printed")));
    let settings: usize = entries.iter().map(|it| it.specs.len()).sum();
    let told = std::sync::atomic::AtomicUsize::new(0);
    let tell = || {
        told.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    };
    let race = Race::new(&problem, entries, plan(&problem, 60), &tell).unwrap();
    assert_eq!(race.contenders.len() + race.left_out.len(), count);
    // A thousandth of the first value.
    assert!((race.targets[0] - 6.45e-3).abs() < 1e-15);
    assert_eq!(told.into_inner(), settings);
    let find = |name: &str| -> &Contender {
        race.contenders.iter().find(|it| it.sweep.base.entry().name == name).unwrap()
    };
    assert_eq!(find("adam").trials.len(), 21);
    // Its own rate of 0.001 hardly moves in sixty steps.
    assert!(find("adam").untuned.as_ref().unwrap().outcomes[0].reached_at.is_none());
    assert!(find("adam").result.outcomes[0].reached_at.is_some());
    // Who is ahead has reached the target before those behind.
    let steps: Vec<_> =
        race.contenders.iter().map(|it| it.result.outcomes[0].reached_at.unwrap_or(999)).collect();
    assert!(steps.is_sorted(), "{steps:?}");
}

#[test]
fn the_same_race_gives_the_same_files_on_any_number_of_threads() {
    let files = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let race = race("rosenbrock", &["sgd:lr=1e-4..1e-2:log5", "adam", "lion"], |problem| {
                noisy(problem, 50, 3)
            });
            [Format::Json, Format::Csv, Format::Svg, Format::Html].map(|f| race.render(f).unwrap())
        })
    };
    assert!(files(1) == files(3));
}

#[test]
fn with_noise_settings_are_compared_on_seeds_that_the_choice_has_not_seen() {
    let race = race("ravine", &["sgd:lr=0.1/0.3/0.9", "adam"], |problem| noisy(problem, 100, 4));
    for it in &race.contenders {
        let (chosen, result) = (&it.trials[it.best], &it.result);
        assert_eq!((chosen.outcomes.len(), result.outcomes.len()), (4, 4));
        assert_eq!(chosen.spec, result.spec);
        for outcome in &result.outcomes {
            assert!(chosen.outcomes.iter().all(|other| other.value != outcome.value));
        }
    }
    // A run of the result is one of `descend` with that seed.
    let problem = Problem::named("ravine").unwrap();
    let first = &race.contenders[0].result;
    let setting = noisy(&problem, 100, 4).setting;
    let run = Run::new(&problem, &first.spec, problem.start, 100, setting).unwrap();
    let end = run.values[91..].iter().sum::<f64>() / 10.0;
    assert!((end - first.outcomes[0].value).abs() < 1e-12);
}

#[test]
fn what_noise_hides_is_not_called_a_difference() {
    let with =
        ["momentum:lr=0.01,momentum=0.9", "momentum:lr=0.01,momentum=0.901", "sgd:lr=0.0001"];
    let race =
        race("ravine", &with, |problem| Plan { target: Some(1.0), ..noisy(problem, 300, 6) });
    let rows = race.rows();
    assert_eq!(rows[0].rank, "1");
    assert_eq!(rows[1].rank, "=1");
    assert_eq!((rows[2].rank.as_str(), rows[2].spec.as_str()), ("3", "sgd:lr=0.0001"));
    assert!(race.verdict().contains("cannot be told apart from it"), "{}", race.verdict());
}

#[test]
fn files_have_every_setting() {
    let race = race("x^2 + y^4", &["sgd:lr=0.01/0.1/10000000000", "adam:lr=0.1"], |problem| {
        plan(problem, 40)
    });
    let json: Json = serde_json::from_slice(&race.render(Format::Json).unwrap()).unwrap();
    let sgd = json["methods"].as_array().unwrap().iter().find(|it| it["method"] == "sgd").unwrap();
    assert_eq!(sgd["trials"].as_array().unwrap().len(), 3);
    let diverged = &sgd["trials"][2]["runs"][0];
    assert_eq!((&diverged["value"], &diverged["gap"]), (&Json::Null, &Json::Null));
    assert!(diverged["diverged_at"].is_u64() && json["verdict"].is_string());
    let csv = String::from_utf8(race.render(Format::Csv).unwrap()).unwrap();
    assert_eq!(csv.lines().count(), 5);
    assert_eq!(csv.lines().filter(|line| line.contains(",true,")).count(), 2);
    let page = String::from_utf8(race.render(Format::Html).unwrap()).unwrap();
    assert!(page.contains("What tuning found") && page.contains(&race.verdict()));
    assert!(race.rates().is_some());
}

#[test]
fn what_cannot_be_raced_is_refused() {
    let problem = Problem::parse("sqrt(x)").unwrap();
    let entries = vec![entry(&registry(), "sgd").unwrap()];
    let at = |start| Plan { starts: vec![start], ..plan(&problem, 10) };
    let error = Race::new(&problem, entries.clone(), at([-1.0, 0.0]), &|| {}).unwrap_err();
    assert!(error.to_string().contains("start where it is finite"), "{error}");
    let error = Race::new(&problem, Vec::new(), at([1.0, 0.0]), &|| {}).unwrap_err();
    assert_eq!(error, RaceError::Empty);
}
