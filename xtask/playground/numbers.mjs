// The numbers of the page are those of `thalweg descend`, to the bit.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';

import { close, fragment, open, program, record, scratch, settle } from './browser.mjs';

// The record of the same runs from the program.
const descend = ({ on, from, steps, specs, more = [] }) => {
  const out = scratch('run.json');
  const methods = specs.flatMap((spec) => ['--with', spec]);
  execFileSync(program, ['descend', '--quiet', '--on', on, '--from', from, '--steps', String(steps), ...methods, ...more, '-o', out], { stdio: ['ignore', 'ignore', 'pipe'] });
  return JSON.parse(fs.readFileSync(out, 'utf8'));
};

// JSON has no −0 in JavaScript's texts and no number that is not finite.
const bits = (value) => (value === null ? 'null' : value === 0 ? '0' : String(value));
const same = (ours, theirs, where) => {
  if (Array.isArray(theirs)) {
    assert.equal(ours.length, theirs.length, `${where}: length`);
    theirs.forEach((value, i) => same(ours[i], value, `${where}[${i}]`));
  } else if (theirs !== null && typeof theirs === 'object') {
    assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort(), where);
    for (const name of Object.keys(theirs)) same(ours[name], theirs[name], `${where}.${name}`);
  } else if (typeof theirs === 'number' || theirs === null) {
    assert.equal(bits(ours), bits(theirs), where);
  } else {
    assert.equal(ours, theirs, where);
  }
};

const SETTINGS = [
  'sgd:lr=0.05,momentum=0.9', 'sgd:lr=0.05,momentum=0.9,nesterov=true', 'sgd:momentum=0.5,dampening=0.5,weight_decay=0.01',
  'adam:lr=0.3,amsgrad=true', 'adam:cautious=true,weight_decay=0.1', 'adam:bias_correction=folded', 'adamw:bias_correction=off,lr=0.1',
  'rmsprop:momentum=0.5,centered=true', 'adagrad:initial_accumulator=0.2,lr=0.5', 'aggmo:beta1=0.3', 'lion:lr=0.1,cautious=true',
  'cocob:lr=0.37,eps=0.001', 'rprop:step_max=0.1', 'sm3:momentum=0.5', 'adamc:max_lr=0.1', 'nadam:decoupled=true,cautious=true,weight_decay=0.1',
  'adabelief:nesterov=true,lr=0.2', 'qhm:momentum=0.5', 'pid:momentum=0.5,decoupled=true', 'laprop:decoupled=false,amsgrad=true,weight_decay=0.1',
];

export const everyMethod = async (browser) => {
  const tab = await open(browser);
  const names = await tab.locator('#method-0 option').evaluateAll((options) => options.map((option) => option.value));
  assert.ok(names.length > 50, `${names.length} methods`);
  const specs = [...names, ...SETTINGS];
  const problems = [
    { on: 'ravine', from: '-7,2', steps: 60 },
    { on: 'rosenbrock', from: '-1.2,1', steps: 60 },
    { on: 'x^4/3 - 2*x*y^-1 + sqrt(abs(x*y) + 1)*max(x, -y)', from: '-1.5,2.25', steps: 60 },
  ];
  for (const problem of problems) {
    for (let k = 0; k < specs.length; k += 10) {
      const some = specs.slice(k, k + 10);
      const { on, from, steps } = problem;
      await tab.evaluate((hash) => { location.hash = hash; }, fragment({ on, from, steps, with: some }));
      await settle(tab);
      same(await record(tab), descend({ ...problem, specs: some }), on);
    }
  }
  await close(tab);
  return `${specs.length} specs on ${problems.length} functions`;
};

const EXPRESSIONS = [
  'x^2 + y^2', '-x^2 + 2*y**4', '(x - 1)^2*(y + 2)^3/(1 + x^2*y^2)', 'abs(x - y) + min(x, y)^2', 'sqrt(x^2 + y^2 + 1) - x/(y^2 + 3)',
  'x^-2 + y^2', 'max(x*x, y*y) - 0.5*x*y', '2^3^0*x*x - -y', '((x))*x*3*y + y^7/1e3', 'x^2/20 + y^2 - (x/3 - y/7)*(x + y)/(x - 11)', 'x*0 + y^2', '7 - x',
];

export const expressions = async (browser) => {
  const tab = await open(browser);
  for (const on of EXPRESSIONS) {
    await tab.locator('#expression').fill(on);
    await tab.locator('#start-x').fill('-1.375');
    await tab.locator('#start-y').fill('2.3');
    const found = await record(tab);
    const specs = found.runs.map(({ spec }) => spec);
    same(found, descend({ on, from: '-1.375,2.3', steps: found.steps, specs }), on);
  }
  await close(tab);
  return `${EXPRESSIONS.length} typed functions`;
};

const SCHEDULES = [
  'constant', 'warmup:steps=7,from=0.1', 'linear:steps=20,start=1,end=0.1', 'step:size=9,gamma=0.5', 'multistep:milestones=5/17,gamma=0.3',
  'exponential:gamma=0.97', 'cosine:steps=33,min=0.001', 'inverse-sqrt:warmup=6', 'warmup:steps=5 then cosine:steps=25 then constant',
  'constant for 6 then exponential:gamma=0.9',
];

export const schedules = async (browser) => {
  const tab = await open(browser);
  const given = { on: 'rosenbrock', from: '-1.2,1', steps: 40 };
  const specs = ['sgd:lr=0.002', 'momentum:lr=0.0005', 'adam:lr=0.1', 'lion:lr=0.02', 'radam:lr=0.3'];
  const go = async (words) => {
    await tab.evaluate((hash) => { location.hash = hash; }, fragment({ ...given, with: specs, ...words }));
    await settle(tab);
    return record(tab);
  };
  for (const schedule of SCHEDULES) {
    const { runs } = descend({ ...given, specs, more: ['--schedule', schedule] });
    same((await go({ schedule })).runs, runs, schedule);
  }
  for (const [noise, seed] of [[0.5, 0], [0.1, 1], [3, 4294967296], [1e-3, 77]]) {
    const { runs } = descend({ ...given, steps: 400, specs, more: ['--noise', noise, '--seed', seed].map(String) });
    same((await go({ noise, seed, steps: 400 })).runs, runs, `noise ${noise}, seed ${seed}`);
  }
  await close(tab);
  return `${SCHEDULES.length} schedules, four kinds of noise`;
};

const WRONG = [
  '', 'x +', 'x^2 + (y', 'x)', '2x', 'x y', 'z + y', 'floor(x)', 'sin x', 'min(x)', 'sin(x, y)', 'x, y', '1.2.3', '1e999', 'x $ y', '*x', '((', 'x^',
  'foobarbaz(x)', 'x + zz*qq', `${'('.repeat(65)}x${')'.repeat(65)}`, 'x+'.repeat(501), 'min(x,y,x)',
];

// A message of the page ends as the program's, whose functions may also have suggestions.
export const mistakes = async (browser) => {
  const tab = await open(browser);
  for (const on of WRONG) {
    await tab.locator('#expression').fill(on);
    await settle(tab);
    const box = tab.locator('#expression-error');
    const message = (await box.evaluate((element) => element.firstChild.textContent)).trim();
    const { stderr } = spawnSync(program, ['descend', '--on', on, '--with', 'sgd', '-o', scratch('none.json')], { encoding: 'utf8' });
    assert.ok(message && stderr.replace(/ \(did you mean .*?\?\)/, '').trimEnd().endsWith(message), `${on}: ${message}\n${stderr}`);
    const column = /column (\d+)/.exec(message);
    if (column) {
      const lines = (await box.locator('code').textContent()).split('\n');
      assert.equal(lines[lines.length - 1].indexOf('^'), Number(column[1]) - 1, on);
    }
    assert.equal(await tab.locator('#expression').getAttribute('aria-invalid'), 'true');
  }
  await tab.locator('#expression').fill('x^2 + y^2');
  await settle(tab);
  assert.equal(await tab.locator('#expression-error').textContent(), '');
  await close(tab);
  return `${WRONG.length} mistakes`;
};
