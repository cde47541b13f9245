// All that a person has chosen, as the fragment of an address, and as the command line of the same runs.

const Link = (() => {
  const quoted = (text) => (/^[\w.,:=/+-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`);
  const point = ([x, y]) => `${x},${y}`;

  // The fragment: only what is not as it is at first.
  const write = (state) => {
    const words = new URLSearchParams();
    words.set('on', state.on);
    state.with.forEach((spec) => words.append('with', spec));
    words.set('from', point(state.start));
    words.set('steps', state.steps);
    for (const [name, usual] of Object.entries(Link.EXTRAS)) {
      if (String(state[name]) !== String(usual)) words.set(name, state[name]);
    }
    return `#${words.toString()}`;
  };

  // What a fragment says: what may be added and is not there is as it is at first, other parts are undefined.
  const read = (fragment) => {
    const words = new URLSearchParams(fragment.replace(/^#/, ''));
    const state = { ...Link.EXTRAS };
    if (words.has('on')) state.on = words.get('on');
    if (words.has('with')) state.with = words.getAll('with');
    const numbers = (words.get('from') || '').split(',').filter((part) => part.trim()).map(Number);
    if (numbers.length === 2 && numbers.every(Number.isFinite)) state.start = numbers;
    const steps = Number(words.get('steps'));
    if (Number.isSafeInteger(steps) && steps >= 1) state.steps = steps;
    for (const [name, usual] of Object.entries(Link.EXTRAS)) {
      if (!words.has(name)) continue;
      const value = words.get(name);
      if (typeof usual === 'string') state[name] = value;
      else if (value.trim() && Number.isFinite(Number(value))) state[name] = Number(value);
    }
    return state;
  };

  const command = (state, file = 'run.png') => {
    const words = ['thalweg descend', `--on ${quoted(state.on)}`, `--from ${point(state.start)}`];
    state.with.forEach((spec) => words.push(`--with ${quoted(spec)}`));
    words.push(`--steps ${state.steps}`);
    if (state.schedule) words.push(`--schedule ${quoted(state.schedule)}`);
    if (state.noise > 0) words.push(`--noise ${state.noise} --seed ${state.seed}`);
    words.push(`-o ${file}`);
    return words.join(' ');
  };

  // What may be added, with what it is at first.
  const EXTRAS = {
    schedule: '', noise: 0, seed: 0, view: 'contours', turn: -0.65, tilt: 0.62, at: -1, speed: 30, focus: 0, slot: '',
    map: 'off', mapx: '', mapy: '',
  };

  return { write, read, command, EXTRAS };
})();
