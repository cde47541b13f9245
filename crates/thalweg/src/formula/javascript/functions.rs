//! The functions that a step may use and JavaScript does not have, or not with the same bits: the
//! library's own, operation by operation.

/// Subnormal numbers and −0 in state become 0, as the engine stores them.
pub(super) const FLUSHED: &str = "  // State as it is stored: 0 in place of subnormal numbers.
  const flushed = (x) => (Math.abs(x) < 2.2250738585072014e-308 ? 0 : x);
";

pub(super) const MAX: &str = "  // The larger of the two; b where they cannot be compared.
  const max = (a, b) => (a > b ? a : b);
";

pub(super) const MIN: &str = "  // The smaller of the two; b where they cannot be compared.
  const min = (a, b) => (a < b ? a : b);
";

/// [`Wide::one_minus_power`](crate::Wide::one_minus_power).
pub(super) const ONE_MINUS_POWER: &str =
    "  // 1 - beta^t, from sums and products that cancel no digits.
  const oneMinusPower = (beta, t) => {
    let share = 0;
    let doubled = 1 - beta;
    let rest = Math.min(Math.floor(t), Number.MAX_SAFE_INTEGER);
    while (rest > 0) {
      if (rest % 2 === 1) share += doubled * (1 - share);
      doubled *= 2 - doubled;
      rest = Math.floor(rest / 2);
    }
    return share;
  };
";

/// [`Wide::warmup_product`](crate::Wide::warmup_product).
pub(super) const WARMUP_PRODUCT: &str =
    "  // The product of 1 - q^i/2 over i from 1 to t, from a series.
  const warmupProduct = (q, t) => {
    const first = 1 - q;
    const all = oneMinusPower(q, t);
    let oneLess = 0;
    let allLess = 0;
    let sum = 0;
    let weight = 1;
    for (let k = 1; k <= 55; k += 1) {
      oneLess += first * (1 - oneLess);
      allLess += all * (1 - allLess);
      weight *= 0.5;
      sum += (oneLess === 0 ? t : (1 - oneLess) * allLess / oneLess) * (weight / k);
    }
    return exp(-sum);
  };
";

/// What [`EXP`] and [`LOG`] need.
pub(super) const BITS: &str = "  // The bits of a double.
  const bits = new DataView(new ArrayBuffer(8));
";

pub(super) const EXP: &str = "  // e^x, from the same operations on every machine.
  const exp = (x) => {
    if (!(x > -760)) return x < 0 ? 0 : x;
    if (x > 720) return Infinity;
    const whole = (y) => (y + 6755399441055744) - 6755399441055744;
    const powerOfTwo = (n) => {
      bits.setUint32(0, (n + 1023) * 1048576);
      bits.setUint32(4, 0);
      return bits.getFloat64(0);
    };
    const n = whole(x * 1.4426950408889634);
    const r = x - n * 0.693145751953125 - n * 0.0000014286068203094172;
    const rr = r * r;
    const p = ((0.00012617719307481059 * rr + 0.030299440770744196) * rr + 1) * r;
    const q = ((0.0000030019850513866446 * rr + 0.002524483403496841) * rr + 0.22726554820815503) * rr + 2;
    const half = whole(n * 0.5);
    return (1 + 2 * (p / (q - p))) * powerOfTwo(half) * powerOfTwo(n - half);
  };
";

pub(super) const LOG: &str = "  // The natural logarithm, from the same operations on every machine.
  const log = (x) => {
    if (!(x > 0)) return x === 0 ? -Infinity : NaN;
    if (x === Infinity) return x;
    const isSubnormal = x < 2.2250738585072014e-308;
    bits.setFloat64(0, isSubnormal ? x * 18014398509481984 : x);
    const high = bits.getUint32(0);
    bits.setUint32(0, (high & 1048575) | 1072693248);
    let m = bits.getFloat64(0);
    let k = (high >>> 20) - (isSubnormal ? 1077 : 1023);
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
";

pub(super) const POW: &str = "  // x^y; NaN for a negative x unless y is whole.
  const pow = (x, y) => {
    if (y === 0) return 1;
    if (y === 0.5) return Math.sqrt(x);
    const power = exp(y * log(Math.abs(x)));
    if (!(x < 0)) return power;
    return y % 1 !== 0 ? NaN : y % 2 === 0 ? power : -power;
  };
";

pub(super) const ATAN2: &str = "  // The angle of the point (x, y), from the same operations on every machine.
  const atan2 = (y, x) => {
    if (x !== x || y !== y) return NaN;
    const a = Math.abs(x);
    const b = Math.abs(y);
    const short = b > a ? a : b;
    const long = b > a ? b : a;
    const ratio = long === 0 ? 0 : short === long ? 1 : short / long;
    const isSteep = ratio > 0.41421356237309503;
    const t = isSteep ? (ratio - 1) / (ratio + 1) : ratio;
    const z = t * t;
    const p = (((-0.8750608600031904 * z - 16.15753718733365) * z - 75.00855792314705) * z - 122.88666844901362) * z - 64.85021904942025;
    const q = ((((z + 24.858464901423063) * z + 165.02700983169886) * z + 432.8810604912903) * z + 485.3903996359137) * z + 194.5506571482614;
    let angle = t * z * p / q + t;
    if (isSteep) angle = 0.7853981633974483 + (angle + 3.061616997868383e-17);
    if (b > a) angle = 1.5707963267948966 - angle;
    if (x < 0 || 1 / x < 0) angle = 3.141592653589793 - angle;
    return y < 0 || 1 / y < 0 ? -angle : angle;
  };
";
