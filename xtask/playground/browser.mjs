// A browser with the page, and what tests do with it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , folder, given, executable] = process.argv;
const require = createRequire(path.join(path.resolve(folder), 'package.json'));
const { chromium } = require('playwright-core');

export const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const page = path.resolve(folder, 'playground.html');
export const scratch = (name) => path.resolve(folder, name);
export const program = path.resolve(given);

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const launch = () => chromium.launch({ executablePath: executable, args: ARGUMENTS });

// The page in a window of this size; everything that goes wrong in it and every request to a network is an error.
export const open = async (browser, { fragment = '', width = 1400, height = 900, scheme = 'light', touch = false } = {}) => {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: scheme, hasTouch: touch, acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const tab = await context.newPage();
  tab.problems = [];
  tab.on('pageerror', (error) => tab.problems.push(error.stack));
  tab.on('console', (message) => message.type() === 'error' && tab.problems.push(message.text()));
  tab.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) tab.problems.push(`a request to ${request.url()}`);
  });
  await tab.goto(pathToFileURL(page).href + fragment);
  await settle(tab);
  return tab;
};

// Until what was asked for is drawn.
export const settle = (tab) =>
  tab.evaluate(() => new Promise((done) => {
    requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 150));
  }));

export const close = async (tab) => {
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
};

// What the button `run.json` saves.
export const record = async (tab) => {
  await settle(tab);
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.locator('#json').click()]);
  return JSON.parse(fs.readFileSync(await download.path(), 'utf8'));
};

export const fragment = (words) => {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(words)) [value].flat().forEach((one) => all.append(name, one));
  return `#${all}`;
};
