//! Schedules in an optimizer: what a hyperparameter is at a step, and what a step makes of it.

use crate::common::{self, plain};
use thalweg::rules::{Sgd, Trace};
use thalweg::schedule::{Exponential, Schedule};
use thalweg::{Error, NonFinite, Optimizer, Value, chain};

fn number(x: f64) -> Option<Value> {
    Some(Value::Number(x))
}

/// A step of `w` by the gradient 1.
fn unit_step(optimizer: &mut Optimizer<f64>, w: &mut [f64; 1]) {
    optimizer.step([("w", w, &[1.0])]).unwrap();
}

#[test]
fn each_step_has_the_rate_of_its_own_number() {
    let schedule = "warmup:steps=2 then exponential:gamma=0.5";
    let builder = plain("sgd:lr=8").schedule("lr", schedule.parse().unwrap());
    let (mut optimizer, mut w) = (builder.build().unwrap(), [0.0]);
    for (moved, now) in [(4.0, 8.0), (12.0, 8.0), (20.0, 4.0), (24.0, 2.0), (26.0, 1.0)] {
        unit_step(&mut optimizer, &mut w);
        assert_eq!((w, optimizer.current("lr", None)), ([-moved], number(now)));
    }
    // What is configured is what the schedule starts from, and stays.
    assert_eq!(optimizer.get("lr").unwrap(), Value::Number(8.0));
    optimizer.set("lr", 16.0).unwrap();
    assert_eq!(optimizer.current("lr", None), number(2.0));
    unit_step(&mut optimizer, &mut w);
    assert_eq!(w, [-28.0]);
}

#[test]
fn a_parameter_that_joins_later_has_the_optimizers_rate_and_its_own_first_step() {
    let builder = plain("adam:lr=8,eps=0").schedule("lr", "exponential:gamma=0.5".parse().unwrap());
    let (mut optimizer, mut w, mut late) = (builder.build().unwrap(), [0.0], [0.0]);
    for _ in 0..3 {
        unit_step(&mut optimizer, &mut w);
    }
    optimizer.step([("late", &mut late, &[5.0])]).unwrap();
    assert_eq!(late, [-1.0]);
    assert_eq!((optimizer.steps("late"), optimizer.steps_taken()), (1, 4));
}

/// A run with a schedule is a run in which the rate is set before each step.
#[test]
fn a_schedule_is_the_same_as_setting_the_value_before_each_step() {
    let has_rate = |spec: &&str| plain(spec).build().unwrap().get("lr").is_ok();
    for spec in common::specs().into_iter().filter(has_rate) {
        for text in ["cosine:steps=5", "cyclic:max=0.3,up=2", "onecycle:steps=6", "step:size=2"] {
            let schedule: Schedule = text.parse().unwrap();
            let mut by_schedule = plain(spec).schedule("lr", schedule.clone()).build().unwrap();
            let mut by_hand = plain(spec).build().unwrap();
            let Value::Number(base) = by_hand.get("lr").unwrap() else { panic!("{spec}") };
            let (mut a, mut b) = (common::start::<f64>(130), common::start::<f64>(130));
            for t in 0..6 {
                let g = common::gradient::<f64>(130, t);
                by_schedule.step_with_loss(1.5, [("w", &mut a, &g)]).unwrap();
                by_hand.set("lr", schedule.value(t as u64, base)).unwrap();
                by_hand.step_with_loss(1.5, [("w", &mut b, &g)]).unwrap();
            }
            assert!(common::bits(&a) == common::bits(&b), "{spec}, {text}");
        }
    }
}

#[test]
fn any_number_can_be_scheduled_and_several_at_once() {
    let mut optimizer = plain("adamw:weight_decay=1,beta1=0.5")
        .schedule("weight_decay", Schedule::new(Exponential { gamma: 0.5 }).unwrap())
        .schedule("beta1", Schedule::from_fn("own", |t, base| base / (t + 1) as f64))
        .build()
        .unwrap();
    let mut w = [0.0];
    for t in 0..4 {
        assert_eq!(optimizer.current("weight_decay", None), number(0.5_f64.powi(t)));
        assert_eq!(optimizer.current("beta1", None), number(0.5 / f64::from(t + 1)));
        unit_step(&mut optimizer, &mut w);
    }
    assert!(optimizer.schedules().map(|(name, _)| name).eq(["weight_decay", "beta1"]));
}

#[test]
fn a_plateau_waits_for_what_it_observes() {
    let schedule = "plateau:patience=1,factor=0.5";
    let builder = plain("sgd:lr=4").schedule("lr", schedule.parse().unwrap());
    let (mut optimizer, mut w) = (builder.build().unwrap(), [0.0]);
    let mut changed = Vec::new();
    for loss in [3.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0] {
        unit_step(&mut optimizer, &mut w);
        changed.push(optimizer.observe(loss));
    }
    assert_eq!(changed, [false, false, false, true, false, true, false]);
    assert_eq!((w, optimizer.current("lr", None)), ([-(4.0 * 4.0 + 2.0 * 2.0 + 1.0)], number(1.0)));
}

#[test]
fn skipped_and_refused_steps_move_no_schedule() {
    for policy in [NonFinite::Skip, NonFinite::Error] {
        let builder = plain("sgd:lr=8").schedule("lr", "exponential:gamma=0.5".parse().unwrap());
        let (mut optimizer, mut w) = (builder.non_finite(policy).build().unwrap(), [0.0]);
        unit_step(&mut optimizer, &mut w);
        for _ in 0..3 {
            let result = optimizer.step([("w", &mut w, &[f64::NAN])]);
            assert_eq!(result.is_ok(), policy == NonFinite::Skip);
        }
        assert_eq!(optimizer.current("lr", None), number(4.0));
        unit_step(&mut optimizer, &mut w);
        assert_eq!((w, optimizer.steps_taken()), ([-12.0], 2));
    }
}

#[test]
fn a_schedule_may_bring_and_drop_state() {
    let momentum = Schedule::from_fn("on and off", |t, base| if t % 4 < 2 { base } else { 0.0 });
    let builder = plain("sgd:lr=1,momentum=0.5").schedule("momentum", momentum);
    let (mut optimizer, mut w) = (builder.build().unwrap(), [0.0]);
    let mut moved = Vec::new();
    for _ in 0..6 {
        let before = w[0];
        unit_step(&mut optimizer, &mut w);
        moved.push(before - w[0]);
    }
    // Velocity 1, 1.5; without; fresh again.
    assert_eq!(moved, [1.0, 1.5, 1.0, 1.0, 1.0, 1.5]);
}

#[test]
fn what_is_no_number_or_not_there_is_refused_when_it_is_built() {
    let error = |spec: &str, name: &str| {
        let builder = plain(spec).schedule(name, Schedule::constant());
        builder.build().unwrap_err()
    };
    assert!(matches!(error("sgd", "nesterov"), Error::NotScheduled { .. }));
    assert!(matches!(error("sgd", "beta1"), Error::UnknownHyperparameter { .. }));
    let builder = plain("adam").schedule("beta2", Schedule::from_fn("two", |_, _| 2.0));
    assert_eq!(
        builder.build().unwrap_err().to_string(),
        "adam: beta2=2 is refused; beta2 is a number in [0, 1)"
    );
    let bare = chain!(Trace { momentum: 0.9, ..Trace::default() });
    let builder = Optimizer::<f64>::builder(bare).schedule("decay", Schedule::constant());
    assert!(matches!(builder.build(), Err(Error::UnknownHyperparameter { .. })));
}

/// What a type cannot hold is refused at the step at which it comes.
#[test]
fn a_schedule_is_held_to_what_the_number_type_can_hold() {
    let grows = Schedule::from_fn("grows", |t, base| base * 1e20_f64.powi(t as i32));
    let sgd = Sgd { lr: 1.0, ..Sgd::default() };
    let builder = Optimizer::<f32>::builder(sgd).schedule("lr", grows);
    let (mut optimizer, mut w) = (builder.build().unwrap(), [0.0_f32]);
    for _ in 0..2 {
        optimizer.step([("w", &mut w, &[0.0_f32])]).unwrap();
    }
    let error = optimizer.step([("w", &mut w, &[0.0_f32])]).unwrap_err();
    assert!(error.to_string().contains("that f32 can hold"), "{error}");
    assert_eq!((optimizer.steps_taken(), optimizer.current("lr", None)), (2, None));
}

#[test]
fn reset_starts_a_schedule_again() {
    let builder = plain("sgd:lr=8").schedule("lr", "exponential:gamma=0.5".parse().unwrap());
    let (mut optimizer, mut w) = (builder.build().unwrap(), [0.0]);
    unit_step(&mut optimizer, &mut w);
    optimizer.reset();
    assert_eq!((optimizer.steps_taken(), optimizer.current("lr", None)), (0, number(8.0)));
}
