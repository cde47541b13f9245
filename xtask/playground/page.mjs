// What people do with the page.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

import { axeSource, close, fragment, open, page, program, record, scratch, settle } from './browser.mjs';

// Where an element is, once it is in view.
const inView = async (tab, selector) => {
  await tab.locator(selector).evaluate((element) => element.scrollIntoView({ block: 'center', behavior: 'instant' }));
  return tab.locator(selector).boundingBox();
};

export const drags = async (browser) => {
  const tab = await open(browser);
  const box = await inView(tab, '#plot');
  await tab.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.25);
  await tab.mouse.down();
  await tab.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.3, { steps: 8 });
  await tab.mouse.up();
  await settle(tab);
  const { start, runs } = await record(tab);
  assert.ok(Math.abs(start[0] - 5) < 0.1 && Math.abs(start[1] - 2) < 0.1, `${start}`);
  assert.deepEqual(runs[0].points[0], start);
  assert.equal(await tab.locator('#start-x').inputValue(), String(start[0]));
  // A slider changes the run while it is dragged.
  const before = runs[0].points[1];
  const slider = await inView(tab, '#h-0-lr-slider');
  await tab.mouse.move(slider.x + slider.width * 0.8, slider.y + slider.height / 2);
  await tab.mouse.down();
  await tab.mouse.move(slider.x + slider.width * 0.3, slider.y + slider.height / 2, { steps: 4 });
  await settle(tab);
  const text = await tab.locator('#results tr:first-child code').textContent();
  assert.match(text, /^sgd:lr=/);
  await tab.mouse.up();
  const after = await record(tab);
  assert.notDeepEqual(after.runs[0].points[1], before);
  assert.equal(after.runs[0].spec, `sgd:lr=${await tab.locator('#h-0-lr').inputValue()}`);
  await close(tab);
  return 'start and slider';
};

export const keyboard = async (browser) => {
  const tab = await open(browser);
  // Every control in turn, none twice, all visible.
  const order = [];
  for (let k = 0; k < 80; k += 1) {
    await tab.keyboard.press('Tab');
    const [id, isKnown] = await tab.evaluate(() => {
      window.stops ||= new Set();
      const at = document.activeElement;
      const isKnown = window.stops.has(at) || at === document.body;
      window.stops.add(at);
      return [at.id || at.getAttribute('aria-label') || at.textContent, isKnown];
    });
    if (isKnown) break;
    order.push(id);
  }
  for (const id of ['view-contours', 'plot', 'play', 'at', 'speed', 'problem', 'expression', 'start-x', 'steps', 'method-0', 'h-0-lr', 'add', 'noise', 'schedule', 'map', 'copy-link', 'png']) {
    assert.ok(order.includes(id), `${id} is not reached by Tab: ${order}`);
  }
  assert.ok(order.length > 35, `${order}`);
  await tab.locator('#plot').focus();
  const [x, y] = (await record(tab)).start;
  await tab.locator('#plot').focus();
  await tab.keyboard.press('ArrowRight');
  await tab.keyboard.press('Shift+ArrowDown');
  const moved = (await record(tab)).start;
  assert.ok(moved[0] > x && moved[1] < y, `${moved}`);
  // Playback without a mouse.
  await tab.locator('#play').focus();
  await tab.keyboard.press('Enter');
  assert.equal(await tab.locator('#play').textContent(), 'Pause');
  await tab.waitForFunction(() => Number(document.getElementById('at').value) > 3);
  await tab.keyboard.press('Enter');
  assert.equal(await tab.locator('#play').textContent(), 'Play');
  await tab.locator('#at').focus();
  await tab.keyboard.press('Home');
  await settle(tab);
  assert.match(await tab.locator('#at-text').textContent(), /^0 of/);
  await tab.locator('#forward').press('Enter');
  await settle(tab);
  assert.match(await tab.locator('#at-text').textContent(), /^1 of/);
  await close(tab);
  return `${order.length} stops`;
};

export const addresses = async (browser) => {
  const words = {
    on: 'x^2/9 + y^2', with: ['adam:lr=0.25,amsgrad=true', 'lion:lr=0.2'], from: '3.5,-1.25', steps: '45', schedule: 'warmup:steps=5 then cosine:steps=40',
    noise: '0.1', seed: '7', view: 'surface', turn: '0.5', at: '20', focus: '1', slot: 'm', speed: '120',
  };
  const first = await open(browser, { fragment: fragment(words) });
  const found = await record(first);
  assert.deepEqual(found.runs.map(({ spec }) => spec), words.with);
  assert.deepEqual(found.start, [3.5, -1.25]);
  await first.locator('#copy-link').click();
  const link = await first.evaluate(() => navigator.clipboard.readText());
  const written = new URLSearchParams(new URL(link).hash.slice(1));
  for (const [name, value] of Object.entries(words)) assert.deepEqual(written.getAll(name), [value].flat(), name);
  const second = await open(browser, { fragment: new URL(link).hash });
  assert.deepEqual(await record(second), found);
  assert.match(await second.locator('#at-text').textContent(), /^20 of 45/);
  assert.equal(await second.locator('#view-surface').getAttribute('aria-pressed'), 'true');
  assert.equal(await second.locator('#follow-1').isChecked(), true);
  await close(second);
  await close(first);
  return 'every choice';
};

export const commands = async (browser) => {
  const tab = await open(browser, { fragment: fragment({
    on: 'abs(x) + y^2', with: ['adam:lr=0.3', 'sgd:lr=0.1'], from: '-2,1.5', steps: '25', noise: '0.2', seed: '3', schedule: 'warmup:steps=5 then cosine:steps=20',
  }) });
  const command = (await tab.locator('#command').textContent()).replace('run.png', 'command.json').replace('thalweg', `'${program}' --quiet`);
  execFileSync('sh', ['-c', command], { cwd: scratch('.') });
  const theirs = JSON.parse(fs.readFileSync(scratch('command.json'), 'utf8'));
  const ours = await record(tab);
  assert.deepEqual(ours.runs.map(({ points }) => points), theirs.runs.map(({ points }) => points));
  await close(tab);
  return 'the command line makes the same runs';
};

export const settings = async (browser) => {
  const tab = await open(browser);
  // A value out of range is refused with what is accepted, and the run stays.
  await tab.locator('#h-0-lr').fill('-1');
  await settle(tab);
  assert.equal(await tab.locator('#h-0-lr-error').textContent(), 'lr is a finite number ≥ 0');
  assert.equal((await record(tab)).runs[0].spec, 'sgd:lr=0.9');
  await tab.locator('#h-0-lr').fill('0.5');
  assert.equal((await record(tab)).runs[0].spec, 'sgd:lr=0.5');
  // Settings that the library refuses together.
  await tab.locator('#h-0-nesterov').check();
  await settle(tab);
  assert.match(await tab.locator('#refused-0').textContent(), /refuses/);
  assert.equal((await record(tab)).runs.length, 2);
  await tab.locator('#h-0-momentum').fill('0.5');
  assert.equal((await record(tab)).runs[0].spec, 'sgd:lr=0.5,momentum=0.5,nesterov=true');
  // Another method, one more, one fewer.
  await tab.locator('#add').click();
  await tab.locator('#method-3').selectOption('adabelief');
  assert.equal((await record(tab)).runs[3].optimizer, 'adabelief');
  await tab.locator('#methods li:nth-child(2) .head button').click();
  assert.deepEqual((await record(tab)).runs.map(({ optimizer }) => optimizer), ['sgd', 'adam', 'adabelief']);
  // Noise follows from the seed.
  await tab.locator('#noise').fill('0.5');
  const noisy = (await record(tab)).runs[0].points;
  await tab.locator('#seed').fill('1');
  assert.notDeepEqual((await record(tab)).runs[0].points, noisy);
  await tab.locator('#seed').fill('0');
  assert.deepEqual((await record(tab)).runs[0].points, noisy);
  // A schedule, and one with a mistake.
  await tab.locator('#noise').fill('0');
  await tab.locator('#schedule').fill('cosine');
  await settle(tab);
  assert.match(await tab.locator('#schedule-error').textContent(), /cosine needs steps/);
  await tab.locator('#schedule').fill('step:size=1,gamma=0');
  const { points } = (await record(tab)).runs[1];
  assert.deepEqual(points[1], points[points.length - 1]);
  // The formula of the followed method with its numbers.
  await tab.locator('#follow-1').check();
  await settle(tab);
  assert.match(await tab.locator('#formula-title').textContent(), /^Adam, step 60/);
  assert.ok(await tab.locator('#worked math').count() > 10);
  assert.ok(!(await tab.locator('#worked').textContent()).includes('987654'));
  await close(tab);
  return 'fields, methods, noise, schedule, formula';
};

export const maps = async (browser) => {
  const tab = await open(browser, { fragment: fragment({ on: 'ravine', with: ['momentum:lr=0.1'], steps: '50' }) });
  await tab.locator('#map').selectOption('values');
  await tab.waitForFunction(() => /Lowest value/.test(document.getElementById('map-text').textContent));
  const canvas = await tab.locator('#map-canvas').boundingBox();
  await tab.locator('#map-canvas').click({ position: { x: canvas.width * 0.75, y: canvas.height * 0.4 } });
  const { runs } = await record(tab);
  assert.notEqual(runs[0].spec, 'momentum:lr=0.1');
  assert.equal(await tab.locator('#h-0-momentum').inputValue(), String(runs[0].hyperparameters.momentum));
  await tab.locator('#map').selectOption('starts');
  await tab.waitForFunction(() => /Lowest value/.test(document.getElementById('map-text').textContent));
  await close(tab);
  return 'over values and over starts';
};

export const surface = async (browser) => {
  const tab = await open(browser, { width: 390, height: 844, touch: true });
  await tab.locator('#view-surface').tap();
  await settle(tab);
  const picture = () => tab.locator('#plot').evaluate((canvas) => canvas.toDataURL());
  const before = await picture();
  const start = (await record(tab)).start;
  const box = await inView(tab, '#plot');
  const finger = await tab.context().newCDPSession(tab);
  const touch = (type, x, y) => finger.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
  await touch('touchStart', box.x + 80, box.y + 120);
  for (let k = 1; k <= 6; k += 1) await touch('touchMove', box.x + 80 + 20 * k, box.y + 120 + 5 * k);
  await touch('touchEnd');
  await settle(tab);
  assert.notEqual(await picture(), before);
  assert.deepEqual((await record(tab)).start, start);
  await close(tab);
  return 'turns under a finger';
};

export const accessibility = async (browser) => {
  let checks = 0;
  for (const [width, height] of [[1400, 900], [768, 1000], [390, 844]]) {
    for (const scheme of ['light', 'dark']) {
      const tab = await open(browser, { width, height, scheme, fragment: fragment({ on: 'himmelblau', with: ['adam:lr=0.3', 'sgd:lr=0.01'], map: 'values' }) });
      await tab.waitForTimeout(400);
      const wide = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${width} ${scheme}: ${wide} px too wide`);
      await tab.evaluate(axeSource);
      const { violations, passes } = await tab.evaluate(() => window.axe.run());
      const shown = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      assert.deepEqual(shown, [], `${width} ${scheme}`);
      checks += passes.length;
      await tab.screenshot({ path: scratch(`playground-${width}-${scheme}.png`), fullPage: true });
      await close(tab);
    }
  }
  return `axe-core finds nothing in ${checks} checks`;
};

export const size = async () => {
  const bytes = fs.statSync(page).size;
  assert.ok(bytes < 2e6, `${bytes} bytes`);
  assert.ok(!/(src|href)="https?:[^"]*\.(js|css|woff2?)"/.test(fs.readFileSync(page, 'utf8')));
  return `${Math.round(bytes / 1000)} kB`;
};
