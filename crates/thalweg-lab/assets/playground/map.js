// A map of what a method does: the value after all steps, over every start or over two hyperparameters.

const Maps = (() => {
  const SIZE = 192;
  // What a worker runs.
  const PARTS = ['expression', 'schedule', 'noise', 'methods', 'engine', 'map-worker'];
  let worker = null;
  let address = null;
  let id = 0;

  const source = () => {
    if (!address) {
      const texts = PARTS.map((name) => document.getElementById(`script-${name}`).textContent);
      address = URL.createObjectURL(new Blob([texts.join('\n')], { type: 'text/javascript' }));
    }
    return address;
  };

  const stop = () => {
    if (worker) worker.terminate();
    worker = null;
  };

  // Starts a job; `done({ values, basins, width })` is called with every finer map.
  const begin = (job, done) => {
    stop();
    id += 1;
    worker = new Worker(source());
    const mine = id;
    worker.onmessage = ({ data }) => {
      if (data.id === mine) done(data);
      if (data.width === 1) stop();
    };
    worker.postMessage({ ...job, size: SIZE, id });
  };

  // The shares of the range of values from which colours come: 0 for the lowest, NaN where it diverged.
  const shares = (values, lowest, highest) => {
    const finite = values.filter(Number.isFinite).sort();
    if (!finite.length) return { of: () => NaN };
    const quantile = (p) => finite[Math.round(p * (finite.length - 1))];
    const floor = Number.isFinite(lowest) ? Math.min(lowest, finite[0]) : finite[0];
    const [low, high] = [quantile(0), Math.min(quantile(0.98), highest)];
    // In the logarithm of the height above the minimum.
    const smallest = Math.max((high - floor) * 1e-12, 1e-300);
    const scaled = (value) => Math.log(Math.max(value - floor, smallest));
    const [from, to] = [scaled(low), scaled(high)];
    const of = (value) => (Number.isFinite(value) ? Math.min(Math.max((scaled(value) - from) / (to - from || 1), 0), 1) : NaN);
    return { of };
  };

  // The hue says which minimum was reached, where there are several.
  // Above `highest`, the value of the start, all look alike.
  const draw = (canvas, { values, basins }, lowest, highest = Infinity) => {
    const context = canvas.getContext('2d');
    const image = context.createImageData(SIZE, SIZE);
    const { of } = shares(values, lowest, highest);
    const shaded = (basin) => Array.from({ length: 64 }, (_, k) => Colour.map(k / 63, basin));
    const colours = new Map([...new Set(basins)].map((basin) => [basin, shaded(basin)]));
    const none = Colour.dark.matches ? [90, 40, 45] : [214, 160, 150];
    for (let j = 0; j < SIZE; j += 1) {
      for (let i = 0; i < SIZE; i += 1) {
        const share = of(values[j * SIZE + i]);
        const isStriped = (i + j) % 8 < 2;
        const [r, g, b] = Number.isNaN(share) ? none.map((x) => (isStriped ? x - 30 : x)) : colours.get(basins[j * SIZE + i])[Math.round(63 * share)];
        const at = 4 * ((SIZE - 1 - j) * SIZE + i);
        image.data.set([r, g, b, 255], at);
      }
    }
    const small = new OffscreenCanvas(SIZE, SIZE);
    small.getContext('2d').putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
  };

  return { SIZE, begin, stop, draw };
})();
