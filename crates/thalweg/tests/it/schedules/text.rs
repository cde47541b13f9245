//! Schedules as text.

use thalweg::schedule::{
    Anneal, Cosine, CosineRestarts, Cyclic, CyclicMode, Exponential, InverseSqrt, Linear,
    MultiStep, OneCycle, Plateau, PlateauMode, Polynomial, SCHEDULES, Schedule, ScheduleError,
    Step, ThresholdMode, Warmup,
};

use super::{curve, schedule};

/// Every type with every setting away from its default.
fn typed() -> Vec<(Schedule, &'static str)> {
    vec![
        (Schedule::constant(), "constant"),
        (curve(Warmup { steps: 9, from: 0.25 }), "warmup:steps=9,from=0.25"),
        (curve(Linear { steps: 4, start: 1.0, end: 0.5 }), "linear:steps=4,start=1,end=0.5"),
        (curve(Step { size: 30, gamma: 0.2 }), "step:size=30,gamma=0.2"),
        (
            curve(MultiStep { milestones: vec![30, 80], gamma: 0.2 }),
            "multistep:milestones=30/80,gamma=0.2",
        ),
        (curve(Exponential { gamma: 0.99 }), "exponential:gamma=0.99"),
        (curve(Polynomial { steps: 10, power: 0.9 }), "polynomial:steps=10,power=0.9"),
        (curve(Cosine { steps: 1000, min: 1e-5 }), "cosine:steps=1000,min=1e-5"),
        (
            curve(CosineRestarts { period: 10, mult: 2, min: 1e-4 }),
            "cosine-restarts:period=10,mult=2,min=0.0001",
        ),
        (
            curve(OneCycle {
                steps: 100,
                pct_start: 0.25,
                div_factor: 10.0,
                final_div_factor: 100.0,
                anneal: Anneal::Linear,
                three_phase: true,
            }),
            "onecycle:steps=100,pct_start=0.25,div_factor=10,final_div_factor=100,anneal=linear,\
             three_phase=true",
        ),
        (
            curve(Cyclic {
                max: 0.5,
                up: 8,
                down: Some(4),
                mode: CyclicMode::ExpRange,
                gamma: 0.9,
            }),
            "cyclic:max=0.5,up=8,down=4,mode=exp_range,gamma=0.9",
        ),
        (curve(InverseSqrt { warmup: 4000 }), "inverse-sqrt:warmup=4000"),
        (
            curve(Plateau {
                factor: 0.5,
                patience: 3,
                threshold: 0.01,
                threshold_mode: ThresholdMode::Abs,
                cooldown: 2,
                min: 1e-6,
                mode: PlateauMode::Max,
                eps: 0.0,
            }),
            "plateau:factor=0.5,patience=3,threshold=0.01,threshold_mode=abs,cooldown=2,min=1e-6,\
             mode=max,eps=0",
        ),
    ]
}

#[test]
fn every_type_prints_the_text_that_makes_it() {
    assert_eq!(typed().len(), SCHEDULES.len());
    for ((value, text), entry) in typed().into_iter().zip(SCHEDULES) {
        assert_eq!(value.to_string(), text);
        assert_eq!(schedule(text), value);
        assert_eq!(text.split(':').next(), Some(entry.name));
    }
}

#[test]
fn a_setting_at_its_default_is_accepted_and_not_printed() {
    for entry in SCHEDULES {
        let required = entry.settings.iter().filter(|setting| setting.required);
        let required: Vec<String> = required.map(|s| format!("{}=1", s.name)).collect();
        let spelled = |settings: &[String]| match settings {
            [] => entry.name.to_owned(),
            some => format!("{}:{}", entry.name, some.join(",")),
        };
        let short = spelled(&required);
        assert_eq!(schedule(&short).to_string(), short);
        for (setting, default) in entry.defaults() {
            let Some(default) = default else { continue };
            let given = [&required[..], &[format!("{}={default}", setting.name)]].concat();
            assert_eq!(schedule(&spelled(&given)).to_string(), short);
        }
    }
}

#[test]
fn whitespace_is_allowed_between_all_words_and_signs() {
    let plain = "warmup:steps=5,from=0.1 then multistep:milestones=3/9 for 20 then constant";
    let wide = "\n warmup : steps = 5 ,\tfrom = 0.1  then\n multistep : milestones = 3 / 9  for  20\tthen constant ";
    assert_eq!(schedule(wide), schedule(plain));
    assert_eq!(schedule(wide).to_string(), plain);
}

#[test]
fn a_sequence_is_the_same_however_it_is_put_together() {
    let (a, b, c) =
        (schedule("step:size=1"), schedule("exponential:gamma=0.5"), Schedule::constant());
    let left = a.clone().then(5, b.clone()).then(11, c.clone());
    let right = a.clone().then(5, b.clone().then(6, c.clone()));
    assert_eq!(left, right);
    assert_eq!(
        left.to_string(),
        "step:size=1 for 5 then exponential:gamma=0.5 for 6 then constant"
    );
    // Cut within its first part.
    assert_eq!(left.then(3, c.clone()), a.clone().then(3, c.clone()));
    assert_eq!(a.then(0, b.clone()), b);
}

#[test]
fn a_closure_gives_what_it_gives_and_cannot_be_read() {
    let own = Schedule::from_fn("mine", |step, base| base - step as f64);
    assert_eq!(own.value(3, 1.0), -2.0);
    assert_eq!(own.to_string(), "fn(mine)");
    assert_eq!(own, own.clone());
    assert_ne!(own, Schedule::from_fn("mine", |step, base| base - step as f64));
    let sequence = own.then(2, Schedule::constant());
    assert_eq!(sequence.to_string(), "fn(mine) for 2 then constant");
    let error = Schedule::parse(&sequence.to_string()).unwrap_err();
    assert_eq!(error, ScheduleError::Closure { name: "mine".to_owned() });
    assert_eq!(
        error.to_string(),
        "`fn(mine)` stands for a closure and cannot be read from text; \
         `Schedule::from_fn` makes such a schedule"
    );
}
