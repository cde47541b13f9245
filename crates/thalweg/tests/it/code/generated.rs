//! Every elementwise method as lines of Rust: written by the tests with THALWEG_BLESS=1.

// The lines are the formulas', not ours.
#![allow(unused, non_snake_case, clippy::all)]

use thalweg::Number;

use super::Step;

fn array<const N: usize>(numbers: &[f64]) -> [f64; N] {
    numbers.try_into().unwrap()
}

// sgd
fn step_0(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, ], [], mut w) = (array(h), array(s), w);
    w -= lr * g;
    (w, vec![])
}

// momentum
fn step_1(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, momentum, ], [mut velocity, ], mut w) = (array(h), array(s), w);
    velocity = momentum * velocity - lr * g;
    w += velocity;
    (w, vec![velocity, ])
}

// nesterov
fn step_2(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([momentum, lr, ], [mut velocity, ], mut w) = (array(h), array(s), w);
    velocity = momentum * velocity + g;
    w -= lr * (g + momentum * velocity);
    (w, vec![velocity, ])
}

// sgdw
fn step_3(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, ], [], mut w) = (array(h), array(s), w);
    w -= lr * g;
    (w, vec![])
}

// optimistic-gd
fn step_4(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([alpha, beta, lr, ], [mut last, ], mut w) = (array(h), array(s), w);
    let last_before = last;
    last = g;
    w -= lr * ((alpha + (if t == 1.0 { 0.0 } else { beta })) * g - (if t == 1.0 { 0.0 } else { beta }) * last_before);
    (w, vec![last, ])
}

// qhm
fn step_5(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, ], [], mut w) = (array(h), array(s), w);
    w -= lr * g;
    (w, vec![])
}

// aggmo
fn step_6(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta2, beta3, lr, ], [mut b2, mut b3, ], mut w) = (array(h), array(s), w);
    b2 = beta2 * b2 + g;
    b3 = beta3 * b3 + g;
    w -= 0.3333333333333333 * lr * (g + b2 + b3);
    (w, vec![b2, b3, ])
}

// pid
fn step_7(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, ], [], mut w) = (array(h), array(s), w);
    w -= lr * g;
    (w, vec![])
}

// srmm
fn step_8(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, beta, memory_length, ], [mut m, mut mean_w, ], mut w) = (array(h), array(s), w);
    let c = (t - memory_length * (t / memory_length).floor() + 1.0).powf(-beta);
    m = (1.0 - c) * m + c * g;
    mean_w = (1.0 - c) * mean_w + c * w - lr * m;
    w += mean_w - w;
    (w, vec![m, mean_w, ])
}

// asgd
fn step_9(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, lambd, alpha, t0, ], [mut ax, ], mut w) = (array(h), array(s), w);
    let eta = lr / (1.0 + lambd * lr * (t - 1.0)).powf(alpha);
    let mu = 1.0 / 1_f64.max(t - 1.0 - t0);
    let u = -eta * (g + lambd * w);
    ax = (1.0 - mu) * ax + mu * (w + u);
    w += u;
    (w, vec![ax, ])
}

// noisy-sgd:eta=0
fn step_10(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, ], [], mut w) = (array(h), array(s), w);
    w -= lr * g;
    (w, vec![])
}

// sign-sgd
fn step_11(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, ], [], mut w) = (array(h), array(s), w);
    w -= lr * g.sign();
    (w, vec![])
}

// signum
fn step_12(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta, lr, ], [mut m, ], mut w) = (array(h), array(s), w);
    m = beta * m + (1.0 - beta) * g;
    w -= lr * m.sign();
    (w, vec![m, ])
}

// tiger
fn step_13(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta, weight_decay, lr, ], [mut m, ], mut w) = (array(h), array(s), w);
    m = beta * m + (1.0 - beta) * g;
    w -= lr * (m.sign() + weight_decay * w);
    (w, vec![m, ])
}

// rprop
fn step_14(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([eta_minus, eta_plus, step_min, step_max, ], [mut last, mut step, ], mut w) = (array(h), array(s), w);
    let u = g.sign() * last.sign();
    let u2 = 0_f64.max((-u).sign());
    step = step_max.min(step_min.max(step * (0_f64.max(u.sign()) * eta_plus + u2 * eta_minus + 1.0 - u.abs())));
    last = (1.0 - u2) * g;
    w -= step * last.sign();
    (w, vec![last, step, ])
}

// lion
fn step_15(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, lr, ], [mut m, ], mut w) = (array(h), array(s), w);
    let c = beta1 * m + (1.0 - beta1) * g;
    m = beta2 * m + (1.0 - beta2) * g;
    w -= lr * c.sign();
    (w, vec![m, ])
}

// adagrad
fn step_16(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([eps, lr, ], [mut h, ], mut w) = (array(h), array(s), w);
    h += g.powi(2);
    w -= lr * g / (h.sqrt() + eps);
    (w, vec![h, ])
}

// rmsprop
fn step_17(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([alpha, eps, lr, ], [mut v, ], mut w) = (array(h), array(s), w);
    v = alpha * v + (1.0 - alpha) * g.powi(2);
    w -= lr * g / (v.sqrt() + eps);
    (w, vec![v, ])
}

// adadelta
fn step_18(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([rho, eps, lr, ], [mut v, mut s, ], mut w) = (array(h), array(s), w);
    v = rho * v + (1.0 - rho) * g.powi(2);
    let Delta = (s + eps).sqrt() / (v + eps).sqrt() * g;
    s = rho * s + (1.0 - rho) * Delta.powi(2);
    w -= lr * Delta;
    (w, vec![v, s, ])
}

// adagrad-w
fn step_19(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([eps, weight_decay, lr, ], [mut h, ], mut w) = (array(h), array(s), w);
    h += g.powi(2);
    w -= lr * (g / (h.sqrt() + eps) + weight_decay * w);
    (w, vec![h, ])
}

// ftrl
fn step_20(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, ], [mut z, mut n, ], mut w) = (array(h), array(s), w);
    let n_before = n;
    n = n_before + g.powi(2);
    let u = n.sqrt();
    let sigma = (u - n_before.sqrt()) / lr;
    z += g - sigma * w;
    w -= 0_f64.max(z.abs().sign()) * z / 1e-30_f64.max(u / lr) + w;
    (w, vec![z, n, ])
}

// kate
fn step_21(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([eps, lr, ], [mut m, mut b, ], mut w) = (array(h), array(s), w);
    let u = g.powi(2);
    b += u + eps;
    m += u / b;
    w -= lr * m.sqrt() * g / b;
    (w, vec![m, b, ])
}

// madgrad
fn step_22(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, momentum, eps, ], [mut s, mut v, mut start, ], mut w) = (array(h), array(s), w);
    let lambda_ = (lr + eps) * t.sqrt();
    start = (if t == 1.0 { 1.0 } else { 0.0 }) * w + (if t == 1.0 { 0.0 } else { 1.0 }) * start;
    s += lambda_ * g;
    v += lambda_ * g.powi(2);
    let z = start - s / (v.powf(0.3333333333333333) + eps);
    w += (1.0 - momentum) * (z - w);
    (w, vec![s, v, start, ])
}

// adam
fn step_23(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let m_hat = m / (1.0 - beta1.powf(t));
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * m_hat / (v_hat.sqrt() + eps);
    (w, vec![m, v, ])
}

// adamw
fn step_24(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, weight_decay, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let m_hat = m / (1.0 - beta1.powf(t));
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * (m_hat / (v_hat.sqrt() + eps) + weight_decay * w);
    (w, vec![m, v, ])
}

// adamax
fn step_25(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut u, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    u = (beta2 * u).max(g.abs() + eps);
    let m_hat = m / (1.0 - beta1.powf(t));
    w -= lr * m_hat / u;
    (w, vec![m, u, ])
}

// adamaxw
fn step_26(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, weight_decay, lr, ], [mut m, mut u, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    u = (beta2 * u).max(g.abs() + eps);
    let m_hat = m / (1.0 - beta1.powf(t));
    w -= lr * (m_hat / u + weight_decay * w);
    (w, vec![m, u, ])
}

// nadam
fn step_27(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, momentum_decay, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    let p = beta1.powf(t) * (1..=t as u32).map(|i| 1.0 - 0.5 * 0.96_f64.powf(momentum_decay).powf(f64::from(i))).product::<f64>();
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * ((1.0 - beta1 * (1.0 - 0.5 * 0.96_f64.powf(momentum_decay * t))) / (1.0 - p) * g + beta1 * (1.0 - 0.5 * 0.96_f64.powf(momentum_decay * (t + 1.0))) / (1.0 - p * beta1 * (1.0 - 0.5 * 0.96_f64.powf(momentum_decay * (t + 1.0)))) * m) / (v_hat.sqrt() + eps);
    (w, vec![m, v, ])
}

// nadamw
fn step_28(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, weight_decay, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let m_hat = beta1 / (1.0 - beta1.powf(t + 1.0)) * m + (1.0 - beta1) / (1.0 - beta1.powf(t)) * g;
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * (m_hat / (v_hat.sqrt() + eps) + weight_decay * w);
    (w, vec![m, v, ])
}

// optimistic-adam
fn step_29(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, alpha, beta, lr, ], [mut m, mut v, mut last, ], mut w) = (array(h), array(s), w);
    let last_before = last;
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let m_hat = beta1 / (1.0 - beta1.powf(t + 1.0)) * m + (1.0 - beta1) / (1.0 - beta1.powf(t)) * g;
    let v_hat = v / (1.0 - beta2.powf(t));
    last = m_hat / (v_hat.sqrt() + eps);
    w -= lr * ((alpha + (if t == 1.0 { 0.0 } else { beta })) * last - (if t == 1.0 { 0.0 } else { beta }) * last_before);
    (w, vec![m, v, last, ])
}

// radam
fn step_30(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    let rho_inf = 2.0 / (1.0 - beta2) - 1.0;
    let rho = rho_inf - 2.0 * t * beta2.powf(t) / (1.0 - beta2.powf(t));
    let r = ((rho - 4.0) * (rho - 2.0) * rho_inf / (rho_inf - 4.0) / (rho_inf - 2.0) / rho).sqrt();
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    w -= lr * ((if 0_f64.max((rho - 5.0).sign()) == 0.0 { 0.0 } else { r * (1.0 - beta2.powf(t)).sqrt() / (1.0 - beta1.powf(t)) }) * m / (v.sqrt() + eps) + (if 0_f64.max((rho - 5.0).sign()) == 0.0 { 1.0 / (1.0 - beta1.powf(t)) } else { 0.0 }) * m);
    (w, vec![m, v, ])
}

// amsgrad
fn step_31(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, mut v_max, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let v_hat = v / (1.0 - beta2.powf(t));
    v_max = v_max.max(v_hat);
    let m_hat = m / (1.0 - beta1.powf(t));
    w -= lr * m_hat / (v_max.sqrt() + eps);
    (w, vec![m, v, v_max, ])
}

// adabelief
fn step_32(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, eps_root, lr, ], [mut m, mut s, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    let u = g - m;
    s = beta2 * s + (1.0 - beta2) * u.powi(2) + eps_root;
    let m_hat = m / (1.0 - beta1.powf(t));
    let s_hat = s / (1.0 - beta2.powf(t));
    w -= lr * m_hat / (s_hat.sqrt() + eps);
    (w, vec![m, s, ])
}

// yogi
fn step_33(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    let u = g.powi(2);
    m = beta1 * m + (1.0 - beta1) * g;
    v -= (1.0 - beta2) * (v - u).sign() * u;
    let m_hat = m / (1.0 - beta1.powf(t));
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * m_hat / (v_hat.sqrt() + eps);
    (w, vec![m, v, ])
}

// acprop
fn step_34(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, eps_root, lr, ], [mut m, mut s, ], mut w) = (array(h), array(s), w);
    let s_before = s;
    let u = g - m;
    s = beta2 * s_before + (1.0 - beta2) * u.powi(2) + eps_root;
    m = beta1 * m + (1.0 - beta1) * g;
    w -= lr * g / (((if t == 1.0 { 0.0 } else { 1.0 / (1.0 - beta2.powf(t - 1.0)) }) * s_before + (if t == 1.0 { 1.0 } else { 0.0 })).sqrt() + eps);
    (w, vec![m, s, ])
}

// adopt
fn step_35(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    let d = (t - 1.0).powf(0.25).min((-(t - 1.0).powf(0.25)).max(g / eps.max(v.sqrt())));
    m = beta1 * m + (if t == 1.0 { 0.0 } else { 1.0 - beta1 }) * d;
    v = (if t == 1.0 { 0.0 } else { beta2 }) * v + (1.0 - (if t == 1.0 { 0.0 } else { beta2 })) * g.powi(2);
    w -= lr * m;
    (w, vec![m, v, ])
}

// laprop
fn step_36(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, lr, eps, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    m = beta1 * m + (1.0 - beta1) * lr * (1.0 - beta2.powf(t)).sqrt() * g / ((v + 1e-15).sqrt() + eps);
    let m_hat = m / (1.0 - beta1.powf(t));
    w -= m_hat;
    (w, vec![m, v, ])
}

// adabound
fn step_37(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, lr, final_lr, gamma, eps, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let eta = (final_lr * (1.0 + 1.0 / gamma / t)).min((final_lr * (1.0 - 1.0 / (gamma * t + 1.0))).max(lr * (1.0 - beta2.powf(t)).sqrt() / (1.0 - beta1.powf(t)) / ((v + 1e-15).sqrt() + eps)));
    w -= eta * m;
    (w, vec![m, v, ])
}

// adamod
fn step_38(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, lr, beta3, eps, ], [mut m, mut v, mut rate, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let eta = lr * (1.0 - beta2.powf(t)).sqrt() / (1.0 - beta1.powf(t)) / (v.sqrt() + eps);
    rate = beta3 * rate + (1.0 - beta3) * eta;
    w -= eta.min(rate) * m;
    (w, vec![m, v, rate, ])
}

// diffgrad
fn step_39(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut last, mut m, mut v, ], mut w) = (array(h), array(s), w);
    let last_before = last;
    last = g;
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let xi = 1.0 / (1.0 + (-(last_before - g).abs()).exp());
    w -= lr * xi * (1.0 - beta2.powf(t)).sqrt() / (1.0 - beta1.powf(t)) * m / ((v + 1e-15).sqrt() + eps);
    (w, vec![last, m, v, ])
}

// padam
fn step_40(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, partial, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    w -= lr * (1.0 - beta2.powf(t)).sqrt() / (1.0 - beta1.powf(t)) * m / (v.sqrt() + eps).powf(2.0 * partial);
    (w, vec![m, v, ])
}

// exadam
fn step_41(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let u = m.powi(2);
    let a = 1.0 + beta2.powf(t) * v / (v + eps);
    let b = 1.0 + beta1.powf(t) * u / (u + eps);
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * a / (1.0 - beta1.powf(t)) * (m + g) / ((b * v_hat).sqrt() + eps);
    (w, vec![m, v, ])
}

// adam-atan2
fn step_42(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, a, b, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let m_hat = m / (1.0 - beta1.powf(t));
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * a * m_hat.atan2(b * v_hat.sqrt());
    (w, vec![m, v, ])
}

// adamc
fn step_43(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    w -= lr * (1.0 - beta2.powf(t)).sqrt() / (1.0 - beta1.powf(t)) * m / ((v + 1e-15).sqrt() + eps);
    (w, vec![m, v, ])
}

// grams
fn step_44(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let m_hat = m / (1.0 - beta1.powf(t));
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * (m_hat / (v_hat.sqrt() + eps)).abs() * g.sign();
    (w, vec![m, v, ])
}

// ano
fn step_45(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    let u = g.powi(2);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * (u - v).sign() * u;
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * g.abs() * m.sign() / (v_hat.sqrt() + eps);
    (w, vec![m, v, ])
}

// qhadam
fn step_46(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, nu1, nu2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    let u = g.powi(2);
    m = (1.0 - (1.0 - beta1) / (1.0 - beta1.powf(t))) * m + (1.0 - beta1) / (1.0 - beta1.powf(t)) * g;
    v = (1.0 - (1.0 - beta2) / (1.0 - beta2.powf(t))) * v + (1.0 - beta2) / (1.0 - beta2.powf(t)) * u;
    w -= lr * (nu1 * m + (1.0 - nu1) * g) / ((nu2 * v + (1.0 - nu2) * u).sqrt() + eps);
    (w, vec![m, v, ])
}

// ademamix
fn step_47(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, beta3, alpha, eps, lr, ], [mut m, mut slow, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    slow = beta3 * slow + (1.0 - beta3) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let m_hat = m / (1.0 - beta1.powf(t));
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * (m_hat + alpha * slow) / (v_hat.sqrt() + eps);
    (w, vec![m, slow, v, ])
}

// simplified-ademamix
fn step_48(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * m / (v_hat.sqrt() + eps);
    (w, vec![m, v, ])
}

// adan
fn step_49(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, beta3, eps, lr, ], [mut m, mut v, mut n, mut last, ], mut w) = (array(h), array(s), w);
    let last_before = last;
    last = g;
    let d = (if t == 1.0 { 0.0 } else { 1.0 }) * (g - last_before);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * d;
    let u = g + beta2 * d;
    n = beta3 * n + (1.0 - beta3) * u.powi(2);
    let n_hat = n / (1.0 - beta3.powf(t));
    w -= lr * (m / (1.0 - beta1.powf(t)) + beta2 / (1.0 - beta2.powf(t)) * v) / (n_hat.sqrt() + eps);
    (w, vec![m, v, n, last, ])
}

// grokfast
fn step_50(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, grokfast_alpha, grokfast_lamb, eps, lr, ], [mut slow, mut m, mut v, ], mut w) = (array(h), array(s), w);
    slow = (if t == 1.0 { 0.0 } else { 1.0 - (if 0_f64.max(t.sign()) == 0.0 { 0.0 } else { 1.0 }) * (1.0 - grokfast_alpha) }) * slow + (if t == 1.0 { 1.0 } else { (if 0_f64.max(t.sign()) == 0.0 { 0.0 } else { 1.0 }) * (1.0 - grokfast_alpha) }) * g;
    let u = g + (if 0_f64.max(t.sign()) == 0.0 { 0.0 } else { 1.0 }) * grokfast_lamb * slow;
    m = beta1 * m + (1.0 - beta1) * u;
    v = beta2 * v + (1.0 - beta2) * u.powi(2);
    let m_hat = m / (1.0 - beta1.powf(t));
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr / (1.0 + grokfast_lamb) * m_hat / eps.max(v_hat.sqrt());
    (w, vec![slow, m, v, ])
}

// mars
fn step_60(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1_1d, beta2_1d, eps, lr_1d, weight_decay_1d, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1_1d * m + (1.0 - beta1_1d) * g;
    v = beta2_1d * v + (1.0 - beta2_1d) * g.powi(2);
    w -= lr_1d * ((1.0 - beta2_1d.powf(t)).sqrt() / (1.0 - beta1_1d.powf(t)) * m / ((v + 1e-15).sqrt() + eps) + weight_decay_1d * w);
    (w, vec![m, v, ])
}

// adamp
fn step_61(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    w -= lr * (1.0 - beta2.powf(t)).sqrt() / (1.0 - beta1.powf(t)) * m / (v.sqrt() + eps);
    (w, vec![m, v, ])
}

// sm3
fn step_67(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([momentum, lr, ], [mut m, mut h, ], mut w) = (array(h), array(s), w);
    h += g.powi(2);
    m = momentum * m + (1.0 - momentum) * g / (h + 1e-8).sqrt();
    w -= lr * m;
    (w, vec![m, h, ])
}

// cocob
fn step_76(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, alpha, ], [mut start, mut sum, mut largest, mut total, mut reward, ], mut w) = (array(h), array(s), w);
    let u = lr * g;
    start = (if t == 1.0 { 1.0 } else { 0.0 }) * w + (if t == 1.0 { 0.0 } else { 1.0 }) * start;
    let u2 = u.abs();
    largest = largest.max(u2);
    total += u2;
    reward = 0_f64.max(reward - u * (w - start));
    sum -= u;
    w += start + sum / largest / (total + largest).max(alpha * largest) * (largest + reward) - w;
    (w, vec![start, sum, largest, total, reward, ])
}

// adamg
fn step_77(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, lr, beta3, p, q, eps, ], [mut m, mut v, mut r, ], mut w) = (array(h), array(s), w);
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    r = beta3 * r + (1.0 - beta3) * p * v.powf(q);
    m = beta1 * m + (1.0 - beta1) * r * g;
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr.min(1.0 / t.sqrt()) / (1.0 - beta1.powf(t)) * m / (v_hat.sqrt() + eps);
    (w, vec![m, v, r, ])
}

// sgd:lr=0.1,weight_decay=0.01
fn step_81(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([weight_decay, lr, ], [], mut w) = (array(h), array(s), w);
    w -= lr * (g + weight_decay * w);
    (w, vec![])
}

// sgd:lr=0.1,momentum=0.9,dampening=0.3
fn step_82(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([dampening, momentum, lr, ], [mut velocity, ], mut w) = (array(h), array(s), w);
    velocity = momentum * velocity + (if t == 1.0 { 1.0 } else { 1.0 - dampening }) * g;
    w -= lr * velocity;
    (w, vec![velocity, ])
}

// sgd:lr=0.1,momentum=0.9,nesterov=true
fn step_83(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([momentum, lr, ], [mut velocity, ], mut w) = (array(h), array(s), w);
    velocity = momentum * velocity + g;
    w -= lr * (g + momentum * velocity);
    (w, vec![velocity, ])
}

// momentum:lr=0.1
fn step_84(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([lr, momentum, ], [mut velocity, ], mut w) = (array(h), array(s), w);
    velocity = momentum * velocity - lr * g;
    w += velocity;
    (w, vec![velocity, ])
}

// adagrad:lr=0.5,lr_decay=0.1,initial_accumulator=0.1
fn step_85(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([eps, lr_decay, lr, ], [mut h, ], mut w) = (array(h), array(s), w);
    h += g.powi(2);
    w -= lr / (1.0 + (t - 1.0) * lr_decay) * g / (h.sqrt() + eps);
    (w, vec![h, ])
}

// rmsprop:lr=0.05
fn step_86(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([alpha, eps, lr, ], [mut v, ], mut w) = (array(h), array(s), w);
    v = alpha * v + (1.0 - alpha) * g.powi(2);
    w -= lr * g / (v.sqrt() + eps);
    (w, vec![v, ])
}

// rmsprop:lr=0.05,eps_root=0.001,momentum=0.5,centered=true
fn step_87(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([alpha, eps, eps_root, momentum, lr, ], [mut v, mut mean, mut velocity, ], mut w) = (array(h), array(s), w);
    v = alpha * v + (1.0 - alpha) * g.powi(2);
    mean = alpha * mean + (1.0 - alpha) * g;
    velocity = momentum * velocity + g / (((v - mean.powi(2)).max(0.0) + eps_root).sqrt() + eps);
    w -= lr * velocity;
    (w, vec![v, mean, velocity, ])
}

// adam:lr=0.1,amsgrad=true
fn step_88(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, mut v_max, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    v_max = v_max.max(v);
    let m_hat = m / (1.0 - beta1.powf(t));
    let v_hat = v_max / (1.0 - beta2.powf(t));
    w -= lr * m_hat / (v_hat.sqrt() + eps);
    (w, vec![m, v, v_max, ])
}

// adam:lr=0.1,weight_decay=0.1,bias_correction=folded
fn step_89(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([weight_decay, beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    let u = g + weight_decay * w;
    m = beta1 * m + (1.0 - beta1) * u;
    v = beta2 * v + (1.0 - beta2) * u.powi(2);
    let m_hat = (1.0 - beta2.powf(t)).sqrt() / (1.0 - beta1.powf(t)) * m;
    w -= lr * m_hat / (v.sqrt() + eps);
    (w, vec![m, v, ])
}

// adam:lr=0.1,bias_correction=off
fn step_90(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    w -= lr * m / (v.sqrt() + eps);
    (w, vec![m, v, ])
}

// adamw:lr=0.1
fn step_91(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, eps, weight_decay, lr, ], [mut m, mut v, ], mut w) = (array(h), array(s), w);
    m = beta1 * m + (1.0 - beta1) * g;
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    let m_hat = m / (1.0 - beta1.powf(t));
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr * (m_hat / (v_hat.sqrt() + eps) + weight_decay * w);
    (w, vec![m, v, ])
}

// lion:lr=0.1,weight_decay=0.01
fn step_92(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, weight_decay, lr, ], [mut m, ], mut w) = (array(h), array(s), w);
    let c = beta1 * m + (1.0 - beta1) * g;
    m = beta2 * m + (1.0 - beta2) * g;
    w -= lr * (c.sign() + weight_decay * w);
    (w, vec![m, ])
}

// adamg:lr=0.6
fn step_97(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([beta1, beta2, lr, beta3, p, q, eps, ], [mut m, mut v, mut r, ], mut w) = (array(h), array(s), w);
    v = beta2 * v + (1.0 - beta2) * g.powi(2);
    r = beta3 * r + (1.0 - beta3) * p * v.powf(q);
    m = beta1 * m + (1.0 - beta1) * r * g;
    let v_hat = v / (1.0 - beta2.powf(t));
    w -= lr.min(1.0 / t.sqrt()) / (1.0 - beta1.powf(t)) * m / (v_hat.sqrt() + eps);
    (w, vec![m, v, r, ])
}

// adagrad:lr_decay=0.1
fn step_104(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([eps, lr_decay, lr, ], [mut h, ], mut w) = (array(h), array(s), w);
    h += g.powi(2);
    w -= lr / (1.0 + (t - 1.0) * lr_decay) * g / (h.sqrt() + eps);
    (w, vec![h, ])
}

// sgd:momentum=0.9,dampening=0.3
fn step_105(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {
    let ([dampening, momentum, lr, ], [mut velocity, ], mut w) = (array(h), array(s), w);
    velocity = momentum * velocity + (if t == 1.0 { 1.0 } else { 1.0 - dampening }) * g;
    w -= lr * velocity;
    (w, vec![velocity, ])
}

pub const ALL: &[(&str, Step)] = &[
    ("sgd", step_0),
    ("momentum", step_1),
    ("nesterov", step_2),
    ("sgdw", step_3),
    ("optimistic-gd", step_4),
    ("qhm", step_5),
    ("aggmo", step_6),
    ("pid", step_7),
    ("srmm", step_8),
    ("asgd", step_9),
    ("noisy-sgd:eta=0", step_10),
    ("sign-sgd", step_11),
    ("signum", step_12),
    ("tiger", step_13),
    ("rprop", step_14),
    ("lion", step_15),
    ("adagrad", step_16),
    ("rmsprop", step_17),
    ("adadelta", step_18),
    ("adagrad-w", step_19),
    ("ftrl", step_20),
    ("kate", step_21),
    ("madgrad", step_22),
    ("adam", step_23),
    ("adamw", step_24),
    ("adamax", step_25),
    ("adamaxw", step_26),
    ("nadam", step_27),
    ("nadamw", step_28),
    ("optimistic-adam", step_29),
    ("radam", step_30),
    ("amsgrad", step_31),
    ("adabelief", step_32),
    ("yogi", step_33),
    ("acprop", step_34),
    ("adopt", step_35),
    ("laprop", step_36),
    ("adabound", step_37),
    ("adamod", step_38),
    ("diffgrad", step_39),
    ("padam", step_40),
    ("exadam", step_41),
    ("adam-atan2", step_42),
    ("adamc", step_43),
    ("grams", step_44),
    ("ano", step_45),
    ("qhadam", step_46),
    ("ademamix", step_47),
    ("simplified-ademamix", step_48),
    ("adan", step_49),
    ("grokfast", step_50),
    ("mars", step_60),
    ("adamp", step_61),
    ("sm3", step_67),
    ("cocob", step_76),
    ("adamg", step_77),
    ("sgd:lr=0.1,weight_decay=0.01", step_81),
    ("sgd:lr=0.1,momentum=0.9,dampening=0.3", step_82),
    ("sgd:lr=0.1,momentum=0.9,nesterov=true", step_83),
    ("momentum:lr=0.1", step_84),
    ("adagrad:lr=0.5,lr_decay=0.1,initial_accumulator=0.1", step_85),
    ("rmsprop:lr=0.05", step_86),
    ("rmsprop:lr=0.05,eps_root=0.001,momentum=0.5,centered=true", step_87),
    ("adam:lr=0.1,amsgrad=true", step_88),
    ("adam:lr=0.1,weight_decay=0.1,bias_correction=folded", step_89),
    ("adam:lr=0.1,bias_correction=off", step_90),
    ("adamw:lr=0.1", step_91),
    ("lion:lr=0.1,weight_decay=0.01", step_92),
    ("adamg:lr=0.6", step_97),
    ("adagrad:lr_decay=0.1", step_104),
    ("sgd:momentum=0.9,dampening=0.3", step_105),
];
