// Methods and their settings: which formula goes with which hyperparameters, and specs as text.

const Methods = (() => {
  // The kinds of settings that the library has.
  const reads = {
    number: ({ range: [min, max, included] }, text) => {
      const value = typeof text === 'number' ? text
        : /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text.trim()) ? Number(text) : NaN;
      const isBelow = max === null || value < max || (included && value === max);
      return Number.isFinite(value) && (min === null || value >= min) && isBelow ? value : undefined;
    },
    whole: ({ range: [min] }, text) => {
      const value = Number(text);
      return Number.isSafeInteger(value) && value >= min ? value : undefined;
    },
    flag: (_, text) => ({ true: true, false: false })[String(text).trim()],
    choice: ({ range }, text) => (range.includes(text) ? text : undefined),
    text: () => undefined,
  };

  // A hyperparameter's value from text; undefined where it is not accepted.
  const read = (known, text) => reads[known.kind](known, text);

  // A number as specs have it: the shortest that reads back to the same bits.
  const shown = (value) => (typeof value === 'number' ? String(value).replace('e+', 'e') : String(value));

  // The table of a page's data.
  const table = ({ methods, programs, lines, worked }) => {
    const byName = new Map(methods.map((row) => [row.name, row]));
    const built = new Map();

    // The key of the variant with these values.
    const key = ({ keys }, values) => keys.map(([name, special]) => {
      const value = values[name];
      if (typeof value !== 'number') return String(value);
      return special.includes(value) ? shown(value) : '*';
    }).join(',');

    // What a step does with these values: { text, step, … }; undefined where they do not go together.
    const variant = (row, values) => {
      const places = row.variants[key(row, values)];
      if (!places) return undefined;
      const [program, formula] = places;
      return { text: programs[program], worked: worked[formula] };
    };

    // The JavaScript of a text, made once.
    const program = (text) => {
      if (!built.has(text)) built.set(text, new Function(`return ${text};`)());
      return built.get(text);
    };

    const defaults = (row) => Object.fromEntries(row.hyperparameters.map((known) => [known.name, known.value]));

    // `adam:lr=0.3`: what differs from the defaults.
    const spec = (row, values) => {
      const changed = row.hyperparameters.filter(({ name, value }) => values[name] !== value);
      const pairs = changed.map(({ name }) => `${name}=${shown(values[name])}`);
      return pairs.length ? `${row.name}:${pairs.join(',')}` : row.name;
    };

    // The row and the values of a spec; throws a sentence.
    const parse = (text) => {
      const [, name, rest] = text.trim().match(/^([^:]*):?(.*)$/s);
      const row = byName.get(name.trim());
      if (!row) throw new Error(`there is no method \`${name.trim()}\` here`);
      const values = defaults(row);
      for (const piece of rest.split(',').filter((part) => part.trim())) {
        const [setting, value = ''] = piece.split('=').map((part) => part.trim());
        const known = row.hyperparameters.find((one) => one.name === setting);
        if (!known) throw new Error(`${row.name} has no hyperparameter \`${setting}\``);
        values[setting] = read(known, value);
        if (values[setting] === undefined) throw new Error(`${row.name}: ${setting} is ${known.accepts}`);
      }
      return { row, values };
    };

    return { all: methods, byName, lines, variant, program, defaults, spec, parse };
  };

  return { table, read, shown };
})();
