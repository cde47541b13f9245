// A step of a formula with its numbers put in, line by line.

const Worked = (() => {
  const oneMinusPower = (beta, t) => -Math.expm1(t * Math.log(beta));
  const warmupProduct = (q, t) => {
    let product = 1;
    for (let i = 1; i <= t; i += 1) product *= 1 - q ** i / 2;
    return product;
  };
  const number = (x) => ({ inf: Infinity, '-inf': -Infinity, NaN })[x] ?? x;
  const OPERATIONS = {
    neg: (a) => -a,
    sqrt: Math.sqrt,
    abs: Math.abs,
    sign: Math.sign,
    exp: Math.exp,
    log: Math.log,
    floor: Math.floor,
    cos: Math.cos,
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: (a, b) => a * b,
    div: (a, b) => a / b,
    max: (a, b) => (a > b ? a : b),
    min: (a, b) => (a < b ? a : b),
    pow: (a, b) => a ** b,
    atan2: Math.atan2,
    oneMinusPower,
    warmupProduct,
    whereZero: (a, b, c) => (a === 0 ? b : c),
    same: (a) => a,
  };

  // Every quantity of step t for x and y, from what a run has kept.
  const quantities = ({ nodes, hyperparameters }, { h, t, g, W, slots, loss }) => {
    const found = [];
    for (const [name, ...operands] of nodes) {
      const of = (i) => {
        const values = operands.map((place) => found[place] && found[place][i]);
        switch (name) {
          case 'number': return number(operands[0]);
          case 'hyperparameter': {
            const known = hyperparameters[operands[0]];
            return typeof known === 'string' ? Number(h[known]) : known;
          }
          case 'slot': return slots[operands[0]][i];
          case 't': return t;
          case 'count': return 2;
          case 'loss': return loss;
          case 'g': return g[i];
          case 'W': return W[i];
          case 'norm': return Math.hypot(...found[operands[0]]);
          case 'sum': return found[operands[0]][0] + found[operands[0]][1];
          case 'atFirst': return t === 1 ? values[0] : values[1];
          default: return OPERATIONS[name](...values);
        }
      };
      found.push([of(0), of(1)]);
    }
    return found;
  };

  const mathNumber = (value, isAlone) => {
    const text = Numbers.text(value, 5);
    const [digits, power] = text.split('e');
    const shown = power === undefined ? `<mn>${digits}</mn>`
      : `<mrow><mn>${digits}</mn><mo>·</mo><msup><mn>10</mn><mn>${power}</mn></msup></mrow>`;
    return text.startsWith('−') && !isAlone ? `<mrow><mo>(</mo>${shown}<mo>)</mo></mrow>` : shown;
  };

  // The lines of step t as { line, worked: [x, y] }, each MathML; an equal right-hand side once.
  const step = (worked, lines, context) => {
    const found = quantities(worked, context);
    const rows = context.t === 1 && worked.first ? worked.first : worked.lines;
    return rows.map(([line, template, result, places]) => {
      const written = [0, 1].map((i) => {
        const right = lines[template].replace(/<mn>987654(\d\d\d)<\/mn>/g, (whole, place) => {
          const k = Number(place);
          if (k >= places.length) return whole;
          const value = places[k] === -1 ? context.W[i] : found[places[k]][i];
          return mathNumber(value, places.length === 1);
        });
        const value = result === -1 ? context.after[i] : found[result][i];
        return right.replace('</math>', `<mo>=</mo>${mathNumber(value, true)}</math>`);
      });
      return { line: lines[line], worked: written };
    });
  };

  return { step };
})();
