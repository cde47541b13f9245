// The page: what is chosen, what follows from it, and what is shown.

(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const table = Methods.table(data.methods);
  const $ = (id) => document.getElementById(id);
  const MOST_STEPS = 20000;
  const MOST_METHODS = 10;
  // Where a descent of an unknown function may begin, the best first.
  const STARTS = [[-4, 3], [4, 3], [4, -3], [-4, -3], [-0.8, 0.6], [0.8, 0.6], [0.8, -0.6], [-0.8, -0.6]];

  const state = {
    on: 'ravine', start: [-7, 2], steps: 60, ...Link.EXTRAS,
    with: ['sgd:lr=0.9', 'momentum:lr=0.1', 'adam:lr=0.3'],
  };
  let problem = null;
  let f = null;
  let contenders = [];
  let runs = [];
  // What goes wrong in them, and the highest value of those that descend where others do not.
  let warnings = '';
  let highest = Infinity;
  let schedule = null;
  let map = null;
  let mapVersion = 0;
  const plot = Plot.create($('plot'));

  // ---- What follows from what is chosen.

  const named = (text) => data.problems.find(({ name }) => name === text.trim());

  const canStart = (expression, [x, y]) => {
    const g = [0, 0];
    expression.gradient(x, y, g);
    return Number.isFinite(expression.value(x, y)) && g.every(Number.isFinite) && g.some((v) => v !== 0);
  };

  // Takes a problem's name or an expression; says what is wrong with it.
  const takeProblem = (text, keepsStart) => {
    const known = named(text);
    const field = $('expression');
    try {
      const parsed = Expression.parse(known ? known.expression : text);
      field.removeAttribute('aria-invalid');
      $('expression-error').textContent = '';
      f = parsed;
      problem = known || {
        name: parsed.text, title: 'Expression', expression: parsed.text, summary: '', domain: [[-5, 5], [-5, 5]],
        start: STARTS.find((start) => canStart(parsed, start)) || STARTS[0], minima: [], levels: null,
      };
      state.on = known ? known.name : parsed.text;
      if (!keepsStart) state.start = [...problem.start];
      return true;
    } catch (error) {
      if (!(error instanceof Expression.ExpressionError)) throw error;
      field.setAttribute('aria-invalid', 'true');
      const place = error.column ? `\n${text}\n${' '.repeat(error.column - 1)}^` : '';
      const box = $('expression-error');
      box.replaceChildren(error.message);
      if (place) box.append(Cards.element('code', { textContent: place.slice(1) }));
      return false;
    }
  };

  const takeSchedule = () => {
    const box = $('schedule-error');
    box.textContent = '';
    $('schedule').removeAttribute('aria-invalid');
    schedule = null;
    if (!state.schedule.trim()) return;
    try {
      schedule = { name: 'lr', value: Schedule.parse(state.schedule), text: state.schedule };
    } catch (error) {
      box.textContent = error.message;
      $('schedule').setAttribute('aria-invalid', 'true');
    }
  };

  const noise = () => ({ sigma: state.noise, seed: state.seed });

  const styles = () => Colour.styles(data.styles, contenders.map(({ row }) => row.name));

  const compute = () => {
    const { start, steps } = state;
    const isFinite = Number.isFinite(f.value(...start));
    $('start-error').textContent = isFinite ? '' : `f is ${f.value(...start)} at the start; start where it is finite`;
    runs = [];
    const styled = styles();
    contenders.forEach(({ row, values }, index) => {
      const variant = table.variant(row, values);
      const refused = $(`refused-${index}`);
      if (refused) refused.textContent = variant ? '' : 'The library refuses these settings together.';
      if (!variant || !isFinite) return;
      const program = table.program(variant.text);
      const timed = schedule && 'lr' in values ? schedule : null;
      const result = Engine.run({ f, program, starts: variant.worked.starts, values, schedule: timed, noise: noise(), start, steps });
      runs.push({ index, row, values, variant, result, spec: table.spec(row, values), style: styled[index], schedule: timed });
    });
    state.with = contenders.map(({ row, values }) => table.spec(row, values));
    warnings = runs.map(warning).filter(Boolean).join('.\n');
    // A run that climbs does not flatten those that descend.
    const descending = runs.filter(({ result }) => !climbs(result));
    const most = ({ result }) => result.values.subarray(0, result.length + 1).reduce((a, b) => Math.max(a, b), -Infinity);
    highest = descending.length && descending.length < runs.length ? Math.max(...descending.map(most)) : Infinity;
  };

  const followed = () => runs.find(({ index }) => index === state.focus) || runs[0];
  const at = () => (state.at < 0 ? state.steps : Math.min(Math.floor(state.at), state.steps));

  // ---- What is shown.

  const ratio = () => Math.min(window.devicePixelRatio || 1, 2);
  // Sizes are read when they change: to ask for them lays the page out.
  const fit = (canvas) => {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((size) => Math.max(Math.round(size * ratio()), 2));
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
  };

  // The problem's domain, grown to hold a start outside it, as `thalweg descend` grows it.
  const domain = () => problem.domain.map(([low, high], i) => {
    const at = state.start[i];
    const margin = 0.1 * (Math.max(high, at) - Math.min(low, at));
    if (at < low) return [at - margin, high];
    return at > high ? [low, at + margin] : [low, high];
  });
  // The problem's levels, and more up to the value of a start outside its domain.
  const levels = () => {
    const given = problem.levels;
    const [x, y] = state.start;
    const isOutside = problem.domain.some(([low, high], i) => state.start[i] < low || state.start[i] > high);
    if (!given || !isOutside) return given;
    const all = [...given];
    const top = f.value(x, y);
    for (let k = 0; k < 8 && all[all.length - 1] < top && all[all.length - 1] > 0; k += 1) all.push(2 * all[all.length - 1]);
    return all;
  };

  const scene = (isBusy = false) => ({
    isBusy, f, domain: domain(), levels: levels(), minima: problem.minima, lowest: lowest(), runs, at: at(), start: state.start,
    view: state.view, turn: state.turn, tilt: state.tilt, ratio: ratio(), map: state.map === 'starts' ? map : null,
  });
  const lowest = () => (problem.minima.length ? f.value(...problem.minima[0]) : NaN);

  const climbs = ({ divergedAt, values, length }) => divergedAt !== null || values[length] > values[0];

  // What is wrong with a run, as `thalweg descend` says it.
  const warning = ({ spec, result, row, values }) => {
    const { length, points } = result;
    if (result.divergedAt !== null) return `${spec} stopped being finite at step ${result.divergedAt}; the steps before it are kept`;
    if (climbs(result)) return `${spec} climbs: f from ${Numbers.text(result.values[0])} to ${Numbers.text(result.values[length])}`;
    const [[left, right], [bottom, top]] = domain();
    const [x, y] = [points[2 * length], points[2 * length + 1]];
    if (x < left || x > right || y < bottom || y > top) return `${spec} ends outside the picture, at (${Numbers.text(x)}, ${Numbers.text(y)})`;
    const moved = path(result);
    const diagonal = Math.hypot(right - left, top - bottom);
    if (moved > 0.01 * diagonal || (result.gradients[0] === 0 && result.gradients[1] === 0)) return '';
    const lr = better(values, moved, diagonal);
    const hint = lr ? `its lr is ${values.lr}, try ${row.name}:lr=${lr}` : 'try more steps';
    return `${spec} hardly moves: ${Numbers.text(moved)} in ${length} steps; ${hint}`;
  };
  const path = ({ points, length }) => {
    let sum = 0;
    for (let t = 1; t <= length; t += 1) sum += Math.hypot(points[2 * t] - points[2 * t - 2], points[2 * t + 1] - points[2 * t - 1]);
    return sum;
  };
  // A rate with which the path can be seen, where that is not a guess.
  const better = ({ lr }, moved, diagonal) => {
    if (!(lr > 0 && moved > 0)) return null;
    const wanted = Number(Math.min((lr * 0.3 * diagonal) / moved, 100 * lr).toPrecision(1));
    return wanted <= 1 ? wanted : null;
  };

  const drawCharts = () => {
    const t = at();
    const curves = runs.map(({ result, style }) => ({
      values: (step) => result.values[step], length: result.length, colour: style.colour, dash: style.dash,
    }));
    const isPositive = runs.length > 0 && runs.every(({ result }) => result.values.subarray(0, result.length + 1).every((v) => v >= 0));
    Chart.draw($('values'), { series: curves, steps: state.steps, at: t, isLog: isPositive, ratio: ratio(), most: highest * (isPositive ? 100 : 1.5) });
    const run = followed();
    const series = [];
    if (run) {
      const { result, style } = run;
      const slot = result.slots.find(({ name }) => name === state.slot);
      const values = slot ? slot.values : state.slot === 'gradient' ? result.gradients : result.points;
      [0, 1].forEach((i) => series.push({
        values: (step) => values[2 * step + i], length: result.length, colour: style.colour, dash: i ? [6, 4] : [],
      }));
    }
    Chart.draw($('states'), { series, steps: state.steps, at: t, isLog: false, ratio: ratio() });
  };

  const showSlots = () => {
    const run = followed();
    const names = ['x and y', 'gradient', ...(run ? run.result.slots.map(({ name }) => name) : [])];
    const select = $('slot');
    if (select.dataset.names !== names.join()) {
      select.dataset.names = names.join();
      select.replaceChildren(...names.map((name) => Cards.element('option', { value: name, textContent: name })));
      if (!names.includes(state.slot)) state.slot = run && run.result.slots.length ? run.result.slots[0].name : 'x and y';
    }
    if (!names.includes(state.slot)) state.slot = names[0];
    select.value = state.slot;
  };

  const showResults = () => {
    const t = at();
    const body = $('results');
    while (body.rows.length > runs.length) body.deleteRow(-1);
    while (body.rows.length < runs.length) {
      const row = body.insertRow();
      row.innerHTML = '<th scope="row"><span class="swatch"></span><code></code></th><td class="number"></td><td class="number"></td><td class="number"></td><td class="number"></td>';
    }
    runs.forEach(({ spec, style, result }, i) => {
      const [head, ...cells] = body.rows[i].cells;
      const step = Math.min(t, result.length);
      head.firstChild.style.background = style.colour;
      head.lastChild.textContent = spec;
      const diverged = result.divergedAt !== null && t >= result.divergedAt ? ', then diverged' : '';
      const texts = [`${step}${diverged}`, ...[result.points[2 * step], result.points[2 * step + 1], result.values[step]].map((v) => Numbers.text(v))];
      cells.forEach((cell, k) => { cell.textContent = texts[k]; });
    });
    $('warnings').textContent = warnings;
    $('at').max = state.steps;
    $('at').value = t;
    $('at-text').textContent = `${t} of ${state.steps}`;
  };

  const showFormula = () => {
    const run = followed();
    const body = $('worked');
    if (!run) return body.replaceChildren();
    const { row, result, values, variant } = run;
    const t = Math.max(1, Math.min(at(), result.length));
    const title = result.length ? `${row.title}, step ${t} with its numbers` : row.title;
    $('formula-title').textContent = title;
    $('formula-summary').textContent = `${row.summary[0].toUpperCase()}${row.summary.slice(1)}.`;
    const paper = $('formula-paper');
    if (paper.dataset.of !== row.name) {
      paper.dataset.of = row.name;
      paper.replaceChildren();
      if (row.paper) {
        paper.append(`${row.paper.authors} (${row.paper.year}), `, Cards.element('a', { href: row.paper.url, textContent: row.paper.title }));
      }
    }
    if (!result.length) return body.replaceChildren();
    const pair = (of, step) => [of[2 * step], of[2 * step + 1]];
    const h = { ...values };
    if (run.schedule) h.lr = run.schedule.value(t - 1, values.lr);
    const rows = Worked.step(variant.worked, table.lines, {
      h, t, g: pair(result.noisy, t - 1), W: pair(result.points, t - 1), after: pair(result.points, t),
      slots: result.slots.map((slot) => pair(slot.values, t - 1)), loss: result.values[t - 1],
    });
    const given = ['g', 'W'].map((letter, k) => {
      const numbers = k ? pair(result.points, t - 1) : pair(result.noisy, t - 1);
      return `<tr><td><math display="block"><mi>${letter}</mi></math></td>${numbers.map((v) => `<td>${Numbers.text(v, 6)}</td>`).join('')}</tr>`;
    });
    body.innerHTML = given.join('') + rows.map(({ line, worked }) =>
      `<tr><td>${line}</td><td>${worked[0]}</td><td>${worked[1]}</td></tr>`).join('');
    return undefined;
  };

  let legendKey = '';
  const showLegend = () => {
    const key = [f.text, state.view, state.map, Colour.dark.matches, domain()].join();
    if (key === legendKey) return;
    legendKey = key;
    const legend = $('legend');
    const hint = state.view === 'surface' ? 'Drag to turn; or use the arrow keys.' : 'Click or drag to set the start; or use the arrow keys.';
    $('plot-hint').textContent = hint;
    $('plot').setAttribute('aria-label', state.view === 'surface'
      ? 'Surface of the function with the paths of the methods' : 'Contours of the function with the paths of the methods; sets the start');
    $('plot').className = state.view;
    for (const view of ['contours', 'surface']) $(`view-${view}`).setAttribute('aria-pressed', String(state.view === view));
    const parts = [];
    if (state.view === 'contours' && state.map === 'starts') {
      const box = (share, text) => `<span><i style="background:${Colour.css(Colour.map(share))}"></i>${text}</span>`;
      const own = problem.minima.length > 1 ? '; the hue says which minimum was reached' : '';
      parts.push(box(0, 'lowest value after the steps'), box(0.5, ''), box(1, `highest${own}`));
    } else {
      const { levels } = plot.grid(scene());
      const shown = levels.length > 6 ? levels.filter((_, k) => k % 2 === 0) : levels;
      shown.forEach((level) => {
        const band = levels.indexOf(level) + 1;
        parts.push(`<span><i style="background:${Colour.css(Colour.band(band / levels.length))}"></i>≥ ${Numbers.text(level, 3)}</span>`);
      });
    }
    legend.innerHTML = parts.join('') + '<span>◯ start</span>' + (problem.minima.length ? '<span>★ minimum</span>' : '');
  };

  const showFields = () => {
    const set = (id, text) => {
      if (document.activeElement !== $(id)) $(id).value = text;
    };
    set('problem', named(state.on) ? state.on : '');
    set('expression', problem.expression);
    set('start-x', String(state.start[0]));
    set('start-y', String(state.start[1]));
    set('steps', state.steps);
    set('noise', state.noise);
    set('seed', state.seed);
    set('schedule', state.schedule);
    set('speed', String(state.speed));
    set('map', state.map);
    $('about').textContent = problem.summary;
    $('add').disabled = contenders.length >= MOST_METHODS;
    $('command').textContent = Link.command({ ...state, schedule: schedule ? schedule.text : '' });
  };

  const showCards = () => Cards.show($('methods'), {
    table, contenders, styles: styles(), focus: state.focus,
    open: (index) => contenders[index].isOpen ?? (index === 0),
    on: {
      change: () => request('runs'),
      pick: (index, name) => {
        const row = table.byName.get(name);
        contenders[index] = { row, values: table.defaults(row), isOpen: true };
        showCards();
        $(`method-${index}`).focus();
        request('runs');
      },
      follow: (index) => {
        state.focus = index;
        request('runs');
      },
      remove: (index) => {
        contenders.splice(index, 1);
        state.focus = Math.min(state.focus, contenders.length - 1);
        showCards();
        $('add').focus();
        request('runs');
      },
    },
  });

  // ---- The map.

  const mapAxes = () => {
    const run = followed();
    if (!run) return null;
    const numbers = run.row.hyperparameters.filter(({ kind }) => kind === 'number');
    const names = numbers.map(({ name }) => name);
    if (!names.includes(state.mapx)) [state.mapx] = names;
    if (!names.includes(state.mapy) || state.mapy === state.mapx) state.mapy = names.find((name) => name !== state.mapx) || '';
    for (const [id, value] of [['mapx', state.mapx], ['mapy', state.mapy]]) {
      if ($(id).dataset.names !== names.join()) {
        $(id).dataset.names = names.join();
        $(id).replaceChildren(...names.map((name) => Cards.element('option', { value: name, textContent: name })));
      }
      $(id).value = value;
    }
    const scales = [state.mapx, state.mapy].map((name) => numbers.find((known) => known.name === name)).map((known) => known && Numbers.slider(known));
    return { run, scales };
  };
  const cells = (of) => Array.from({ length: Maps.SIZE }, (_, i) => of((i + 0.5) / Maps.SIZE));

  let mapKey = '';
  const startMap = () => {
    const isOn = state.map !== 'off';
    $('map-axes').hidden = state.map !== 'values';
    $('map-figure').hidden = state.map !== 'values';
    const axes = isOn ? mapAxes() : null;
    if (!axes || (state.map === 'values' && !axes.scales[1])) {
      Maps.stop();
      map = null;
      mapKey = '';
      $('map-text').textContent = '';
      return;
    }
    const { run, scales } = axes;
    const isOverStarts = state.map === 'starts';
    const values = { ...run.values };
    if (!isOverStarts) {
      delete values[state.mapx];
      delete values[state.mapy];
    }
    const wanted = JSON.stringify([f.text, domain(), run.row.name, values, state.map, isOverStarts ? '' : [state.mapx, state.mapy, state.start],
      state.steps, state.noise, state.seed, schedule && schedule.text]);
    if (wanted === mapKey) return;
    mapKey = wanted;
    const between = ([low, high]) => cells((p) => low + p * (high - low));
    const places = isOverStarts ? domain().map(between) : scales.map((scale) => cells(scale.value));
    const job = {
      mode: state.map, axes: { 0: places[0], 1: places[1], names: [state.mapx, state.mapy] }, expression: f.text, start: state.start,
      steps: state.steps, noise: noise(), schedule: run.schedule ? { name: 'lr', text: schedule.text } : null, row: run.row, values: run.values, minima: problem.minima, domain: domain(),
      texts: { programs: data.methods.programs, lines: [], worked: data.methods.worked.map(({ starts }) => ({ starts })) },
    };
    $('map-text').textContent = 'Computing …';
    Maps.begin(job, ({ values: found, basins, width }) => {
      mapVersion += 1;
      map = { values: found, basins, version: mapVersion };
      if (width === 1) {
        const finite = found.filter(Number.isFinite);
        const share = Math.round((100 * (found.length - finite.length)) / found.length);
        const best = finite.reduce((least, v) => Math.min(least, v), Infinity);
        $('map-text').textContent = `Lowest value ${Numbers.text(best)} after ${state.steps} steps; ${share} % diverge or end higher than they began.`;
      }
      request('draw');
    });
  };

  const drawMap = () => {
    if (state.map !== 'values' || !map) return;
    const canvas = $('map-canvas');
    Maps.draw(canvas, map, lowest(), f.value(...state.start));
    const axes = mapAxes();
    if (!axes) return;
    const context = canvas.getContext('2d');
    const places = axes.scales.map((scale, k) => Math.min(Math.max(scale.place(axes.run.values[[state.mapx, state.mapy][k]]), 0), 1));
    const [u, v] = [places[0] * canvas.width, (1 - places[1]) * canvas.height];
    const unit = ratio();
    for (const [colour, width] of [['#000', 4], ['#fff', 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = width * unit;
      context.beginPath();
      context.arc(u, v, 8 * unit, 0, 2 * Math.PI);
      context.stroke();
    }
    context.font = `${12 * unit}px system-ui, sans-serif`;
    context.lineJoin = 'round';
    const label = (text, x, y, align, base) => {
      context.textAlign = align;
      context.textBaseline = base;
      context.lineWidth = 4 * unit;
      context.strokeStyle = '#000';
      context.strokeText(text, x, y);
      context.fillStyle = '#fff';
      context.fillText(text, x, y);
    };
    const [gap, w, h] = [5 * unit, canvas.width, canvas.height];
    const [sx, sy] = axes.scales;
    label(Numbers.text(sx.value(0), 2), gap, h - gap, 'left', 'bottom');
    label(`${state.mapx} →`, w / 2, h - gap, 'center', 'bottom');
    label(Numbers.text(sx.value(1), 3), w - gap, h - gap, 'right', 'bottom');
    label(Numbers.text(sy.value(1), 3), gap, gap, 'left', 'top');
    label(`↑ ${state.mapy}`, gap, h / 2, 'left', 'middle');
  };

  const takeFromMap = (p, q) => {
    const axes = mapAxes();
    if (!axes) return;
    [p, q].forEach((place, k) => {
      const name = [state.mapx, state.mapy][k];
      const known = axes.run.row.hyperparameters.find((one) => one.name === name);
      const value = Methods.read(known, axes.scales[k].value(Math.min(Math.max(place, 0), 1)));
      if (value === undefined) return;
      axes.run.values[name] = value;
      const field = $(`h-${axes.run.index}-${name}`);
      field.value = Methods.shown(value);
      $(`${field.id}-slider`).value = Math.round(1000 * axes.scales[k].place(value));
    });
    request('runs');
  };

  // ---- Frames: at most one of everything for each.

  const wanted = new Set();
  let isWaiting = false;
  let lastFormula = -Infinity;
  let summaryTimer = 0;
  const request = (what) => {
    wanted.add(what);
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(frame);
  };
  const later = (() => {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        history.replaceState(null, '', Link.write(state));
        startMap();
      }, 160);
    };
  })();
  // In frames that follow each other the picture is drawn in each, charts and texts in turn; all of them once nothing
  // more is asked for.
  let lastFrame = -Infinity;
  let turn = 0;
  let restTimer = 0;
  let isLegendOld = true;
  const frame = (now) => {
    isWaiting = false;
    const isNew = wanted.has('runs');
    const isRest = wanted.has('rest');
    wanted.clear();
    const isBusy = now - lastFrame < 60 && !isRest;
    lastFrame = now;
    turn += 1;
    if (isNew) {
      compute();
      isLegendOld = true;
    }
    plot.draw(scene(isBusy));
    drawMap();
    if (!isBusy || turn % 2 === 0) drawCharts();
    if (!isBusy || turn % 4 === 1) showTexts(isBusy ? now : Infinity);
    clearTimeout(restTimer);
    if (isBusy) restTimer = setTimeout(() => request('rest'), 80);
    else later();
  };
  const showTexts = (now) => {
    showSlots();
    showFields();
    showResults();
    if (isLegendOld) showLegend();
    isLegendOld = false;
    // Nobody reads a formula faster.
    if (now - lastFormula > 120) {
      lastFormula = Math.min(now, performance.now());
      showFormula();
    }
    clearTimeout(summaryTimer);
    summaryTimer = setTimeout(() => {
      $('summary').textContent = runs.map(({ spec, result }) => `${spec}: f = ${Numbers.text(result.values[result.length])} after ${result.length} steps`).join('; ');
    }, 700);
  };

  // ---- Playback.

  let isPlaying = false;
  let before = 0;
  const setPlaying = (plays) => {
    isPlaying = plays;
    $('play').textContent = plays ? 'Pause' : 'Play';
    if (!plays) return request('draw');
    if (state.at < 0 || state.at >= state.steps) state.at = 0;
    before = performance.now();
    requestAnimationFrame(tick);
    return undefined;
  };
  const tick = (now) => {
    if (!isPlaying) return;
    state.at = Math.min(state.at + Math.max(now - before, 0) * state.speed / 1000, state.steps);
    before = now;
    request('draw');
    if (state.at >= state.steps) setPlaying(false);
    else requestAnimationFrame(tick);
  };
  const goTo = (step) => {
    setPlaying(false);
    state.at = Math.min(Math.max(step, 0), state.steps);
    request('draw');
  };

  // ---- What people do.

  const on = (id, event, act) => $(id).addEventListener(event, act);

  // The defaults, with a rate at which the method moves.
  const moving = (row) => {
    const values = table.defaults(row);
    const variant = table.variant(row, values);
    if (!variant || !Number.isFinite(f.value(...state.start))) return values;
    const { steps } = state;
    const run = { f, program: table.program(variant.text), starts: variant.worked.starts, values, schedule: null, noise: { sigma: 0 }, steps };
    const moved = path(Engine.run({ ...run, start: state.start }));
    const diagonal = Math.hypot(...domain().map(([low, high]) => high - low));
    const lr = moved > 0.01 * diagonal ? null : better(values, moved, diagonal);
    return lr ? { ...values, lr } : values;
  };

  // Marks a field; says what it accepts where its text is not accepted.
  const judge = (id, isGood, accepted) => {
    $(id).setAttribute('aria-invalid', String(!isGood));
    wrong[id] = isGood ? '' : accepted;
    $('fields-error').textContent = Object.values(wrong).filter(Boolean).join('; ');
    return isGood;
  };
  const wrong = {};

  const listen = () => {
    on('problem', 'change', () => {
      if (!$('problem').value) return $('expression').focus();
      takeProblem($('problem').value, false);
      return request('runs');
    });
    on('expression', 'input', () => {
      if (takeProblem($('expression').value, false)) request('runs');
    });
    [0, 1].forEach((i) => on(['start-x', 'start-y'][i], 'input', (event) => {
      const text = event.target.value.trim();
      const value = text ? Number(text.replace('−', '-')) : NaN;
      if (!judge(event.target.id, Number.isFinite(value), `start ${'xy'[i]} is a finite number`)) return;
      state.start[i] = value;
      request('runs');
    }));
    const whole = (id, least, most) => on(id, 'input', () => {
      const value = Number($(id).value);
      const isGood = $(id).value !== '' && Number.isSafeInteger(value) && value >= least && value <= most;
      if (!judge(id, isGood, `${id === 'seed' ? 'the seed is' : 'steps are'} a whole number from ${least} to ${most}`)) return;
      state[id] = value;
      request('runs');
    });
    whole('steps', 1, MOST_STEPS);
    whole('seed', 0, Number.MAX_SAFE_INTEGER);
    on('noise', 'input', () => {
      const value = Number($('noise').value);
      const isGood = $('noise').value !== '' && value >= 0 && value <= 1e150;
      if (!judge('noise', isGood, 'noise is a number from 0 to 1e150')) return;
      state.noise = value;
      request('runs');
    });
    on('schedule', 'input', () => {
      state.schedule = $('schedule').value.trim();
      takeSchedule();
      request('runs');
    });
    on('add', 'click', () => {
      const used = contenders.map(({ row }) => row.name);
      const row = ['adam', 'rmsprop', 'lion', 'adagrad', 'nadam', 'sgd'].map((name) => table.byName.get(name)).find((one) => !used.includes(one.name)) || table.all[0];
      contenders.push({ row, values: moving(row), isOpen: true });
      showCards();
      $(`method-${contenders.length - 1}`).focus();
      request('runs');
    });
    on('slot', 'change', () => {
      state.slot = $('slot').value;
      request('draw');
    });
    on('play', 'click', () => setPlaying(!isPlaying));
    on('back', 'click', () => goTo(at() - 1));
    on('forward', 'click', () => goTo(at() + 1));
    on('at', 'input', () => goTo(Number($('at').value)));
    on('speed', 'change', () => {
      state.speed = Number($('speed').value);
      later();
    });
    for (const view of ['contours', 'surface']) {
      on(`view-${view}`, 'click', () => {
        state.view = view;
        request('runs');
      });
    }
    for (const id of ['map', 'mapx', 'mapy']) {
      on(id, 'change', () => {
        state[id] = $(id).value;
        map = null;
        request('runs');
      });
    }
    listenToPlot();
    listenToMap();
    on('copy-link', 'click', () => {
      history.replaceState(null, '', Link.write(state));
      copy(location.href, 'The link is copied.');
    });
    on('copy-command', 'click', () => copy($('command').textContent, 'The command is copied.'));
    on('png', 'click', () => {
      plot.draw(scene());
      $('plot').toBlob((blob) => save(blob, 'playground.png'), 'image/png');
    });
    on('json', 'click', () => {
      const text = `${JSON.stringify(Record.of({ problem, start: state.start, steps: state.steps, noise: noise(), schedule: schedule && schedule.text, runs }))}\n`;
      save(new Blob([text], { type: 'application/json' }), 'run.json');
    });
    window.addEventListener('hashchange', () => {
      if (location.hash !== Link.write(state)) open();
    });
    Colour.dark.addEventListener('change', () => {
      showCards();
      request('runs');
    });
    const sizes = new ResizeObserver((entries) => {
      entries.forEach(({ target }) => fit(target));
      request('rest');
    });
    ['plot', 'values', 'states', 'map-canvas'].forEach((id) => sizes.observe($(id)));
  };

  const listenToPlot = () => {
    const canvas = $('plot');
    let held = null;
    const take = (event) => {
      const box = canvas.getBoundingClientRect();
      const [u, v] = [event.clientX - box.left, event.clientY - box.top];
      if (state.view === 'surface') {
        if (held) {
          state.turn += (u - held[0]) * 0.008;
          state.tilt = Math.min(Math.max(state.tilt + (v - held[1]) * 0.006, 0.12), 1.45);
          held = [u, v];
          request('draw');
        }
        return;
      }
      const [[left, right], [bottom, top]] = domain();
      const point = plot.frame(scene()).point(u * (canvas.width / ratio() / box.width), v * (canvas.height / ratio() / box.height));
      const rounded = (value, size) => Number(value.toFixed(Math.max(0, 3 - Math.floor(Math.log10(size)))));
      state.start = [rounded(point[0], right - left), rounded(point[1], top - bottom)];
      request('runs');
    };
    canvas.addEventListener('pointerdown', (event) => {
      const box = canvas.getBoundingClientRect();
      held = [event.clientX - box.left, event.clientY - box.top];
      canvas.setPointerCapture(event.pointerId);
      take(event);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (held) take(event);
    });
    const release = () => { held = null; };
    canvas.addEventListener('pointerup', release);
    canvas.addEventListener('pointercancel', release);
    canvas.addEventListener('keydown', (event) => {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!move) return;
      event.preventDefault();
      if (state.view === 'surface') {
        state.turn += 0.06 * move[0];
        state.tilt = Math.min(Math.max(state.tilt + 0.05 * move[1], 0.12), 1.45);
        return request('draw');
      }
      const share = event.shiftKey ? 0.1 : 0.01;
      state.start = state.start.map((value, i) => {
        const [low, high] = domain()[i];
        return Number((value + move[i] * share * (high - low)).toPrecision(12));
      });
      return request('runs');
    });
  };

  const listenToMap = () => {
    const canvas = $('map-canvas');
    const take = (event) => {
      const box = canvas.getBoundingClientRect();
      takeFromMap((event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height);
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      take(event);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) take(event);
    });
    canvas.addEventListener('keydown', (event) => {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      const axes = move && mapAxes();
      if (!axes) return;
      event.preventDefault();
      const places = axes.scales.map((scale, k) => scale.place(axes.run.values[[state.mapx, state.mapy][k]]) + 0.02 * move[k]);
      takeFromMap(...places);
    });
  };

  const save = (blob, name) => {
    const link = Cards.element('a', { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const copy = async (text, done) => {
    try {
      await navigator.clipboard.writeText(text);
      $('copied').textContent = done;
    } catch {
      $('copied').textContent = text;
    }
  };

  // ---- The beginning: what the address says, else an instructive race.

  const open = () => {
    const given = Link.read(location.hash);
    Object.assign(state, given);
    state.steps = Math.min(state.steps, MOST_STEPS);
    if (!['contours', 'surface'].includes(state.view)) state.view = 'contours';
    if (!['off', 'starts', 'values'].includes(state.map)) state.map = 'off';
    contenders = [];
    const dropped = [];
    if (given.steps > MOST_STEPS) dropped.push(`${given.steps} steps are more than ${MOST_STEPS}`);
    if (state.with.length > MOST_METHODS) dropped.push(`only ${MOST_METHODS} of ${state.with.length} methods are shown`);
    for (const spec of state.with.slice(0, MOST_METHODS)) {
      try {
        contenders.push(table.parse(spec));
      } catch (error) {
        dropped.push(`${spec} is left out: ${error.message}`);
      }
    }
    if (!contenders.length) contenders.push(table.parse('sgd:lr=0.9'));
    state.focus = Math.min(Math.max(Math.round(state.focus), 0), contenders.length - 1);
    if (!takeProblem(state.on, Boolean(given.start) || !given.on)) {
      dropped.push(`${state.on} is no function: ${$('expression-error').firstChild.textContent}`);
      takeProblem('ravine', false);
    }
    $('notice').textContent = dropped.join('.\n');
    takeSchedule();
    showCards();
    request('runs');
  };

  $('problem').append(
    Cards.element('option', { value: '', textContent: 'an expression' }),
    ...data.problems.map(({ name, title }) => Cards.element('option', { value: name, textContent: title })),
  );
  ['plot', 'values', 'states'].forEach((id) => fit($(id)));
  listen();
  open();
})();
