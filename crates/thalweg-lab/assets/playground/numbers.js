// Numbers for people: ticks of axes, digits, and the scale of a slider.

const Numbers = (() => {
  // To `digits` significant digits, without zeros at the end.
  const text = (value, digits = 4) => {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? '—' : value > 0 ? '∞' : '−∞';
    const short = Number(value.toPrecision(digits));
    const size = Math.abs(short);
    const plain = size !== 0 && (size < 1e-4 || size >= 1e6) ? short.toExponential().replace('e+', 'e') : String(short);
    return plain.replace(/-/g, '−');
  };

  // Round numbers between two, about `count` of them.
  const ticks = (low, high, count) => {
    const rough = (high - low) / count;
    if (!(rough > 0)) return [low];
    const size = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((k) => k * size).find((one) => one >= rough);
    const found = [];
    for (let k = Math.ceil(low / step); k * step <= high + 1e-9 * step && found.length < 50; k += 1) {
      found.push(Number((k * step).toPrecision(12)));
    }
    return found;
  };

  // Powers of ten between two positive numbers, at most about `count`.
  const decades = (low, high, count) => {
    const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const step = Math.max(1, Math.ceil((last - first + 1) / count));
    const digits = last - first >= 2 ? [1] : [1, 2, 5];
    const found = [];
    for (let k = first - 1; k <= last; k += 1) {
      if (digits.length > 1 || (k - first) % step === 0) found.push(...digits.map((digit) => Number(`${digit}e${k}`)));
    }
    return found.filter((v) => v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9));
  };

  const rounded = (value) => Number(value.toPrecision(3));

  // A hyperparameter's slider: value(p) for a place p in [0, 1], and place(value).
  const slider = ({ kind, range, value: usual }) => {
    const [min, max, included] = range;
    const size = Math.abs(usual);
    if (kind === 'whole') {
      const top = Math.max(10 * (size || 1), min + 10);
      return { value: (p) => Math.round(min + p * (top - min)), place: (v) => (v - min) / (top - min) };
    }
    if (min === 0 && max === 1 && !included) {
      // Evenly in the logarithm of 1 − β: 0, 0.9, 0.99, …
      return { value: (p) => Number((1 - rounded(10 ** (-4 * p))).toPrecision(8)), place: (v) => -Math.log10(1 - v) / 4 };
    }
    if (max !== null) {
      return { value: (p) => rounded(Math.min(Math.max(min + p * (max - min), min), max)), place: (v) => (v - min) / (max - min) };
    }
    if (min === null || min < 0) {
      const half = Math.max(2 * size, 2);
      return { value: (p) => rounded((2 * p - 1) * half), place: (v) => (v / half + 1) / 2 };
    }
    // From nothing, or from 1, over seven decades.
    const top = Math.max(size * 1000, min ? 100 : 10);
    const decadesBelow = size > 0 ? Math.max(Math.log10(top / size) + 3, 6) : 6;
    const bottom = top * 10 ** -decadesBelow;
    return {
      value: (p) => (p === 0 ? min : rounded(min + bottom * 10 ** (decadesBelow * p))),
      place: (v) => (v <= min ? 0 : Math.log10((v - min) / bottom) / decadesBelow),
    };
  };

  return { text, ticks, decades, slider };
})();
