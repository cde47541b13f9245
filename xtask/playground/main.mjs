// Drives the playground in a browser: node main.mjs FOLDER PROGRAM BROWSER. FOLDER has playground.html and node_modules.

import { launch } from './browser.mjs';
import * as numbers from './numbers.mjs';
import * as page from './page.mjs';
import { speed } from './speed.mjs';

const TESTS = {
  'size and files': page.size,
  'every method': numbers.everyMethod,
  'typed functions': numbers.expressions,
  schedules: numbers.schedules,
  mistakes: numbers.mistakes,
  drags: page.drags,
  settings: page.settings,
  keyboard: page.keyboard,
  addresses: page.addresses,
  commands: page.commands,
  maps: page.maps,
  surface: page.surface,
  accessibility: page.accessibility,
  speed,
};

const only = process.argv[5];
const browser = await launch();
let failed = 0;
for (const [name, test] of Object.entries(TESTS).filter(([name]) => !only || name === only)) {
  try {
    console.log(`ok      ${name}: ${await test(browser)}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.stack}`);
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
