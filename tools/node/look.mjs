// Opens every page of the site in headless Chromium, light, dark and on a phone, and keeps a picture of each.
// Faults: an error in the console, a request that leaves the folder or fails, a link that leads nowhere, also into another
// page, a reference that shows no operations, a hand-made page that is wider than its window, and a page whose texts are not
// in the language of its name, or that does not lead to the other languages.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [site, pictures, executablePath] = process.argv.slice(2);
const views = {
  light: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
};
const root = pathToFileURL(resolve(site)).href + '/';
const pages = readdirSync(site).filter((name) => name.endsWith('.html')).sort();
const faults = [];
// What each page can be asked for, and who asks: page -> ids, and page, target.
const ids = {};
const links = [];
mkdirSync(pictures, { recursive: true });

const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});
for (const [view, settings] of Object.entries(views)) {
  const context = await browser.newContext(settings);
  for (const name of pages) {
    const fault = (text) => faults.push(`${name} (${view}): ${text}`);
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && fault(`console: ${message.text()}`));
    page.on('pageerror', (error) => fault(`error: ${error.message}`));
    page.on('requestfailed', (request) => fault(`failed: ${request.url()}`));
    page.on('request', (request) => {
      const inside = request.url().startsWith(root) || /^(data|blob):/.test(request.url());
      if (!inside) fault(`leaves the folder: ${request.url()}`);
    });
    await page.goto(root + name);
    const reference = await page.locator('#reference').count();
    if (reference) {
      const operation = page.locator('[id*="operation/"]').first();
      await operation.waitFor({ state: 'attached', timeout: 60_000 }).catch(() => fault('shows no operations'));
    } else {
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wider > 0) fault(`is ${wider} px wider than the window`);
    }
    if (view === 'light') {
      const language = name.split('.').at(-2).match(/^(zh)$/)?.[0] ?? 'en';
      const shown = await page.evaluate(() => [document.documentElement.lang, document.querySelector('main, #reference').innerText]);
      if (shown[0] !== language) fault(`is marked as ${shown[0]}`);
      const chinese = (shown[1].match(/[\u4e00-\u9fff]/g) ?? []).length;
      // The reference of the console has Redoc's words in Chinese alone.
      const isChinese = chinese > 100;
      if (isChinese !== (language === 'zh')) fault(`has ${chinese} Chinese characters`);
      const [base] = name.split('.');
      const other = language === 'zh' ? `${base}.html` : `${base}.zh.html`;
      if ((await page.locator(`nav a.language[href="${other}"]`).count()) !== 1) fault(`does not lead to ${other}`);
      ids[name] = new Set(await page.evaluate(() => [...document.querySelectorAll('[id]')].map((shown) => shown.id)));
      const found = await page.evaluate(() => [...document.querySelectorAll('a[href]')].map((link) => link.href));
      links.push(...[...new Set(found)].filter((link) => link.startsWith('file:')).map((link) => [name, new URL(link)]));
    }
    await page.screenshot({ path: join(pictures, `${name.replace('.html', '')}-${view}.png`) });
    if (name.startsWith('streams.')) {
      await page.locator('details').nth(1).evaluate((event) => (event.open = true));
      await page.locator('details').nth(1).scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(pictures, `${name.replace('.html', '')}-open-${view}.png`) });
    }
    await page.close();
  }
  await context.close();
}
await browser.close();
for (const [name, target] of links) {
  const page = target.pathname.split('/').pop();
  if (!existsSync(fileURLToPath(new URL(target.pathname, root)))) faults.push(`${name}: no file ${target.pathname}`);
  // Redoc gives its own links ids of places within an operation only when it is opened.
  const id = decodeURIComponent(target.hash.slice(1));
  if (id && page !== name && !ids[page]?.has(id)) faults.push(`${name}: links to ${page}#${id}, which is not there`);
  if (id && page === name && !/^(service|web|console)/.test(page) && !ids[page].has(id)) {
    faults.push(`${name}: links to #${id}, which is not there`);
  }
}
for (const fault of faults) console.error(fault);
console.log(
  `${pages.length} pages in ${Object.keys(views).length} views, ${links.length} links: ${faults.length} faults`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
