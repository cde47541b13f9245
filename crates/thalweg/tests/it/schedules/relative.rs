//! Schedules in shares of a run.

use thalweg::schedule::{Schedule, ScheduleError};

use super::schedule;

fn relative(text: &str, steps: u64) -> Schedule {
    Schedule::parse_for(text, steps).unwrap_or_else(|error| panic!("{error}"))
}

/// Equal schedules have equal values, and those of PyTorch are tested of numbers of steps.
#[test]
fn shares_are_numbers_of_steps() {
    for (text, steps, absolute) in [
        ("warmup:5% then cosine", 220, "warmup:steps=11 then cosine:steps=209"),
        (
            "warmup:steps=5% then cosine:min=0.01",
            220,
            "warmup:steps=11 then cosine:steps=209,min=0.01",
        ),
        ("cosine", 220, "cosine:steps=220"),
        ("onecycle", 220, "onecycle:steps=220"),
        ("onecycle:pct_start=0.2", 220, "onecycle:steps=220,pct_start=0.2"),
        ("polynomial:power=2", 7, "polynomial:steps=7,power=2"),
        ("linear:start=1,end=0", 220, "linear:steps=220,start=1,end=0"),
        ("step:every=30%", 220, "step:size=66"),
        ("step:30%,gamma=0.5", 220, "step:size=66,gamma=0.5"),
        ("multistep:milestones=50%/75%", 220, "multistep:milestones=110/165"),
        ("multistep:50%/200", 220, "multistep:milestones=110/200"),
        (
            "constant for 50% then linear:start=1,end=0",
            220,
            "constant for 110 then linear:steps=110,start=1,end=0",
        ),
        ("warmup for 10% then constant", 50, "warmup:steps=5 then constant"),
        ("cosine for 50% then constant", 50, "cosine:steps=25 then constant"),
        ("cosine-restarts:25%", 40, "cosine-restarts:period=10"),
        ("cyclic:10%,max=1,down=5%", 100, "cyclic:max=1,up=10,down=5"),
        ("inverse-sqrt:10%", 100, "inverse-sqrt:warmup=10"),
        ("plateau for 50% then cosine", 100, "plateau for 50 then cosine:steps=50"),
        // Rounded, and at least a step.
        ("warmup:2.5% then constant", 220, "warmup:steps=6 then constant"),
        ("warmup:0.001% then constant", 220, "warmup:steps=1 then constant"),
        ("warmup : 5 % then cosine", 220, "warmup:steps=11 then cosine:steps=209"),
        ("cosine:100%", 1, "cosine:steps=1"),
    ] {
        assert_eq!(relative(text, steps), schedule(absolute), "{text}");
        assert_eq!(relative(text, steps).to_string(), absolute);
    }
}

#[test]
fn a_number_of_steps_may_stand_without_its_key_and_with_an_exponent() {
    for (text, full) in [
        ("warmup:100", "warmup:steps=100"),
        ("warmup:100,from=0.1", "warmup:steps=100,from=0.1"),
        ("step:every=30", "step:size=30"),
        ("cosine:1e4", "cosine:steps=10000"),
        ("multistep:30/1.5e2", "multistep:milestones=30/150"),
        ("constant for 2e1 then cosine:steps=3", "constant for 20 then cosine:steps=3"),
        ("cosine for 10 then constant", "cosine:steps=10 then constant"),
    ] {
        assert_eq!(schedule(text).to_string(), full);
    }
}

fn message(text: &str, steps: u64) -> String {
    Schedule::parse_for(text, steps).unwrap_err().to_string()
}

#[test]
fn a_share_needs_a_run() {
    assert_eq!(
        Schedule::parse("warmup:5% then cosine").unwrap_err().to_string(),
        "`warmup:5% then cosine` has 5% of a run whose number of steps is not known here; \
         write a number of steps instead, or read it with `Schedule::parse_for`"
    );
    for text in
        ["constant for 5% then cosine:5", "multistep:milestones=5/50%", "cyclic:max=1,up=2,down=3%"]
    {
        let error = Schedule::parse(text).unwrap_err();
        assert!(matches!(error, ScheduleError::Relative { .. }), "{text}: {error}");
    }
    let error = Schedule::parse("cosine").unwrap_err();
    assert!(matches!(error, ScheduleError::Missing { setting: "steps", .. }), "{error}");
}

#[test]
fn a_run_that_is_full_has_no_room_for_the_rest() {
    assert_eq!(
        message("warmup:60% then constant for 60% then cosine", 220),
        "nothing is left of the run for `cosine`: what comes before it takes 264 of 220 steps"
    );
    assert_eq!(
        message("warmup:1% then cosine", 1),
        "nothing is left of the run for `cosine`: what comes before it takes 1 of 1 step"
    );
}

#[test]
fn shares_that_cannot_be_meant_are_refused() {
    let accepted = "a number of steps ≥ 1 or a share of the run such as 5%";
    for share in ["0%", "120%", "-5%", "nan%", "%", "5%%", "five%"] {
        assert_eq!(
            message(&format!("warmup:steps={share} then cosine"), 220),
            format!("warmup: steps={share} is refused; steps is {accepted}")
        );
        let error = message(&format!("constant for {share} then cosine"), 220);
        assert!(error.contains("must follow `for`"), "{error}");
    }
    assert_eq!(
        message("warmup:0%", 220),
        format!("warmup: steps=0% is refused; steps is {accepted}")
    );
    assert_eq!(
        message("warmup:-5", 220),
        format!("warmup: steps=-5 is refused; steps is {accepted}")
    );
    // Where no steps are meant, a share is not a number.
    assert!(message("onecycle:pct_start=30%", 220).contains("pct_start=30% is refused"));
    assert!(message("plateau:patience=5%", 220).contains("patience=5% is refused"));
    assert!(message("cosine-restarts:5%,mult=5%", 220).contains("mult=5% is refused"));
    // Two milestones at the same step.
    assert!(
        message("multistep:50%/75%", 1).contains("milestones=50%/75% (1/1 of 1 steps) is refused")
    );
    assert!(
        message("5%", 220)
            .contains("cannot be read at character 1: the name of a schedule must come first")
    );
    assert!(message("warm-up:5%", 220).contains("did you mean `warmup`"));
    assert!(message("warmup then cosine", 220).starts_with("warmup needs steps"));
    assert!(message("warmup:5%,steps=10", 220).contains("at character 11: steps is given twice"));
    assert!(message("step:size=3,every=4", 220).contains("at character 13: size is given twice"));
    assert!(message("constant:5%", 220).contains("key=value is expected"));
    assert!(message("warmup:steps=10,5%", 220).contains("key=value is expected"));
}
