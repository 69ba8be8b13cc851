// Opens a report in a headless browser, at two widths, in light and in dark, and for print; prints what was found as JSON.
//
//   node page.mjs BROWSER REPORT FOLDER

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [browserPath, report, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const url = pathToFileURL(report).href;

const browser = await puppeteer.launch({ executablePath: browserPath, headless: true, args: ["--no-sandbox", "--disable-gpu"] });
const found = { requests: [], console: [], dialogs: [], violations: [], widths: [] };

async function open(width, scheme, scripts = true) {
  const page = await browser.newPage();
  page.on("request", (request) => request.url() === url || found.requests.push(request.url()));
  page.on("console", (message) => found.console.push(message.text()));
  page.on("pageerror", (error) => found.console.push(String(error)));
  page.on("dialog", (dialog) => { found.dialogs.push(dialog.message()); dialog.dismiss(); });
  await page.setViewport({ width, height: 900 });
  await page.setJavaScriptEnabled(scripts);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(url);
  return page;
}

for (const width of [390, 1280]) {
  for (const scheme of ["light", "dark"]) {
    const page = await open(width, scheme);
    await page.screenshot({ path: `${folder}/${width}-${scheme}.png`, fullPage: true });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    found.widths.push({ width, scheme, overflow });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document));
    found.violations.push(...violations.map(({ id, nodes }) => `${width} ${scheme} ${id}: ${nodes.map((node) => node.html).slice(0, 3).join(" ")}`));
    await page.close();
  }
}

const page = await open(1280, "light");
const visible = () => page.$$eval("article h3", (names) => names.filter((name) => name.checkVisibility()).map((name) => name.textContent));
found.clusters = await visible();
found.text = await page.evaluate(() => {
  getSelection().selectAllChildren(document.body);
  return String(getSelection());
});
found.filtered = {};
for (const label of await page.$$("fieldset label")) {
  await label.click();
  found.filtered[await label.evaluate((node) => node.textContent)] = await visible();
}
await page.focus("#show-all");
await page.keyboard.press("ArrowRight");
found.byKeyboard = await page.$eval("input:checked", (input) => input.id);
await page.emulateMediaType("print");
found.printed = await page.$eval("fieldset", (filter) => filter.checkVisibility());
await page.pdf({ path: `${folder}/report.pdf`, format: "A4" });

// Without scripts nothing is missing: there are none.
const plain = await open(1280, "light", false);
found.withoutScripts = await plain.$$eval("article h3", (names) => names.length);
await browser.close();
process.stdout.write(JSON.stringify(found));
