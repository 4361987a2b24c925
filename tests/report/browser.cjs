// Looks at a page in headless Chromium: node browser.cjs PAGE [PICTURES [TEXT...]]. It ends with 1 where something is wrong,
// or a text cannot be read on it, and saves a picture of each view in the directory PICTURES, if one is named.
const { chromium } = require("playwright-core");
const path = require("path");

const VIEWS = [
  { name: "light", viewport: { width: 1100, height: 900 }, colorScheme: "light" },
  { name: "dark", viewport: { width: 1100, height: 900 }, colorScheme: "dark" },
  { name: "phone", viewport: { width: 360, height: 740 }, colorScheme: "light", isMobile: true, deviceScaleFactor: 2 },
];

// Runs in the page: what a reader would trip over.
function look() {
  const wrong = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > window.innerWidth) wrong.push(`the page is ${wide} wide on a screen of ${window.innerWidth}`);
  for (const line of document.querySelectorAll("polyline")) {
    const box = line.getBoundingClientRect();
    if (box.width < 1) wrong.push("a line is not drawn");
    if (getComputedStyle(line).fill !== "none") wrong.push("a line is filled");
  }
  // What has to be pushed aside to be seen is not seen; a phone has no room for a table.
  for (const box of document.querySelectorAll(".scroll")) {
    const hidden = box.scrollWidth - box.clientWidth;
    if (hidden > 0 && window.innerWidth > 700) wrong.push(`${hidden} of the width of a table are out of sight`);
  }
  for (const svg of document.querySelectorAll("svg")) {
    const box = svg.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) wrong.push("a chart has no room");
  }
  // Relative luminance and contrast as WCAG 2.2 defines them.
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).map((c) => c / 255);
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const ground = light(getComputedStyle(document.body).backgroundColor);
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!text || element.closest("svg")) continue;
    const style = getComputedStyle(element);
    if (parseFloat(style.fontSize) < 11.5) wrong.push(`${element.className} is written in ${style.fontSize}`);
    const [a, b] = [light(style.color), ground].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) wrong.push(`${element.tagName} ${element.className} has too little contrast`);
  }
  for (const labels of document.querySelectorAll(".x")) {
    // On a narrow screen every second one is left out.
    const boxes = [...labels.children].map((label) => label.getBoundingClientRect()).filter((box) => box.width > 0);
    if (boxes.some((box, i) => i > 0 && box.left < boxes[i - 1].right)) wrong.push("labels of days overlap");
  }
  return { wrong: [...new Set(wrong)], ground, charts: document.querySelectorAll("figure.chart").length };
}

(async () => {
  const [page_, pictures, ...texts] = process.argv.slice(2);
  const browser = await chromium.launch({
    timeout: 0, // how long a start takes says nothing of the page
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const wrong = [];
  for (const view of VIEWS) {
    const context = await browser.newContext({ ...view });
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    page.on("console", (message) => wrong.push(`${view.name}: ${message.text()}`));
    page.on("pageerror", (error) => wrong.push(`${view.name}: ${error}`));
    page.on("request", (request) => {
      if (request.url() !== "file://" + path.resolve(page_)) wrong.push(`${view.name}: it asks for ${request.url()}`);
    });
    await page.goto("file://" + path.resolve(page_));
    const seen = await page.evaluate(look);
    wrong.push(...seen.wrong.map((what) => `${view.name}: ${what}`));
    if (view.colorScheme === "dark" ? seen.ground > 0.1 : seen.ground < 0.8) wrong.push(`${view.name}: the wrong ground`);
    if (seen.charts < 1) wrong.push(`${view.name}: no chart`);
    // What is hidden is not in it.
    const read = (await page.evaluate(() => document.body.innerText)).replace(/\s+/g, " ");
    wrong.push(...texts.filter((text) => !read.includes(text)).map((text) => `${view.name}: it does not say: ${text}`));
    if (pictures) await page.screenshot({ path: path.join(pictures, `${view.name}.png`), fullPage: true });
    await context.close();
  }
  await browser.close();
  if (wrong.length) {
    console.error(wrong.join("\n"));
    process.exit(1);
  }
  console.log(`read in ${VIEWS.map((view) => view.name).join(", ")}`);
})();
