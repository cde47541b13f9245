// In a worker: a map, row by row from coarse to fine, for as long as it is wanted.

const MapWorker = (() => {
  // Passes: every cell of a coarse grid first, then the cells between.
  const compute = (job, post) => {
    const { size, mode, axes, expression, start, steps, noise, schedule, row, texts } = job;
    const f = Expression.parse(expression);
    const table = Methods.table({ methods: [row], ...texts });
    const timed = schedule ? { name: schedule.name, value: Schedule.parse(schedule.text) } : null;
    const W = new Float64Array(2);
    const cell = (i, j) => {
      const [a, b] = [axes[0][i], axes[1][j]];
      const values = mode === 'starts' ? job.values : { ...job.values, [axes.names[0]]: a, [axes.names[1]]: b };
      const variant = table.variant(row, values);
      if (!variant) return NaN;
      const run = { f, program: table.program(variant.text), starts: variant.worked.starts, values, schedule: timed, noise, steps };
      const from = mode === 'starts' ? [a, b] : start;
      const value = Engine.last(run, from[0], from[1], W);
      return value > f.value(from[0], from[1]) ? NaN : value;
    };
    // The minimum that a run over a start has reached: it ended within 2 % of the longer side of the domain of it.
    const minima = mode === 'starts' ? job.minima : [];
    const reach = 0.02 * Math.max(...job.domain.map(([low, high]) => high - low));
    const reached = () => minima.findIndex(([x, y]) => Math.hypot(W[0] - x, W[1] - y) < reach);
    const values = new Float64Array(size * size);
    const basins = new Int8Array(size * size).fill(-1);
    for (let width = 16; width >= 1; width /= 2) {
      for (let j = 0; j < size; j += width) {
        for (let i = 0; i < size; i += width) {
          const isKnown = width < 16 && i % (2 * width) === 0 && j % (2 * width) === 0;
          const value = isKnown ? values[j * size + i] : cell(i, j);
          const basin = isKnown ? basins[j * size + i] : minima.length > 1 && Number.isFinite(value) ? reached() : -1;
          for (let v = j; v < Math.min(j + width, size); v += 1) {
            values.fill(value, v * size + i, v * size + Math.min(i + width, size));
            basins.fill(basin, v * size + i, v * size + Math.min(i + width, size));
          }
        }
      }
      post({ values: values.slice(), basins: basins.slice(), width });
    }
  };

  return { compute };
})();

if (typeof WorkerGlobalScope !== 'undefined') {
  onmessage = ({ data }) => MapWorker.compute(data, (part) => postMessage({ id: data.id, ...part }));
}
