//! What a run records, how it ends, and what is left of it as data.

use thalweg::{Number, Optimizer, Rule, Spec, chain, rules::ScaleByLearningRate};
use thalweg_lab::Point;
use thalweg_lab::descent::{Descent, Format};
use thalweg_lab::problem::Problem;
use thalweg_lab::record::Record;
use thalweg_lab::run::{Noise, Precision, Run, RunError, Setting};

const PRECISIONS: [Precision; 2] = [Precision::F32, Precision::F64];

fn ravine() -> Problem {
    Problem::named("ravine").unwrap()
}

fn on(problem: &Problem, spec: &str, steps: usize, precision: Precision) -> Run {
    let spec: Spec = spec.parse().unwrap();
    Run::new(problem, &spec, problem.start, steps, precision).unwrap()
}

fn is_f32(point: &Point) -> bool {
    point.iter().all(|&x| f64::from(x as f32) == x)
}

fn bits(points: &[Point]) -> Vec<[u64; 2]> {
    points.iter().map(|point| point.map(f64::to_bits)).collect()
}

#[test]
fn a_run_records_the_start_and_every_step() {
    for precision in PRECISIONS {
        let run = on(&ravine(), "adam:lr=0.3,amsgrad=true", 17, precision);
        assert_eq!((run.points.len(), run.values.len(), run.gradients.len()), (18, 18, 18));
        let names: Vec<&str> = run.state.iter().map(|slot| slot.name.as_str()).collect();
        assert_eq!(names[..2], ["m", "v"]);
        assert_eq!(names.len(), 3);
        assert!(run.state.iter().all(|slot| slot.values.len() == 18));
        assert_eq!((run.points[0], run.steps(), run.diverged_at), ([-7.0, 2.0], 17, None));
    }
}

#[test]
fn values_and_gradients_are_the_problems_at_the_points() {
    for name in ["ravine", "himmelblau", "goldstein-price", "ackley"] {
        let problem = Problem::named(name).unwrap();
        for precision in PRECISIONS {
            let run = on(&problem, "adam:lr=0.1", 20, precision);
            for (t, &point) in run.points.iter().enumerate() {
                assert_eq!(run.values[t].to_bits(), problem.value(point).to_bits());
                assert_eq!(bits(&run.gradients[t..=t]), bits(&[problem.gradient(point)]));
            }
        }
    }
}

/// Algorithm 1 of Adam (Kingma, Ba, 2015), its moments formed anew from the recorded gradients.
#[test]
fn state_slots_are_indexed_by_the_step() {
    let run = on(&ravine(), "adam:lr=0.3", 30, Precision::F64);
    let (m, v) = (run.slot("m").unwrap(), run.slot("v").unwrap());
    assert_eq!((m.values[0], v.values[0]), ([0.0; 2], [0.0; 2]));
    for i in 0..2 {
        let (mut first, mut second) = (0.0, 0.0);
        for t in 1..=30 {
            let g = run.gradients[t - 1][i];
            first = 0.9 * first + (1.0 - 0.9) * g;
            second = 0.999 * second + (1.0 - 0.999) * g * g;
            assert!((m.values[t][i] - first).abs() <= 1e-14 * g.abs().max(1.0), "m at {t}");
            assert!((v.values[t][i] - second).abs() <= 1e-14 * (g * g).max(1.0), "v at {t}");
        }
    }
}

#[test]
fn a_slot_that_does_not_start_at_zero_is_recorded_as_it_starts() {
    let run = on(&ravine(), "adagrad:initial_accumulator=0.25", 3, Precision::F64);
    assert_eq!(run.state.len(), 1);
    assert_eq!(run.state[0].values[0], [0.25; 2]);
    let [dx, dy] = run.gradients[0];
    assert_eq!(run.state[0].values[1], [0.25 + dx * dx, 0.25 + dy * dy]);
}

#[test]
fn a_run_in_f32_has_points_and_state_that_are_f32_numbers() {
    for spec in ["adam:lr=0.3", "momentum:lr=0.1", "adadelta"] {
        let run = on(&ravine(), spec, 30, Precision::F32);
        assert!(run.points.iter().all(is_f32), "{spec}");
        assert!(run.state.iter().flat_map(|slot| &slot.values).all(is_f32), "{spec}");
        assert!(!on(&ravine(), spec, 30, Precision::F64).points.iter().all(is_f32), "{spec}");
    }
}

#[test]
fn a_run_in_f32_steps_as_f32_arithmetic_does() {
    let (mut w, lr) = ([-7.0_f32, 2.0], 0.1_f32);
    for point in on(&ravine(), "sgd:lr=0.1", 30, Precision::F32).points {
        assert_eq!(point, w.map(f64::from));
        let g = ravine().gradient(point).map(|g| g as f32);
        w = [w[0] - lr * g[0], w[1] - lr * g[1]];
    }
}

#[test]
fn a_run_in_f32_starts_at_the_nearest_f32_point() {
    let spec: Spec = "sgd".parse().unwrap();
    let run = Run::new(&ravine(), &spec, [0.1, -0.3], 1, Precision::F32).unwrap();
    assert_eq!(run.points[0], [f64::from(0.1_f32), f64::from(-0.3_f32)]);
}

/// At a rate of 10, y is multiplied by −19 and f by 361 each step.
#[test]
fn a_run_ends_before_the_first_point_or_value_that_is_not_finite() {
    for (precision, at_most) in [(Precision::F64, 125), (Precision::F32, 31)] {
        let run = on(&ravine(), "sgd:lr=10", 500, precision);
        let end = run.diverged_at.unwrap();
        assert!((20..=at_most).contains(&end), "{end}");
        assert_eq!((run.points.len(), run.values.len(), run.steps()), (end, end, end - 1));
        assert!(run.points.iter().flatten().all(|x| x.is_finite()));
        assert!(run.values.iter().all(|value| value.is_finite()));
        let y = -19.0 * run.last_point()[1];
        let fits = match precision {
            Precision::F32 => (y as f32).is_finite(),
            Precision::F64 => ravine().value([0.0, y]).is_finite(),
        };
        assert!(!fits, "f is finite at {y}");
    }
}

#[test]
fn a_video_has_a_frame_per_step_until_it_would_be_too_long() {
    let video = |steps| {
        let spec: Spec = "adam:lr=0.01".parse().unwrap();
        let problem = ravine();
        let start = problem.start;
        let descent = Descent::new(&problem, &[spec], start, steps, Precision::F64).unwrap();
        let mp4 = descent.render(Format::Mp4).unwrap();
        re_mp4::Mp4::read_bytes(&mp4).unwrap().tracks()[&1].samples.len()
    };
    // The start, the steps, and nine frames more for which the last one is held.
    assert_eq!(video(500), 1 + 500 + 9);
    assert_eq!(video(3001), 1 + 1501 + 9);
}

#[test]
fn a_run_may_diverge_at_its_first_step() {
    for (precision, spec) in [(Precision::F64, "sgd:lr=1e300"), (Precision::F32, "sgd:lr=1e38")] {
        let run = on(&ravine(), spec, 30, precision);
        assert_eq!((run.diverged_at, run.points), (Some(1), vec![[-7.0, 2.0]]));
    }
}

#[test]
fn a_gradient_that_is_not_finite_ends_a_run_where_it_was_needed() {
    // √x has an infinite slope at 0, where x arrives in one step of a half at its slope of 1.
    let problem = Problem::new("root", "", |[x, _]: Point| x, |[x, _]| [1.0 / x.sqrt(), 0.0]);
    let spec: Spec = "sgd:lr=1".parse().unwrap();
    let run = Run::new(&problem, &spec, [1.0, 0.0], 30, Precision::F64).unwrap();
    assert_eq!((run.diverged_at, run.points), (Some(2), vec![[1.0, 0.0], [0.0, 0.0]]));
    assert_eq!(run.gradients[1][0], f64::INFINITY);
}

#[test]
fn a_run_that_diverges_leaves_the_others_as_they_are_alone() {
    let specs = ["adam:lr=0.3", "sgd:lr=10", "momentum:lr=0.1"];
    let parsed: Vec<Spec> = specs.iter().map(|spec| spec.parse().unwrap()).collect();
    let problem = ravine();
    let descent = Descent::new(&problem, &parsed, problem.start, 400, Precision::F64).unwrap();
    assert!(descent.runs[1].diverged_at.is_some());
    for (run, spec) in descent.runs.iter().zip(specs) {
        assert_eq!(*run, on(&problem, spec, 400, Precision::F64));
    }
}

#[test]
fn a_start_without_a_value_is_an_error() {
    let problem = Problem::parse("log(x)").unwrap();
    let spec: Spec = "sgd".parse().unwrap();
    for start in [[-1.0, 0.0], [0.0, 0.0], [f64::NAN, 1.0], [1.0, f64::INFINITY]] {
        let run = Run::new(&problem, &spec, start, 3, Precision::F64);
        assert!(matches!(run, Err(RunError::Start { .. })), "{start:?}");
    }
}

/// Lion (Chen et al., 2023), <https://arxiv.org/abs/2302.06675>, as a user would write it.
#[derive(Clone)]
struct Lion;

impl Rule for Lion {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 4];
    const SLOT_NAMES: &'static [&'static str] = &["m"];

    fn prepare<N: Number>(&self, _t: N::Wide) -> [N; 4] {
        [0.9, 0.1, 0.99, 0.01].map(N::from_f64)
    }

    #[inline(always)]
    fn apply<N: Number>(&[b1, f1, b2, f2]: &[N; 4], g: N, _w: N, [m]: &mut [N; 1]) -> N {
        let u = (b1 * *m + f1 * g).sign();
        *m = b2 * *m + f2 * g;
        u
    }
}

/// Steps of 1/8 are exact in both number types.
#[test]
fn a_rule_of_the_users_runs_in_both_precisions() {
    let lion = chain!(Lion, ScaleByLearningRate::new(0.125));
    for precision in PRECISIONS {
        let run = Run::new(&ravine(), &lion, [-7.0, 2.0], 12, precision).unwrap();
        let straight: Vec<Point> =
            (0..=12).map(|t| [-7.0 + 0.125 * f64::from(t), 2.0 - 0.125 * f64::from(t)]).collect();
        assert_eq!(run.points, straight);
        let m = &run.slot("m").unwrap().values;
        assert_eq!((m.len(), m[0]), (13, [0.0, 0.0]));
        assert!(
            (m[1][1] - 0.04).abs() < 1e-8 && m.iter().all(is_f32) == (precision == Precision::F32)
        );
    }
}

#[test]
fn a_rule_of_the_users_takes_the_same_steps_as_in_an_optimizer() {
    let lion = chain!(Lion, ScaleByLearningRate::new(0.3));
    let run = Run::new(&ravine(), &lion, [-7.0, 2.0], 40, Precision::F64).unwrap();
    let mut optimizer: Optimizer<f64, _> = Optimizer::new(lion).unwrap();
    let mut w = [-7.0, 2.0];
    for point in &run.points {
        assert_eq!(*point, w);
        optimizer.step([("w", &mut w, &ravine().gradient(*point))]).unwrap();
    }
}

#[test]
fn a_rule_of_the_users_is_drawn_as_every_kind_of_file() {
    let lions = [0.1, 0.2].map(|lr| chain!(Lion, ScaleByLearningRate::new(lr)));
    let problem = ravine();
    let descent = Descent::among(&problem, &lions, &[problem.start], 5, Precision::F32).unwrap();
    for extension in Format::EXTENSIONS {
        let format = Format::of(format!("run.{extension}").as_ref()).unwrap();
        assert_eq!(format.extension(), extension);
        assert!(descent.render(format).unwrap().len() > 500, "{extension}");
    }
}

/// The numbers of every list of pairs of this name in a JSON text, read by the standard library.
fn pairs(json: &str, name: &str) -> Vec<Point> {
    let opening = format!("\"{name}\":[[");
    let lists = json.split(&opening).skip(1);
    let pairs = lists.flat_map(|list| list.split("]]").next().unwrap().split("],["));
    pairs
        .map(|pair| {
            let (x, y) = pair.split_once(',').unwrap();
            [x, y].map(|number| number.parse().unwrap())
        })
        .collect()
}

fn json(problem: &Problem, run: &Run, steps: usize, precision: Precision) -> String {
    let none: &[thalweg::Spec] = &[];
    let mut descent = Descent::among(problem, none, &[problem.start], steps, precision).unwrap();
    descent.runs = vec![run.clone()];
    Record::new(&descent).json()
}

#[test]
fn json_gives_every_bit_back() {
    let problem = ravine();
    for precision in PRECISIONS {
        for spec in ["adam:lr=0.3", "sgd:lr=10", "sgd:lr=0.49999999999"] {
            let run = on(&problem, spec, 120, precision);
            let json = json(&problem, &run, 120, precision);
            assert_eq!(bits(&pairs(&json, "points")), bits(&run.points), "{spec}");
            assert_eq!(bits(&pairs(&json, "gradients")), bits(&run.gradients), "{spec}");
            for slot in &run.state {
                assert_eq!(bits(&pairs(&json, &slot.name)), bits(&slot.values), "{spec}");
            }
        }
    }
}

#[test]
fn json_gives_back_the_strangest_numbers() {
    let problem = ravine();
    let mut run = on(&problem, "sgd", 1, Precision::F64);
    run.points = vec![[-0.0, 5e-324], [f64::MAX, f64::MIN], [f64::MIN_POSITIVE, 0.1 + 0.2]];
    let json = json(&problem, &run, 1, Precision::F64);
    assert_eq!(bits(&pairs(&json, "points")), bits(&run.points));
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
}

fn with(spec: &str, setting: Setting) -> Run {
    Run::new(&ravine(), &spec.parse::<thalweg::Spec>().unwrap(), [-7.0, 2.0], 60, setting).unwrap()
}

#[test]
fn noise_is_added_to_what_the_method_gets_and_follows_from_the_seed() {
    let noisy = |deviation, seed| {
        with("sgd:lr=0.1", Setting { noise: Some(Noise { deviation, seed }), ..Setting::default() })
    };
    assert_eq!(bits(&noisy(0.5, 1).points), bits(&noisy(0.5, 1).points));
    assert_ne!(bits(&noisy(0.5, 1).points), bits(&noisy(0.5, 2).points));
    assert_eq!(noisy(0.0, 1).points, with("sgd:lr=0.1", Setting::default()).points);
    // W ← W − lr·(g + ξ): the noise is what is left of a step.
    let run = noisy(0.5, 1);
    let noise: Vec<f64> = (1..=60)
        .flat_map(|t| {
            [0, 1]
                .map(|i| (run.points[t - 1][i] - run.points[t][i]) / 0.1 - run.gradients[t - 1][i])
        })
        .collect();
    let mean = noise.iter().sum::<f64>() / 120.0;
    let deviation = (noise.iter().map(|x| x * x).sum::<f64>() / 120.0).sqrt();
    assert!(mean.abs() < 0.2 && (deviation - 0.5).abs() < 0.15, "{mean} {deviation}");
    assert_eq!(run.gradients[0], ravine().gradient([-7.0, 2.0]));
}

#[test]
fn a_schedule_and_clipping_change_steps_as_they_say() {
    let schedule = "exponential:gamma=0.5".parse().unwrap();
    let halved = with("sgd:lr=0.1", Setting { schedule: Some(schedule), ..Setting::default() });
    let length = |run: &Run, t: usize| {
        let g = run.gradients[t - 1];
        (run.points[t][0] - run.points[t - 1][0]).abs() / g[0].abs()
    };
    assert!((length(&halved, 1) - 0.1).abs() < 1e-12 && (length(&halved, 3) - 0.025).abs() < 1e-12);
    let clipped =
        with("sgd:lr=0.1", Setting { clip: thalweg::Clip::Value(0.5), ..Setting::default() });
    assert!((clipped.points[1][1] - (2.0 - 0.1 * 0.5)).abs() < 1e-12);
}

#[test]
fn what_is_wrong_with_a_run_is_said() {
    let domain = ravine().domain;
    let say = |spec: &str, steps| {
        let run = Run::new(
            &ravine(),
            &spec.parse::<thalweg::Spec>().unwrap(),
            [-7.0, 2.0],
            steps,
            Precision::F64,
        );
        run.unwrap().warning(domain)
    };
    assert_eq!(say("sgd:lr=0.9", 30), None);
    assert_eq!(say("sgd:lr=1.05", 30).as_deref(), Some("sgd:lr=1.05 climbs: f from 6.45 to 1218"));
    let still = "adam hardly moves: 0.04239 in 30 steps; its lr is 0.001, try adam:lr=0.1";
    assert_eq!(say("adam", 30).as_deref(), Some(still));
    let diverged = say("sgd:lr=1e9", 60).unwrap();
    assert!(diverged.contains("stopped being finite at step"), "{diverged}");
    // Lower than at the start, but outside.
    let run = Run::new(
        &ravine(),
        &"sgd:lr=1.0".parse::<thalweg::Spec>().unwrap(),
        [-11.0, 2.0],
        1,
        Precision::F64,
    );
    let leaves = run.unwrap().warning(thalweg_lab::Domain::square(3.0)).unwrap();
    assert!(leaves.starts_with("sgd:lr=1 leaves the picture at step"), "{leaves}");
}

#[test]
fn a_method_looks_the_same_from_every_start() {
    let methods =
        ["sgd:lr=0.1", "adam:lr=0.3", "adam:lr=0.1"].map(|s| s.parse::<thalweg::Spec>().unwrap());
    let starts = [[-7.0, 2.0], [5.0, -3.0]];
    let descent = Descent::among(&ravine(), &methods, &starts, 10, Precision::F64).unwrap();
    let styles = descent.styles();
    assert_eq!(styles[..3], styles[3..]);
    assert!(styles[0] != styles[1] && styles[1] != styles[2] && styles[0] != styles[2]);
    assert_eq!(descent.runs[3].points[0], [5.0, -3.0]);
    let alone = Descent::new(&ravine(), &methods[1..2], starts[0], 10, Precision::F64).unwrap();
    assert_eq!(alone.styles()[0], styles[1]);
}
