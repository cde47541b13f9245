// The cards of methods: each with a slider and a field for every hyperparameter.

const Cards = (() => {
  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key in made && key !== 'list' && key !== 'form') made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };

  const swatch = ({ colour, marker, dash }) => {
    const corners = Colour.CORNERS[marker];
    const at = (v) => 10 + 5 * v;
    const shape = corners
      ? `<polygon points="${corners.map(([x, y]) => `${at(x)},${at(y)}`).join(' ')}"/>`
      : '<circle cx="10" cy="10" r="5"/>';
    const line = `<path d="M0 10h20" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash.join(' ')}"/>`;
    return `<svg viewBox="0 0 20 20" aria-hidden="true" fill="${colour}">${line}${shape}</svg>`;
  };

  // The controls of one hyperparameter; `change(value)` is told of accepted values.
  const hyperparameter = (id, known, value, change) => {
    const label = (target) => element('label', { className: 'name', htmlFor: target },
      element('code', { textContent: known.name }), ' ', element('small', { textContent: known.kind === 'flag' || known.kind === 'choice' ? known.meaning : `${known.meaning}; ${known.accepts}` }));
    if (known.kind === 'flag') {
      const box = element('input', { type: 'checkbox', id, checked: value });
      box.addEventListener('change', () => change(box.checked));
      return element('div', { className: 'hyper flag' }, box, label(id));
    }
    if (known.kind === 'choice') {
      const select = element('select', { id }, ...known.range.map((word) => element('option', { value: word, textContent: word })));
      select.value = value;
      select.addEventListener('change', () => change(select.value));
      return element('div', { className: 'hyper' }, label(id), select);
    }
    const scale = Numbers.slider(known);
    const place = (number) => Math.round(1000 * Math.min(Math.max(scale.place(number), 0), 1));
    const field = element('input', { type: 'text', id, inputMode: 'text', value: Methods.shown(value), spellcheck: false, autocomplete: 'off' });
    const slider = element('input', { type: 'range', id: `${id}-slider`, min: 0, max: 1000, step: 1, value: place(value) });
    slider.setAttribute('aria-label', `${known.name}, slider`);
    slider.setAttribute('aria-valuetext', Methods.shown(value));
    const error = element('p', { className: 'error name', id: `${id}-error`, role: 'alert' });
    field.setAttribute('aria-describedby', error.id);
    const accept = (number) => {
      field.removeAttribute('aria-invalid');
      error.textContent = '';
      slider.setAttribute('aria-valuetext', Methods.shown(number));
      change(number);
    };
    slider.addEventListener('input', () => {
      const number = Methods.read(known, scale.value(Number(slider.value) / 1000));
      if (number === undefined) return;
      field.value = Methods.shown(number);
      accept(number);
    });
    field.addEventListener('input', () => {
      const number = Methods.read(known, field.value);
      if (number === undefined) {
        field.setAttribute('aria-invalid', 'true');
        error.textContent = `${known.name} is ${known.accepts}`;
        return;
      }
      slider.value = place(number);
      accept(number);
    });
    return element('div', { className: 'hyper' }, label(id), slider, field, error);
  };

  // Shows all contenders; `on` has change(), pick(index, name), follow(index), remove(index).
  const show = (list, { table, contenders, styles, focus, open, on }) => {
    const names = table.all.map(({ name, title }) => [name, title]);
    list.replaceChildren(...contenders.map((contender, index) => {
      const { row, values } = contender;
      const select = element('select', { id: `method-${index}` }, ...names.map(([name, title]) => element('option', { value: name, textContent: title })));
      select.setAttribute('aria-label', `Method ${index + 1}`);
      select.value = row.name;
      select.addEventListener('change', () => on.pick(index, select.value));
      const remove = element('button', { type: 'button', textContent: '×', disabled: contenders.length === 1 });
      remove.setAttribute('aria-label', `Remove ${row.title}`);
      remove.addEventListener('click', () => on.remove(index));
      const head = element('div', { className: 'head' });
      head.innerHTML = swatch(styles[index]);
      head.append(select, remove);
      const radio = element('input', { type: 'radio', name: 'follow', id: `follow-${index}`, checked: index === focus });
      radio.addEventListener('change', () => on.follow(index));
      const follow = element('div', { className: 'follow' }, radio,
        element('label', { htmlFor: radio.id, textContent: 'follow: its formula, state and map' }));
      const controls = row.hyperparameters.map((known) =>
        hyperparameter(`h-${index}-${known.name}`, known, values[known.name], (value) => {
          values[known.name] = value;
          on.change(index);
        }));
      const details = element('details', { open: open(index) }, element('summary', { textContent: `${controls.length} hyperparameters` }), ...controls);
      const refused = element('p', { className: 'error', id: `refused-${index}`, role: 'alert' });
      return element('li', {}, head, follow, details, refused);
    }));
  };

  return { element, show, swatch };
})();
