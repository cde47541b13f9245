//! What holds for every schedule, whatever the settings.

use proptest::prelude::*;
use thalweg::schedule::{
    Anneal, Cosine, CosineRestarts, Cyclic, CyclicMode, Exponential, InverseSqrt, Linear,
    MultiStep, OneCycle, Plateau, PlateauMode, Polynomial, Schedule, Step, ThresholdMode, Warmup,
};

use super::curve;

fn factor() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), 0.0..1.0, 1.0..3.0, 0.0..f64::MAX]
}

fn unit() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1.0), 0.0..1.0]
}

fn steps() -> impl Strategy<Value = u64> {
    prop_oneof![1_u64..5, 1_u64..300, 1..=u64::MAX]
}

fn any_curve() -> impl Strategy<Value = Schedule> {
    prop_oneof![
        Just(Schedule::constant()),
        (steps(), unit()).prop_map(|(steps, from)| curve(Warmup { steps, from })),
        (steps(), factor(), factor()).prop_map(|(steps, start, end)| curve(Linear {
            steps,
            start,
            end
        })),
        (steps(), factor()).prop_map(|(size, gamma)| curve(Step { size, gamma })),
        (prop::collection::btree_set(steps(), 1..6), factor()).prop_map(|(milestones, gamma)| {
            curve(MultiStep { milestones: milestones.into_iter().collect(), gamma })
        }),
        factor().prop_map(|gamma| curve(Exponential { gamma })),
        (steps(), factor()).prop_map(|(steps, power)| curve(Polynomial { steps, power })),
        (steps(), factor()).prop_map(|(steps, min)| curve(Cosine { steps, min })),
        (steps(), steps(), factor()).prop_map(|(period, mult, min)| curve(CosineRestarts {
            period,
            mult,
            min
        })),
        (steps(), unit(), factor(), factor(), any::<(bool, bool)>()).prop_map(
            |(steps, pct_start, div, last, (cos, three_phase))| {
                curve(OneCycle {
                    steps,
                    pct_start: if three_phase { pct_start / 2.0 } else { pct_start },
                    div_factor: div.max(1.0),
                    final_div_factor: last.max(1.0),
                    anneal: if cos { Anneal::Cos } else { Anneal::Linear },
                    three_phase,
                })
            }
        ),
        (factor(), steps(), prop::option::of(steps()), 0..3_usize, unit()).prop_map(
            |(max, up, down, mode, gamma)| {
                let modes = [CyclicMode::Triangular, CyclicMode::Triangular2, CyclicMode::ExpRange];
                curve(Cyclic { max, up, down, mode: modes[mode], gamma })
            }
        ),
        steps().prop_map(|warmup| curve(InverseSqrt { warmup })),
        (0.0..1.0, any::<(u64, u64)>(), factor(), factor(), any::<(bool, bool)>()).prop_map(
            |(factor, (patience, cooldown), threshold, min, (low, rel))| {
                curve(Plateau {
                    factor,
                    patience: patience % 3,
                    cooldown,
                    threshold,
                    min,
                    mode: if low { PlateauMode::Min } else { PlateauMode::Max },
                    threshold_mode: if rel { ThresholdMode::Rel } else { ThresholdMode::Abs },
                    eps: 0.0,
                })
            }
        ),
    ]
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    (any_curve(), prop::collection::vec((steps(), any_curve()), 0..4)).prop_map(|(first, more)| {
        more.into_iter().fold(first, |schedule, (steps, next)| schedule.then(steps, next))
    })
}

/// Parts of 5 to 20 % each, at most four, then one that may take what is left.
fn relative_text() -> impl Strategy<Value = String> {
    let length = || {
        prop_oneof![
            (5_u32..20).prop_map(|share| format!("{share}%")),
            (50_u32..200).prop_map(|share| format!("{}.{}%", share / 10, share % 10)),
        ]
    };
    let part = (0..5_usize, length()).prop_map(|(kind, length)| match kind {
        0 => format!("warmup:{length}"),
        1 => format!("constant for {length}"),
        2 => format!("cosine for {length}"),
        3 => format!("step:every={length} for {length}"),
        _ => format!("cyclic:max=1,up={length},down={length} for {length}"),
    });
    let last = prop::sample::select(vec![
        "cosine",
        "linear:start=1,end=0",
        "onecycle",
        "polynomial",
        "inverse-sqrt:5%",
        "multistep:milestones=1/50%/7.5e1%,gamma=0.5",
    ]);
    (prop::collection::vec(part, 0..4), last).prop_map(|(parts, last)| {
        parts.into_iter().chain([last.to_owned()]).collect::<Vec<_>>().join(" then ")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_printed_schedule_is_read_as_itself(schedule in any_schedule()) {
        prop_assert_eq!(&Schedule::parse(&schedule.to_string()).unwrap(), &schedule);
    }

    #[test]
    fn values_are_finite_and_not_negative_and_the_same_in_any_order(
        schedule in any_schedule(),
        base in prop_oneof![Just(0.0), 0.0..1.0, 0.0..=f64::MAX],
        steps in prop::collection::vec(prop_oneof![0_u64..400, any::<u64>(), Just(u64::MAX)], 1..20),
    ) {
        let values: Vec<f64> = steps.iter().map(|&step| schedule.value(step, base)).collect();
        prop_assert!(values.iter().all(|value| value.is_finite() && *value >= 0.0), "{:?}", values);
        let again: Vec<f64> = steps.iter().rev().map(|&step| schedule.value(step, base)).collect();
        prop_assert!(values.iter().eq(again.iter().rev()));
    }

    #[test]
    fn any_metrics_are_observed_and_remembered(
        mut schedule in any_schedule(),
        metrics in prop::collection::vec((any::<u64>(), any::<f64>()), 0..30),
    ) {
        let mut resumed = schedule.clone();
        for (step, metric) in metrics {
            schedule.observe(step, metric);
            prop_assert!(schedule.value(step, 1.0) >= 0.0);
        }
        resumed.restore(&schedule.memory()).unwrap();
        prop_assert_eq!(resumed, schedule);
    }

    #[test]
    fn any_base_and_memory_are_taken_without_panic(
        mut schedule in any_schedule(), base: f64, step: u64, memory: Vec<f64>,
    ) {
        let _ = schedule.restore(&memory);
        let _ = schedule.value(step, base);
    }

    #[test]
    fn no_text_makes_the_parser_panic(
        text in any::<String>(),
        tail in "[a-z0-9_=,:./% -]{0,30}( (for|then|é) [a-z0-9=:,%]{0,12}){0,3}",
        steps: u64,
    ) {
        let _ = Schedule::parse_for(&text, steps);
        for name in ["cosine", "multistep", "plateau", "fn("] {
            let text = format!("{name}:{tail}");
            let _ = Schedule::parse(&text);
            if let Ok(schedule) = Schedule::parse_for(&text, steps) {
                let _ = schedule.misfits(steps, 0.1);
            }
        }
    }

    #[test]
    fn a_schedule_reads_the_same_for_every_run_unless_it_is_relative(
        schedule in any_schedule(), steps: u64,
    ) {
        prop_assert_eq!(&Schedule::parse_for(&schedule.to_string(), steps).unwrap(), &schedule);
    }

    #[test]
    fn a_relative_schedule_prints_numbers_of_steps_that_are_read_as_itself(
        text in relative_text(), run in prop_oneof![10_u64..300, 10..=u64::MAX],
    ) {
        let schedule = Schedule::parse_for(&text, run).unwrap();
        let printed = schedule.to_string();
        prop_assert!(!printed.contains('%'), "{}", printed);
        prop_assert_eq!(&Schedule::parse(&printed).unwrap(), &schedule);
        prop_assert_eq!(&Schedule::parse_for(&printed, run / 2).unwrap(), &schedule);
    }
}
