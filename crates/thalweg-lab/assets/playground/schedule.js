// Schedules of a hyperparameter as text: `cosine:steps=100,min=0.001`, `warmup:steps=10 then linear:steps=90,end=0`.
// Names, settings and values are the library's, bit for bit.

const Schedule = (() => {
  // (1 + cos πx)/2 without cancellation, from sums and products.
  const squaredSine = (x) => {
    const y = (Math.PI / 2) * x;
    let series = 1;
    for (let k = 9; k >= 1; k -= 1) {
      const n = 2 * k;
      series = 1 - ((y * y) / (n * (n + 1))) * series;
    }
    return (y * series) * (y * series);
  };
  const cosine = (from, to, elapsed, total) => {
    const left = 2 * elapsed < total ? 1 - squaredSine(elapsed / total) : squaredSine((total - elapsed) / total);
    return from * left + to * (1 - left);
  };
  const linear = (from, to, elapsed, total) => from * ((total - elapsed) / total) + to * (elapsed / total);
  const scaled = (base, factor) => base * Math.min(factor, Number.MAX_VALUE);
  const power = (x, n) => {
    let [square, product] = [x, 1];
    for (; n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) product *= square;
      square *= square;
    }
    return product;
  };

  const steps = (value) => (/^\+?\d+$/.test(value) && Number(value) >= 1 ? Number(value) : undefined);
  const number = (value) =>
    (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value) && Number(value) >= 0 && Number.isFinite(Number(value))
      ? Number(value) : undefined);
  const unit = (value) => (number(value) <= 1 ? number(value) : undefined);
  const milestones = (value) => {
    const all = value.split('/').map((step) => steps(step.trim()));
    return all.every((step, i) => step !== undefined && (i === 0 || step > all[i - 1])) ? all : undefined;
  };
  const WHOLE = [steps, 'a whole number ≥ 1'];
  const NUMBER = [number, 'a finite number ≥ 0'];
  const UNIT = [unit, 'a number in [0, 1]'];
  // Settings: name to [reader, what it accepts, default]; value(t, base, settings) at step t from 0.
  const SCHEDULES = {
    constant: { settings: {}, value: (t, base) => base },
    warmup: {
      settings: { steps: WHOLE, from: [...UNIT, 0] },
      value: (t, base, s) => scaled(base, linear(s.from, 1, Math.min(s.steps, t + 1), s.steps)),
    },
    linear: {
      settings: { steps: WHOLE, start: [...NUMBER, 0.3333333333333333], end: [...NUMBER, 1] },
      value: (t, base, s) => scaled(base, linear(s.start, s.end, Math.min(t, s.steps), s.steps)),
    },
    step: {
      settings: { size: WHOLE, gamma: [...NUMBER, 0.1] },
      value: (t, base, s) => scaled(base, power(s.gamma, Math.floor(t / s.size))),
    },
    multistep: {
      settings: { milestones: [milestones, 'increasing whole numbers ≥ 1, such as 30/80'], gamma: [...NUMBER, 0.1] },
      value: (t, base, s) => scaled(base, power(s.gamma, s.milestones.filter((step) => step <= t).length)),
    },
    exponential: {
      settings: { gamma: NUMBER },
      value: (t, base, s) => scaled(base, power(s.gamma, t)),
    },
    cosine: {
      settings: { steps: WHOLE, min: [...NUMBER, 0] },
      value: (t, base, s) => cosine(base, s.min, Math.min(t, s.steps), s.steps),
    },
    'inverse-sqrt': {
      settings: { warmup: WHOLE },
      value: (t, base, s) => base * Math.min((t + 1) / s.warmup, Math.sqrt(s.warmup / (t + 1))),
    },
  };

  const one = (text) => {
    const [, name, rest] = text.trim().match(/^([^:]*):?(.*)$/s);
    const known = SCHEDULES[name.trim()];
    if (!known) throw new Error(`there is no schedule \`${name.trim()}\`; known are ${Object.keys(SCHEDULES).join(', ')}`);
    const given = {};
    for (const piece of rest.split(',').filter((part) => part.trim())) {
      const [key, value] = piece.split('=').map((part) => part.trim());
      const setting = known.settings[key];
      if (!setting) {
        throw new Error(`${name} has no setting \`${key}\`; it has ${Object.keys(known.settings).join(', ') || 'none'}`);
      }
      given[key] = value === undefined ? undefined : setting[0](value);
      if (given[key] === undefined) throw new Error(`${name}: ${key} is ${setting[1]}`);
    }
    for (const [key, [, accepts, usual]] of Object.entries(known.settings)) {
      if (given[key] === undefined) given[key] = usual;
      if (given[key] === undefined) throw new Error(`${name} needs ${key}, ${accepts}: ${name}:${key}=…`);
    }
    const most = Number.MAX_VALUE;
    const value = (t, base) => Math.min(Math.max(known.value(t, base, given), -most), most);
    return { value, length: given.steps };
  };

  // The value at step t, from 0, of a base: `FIRST for STEPS then NEXT`, each counting its own steps.
  const parse = (text) => {
    const pieces = text.split(/(?<=^|\s)then(?=\s|$)/);
    const parts = pieces.map((piece, i) => {
      const [schedule, own] = piece.split(/(?<=^|\s)for(?=\s|$)/);
      const part = one(schedule);
      const isLast = i === pieces.length - 1;
      if (isLast && own !== undefined) throw new Error('`then` and another schedule must follow `for`');
      if (own !== undefined) part.length = steps(own.trim());
      if (!isLast && part.length === undefined) {
        throw new Error(`the number of steps is missing: \`${schedule.trim()} for STEPS then …\``);
      }
      return part;
    });
    return (step, base) => {
      let t = step;
      for (const part of parts.slice(0, -1)) {
        if (t < part.length) return part.value(t, base);
        t -= part.length;
      }
      return parts[parts.length - 1].value(t, base);
    };
  };

  return { parse };
})();
