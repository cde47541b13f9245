//! What PyTorch does not have, or has less exactly.

use std::f64::consts::{FRAC_PI_2, PI};

use thalweg::schedule::{Cosine, Schedule};

use super::{curve, schedule};

#[test]
fn warm_up_moves_at_its_first_step_and_arrives_at_its_last() {
    let schedule = Schedule::constant().after_warmup(4);
    let values = [0, 1, 2, 3, 4, u64::MAX].map(|step| schedule.value(step, 2.0));
    assert_eq!(values, [0.5, 1.0, 1.5, 2.0, 2.0, 2.0]);
    assert_eq!(schedule.to_string(), "warmup:steps=4 then constant");
    assert_eq!(Schedule::constant().after_warmup(0), Schedule::constant());
}

#[test]
fn each_of_a_sequence_starts_at_its_own_step_0() {
    let sequence = schedule("linear:steps=3,start=1,end=0 then step:size=2 for 5 then constant");
    let values: Vec<f64> = (0..10).map(|step| sequence.value(step, 3.0)).collect();
    let third = 3.0 * 0.1 * 0.1;
    assert_eq!(values, [3.0, 2.0, 1.0, 3.0, 3.0, 3.0 * 0.1, 3.0 * 0.1, third, 3.0, 3.0]);
}

/// "Attention Is All You Need", section 5.3, with its d_model and warmup_steps.
#[test]
fn inverse_sqrt_is_the_papers_formula() {
    let (width, warmup) = (512.0_f64, 4000.0_f64);
    let noam = schedule("inverse-sqrt:warmup=4000");
    for step in [1.0_f64, 2.0, 3999.0, 4000.0, 4001.0, 100_000.0] {
        let paper = width.powf(-0.5) * step.powf(-0.5).min(step * warmup.powf(-1.5));
        let ours = noam.value(step as u64 - 1, (width * warmup).powf(-0.5));
        assert!((ours - paper).abs() <= 1e-14 * paper, "{step}: {ours} {paper}");
    }
}

#[test]
fn ends_are_exact() {
    for (text, first, last) in [
        ("cosine:steps=977,min=1e-5", 0.1, 1e-5),
        ("linear:steps=977,start=1,end=0", 0.1, 0.0),
        ("linear:steps=977,start=0.7,end=0.1", 0.1 * 0.7, 0.1 * 0.1),
        ("polynomial:steps=977,power=0.9", 0.1, 0.0),
        ("onecycle:steps=977,div_factor=4", 0.1 / 4.0, 0.1 / 4.0 / 1e4),
    ] {
        let schedule = schedule(text);
        assert_eq!(schedule.value(0, 0.1), first, "{text}");
        assert_eq!(schedule.value(977, 0.1), last, "{text}");
        assert_eq!(schedule.value(u64::MAX, 0.1), last, "{text}");
    }
    let restarts = schedule("cosine-restarts:period=10,mult=2");
    assert_eq!([0, 10, 30, 70].map(|step| restarts.value(step, 0.1)), [0.1; 4]);
    assert_eq!(schedule("onecycle:steps=10,pct_start=0.1").value(0, 0.1), 0.1);
    assert_eq!(schedule("cyclic:max=0.7,up=3,down=2").value(8, 0.1), 0.7);
}

#[test]
fn a_cosine_is_the_cosine_to_its_last_bits() {
    let cosine = curve(Cosine { steps: 1000, min: 0.0 });
    for step in 0..=1000 {
        let reference = (1.0 + (PI * step as f64 / 1000.0).cos()) / 2.0;
        let value = cosine.value(step, 1.0);
        assert!((value - reference).abs() <= 3e-16, "{step}: {value:e}, not {reference:e}");
    }
}

/// The platform's own sine and power are not used: these bits are the same on every machine.
#[test]
fn values_have_the_same_bits_on_every_machine() {
    for (text, bits) in [
        ("cosine:steps=977,min=1e-5", 0x3fb0_bf9b_edcd_48ce),
        ("onecycle:steps=977", 0x3fb8_4d36_ce45_f8d7),
        ("exponential:gamma=0.9977", 0x3fa4_cf33_64da_6aed),
        ("polynomial:steps=977,power=4", 0x3f8a_8181_167e_a254),
        ("inverse-sqrt:warmup=100", 0x3fa9_dc22_be48_4458),
    ] {
        assert_eq!(schedule(text).value(391, 0.1).to_bits(), bits, "{text}");
    }
}

/// Near its end a cosine is (π/2·left/steps)² of the whole: no digits may cancel.
#[test]
fn a_long_cosine_keeps_its_digits_to_the_last_step() {
    let steps = 1_000_000_000;
    let cosine = curve(Cosine { steps, min: 0.0 });
    for left in [1, 2, 10] {
        let angle = FRAC_PI_2 * left as f64 / steps as f64;
        let value = cosine.value(steps - left, 1.0);
        assert!((value - angle * angle).abs() <= 1e-14 * value, "{left}: {value:e}");
    }
}

#[test]
fn growth_stops_at_the_largest_number() {
    let growth = schedule("exponential:gamma=2");
    assert_eq!(growth.value(10, 1.0), 1024.0);
    assert_eq!(growth.value(u64::MAX, 1.0), f64::MAX);
    assert_eq!(growth.value(u64::MAX, 0.0), 0.0);
    assert_eq!(schedule("linear:steps=2,start=1e308").value(0, 1e10), f64::MAX);
}
