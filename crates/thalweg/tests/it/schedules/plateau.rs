//! The memory of a plateau.

use thalweg::schedule::{Schedule, ScheduleError};

use super::schedule;

#[test]
fn only_the_plateau_in_force_observes() {
    let mut schedule = schedule("warmup:steps=10 then plateau:patience=0,factor=0.5");
    assert!(schedule.needs_metric());
    for step in 0..10 {
        assert!(!schedule.observe(step, 1.0));
    }
    assert_eq!(schedule.value(10, 1.0), 1.0);
    assert!(!schedule.observe(10, 1.0));
    assert!(schedule.observe(11, 1.0));
    assert_eq!(schedule.value(9, 1.0), 1.0);
    assert_eq!(schedule.value(12, 1.0), 0.5);

    let mut constant = Schedule::constant();
    assert!(!constant.needs_metric() && !constant.observe(0, f64::NAN));
    assert!(constant.memory().is_empty());
}

#[test]
fn a_restored_plateau_goes_on_as_if_never_stopped() {
    let text = "plateau:patience=2,cooldown=2,factor=0.5 for 40 then plateau:patience=1,mode=max";
    let metric = |step: u64| ((step * 37 + 11) % 23) as f64 / 7.0;
    for stop in 0..80 {
        let (mut whole, mut first) = (schedule(text), schedule(text));
        for step in 0..stop {
            assert_eq!(whole.observe(step, metric(step)), first.observe(step, metric(step)));
        }
        let mut resumed = schedule(text);
        resumed.restore(&first.memory()).unwrap();
        assert_eq!(resumed, first);
        for step in stop..80 {
            assert_eq!(whole.observe(step, metric(step)), resumed.observe(step, metric(step)));
            assert_eq!(whole.value(step, 0.3).to_bits(), resumed.value(step, 0.3).to_bits());
        }
        assert!(whole.memory() == resumed.memory() && whole.memory()[0] > 1.0);
        assert!(resumed.memory().iter().all(|number| !number.is_nan()));
    }
}

#[test]
fn a_memory_that_does_not_fit_is_refused_and_changes_nothing() {
    let mut plateau = schedule("plateau for 5 then plateau");
    plateau.observe(0, 2.0);
    let before = plateau.clone();
    let good = [1.0, 0.5, 0.0, 0.0];
    let bads = [
        [0.5, 0.5, 0.0, 0.0],
        [-1.0, 0.5, 0.0, 0.0],
        [1.0, f64::NAN, 0.0, 0.0],
        [1.0, 0.5, f64::INFINITY, 0.0],
        [1.0, 0.5, 0.0, 1e300],
    ];
    for bad in bads {
        let error = plateau.restore(&[good, bad].concat()).unwrap_err();
        assert!(matches!(error, ScheduleError::Memory { .. }));
        assert_eq!(plateau, before);
    }
    for length in [0, 4, 7, 9, 12] {
        assert!(plateau.restore(&vec![1.0; length]).is_err());
        assert_eq!(plateau, before);
    }
    assert_eq!(
        Schedule::constant().restore(&[1.0]).unwrap_err().to_string(),
        "`constant` cannot resume from 1 numbers; it takes 0"
    );
    plateau.restore(&[good, good].concat()).unwrap();
    assert_eq!(plateau.memory(), [good, good].concat());
}

#[test]
fn a_plateau_takes_any_number_of_reductions_in_no_time() {
    let mut plateau = schedule("plateau:factor=0.999999,eps=0,min=1e-3");
    plateau.restore(&[9e15, 0.0, 0.0, 0.0]).unwrap();
    assert_eq!(plateau.value(0, 1.0), 1e-3);
    assert!(!plateau.observe(0, 1.0));
}
