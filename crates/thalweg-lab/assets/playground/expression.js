// Functions of x and y as text: the grammar, the messages and the bits of the program's own expressions.
//
// The scanner goes over the tokens once and says what is wrong and where; what it leaves has nothing
// that depends on reading −x² or 2^3^2 right. The compiler writes straight lines of JavaScript that carry both
// derivatives along, with the operations of thalweg's Dual numbers in their order.

const Expression = (() => {
  const MAX_LENGTH = 1000;
  const MAX_DEPTH = 64;
  const FUNCTIONS = [
    'abs', 'sqrt', 'cbrt', 'exp', 'ln', 'log', 'log2', 'log10', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh',
    'cosh', 'tanh', 'asinh', 'acosh', 'atanh',
  ];
  const PAIRS = ['min', 'max', 'atan2'];
  const STAIRCASES = ['floor', 'ceil', 'round', 'trunc', 'sign', 'signum'];
  const CONSTANTS = { pi: Math.PI, 'π': Math.PI, tau: 2 * Math.PI, 'τ': 2 * Math.PI, e: Math.E };
  const PRIORITY = { min: 0, max: 0, atan2: 0, '+': 1, '-': 1, '*': 2, '/': 2, '~': 3, '^': 4 };

  class ExpressionError extends Error {
    constructor(message, column) {
      super(message);
      this.column = column;
    }
  }
  const fail = (message, column) => {
    throw new ExpressionError(message, column);
  };

  const list = (names, word) =>
    names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${word} ${names[names.length - 1]}`;

  // Tokens: { kind: 'number' | 'name' | 'sign', text, column }, columns in characters from 1.
  const tokens = (text) => {
    const found = [];
    const characters = Array.from(text);
    for (let at = 0; at < characters.length;) {
      const column = at + 1;
      const rest = characters.slice(at).join('');
      const c = characters[at];
      const take = (kind, piece, length = Array.from(piece).length) => {
        found.push({ kind, text: piece, column });
        at += length;
      };
      const number = rest.match(/^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/);
      if (/\s/u.test(c)) {
        at += 1;
      } else if (number) {
        const more = rest.slice(number[0].length).match(/^[.\d]+/);
        if (more || !Number.isFinite(Number(number[0]))) {
          const written = number[0] + (more ? more[0] : '');
          fail(`${written} at column ${column} is not a number; numbers look like 2, 0.5 or 1e-3 and are below 1.8e308`, column);
        }
        take('number', number[0]);
      } else if (/[\p{Alphabetic}_]/u.test(c)) {
        take('name', rest.match(/^[\p{Alphabetic}\d_]+/u)[0]);
      } else if (rest.startsWith('**')) {
        take('sign', '^', 2);
      } else if ('+-*/^(),'.includes(c)) {
        take('sign', c);
      } else {
        fail(`'${c}' at column ${column} has no meaning in an expression; use numbers, x, y, pi, e, + - * / ^, parentheses and functions such as sin(x)`, column);
      }
    }
    return found;
  };

  // The tokens of the same expression in a form without ambiguities: 0~x for −x, parentheses around exponents and
  // around the arguments of functions of two, which stand between them.
  const scan = (text) => {
    const length = Array.from(text).length;
    if (length > MAX_LENGTH) fail(`the expression has ${length} characters; at most ${MAX_LENGTH} are accepted`);
    const all = tokens(text);
    if (!all.length) fail('the expression is empty; write one in x and y, such as x^2/20 + y^2');
    const out = [];
    const outer = [];
    let frame = { column: 0, call: null, begun: 1, powers: 0 };
    let call = null;
    let afterOperand = false;
    let negative = false;
    let depth = 0;
    const others = [];
    let othersAt = 0;

    const deepen = (column) => {
      depth += 1;
      if (depth > MAX_DEPTH) fail(`the expression is nested more than ${MAX_DEPTH} deep at column ${column}`, column);
    };
    const writeSign = () => {
      if (negative) out.push(0, '~');
      negative = false;
    };
    const operand = (value) => {
      writeSign();
      out.push(value);
      afterOperand = true;
    };
    const closePowers = () => {
      for (; frame.powers > 0; frame.powers -= 1, depth -= 1) out.push(')');
    };
    const wrongCount = ({ name, column, count }) =>
      fail(`${name} at column ${column} takes ${count} ${count === 1 ? 'argument' : 'arguments'}`, column);
    const open = (column) => {
      deepen(column);
      writeSign();
      if (call && call.count === 2) out.push('(', '(');
      else if (call) out.push(call.name, '(');
      else out.push('(');
      outer.push(frame);
      frame = { column, call, begun: 1, powers: 0 };
      call = null;
    };
    const close = (column) => {
      closePowers();
      if (!outer.length) fail(`the ) at column ${column} closes nothing; remove it or add its (`, column);
      const closed = frame;
      frame = outer.pop();
      if (closed.call && closed.begun < closed.call.count) wrongCount(closed.call);
      out.push(')');
      if (closed.call && closed.call.count === 2) out.push(')');
      depth -= 1;
    };
    const comma = (column) => {
      closePowers();
      if (!frame.call) {
        fail(`the comma at column ${column} separates nothing; numbers have a decimal point, and only min, max and atan2 take two arguments`, column);
      }
      if (frame.begun === frame.call.count) wrongCount(frame.call);
      frame.begun += 1;
      out.push(')', frame.call.name, '(');
      afterOperand = false;
    };
    const name = (word, column, isCalled) => {
      if (word === 'x' || word === 'y') return operand(word);
      if (Object.hasOwn(CONSTANTS, word)) return operand(CONSTANTS[word]);
      if (STAIRCASES.includes(word)) {
        fail(`${word} at column ${column} has no slope to descend: it is constant between its jumps; use a smooth function instead`, column);
      }
      const count = FUNCTIONS.includes(word) ? 1 : PAIRS.includes(word) ? 2 : 0;
      if (count && !isCalled) fail(`${word} at column ${column} needs its argument in parentheses, as in ${word}(x)`, column);
      if (count) {
        call = { name: word, column, count };
      } else if (isCalled) {
        fail(`there is no function ${word} at column ${column}; known are ${list([...FUNCTIONS, ...PAIRS], 'and')}`, column);
      } else {
        if (!others.length) othersAt = column;
        if (!others.includes(word)) others.push(word);
        afterOperand = true;
      }
      return undefined;
    };
    const begin = ({ kind, text: shown, column }, isCalled) => {
      if (kind === 'number') operand(Number(shown));
      else if (kind === 'name') name(shown, column, isCalled);
      else if (shown === '-') negative = !negative;
      else if (shown === '(') open(column);
      else if (shown === ')' && !outer.length) fail(`the ) at column ${column} closes nothing; remove it or add its (`, column);
      else if (shown !== '+') {
        fail(`an operand is missing at column ${column}, before ${shown}; a number, x, y, a function or ( belongs there`, column);
      }
    };
    const follow = ({ kind, text: shown, column }) => {
      if (kind !== 'sign' || shown === '(') {
        fail(`an operator is missing before ${shown} at column ${column}; products are written 2*x`, column);
      } else if (shown === '^') {
        deepen(column);
        frame.powers += 1;
        out.push('^', '(');
        afterOperand = false;
      } else if (shown === ')') close(column);
      else if (shown === ',') comma(column);
      else {
        closePowers();
        out.push(shown);
        afterOperand = false;
      }
    };

    all.forEach((token, i) => {
      const next = all[i + 1];
      if (afterOperand) follow(token);
      else begin(token, Boolean(next) && next.kind === 'sign' && next.text === '(');
    });
    if (!afterOperand) {
      fail(`an operand is missing at column ${length + 1}, before the end; a number, x, y, a function or ( belongs there`, length + 1);
    }
    if (outer.length) fail(`the ( at column ${frame.column} is never closed; add its )`, frame.column);
    if (others.length) fail(`it has ${list(others, 'and')}; only x and y are variables (first at column ${othersAt})`, othersAt);
    closePowers();
    return out;
  };

  // The tree of what the scanner leaves: numbers, 'x', 'y', [name, operand] and [operator, left, right].
  const tree = (out) => {
    let at = 0;
    const primary = () => {
      const token = out[at];
      at += 1;
      if (typeof token === 'number' || token === 'x' || token === 'y') return token;
      if (token === '(') {
        const inside = binary(0);
        at += 1;
        return inside;
      }
      at += 1;
      const argument = binary(0);
      at += 1;
      return [token, argument];
    };
    const binary = (lowest) => {
      let left = primary();
      while (at < out.length && PRIORITY[out[at]] >= lowest) {
        const operator = out[at];
        at += 1;
        const right = binary(PRIORITY[operator] + 1);
        left = operator === '~' ? ['~', right] : [operator, left, right];
      }
      return left;
    };
    return binary(0);
  };

  // b to the whole power n, as compiler-rt's __powidf2: by repeated squaring.
  const powi = (b, n) => {
    let [product, square, left] = [1, b, Math.abs(n)];
    for (;;) {
      if (left % 2 === 1) product *= square;
      left = Math.floor(left / 2);
      if (left === 0) break;
      square *= square;
    }
    return n < 0 ? 1 / product : product;
  };
  const power = (b, n) => (n % 1 === 0 && Math.abs(n) <= 32 ? powi(b, n) : b ** n);
  // k·t, and 0 where t is 0 even if k is infinite or not a number.
  const times = (k, t) => (t === 0 ? 0 : k * t);
  const sign = (x) => (x > 0 ? 1 : x < 0 ? -1 : x);
  const RUNTIME = { power, times, sign };

  // Value and derivative of functions of one number: from its value v and its own value f.
  const ONE = {
    sqrt: ['Math.sqrt(v)', '0.5 / f'],
    abs: ['Math.abs(v)', '(v === 0 ? 0 : sign(v))'],
    cbrt: ['Math.cbrt(v)', '1 / (3 * f * f)'],
    exp: ['Math.exp(v)', 'f'],
    ln: ['Math.log(v)', '1 / v'],
    log: ['Math.log(v)', '1 / v'],
    log2: ['Math.log2(v)', '1 / (v * Math.LN2)'],
    log10: ['Math.log10(v)', '1 / (v * Math.LN10)'],
    sin: ['Math.sin(v)', 'Math.cos(v)'],
    cos: ['Math.cos(v)', '-Math.sin(v)'],
    tan: ['Math.tan(v)', '1 + f * f'],
    asin: ['Math.asin(v)', '1 / Math.sqrt((1 - v) * (1 + v))'],
    acos: ['Math.acos(v)', '-1 / Math.sqrt((1 - v) * (1 + v))'],
    atan: ['Math.atan(v)', '1 / (1 + v * v)'],
    sinh: ['Math.sinh(v)', 'Math.cosh(v)'],
    cosh: ['Math.cosh(v)', 'Math.sinh(v)'],
    tanh: ['Math.tanh(v)', '(1 - f) * (1 + f)'],
    asinh: ['Math.asinh(v)', '1 / Math.hypot(v, 1)'],
    acosh: ['Math.acosh(v)', '1 / Math.sqrt((v - 1) * (v + 1))'],
    atanh: ['Math.atanh(v)', '1 / ((1 - v) * (1 + v))'],
    '~': ['-v', '-1'],
  };

  // Writes the lines that compute a tree; with slopes, both derivatives, too. A slope of null is 0 everywhere.
  const write = (root, withSlopes) => {
    const lines = [];
    let count = 0;
    const give = (code, prefix = 'v') => {
      const name = `${prefix}${(count += 1)}`;
      lines.push(`const ${name} = ${code};`);
      return name;
    };
    const literal = (number) => (Object.is(number, -0) ? '(-0)' : number < 0 ? `(${number})` : String(number));
    const term = (k, t) => {
      if (t === null) return '0';
      // 1·t and −1·t, where a −0 becomes 0.
      if (k === '1') return `(${t} + 0)`;
      if (k === '-1') return `(0 - ${t})`;
      return `times(${k}, ${t})`;
    };
    const join = (a, b, value, byA, byB) => {
      const node = { v: value, slopes: [null, null] };
      if (!withSlopes || [...a.slopes, ...b.slopes].every((slope) => slope === null)) return node;
      const [ka, kb] = [byA(), byB ? byB() : '0'];
      node.slopes = [0, 1].map((i) => {
        if (a.slopes[i] === null && b.slopes[i] === null) return null;
        return give(`${term(ka, a.slopes[i])} + ${term(kb, b.slopes[i])}`, 'd');
      });
      return node;
    };
    const isConstant = (node) => node.slopes.every((slope) => slope === null);
    const wholePower = (b, n) => {
      if (n === 0) return '1';
      let [product, square, left] = [null, b, Math.abs(n)];
      for (;;) {
        if (left % 2 === 1) product = product === null ? square : give(`${product} * ${square}`);
        left = Math.floor(left / 2);
        if (left === 0) break;
        square = give(`${square} * ${square}`);
      }
      return n < 0 ? give(`1 / ${product}`) : product;
    };
    const powered = (b, exponent, number) =>
      number !== null && number % 1 === 0 && Math.abs(number) <= 32
        ? wholePower(b, number)
        : give(`power(${b}, ${exponent})`);
    const raise = (a, b, exponentTree) => {
      const number = typeof exponentTree === 'number' ? exponentTree
        : Array.isArray(exponentTree) && exponentTree[0] === '~' && typeof exponentTree[1] === 'number' ? -exponentTree[1]
          : null;
      const value = powered(a.v, b.v, number);
      const byBase = () => {
        if (number === 0) return '0';
        if (number !== null) return give(`${literal(number)} * ${powered(a.v, literal(number - 1), number - 1)}`);
        return give(`${b.v} === 0 ? 0 : ${b.v} * power(${a.v}, ${b.v} - 1)`);
      };
      const byExponent = () => give(`${value} === 0 && ${a.v} >= 0 ? 0 : ${value} * Math.log(${a.v})`);
      return join(a, b, value, byBase, isConstant(b) ? null : byExponent);
    };
    const pick = (a, b, less) => {
      const [left, right] = [`${a.v} ${less} ${b.v}`, `${b.v} ${less} ${a.v}`];
      const choose = (of, mean, none) => `${left} ? ${of(a)} : ${right} ? ${of(b)} : ${a.v} === ${b.v} ? ${mean} : ${none}`;
      const node = { v: give(choose((side) => side.v, a.v, 'NaN')), slopes: [null, null] };
      if (withSlopes && !(isConstant(a) && isConstant(b))) {
        node.slopes = [0, 1].map((i) => {
          const of = (side) => side.slopes[i] ?? '0';
          return give(choose(of, `${term('0.5', a.slopes[i])} + ${term('0.5', b.slopes[i])}`, '0'), 'd');
        });
      }
      return node;
    };
    const one = (name, a) => {
      const [value, derivative] = ONE[name];
      const put = (code, f) => code.replace(/\b[vf]\b/g, (letter) => (letter === 'v' ? a.v : f));
      const f = give(put(value));
      const node = { v: f, slopes: [null, null] };
      if (withSlopes && !isConstant(a)) {
        const k = derivative === '-1' ? '-1' : give(put(derivative, f));
        // −1·t where t is 0 is 0, as everywhere.
        node.slopes = a.slopes.map((t) => (t === null ? null : give(term(k, t), 'd')));
      }
      return node;
    };
    const two = (operator, a, b) => {
      const value = () => give(`${a.v} ${operator} ${b.v}`);
      switch (operator) {
        case '+': return join(a, b, value(), () => '1', () => '1');
        case '-': return join(a, b, value(), () => '1', () => '-1');
        case '*': return join(a, b, value(), () => b.v, () => a.v);
        case '/': {
          const node = { v: value(), slopes: [null, null] };
          if (withSlopes) {
            node.slopes = [0, 1].map((i) => {
              if (a.slopes[i] === null && b.slopes[i] === null) return null;
              const t = give(`${a.slopes[i] ?? '0'} - ${term(node.v, b.slopes[i])}`, 'd');
              return give(`${t} === 0 ? 0 : ${t} / ${b.v}`, 'd');
            });
          }
          return node;
        }
        case 'min': return pick(a, b, '<');
        case 'max': return pick(a, b, '>');
        default: {
          // atan2: the angle of the point (b, a).
          const angle = give(`Math.atan2(${a.v}, ${b.v})`);
          const square = give(`${b.v} * ${b.v} + ${a.v} * ${a.v}`);
          return join(a, b, angle, () => give(`${b.v} / ${square}`), () => give(`-${a.v} / ${square}`));
        }
      }
    };
    const visit = (node) => {
      if (typeof node === 'number') return { v: literal(node), slopes: [null, null] };
      if (node === 'x') return { v: 'x', slopes: withSlopes ? ['1', null] : [null, null] };
      if (node === 'y') return { v: 'y', slopes: withSlopes ? [null, '1'] : [null, null] };
      const [name, ...operands] = node;
      const [a, b] = operands.map(visit);
      if (operands.length === 1) return one(name, a);
      return name === '^' ? raise(a, b, operands[1]) : two(name, a, b);
    };
    return { lines, result: visit(root) };
  };

  const build = (parameters, code) =>
    new Function(...Object.keys(RUNTIME), `return (${parameters}) => {\n${code}\n};`)(...Object.values(RUNTIME));

  // { text, value(x, y), gradient(x, y, out) } of a text; throws an ExpressionError with message and column.
  const parse = (text) => {
    const root = tree(scan(text));
    const plain = write(root, false);
    const value = build('x, y', `${plain.lines.join('\n')}\nreturn ${plain.result.v};`);
    const { lines, result } = write(root, true);
    const [dx, dy] = result.slopes.map((slope) => slope ?? '0');
    const ending = `if (${result.v} !== ${result.v}) { out[0] = NaN; out[1] = NaN; } else { out[0] = ${dx}; out[1] = ${dy}; }`;
    const gradient = build('x, y, out', `${lines.join('\n')}\n${ending}`);
    return { text: text.trim(), value, gradient };
  };

  return { parse, ExpressionError };
})();
