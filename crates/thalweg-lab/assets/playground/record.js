// Runs as `thalweg descend -o run.json` writes them.

const Record = (() => {
  const pairs = (values, length) => Array.from({ length: length + 1 }, (_, t) => [values[2 * t], values[2 * t + 1]]);

  const of = ({ problem, start, steps, noise, schedule, runs }) => ({
    problem: { name: problem.name, expression: problem.expression, dim: 2 },
    start,
    steps,
    precision: 'f64',
    ...(noise.sigma > 0 ? { noise: { deviation: noise.sigma, seed: noise.seed } } : {}),
    ...(schedule ? { schedule } : {}),
    runs: runs.map(({ row, values, spec, result }) => ({
      optimizer: row.name,
      spec,
      hyperparameters: Object.fromEntries(row.hyperparameters.map(({ name }) => [name, values[name]])),
      points: pairs(result.points, result.length),
      values: Array.from(result.values.subarray(0, result.length + 1)),
      gradients: pairs(result.gradients, result.length),
      state: Object.fromEntries(result.slots.map((slot) => [slot.name, pairs(slot.values, result.length)])),
      diverged_at: result.divergedAt,
    })),
  });

  return { of };
})();
