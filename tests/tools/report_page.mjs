// Opens pages of `baseline report` in a real Chromium and prints what it saw as JSON. Usage:
// node report_page.mjs CHROMIUM FOLDER, which has rich.html, hostile.html and large.html.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [executablePath, folder] = process.argv.slice(2);
const address = (name) => pathToFileURL(join(folder, `${name}.html`)).href;
const seen = { console: [], requests: [] };

const browser = await chromium.launch({
  executablePath,
  args: process.getuid() === 0 ? ["--no-sandbox", "--disable-dev-shm-usage"] : [],
});

async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => seen.console.push(`${name}: ${message.text()}`));
  page.on("pageerror", (error) => seen.console.push(`${name}: ${error.message}`));
  page.on("dialog", (dialog) => { seen.console.push(`${name}: dialog ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url() !== address(name)) seen.requests.push(request.url()); });
  await page.goto(address(name));
  return page;
}

const close = (page) => page.context().close();
const shown = (page, selector) => page.locator(`${selector}:visible`).count();

async function examined(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return {
    violations: found.violations.map((each) => `${each.id}: ${each.nodes.length}: ${each.nodes[0].html.slice(0, 160)}`),
    passed: found.passes.length,
  };
}

async function accessibility() {
  const results = [];
  for (const [width, colorScheme] of [[1440, "light"], [1440, "dark"], [390, "light"], [390, "dark"], [800, "light"]]) {
    // The driver adds axe past the page's policy; the page itself can add nothing, see `policy`.
    const page = await open("rich", { viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    await page.evaluate(() => { for (const each of document.querySelectorAll("details")) each.open = true; });
    const overflowOpen = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    const found = width === 800 ? null : await examined(page);
    results.push({ width, colorScheme, overflow: overflow || overflowOpen, ...found });
    await close(page);
  }
  return results;
}

async function filters() {
  const page = await open("rich");
  const group = page.locator('[data-filters="control-rows"]');
  const rows = () => page.locator("#control-rows tr.filterable:not(.out)").count();
  const said = () => group.locator("output").textContent();
  const before = { rows: await rows(), said: await said() };
  await group.locator('select[name="framework"]').selectOption({ index: 1 });
  const framework = { rows: await rows(), said: await said(), groups: await shown(page, "#control-rows details"), visible: await shown(page, "#control-rows tr.filterable") };
  await group.locator('select[name="state"]').selectOption("on");
  const on = { rows: await rows(), badges: await page.locator("#control-rows tr.filterable:not(.out) .badge").allTextContents() };
  await group.locator('select[name="framework"]').selectOption("");
  await group.locator('select[name="state"]').selectOption("");
  const after = { rows: await rows(), said: await said() };
  const types = page.locator('[data-filters="guardrail-rows"] select');
  await types.selectOption("rcp");
  const guardrails = await page.locator("#guardrail-rows > .item:visible .badge").allTextContents();
  await close(page);
  return { before, framework, on, after, guardrails };
}

async function searching() {
  const page = await open("rich");
  const ready = (text) => page.waitForFunction((wanted) => document.getElementById("found").textContent === "" === wanted, text === "");
  const look = async (text) => { await page.fill("#search", text); await page.waitForTimeout(120); await ready(text); };
  await look("PAYMENTS-TEST");
  const account = {
    visible: await page.locator("#organization .accounts li:visible").allTextContents(),
    units: await page.locator("#organization .unit:visible > .line h3").allTextContents(),
    status: await page.textContent("#found"),
    hits: await page.textContent('[data-hits="organization"]'),
    cost: await page.locator("#cost").evaluate((each) => each.classList.contains("none")),
    highlighted: await page.evaluate(() => CSS.highlights.get("found").size),
  };
  await look("siem vendor");
  const words = await page.locator("#exceptions tr.item:visible th").allTextContents();
  await look("no such thing anywhere");
  const nothing = { items: await shown(page, ".item"), status: await page.textContent("#found") };
  await page.press("#search", "Escape");
  const cleared = { value: await page.inputValue("#search"), missing: await page.locator(".miss").count(), open: await shown(page, "#organization .unit") };
  await close(page);
  return { account, words, nothing, cleared };
}

async function themes() {
  const page = await open("rich", { colorScheme: "dark" });
  const look = () => page.evaluate(() => ({ theme: document.documentElement.dataset.theme ?? "system", ground: getComputedStyle(document.body).backgroundColor, label: document.getElementById("theme").textContent }));
  const states = [await look()];
  for (let step = 0; step < 3; step += 1) {
    await page.click("#theme");
    states.push(await look());
    if (step === 0) { await page.reload(); states.push(await look()); }
  }
  await close(page);
  return states;
}

async function keyboard() {
  const page = await open("rich");
  const focused = () => page.evaluate(() => {
    const each = document.activeElement;
    const style = getComputedStyle(each);
    const box = each.getBoundingClientRect();
    return { tag: each.tagName, id: each.id, text: each.textContent.trim().slice(0, 40), outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight };
  });
  await page.keyboard.press("Tab");
  const skip = await focused();
  await page.keyboard.press("Enter");
  const main = await focused();
  await page.goto(address("rich"));
  const walk = [];
  for (let step = 0; step < 60; step += 1) { await page.keyboard.press("Tab"); walk.push(await focused()); }
  await page.locator("#capability-organization-trail > summary").focus();
  await page.keyboard.press("Enter");
  const opened = await page.locator("#capability-organization-trail").getAttribute("open");
  await close(page);
  return { skip, main, walk, opened };
}

async function links() {
  const page = await open("rich");
  await page.click('nav.parts a[href="#flows"]');
  const flows = await page.locator("#flows-title").evaluate((each) => each.getBoundingClientRect().top);
  const header = await page.locator("header.top").evaluate((each) => each.getBoundingClientRect().bottom);
  const before = await page.locator("#capability-config-recorder").isVisible();
  await page.evaluate(() => { location.hash = "#capability-config-recorder"; });
  await page.waitForTimeout(50);
  const revealed = await page.locator("#capability-config-recorder").isVisible();
  await close(page);
  return { flows, header, before, revealed };
}

async function withoutScript() {
  const page = await open("rich", { javaScriptEnabled: false });
  const result = {
    controls: await shown(page, ".scripted"),
    sections: await page.locator("section.part:visible").count(),
    drawing: await page.locator("#flows svg[role=img]").isVisible(),
    closed: await page.locator("#capability-organization-trail dl").isVisible(),
  };
  await page.locator("#capability-organization-trail > summary").click();
  result.opened = await page.locator("#capability-organization-trail dl").isVisible();
  await close(page);
  return result;
}

async function printing() {
  const result = {};
  for (const javaScriptEnabled of [true, false]) {
    const page = await open("rich", { javaScriptEnabled, colorScheme: "dark" });
    if (javaScriptEnabled) {
      await page.fill("#search", "no such thing anywhere");
      await page.waitForTimeout(150);
    }
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    result[javaScriptEnabled ? "scripted" : "plain"] = {
      details: await page.locator("#capability-organization-trail dl").isVisible(),
      accounts: await page.locator("#organization .accounts li").first().isVisible(),
      rows: await page.locator("#exceptions tr.item").first().isVisible(),
      requirement: await page.locator("#control-rows tr.item").first().isVisible(),
      tools: await shown(page, ".tools"),
    };
    if (javaScriptEnabled) result.pdf = (await page.pdf({ format: "A4", printBackground: true })).length;
    await close(page);
  }
  return result;
}

async function hostile() {
  const page = await open("hostile");
  const result = await page.evaluate(() => ({ scripts: document.scripts.length, images: document.images.length, text: document.body.textContent.includes("<script>alert(1)</script>") }));
  await close(page);
  return result;
}

async function policy() {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address("rich"));
  const result = await page.evaluate(async () => {
    const blocked = [];
    addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.head.append(script);
    const image = new Image();
    image.src = "https://example.com/leak.png";
    await fetch("https://example.com/").catch(() => null);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    return { ran: window.ran === true, blocked: [...new Set(blocked)].sort() };
  });
  await context.close();
  return result;
}

async function large() {
  const page = await open("large");
  const times = await page.evaluate(async () => {
    const input = document.getElementById("search");
    const frame = () => new Promise((resolve) => { requestAnimationFrame(() => { requestAnimationFrame(resolve); }); });
    const run = async (text) => {
      const start = performance.now();
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((resolve) => { setTimeout(resolve, 81); });
      document.body.getBoundingClientRect();
      await frame();
      return performance.now() - start - 81;
    };
    const first = await run("team-19");
    const again = await run("team-1999");
    const select = document.querySelector('[data-filters="control-rows"] select');
    const start = performance.now();
    select.selectedIndex = 1;
    select.dispatchEvent(new Event("change"));
    document.body.getBoundingClientRect();
    await frame();
    return { first, again, filter: performance.now() - start };
  });
  const visible = await page.locator("#organization .accounts li:visible").allTextContents();
  const load = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
  await close(page);
  return { ...times, visible, load };
}

const facts = {};
for (const scenario of [accessibility, filters, searching, themes, keyboard, links, withoutScript, printing, hostile, large]) {
  const start = performance.now();
  facts[scenario.name] = await scenario();
  process.stderr.write(`${scenario.name}: ${Math.round(performance.now() - start)} ms\n`);
}
Object.assign(facts, { seen: structuredClone(seen), policy: await policy() });
await browser.close();
process.stdout.write(JSON.stringify(facts));
