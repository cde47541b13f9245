//! What is refused, and how that is said.

use thalweg::schedule::{
    Cosine, Curve, Cyclic, Exponential, MultiStep, Plateau, SCHEDULES, Schedule, ScheduleError,
};

fn message(text: &str) -> String {
    Schedule::parse(text).unwrap_err().to_string()
}

#[test]
fn malformed_text_is_answered_with_where_and_what() {
    for (text, position, problem) in [
        ("", 1, "the name of a schedule is missing"),
        ("cosine steps=3", 13, "a colon must follow the schedule's name"),
        ("cosine:", 8, "key=value is expected"),
        ("cosine:steps", 8, "key=value is expected"),
        ("cosine:steps=", 14, "the value of steps is missing"),
        ("cosine:=3", 8, "the name of a setting is missing"),
        ("cosine:steps=3, steps=4", 17, "steps is given twice"),
        ("cosine:steps=3 then", 20, "the name of a schedule is missing"),
        ("then constant", 1, "the name of a schedule is missing"),
        ("\u{2003}constant for 3", 14, "`then` and another schedule must follow"),
        (
            "constant for 0 then constant",
            14,
            "a number of steps ≥ 1 or a share of the run such as 50% must follow `for`",
        ),
        (
            "constant for ten then constant",
            14,
            "a number of steps ≥ 1 or a share of the run such as 50% must follow `for`",
        ),
        (
            "step:size=3 then constant",
            1,
            "the number of steps is missing: `step:size=3 for STEPS then …`",
        ),
    ] {
        let malformed = ScheduleError::Malformed {
            text: text.to_owned(),
            position,
            problem: problem.to_owned(),
        };
        assert_eq!(Schedule::parse(text).unwrap_err(), malformed);
    }
    assert_eq!(
        message("constant,"),
        "`constant,` cannot be read at character 9: a colon must follow the schedule's name; \
         a schedule is `name` or `name:key=value,key=value`, \
         and a sequence is `FIRST for STEPS then NEXT`"
    );
}

#[test]
fn unknown_names_are_answered_with_the_nearest_and_all() {
    assert_eq!(
        message("cosin:steps=3"),
        "there is no schedule `cosin` (did you mean `cosine` or `cosine-restarts`?); there are \
         constant, warmup, linear, step, multistep, exponential, polynomial, cosine, \
         cosine-restarts, onecycle, cyclic, inverse-sqrt, plateau"
    );
    for name in ["strengthen", "forever", "before"] {
        assert!(message(name).starts_with(&format!("there is no schedule `{name}`")));
    }
    assert!(message("cosine_restarts").contains("did you mean `cosine-restarts`"));
    assert_eq!(
        message("cosine:step=3"),
        "cosine has no setting `step` (did you mean `steps`?); it takes steps (a number of steps ≥ 1 or a \
         share of the run such as 5%), \
         min (a finite number ≥ 0)"
    );
    assert_eq!(message("constant:lr=3"), "constant has no setting `lr`; it takes no settings");
}

#[test]
fn what_has_no_default_must_be_given() {
    assert_eq!(
        message("cosine:min=1"),
        "cosine needs steps (steps until the minimum), a number of steps ≥ 1 or a share of the run such \
         as 5%, as in `cosine:steps=…`"
    );
    for entry in SCHEDULES {
        let typed = Schedule::new(Curve::of(entry).expect("a row of the table"));
        let required = entry.settings.iter().find(|setting| setting.required);
        assert_eq!(typed.is_ok(), required.is_none(), "{}", entry.name);
        match (Schedule::parse(entry.name), required) {
            (Ok(_), None) => {}
            (Err(ScheduleError::Missing { schedule, setting, .. }), Some(first)) => {
                assert_eq!((schedule, setting), (entry.name, first.name));
            }
            (other, _) => panic!("{}: {other:?}", entry.name),
        }
    }
    let error = Schedule::new(Cosine::default()).unwrap_err().to_string();
    assert_eq!(
        error,
        "cosine: steps=0 is refused; steps is a number of steps ≥ 1 or a share of the run such as 5%"
    );
}

#[test]
fn values_out_of_range_are_refused_in_text_and_in_types() {
    for text in [
        "cosine:steps=0",
        "cosine:steps=-1",
        "cosine:steps=1.5",
        "cosine:steps=99999999999999999999",
        "cosine:steps=3,min=-1",
        "cosine:steps=3,min=nan",
        "cosine:steps=3,min=inf",
        "exponential:gamma=-0.1",
        "step:size=2,gamma=-1",
        "multistep:milestones=3/3",
        "multistep:milestones=3/2",
        "multistep:milestones=0/2",
        "multistep:milestones=3/",
        "linear:steps=2,start=-1",
        "warmup:steps=2,from=1.5",
        "cosine-restarts:period=2,mult=0",
        "onecycle:steps=9,pct_start=1.1",
        "onecycle:steps=9,div_factor=0.5",
        "onecycle:steps=9,anneal=square",
        "onecycle:steps=9,three_phase=1",
        "cyclic:max=1,up=2,down=0",
        "cyclic:max=1,up=2,mode=exp",
        "cyclic:max=1,up=2,gamma=1.1",
        "inverse-sqrt:warmup=0",
        "plateau:factor=1",
        "plateau:patience=-1",
        "plateau:mode=low",
    ] {
        let error = Schedule::parse(text).unwrap_err();
        assert!(matches!(error, ScheduleError::InvalidValue { .. }), "{text}: {error}");
    }
    assert_eq!(
        message("multistep:milestones=80/30"),
        "multistep: milestones=80/30 is refused; milestones is increasing numbers of steps ≥ 1 \
         or shares of the run, such as 30/80 or 50%/75%"
    );
    assert_eq!(
        message("onecycle:steps=9,pct_start=0.6,three_phase=true"),
        "onecycle: pct_start=0.6 is refused; pct_start is a number in [0, 0.5] where three_phase=true"
    );
    assert!(Schedule::new(Exponential { gamma: f64::NAN }).is_err());
    assert!(Schedule::new(MultiStep { milestones: vec![], gamma: 0.1 }).is_err());
    assert!(Schedule::new(Cyclic { max: 1.0, up: 0, ..Cyclic::default() }).is_err());
    assert!(Schedule::new(Plateau { min: -1.0, ..Plateau::default() }).is_err());
}
