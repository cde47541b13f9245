// The noise of `thalweg descend --noise`, bit for bit: normal numbers that follow from a seed, the step and the coordinate.

const Noise = (() => {
  // splitmix64 over words (Steele, Lea, Flood 2014).
  const word = (x) => BigInt.asUintN(64, x);
  const splitmix = (words) => words.reduce((key, next) => {
    let z = word((key ^ word(next)) + 0x9e3779b97f4a7c15n);
    z = word((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = word((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  }, 0n);
  // FNV-1a of the name that the point has as a parameter.
  const NAME = [...'(x, y)'].reduce((hash, c) => word((hash ^ BigInt(c.charCodeAt(0))) * 0x100000001b3n), 0xcbf29ce484222325n);

  const bits = new DataView(new ArrayBuffer(8));

  // The library's natural logarithm, of a normal number in (0, 1].
  const log = (x) => {
    bits.setFloat64(0, x);
    const high = bits.getUint32(0);
    bits.setUint32(0, (high & 1048575) | 1072693248);
    let m = bits.getFloat64(0);
    let k = (high >>> 20) - 1023;
    if (m >= 1.4142135623730951) {
      m *= 0.5;
      k += 1;
    }
    const f = m - 1;
    const s = f / (2 + f);
    const z = s * s;
    const w = z * z;
    const even = w * (0.39999999999409419 + w * (0.22222198432149784 + w * 0.15313837699209373));
    const odd = z * (0.66666666666667351 + w * (0.28571428743662391 + w * (0.1818357216161805 + w * 0.14798198605116586)));
    const halfSquare = 0.5 * f * f;
    return k * 0.6931471803691238 - (halfSquare - (s * (halfSquare + (odd + even)) + k * 1.9082149292705877e-10) - f);
  };

  // The cosine of an angle in [0, 2π), as FreeBSD's libm computes it (Sun Microsystems 1993, freely granted).
  const nearCos = (x, y) => {
    const z = x * x;
    const w = z * z;
    const r = z * (4.16666666666666019037e-2 + z * (-1.38888888888741095749e-3 + z * 2.48015872894767294178e-5))
      + w * w * (-2.75573143513906633035e-7 + z * (2.08757232129817482790e-9 + z * -1.13596475577881948265e-11));
    const half = 0.5 * z;
    const rest = 1 - half;
    return rest + (((1 - rest) - half) + (z * r - x * y));
  };
  const nearSin = (x, y) => {
    const z = x * x;
    const w = z * z;
    const r = 8.33333333332248946124e-3 + z * (-1.98412698298579493134e-4 + z * 2.75573137070700676789e-6)
      + z * w * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10);
    const v = z * x;
    return x - ((z * (0.5 * y - v * r) - y) - v * -1.66666666666666324348e-1);
  };
  // π/2 in pieces, each with what is left behind it.
  const PIECES = [
    [1.57079632673412561417, 6.07710050650619224932e-11],
    [6.07710050630396597660e-11, 2.02226624879595063154e-21],
    [2.02226624871116645580e-21, 8.47842766036889956997e-32],
  ];
  const high = (x) => {
    bits.setFloat64(0, x);
    return bits.getUint32(0) & 0x7fffffff;
  };
  // The quarter turns n in an angle and what is left, in two numbers.
  const reduced = (x) => {
    const ix = high(x);
    const isNear = ((ix & 0xfffff) === 0x921fb && ix <= 0x400f6a7a) || ix === 0x4012d97c || ix === 0x401921fb;
    const [[first, rest]] = PIECES;
    if (!isNear) {
      const n = ix <= 0x4002d97c ? 1 : ix <= 0x400f6a7a ? 2 : ix <= 0x4015fdbc ? 3 : 4;
      const z = x - n * first;
      const y = z - n * rest;
      return [n, y, (z - y) - n * rest];
    }
    // Close to a multiple of π/2, more digits of it count.
    const n = (x * 6.36619772367581382433e-1 + 6755399441055744) - 6755399441055744;
    let r = x - n * first;
    let w = n * rest;
    let y = r - w;
    const lost = () => (ix >>> 20) - (high(y) >>> 20);
    for (const [piece, limit] of [[1, 16], [2, 49]]) {
      if (lost() <= limit) break;
      const t = r;
      w = n * PIECES[piece][0];
      r = t - w;
      w = n * PIECES[piece][1] - ((t - r) - w);
      y = r - w;
    }
    return [n, y, (r - y) - w];
  };
  const cos = (x) => {
    const ix = high(x);
    if (ix < 0x3e46a09e) return 1;
    if (ix <= 0x3fe921fb) return nearCos(x, 0);
    const [n, y, z] = reduced(x);
    return [nearCos(y, z), -nearSin(y, z), -nearCos(y, z), nearSin(y, z)][n % 4];
  };

  // Numbers are drawn once for each seed: methods share them.
  let known = { seed: null, numbers: [] };

  // A number of the standard normal distribution for a coordinate at step t, from 1.
  const noise = (seed, t, coordinate) => {
    if (known.seed !== seed) known = { seed, numbers: [] };
    const at = 2 * t + coordinate;
    if (known.numbers[at] === undefined) {
      const key = splitmix([BigInt(seed), NAME, BigInt(t)]);
      const share = (n) => Number(splitmix([key, BigInt(coordinate), n]) >> 11n) / 9007199254740992;
      known.numbers[at] = Math.sqrt(-2 * log(1 - share(0n))) * cos(2 * Math.PI * share(1n));
    }
    return known.numbers[at];
  };

  return { noise };
})();
