// Takes a picture of the built page: node tools/screenshot.mjs PATH OUTPUT.png [WIDTHxHEIGHT] [dark]
import { launch, open } from '../tests/browser/harness.mjs';
import { Server } from '../tests/server.mjs';

const [path = '/', output = 'test-results/page.png', size = '1280x800', scheme = 'light'] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
const server = await new Server().start();
const browser = await launch();
const { page } = await open(browser, server.origin, { viewport: { width, height }, colorScheme: scheme, deviceScaleFactor: 2 });
await page.goto(path);
await page.getByRole('heading', { level: 1 }).waitFor();
await page.screenshot({ path: output });
await browser.close();
await server.stop();
