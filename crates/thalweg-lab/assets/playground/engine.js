// Runs of a method down a function, step by step, as `thalweg descend` makes them.

const Engine = (() => {
  // The state before the first step; where a slot starts at a hyperparameter, at its value.
  const fresh = (program, starts, values) => {
    const state = program.start(2);
    program.slots.forEach(({ name }, slot) => {
      const [, start] = starts[slot];
      if (typeof start === 'string') state[name].fill(values[start] + 0);
    });
    return state;
  };

  // A run: { f: { value, gradient }, program, starts, values, schedule, noise: { sigma, seed }, start: [x, y], steps }.
  // Points, gradients and state have x and y beside each other for every step from 0. A run whose next point or value is
  // not finite ends before it, with that step as `divergedAt`.
  const run = ({ f, program, starts, values, schedule, noise, start, steps }) => {
    const W = Float64Array.from(start);
    const points = new Float64Array(2 * (steps + 1));
    const gradients = new Float64Array(2 * (steps + 1));
    const noisy = noise.sigma > 0 ? new Float64Array(2 * (steps + 1)) : gradients;
    const losses = new Float64Array(steps + 1);
    const state = fresh(program, starts, values);
    const slots = program.slots.map(({ name }) => ({ name, now: state[name], values: new Float64Array(2 * (steps + 1)) }));
    const h = { ...values };
    const g = new Float64Array(2);
    const deviation = Math.sqrt(noise.sigma * noise.sigma);
    let length = 0;
    let divergedAt = null;
    const record = (t, value) => {
      points[2 * t] = W[0];
      points[2 * t + 1] = W[1];
      losses[t] = value;
      f.gradient(W[0], W[1], g);
      gradients[2 * t] = g[0];
      gradients[2 * t + 1] = g[1];
      for (const slot of slots) {
        slot.values[2 * t] = slot.now[0];
        slot.values[2 * t + 1] = slot.now[slot.now.length - 1];
      }
    };
    record(0, f.value(W[0], W[1]));
    for (let t = 1; t <= steps; t += 1) {
      if (noise.sigma > 0) {
        for (let i = 0; i < 2; i += 1) {
          g[i] += deviation * Noise.noise(noise.seed, t, i);
          noisy[2 * (t - 1) + i] = g[i];
        }
      }
      if (!Number.isFinite(g[0]) || !Number.isFinite(g[1])) {
        divergedAt = t;
        break;
      }
      if (schedule) h[schedule.name] = schedule.value(t - 1, values[schedule.name]);
      program.step(W, g, state, t, h, losses[t - 1]);
      const value = f.value(W[0], W[1]);
      if (!Number.isFinite(value) || !Number.isFinite(W[0]) || !Number.isFinite(W[1])) {
        divergedAt = t;
        break;
      }
      length = t;
      record(t, value);
    }
    return { points, values: losses, gradients, noisy, slots, length, divergedAt };
  };

  // The value after the steps, without keeping what is between; NaN where it stops being finite.
  const last = ({ f, program, starts, values, schedule, noise, steps }, x, y, W = new Float64Array(2)) => {
    W[0] = x;
    W[1] = y;
    const state = fresh(program, starts, values);
    const h = { ...values };
    const g = new Float64Array(2);
    const deviation = Math.sqrt(noise.sigma * noise.sigma);
    let value = f.value(x, y);
    for (let t = 1; t <= steps; t += 1) {
      f.gradient(W[0], W[1], g);
      if (noise.sigma > 0) {
        for (let i = 0; i < 2; i += 1) g[i] += deviation * Noise.noise(noise.seed, t, i);
      }
      if (!Number.isFinite(g[0]) || !Number.isFinite(g[1])) return NaN;
      if (schedule) h[schedule.name] = schedule.value(t - 1, values[schedule.name]);
      program.step(W, g, state, t, h, value);
      value = f.value(W[0], W[1]);
      if (!Number.isFinite(value) || !Number.isFinite(W[0]) || !Number.isFinite(W[1])) return NaN;
    }
    return value;
  };

  return { run, last };
})();
