//! Schedules that do not suit a run.

use thalweg::schedule::Schedule;

use super::schedule;

/// What is said of a schedule in a run of 220 steps at a rate of 0.1.
fn said(text: &str) -> Vec<String> {
    let schedule = Schedule::parse_for(text, 220).unwrap_or_else(|error| panic!("{error}"));
    schedule.misfits(220, 0.1).iter().map(|misfit| misfit.text("lr")).collect()
}

#[test]
fn a_schedule_that_ends_early_at_nothing_is_a_misfit() {
    assert_eq!(
        said("cosine:steps=10"),
        ["the schedule ends after 10 of 220 steps; the other 210 have lr 0"]
    );
    assert_eq!(
        said("warmup:5 then linear:steps=5,start=1,end=0"),
        ["the schedule ends after 10 of 220 steps; the other 210 have lr 0"]
    );
    assert_eq!(
        said("cosine:steps=10,min=1e-5"),
        ["the schedule ends after 10 of 220 steps; the other 210 have 0.0001 of the configured lr"]
    );
    assert_eq!(
        said("onecycle:steps=100"),
        ["the schedule ends after 100 of 220 steps; the other 120 have 4e-6 of the configured lr"]
    );
    assert_eq!(
        said("polynomial:steps=10 for 200 then constant"),
        ["`polynomial:steps=10` ends after 10 of 220 steps; the 190 after that have lr 0"]
    );
}

#[test]
fn a_schedule_that_ends_late_is_a_misfit() {
    assert_eq!(
        said("cosine:steps=10000"),
        [
            "the schedule ends after 10000 steps and the run after 220; lr only gets to 0.9988 of what is configured"
        ]
    );
    assert_eq!(
        said("warmup:steps=500"),
        [
            "the schedule ends after 500 steps and the run after 220; lr only gets to 0.44 of what is configured"
        ]
    );
}

#[test]
fn what_is_never_reached_is_a_misfit() {
    assert_eq!(
        said("warmup:steps=500 then cosine:steps=100 then constant"),
        ["`cosine:steps=100` begins after 500 steps, and the run has only 220"]
    );
    assert_eq!(
        said("step:size=500"),
        ["`step:size=500` never gets to its first reduction, after 500 steps; it has only 220"]
    );
    assert_eq!(
        said("multistep:milestones=100/300/400"),
        [
            "`multistep:milestones=100/300/400` never gets to its milestones, after 300 and 400 steps; it has only 220"
        ]
    );
    assert_eq!(
        said("constant for 120 then cosine-restarts:period=200"),
        [
            "`cosine-restarts:period=200` never gets to the end of its first period, after 200 steps; it has only 100"
        ]
    );
    assert_eq!(said("cyclic:max=1,up=221").len(), 1);
    assert_eq!(said("inverse-sqrt:warmup=221").len(), 1);
    assert_eq!(said("step:size=60 for 50 then constant").len(), 1);
    // In the step after the last one.
    assert_eq!(said("step:every=100%").len(), 1);
    assert_eq!(said("multistep:50%/100%").len(), 1);
}

#[test]
fn what_people_mean_is_no_misfit() {
    for text in [
        "constant",
        "cosine",
        "warmup:5% then cosine",
        "warmup:steps=10",
        "warmup:steps=10 then constant",
        "linear:steps=10",
        "linear:steps=100,start=1,end=0.1",
        "cosine:steps=100,min=0.01",
        "cosine:steps=200",
        "cosine:steps=240",
        "onecycle",
        "step:every=30%",
        "step:size=219",
        "multistep:50%/75%",
        "exponential:gamma=0.99",
        "polynomial",
        "cosine-restarts:period=220",
        "cyclic:max=1,up=220",
        "inverse-sqrt:warmup=220",
        "plateau",
        "warmup:10 then plateau",
        "constant for 50% then cosine",
    ] {
        assert_eq!(said(text), [""; 0], "{text}");
    }
    let own = Schedule::from_fn("own", |_, _| 0.0);
    assert!(own.misfits(220, 0.1).is_empty());
    assert!(Schedule::constant().misfits(0, 0.1).is_empty());
}

/// Each share is rounded, so that together they may be a step more than the run.
#[test]
fn rounding_is_no_misfit() {
    for run in 3..40 {
        for text in
            ["warmup:50% then cosine:50%", "warmup:10% then constant for 40% then cosine:50%"]
        {
            let schedule = Schedule::parse_for(text, run).unwrap();
            let misfits = schedule.misfits(run, 0.1);
            assert!(misfits.is_empty(), "{run}: {schedule}: {misfits:?}");
        }
    }
}

#[test]
fn a_misfit_is_a_sentence_about_any_value() {
    let misfits = schedule("cosine:steps=10").misfits(220, 1.0);
    assert_eq!(
        misfits[0].to_string(),
        "the schedule ends after 10 of 220 steps; the other 210 have the value 0"
    );
}
