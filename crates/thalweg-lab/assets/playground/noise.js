// Random numbers that follow from a seed and what they are for: nothing is drawn before them.

const Noise = (() => {
  // The finalizer of MurmurHash3 on 32-bit words.
  const mixed = (key, word) => {
    let z = Math.imul(key ^ word, 0x9e3779b1) >>> 0;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  const uniform = (seed, step, coordinate, n) => {
    const key = mixed(mixed(mixed(mixed(0x7468616c, seed), step), coordinate), n);
    return (key + mixed(key, 1) / 4294967296) / 4294967296;
  };

  // A number of the standard normal distribution (Box and Muller's transform) for a coordinate at a step.
  const noise = (seed, step, coordinate) => {
    const length = Math.sqrt(-2 * Math.log(1 - uniform(seed, step, coordinate, 0)));
    return length * Math.cos(2 * Math.PI * uniform(seed, step, coordinate, 1));
  };

  return { noise };
})();
