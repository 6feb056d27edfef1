// browser.js CHROMIUM PICTURES PAGE...: opens the pages at five widths. What hovering reads on RUN/report.html is compared
// with RUN/metrics.csv, where that is; the first page is tried with keys, wheel and mouse, too.
'use strict';
const fs = require('fs');
const path = require('path');
const puppeteer = require('puppeteer-core');

const widths = [320, 480, 768, 1280, 1920];
const [chromium, pictures, ...pages] = process.argv.slice(2);

function must(good, what) {
  if (!good) throw new Error(what);
}

// A page draws its figures anew in the frame after it got another size.
async function resize(page, width) {
  await page.setViewport({width, height: 900});
  await page.evaluate(() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}

// Where a figure is once it is scrolled to, asked at once: a handle to its svg may be of one that was drawn over.
function scrollTo(page, id) {
  return page.$eval(`#${id}`, figure => {
    figure.scrollIntoView();
    const {x, y, width, height} = figure.querySelector('svg').getBoundingClientRect();
    return {x, y, width, height};
  });
}

// What the figure's reading says under the pointer, at a share of its width.
async function readAt(page, id, share) {
  const box = await scrollTo(page, id);
  await page.mouse.move(box.x + box.width * share, box.y + box.height / 3);
  return page.$eval(`#${id} .values`, values => values.innerText);
}

// Every value that hovering shows is that of its step in the table.
async function checkHover(page, metrics) {
  const [header, ...rows] = fs.readFileSync(metrics, 'utf8').trim().split('\n').map(line => line.split(','));
  const table = new Map(rows.map(row => [row[0], row])), columns = {loss: 'loss', rate: 'learning rate', norm: 'gradient norm'};
  for (const [id, label] of Object.entries(columns))
    for (const share of [0.2, 0.5, 0.9]) {
      const text = await readAt(page, id, share);
      const found = new RegExp(`${label} (\\S+) at step (\\d+)`).exec(text);
      must(found, `hovering over ${id} shows: ${text}`);
      const expected = Number(table.get(found[2])[header.indexOf(label.replace(' ', '_'))]);
      must(Number(found[1].replace('−', '-')) === Number(expected.toPrecision(6)), `${id}: '${text}', but ${expected} in the table`);
    }
}

const width = page => page.$eval('#loss', figure => figure.scales.to - figure.scales.from);

// Arrows read the points in turn, + shows a part, 0 all again.
async function checkKeys(page) {
  await page.focus('#loss');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  must((await page.$eval('#loss .values', v => v.innerText)).includes('at step 2'), 'arrows do not read points');
  const before = await width(page);
  await page.keyboard.press('+');
  must(await width(page) < before, '+ does not zoom');
  await page.keyboard.press('Escape');
  for (let i = 0; i < 200; i++) await page.keyboard.press('+'); // as far as numbers tell apart, where no point is
  must(await width(page) > 0 && await page.$$eval('#loss .grid', lines => lines.length) < 100, '+ zooms without an end');
  must(!(await page.$$eval('path', all => all.map(one => one.getAttribute('d')).join(''))).includes('NaN'), 'a place is no number');
  await page.keyboard.press('0');
  must(await width(page) === before, '0 does not show all');
  await page.click('#controls input:nth-of-type(1)');
  must(await page.$$eval('.mark.fault', marks => marks.length) > 10, 'faults are not marked');
}

// The wheel leaves a figure alone that nobody chose; once it is, it zooms. So does dragging.
async function checkMouse(page) {
  await page.evaluate(() => document.activeElement.blur());
  const before = await width(page), box = await scrollTo(page, 'loss');
  const middle = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(...middle);
  await page.mouse.wheel({deltaY: 1});
  must(await width(page) === before, 'the wheel zooms what was not clicked');
  await scrollTo(page, 'loss');
  await page.mouse.click(...middle);
  await page.mouse.wheel({deltaY: -100});
  await page.waitForFunction(all => { const s = document.getElementById('loss').scales; return s.to - s.from < all; }, {}, before);
  await page.keyboard.press('0');
  await page.mouse.move(middle[0] - 50, middle[1]);
  await page.mouse.down();
  await page.mouse.move(middle[0] + 50, middle[1], {steps: 4});
  await page.mouse.up();
  must(await width(page) < before / 2, 'dragging does not show a part');
  await page.keyboard.press('0');
}

// A page of pictures may load those beside it, and nothing else; the page of a run is one file.
function mayLoad(address, url) {
  const folder = address.slice(0, address.lastIndexOf('/') + 1);
  return url === address || url.startsWith('data:') || (address.endsWith('/index.html') && url.startsWith(folder));
}

async function open(browser, file) {
  const page = await browser.newPage(), faults = [];
  page.on('console', message => faults.push(`console: ${message.text()}`));
  page.on('pageerror', error => faults.push(error.message));
  page.on('dialog', dialog => { faults.push('a dialog'); dialog.dismiss(); });
  page.on('request', request => {
    if (!mayLoad(address, request.url())) faults.push(`request of ${request.url()}`);
  });
  const address = 'file://' + path.resolve(file).split('/').map(encodeURIComponent).join('/');
  await page.goto(address);
  return {page, faults};
}

// Between the margins of A4, where nothing can be scrolled, opened or chosen.
async function checkPrint(page, file) {
  await page.emulateMediaType('print');
  await resize(page, 718);
  const left = await page.evaluate(() => {
    const all = words => [...document.querySelectorAll(words)], style = (one, name) => getComputedStyle(one)[name];
    return {
      'controls are printed': all('#controls input, #controls button').filter(one => one.checkVisibility()),
      'a run has no colour': all('#controls label:has(i)').filter(one => !one.checkVisibility()),
      'colours are not printed': all('#controls i, .legend i, progress').filter(one => style(one, 'printColorAdjust') !== 'exact'),
      'details are closed': all('details > :not(summary)').filter(one => !one.checkVisibility()),
      'a text is cut': all('pre').filter(one => one.scrollHeight > one.clientHeight),
      'a table is cut': all('table').filter(one => one.scrollWidth > one.clientWidth || one.getBoundingClientRect().right > innerWidth),
    };
  });
  for (const [what, found] of Object.entries(left)) must(!found.length, `${file}: on paper ${what}`);
}

async function check(browser, file, first) {
  const {page, faults} = await open(browser, file);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: scheme}]);
    for (const width of widths) {
      await resize(page, width);
      must(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${file} is wider than ${width}`);
      must(await page.$$eval('caption', list => list.every(words => words.getBoundingClientRect().right <= innerWidth)),
        `${file}: what a table is of is cut at ${width}`);
      const name = `${path.dirname(file).replace(/\W/g, '_')}-${scheme}-${width}.png`;
      if (pictures) await page.screenshot({path: path.join(pictures, name), fullPage: true});
    }
  }
  must(await page.$$eval('img', list => list.every(image => image.naturalWidth > 0)), `${file}: a picture is missing`);
  const metrics = path.join(path.dirname(file), 'metrics.csv');
  if (path.basename(file) === 'report.html' && fs.existsSync(metrics)) await checkHover(page, metrics);
  if (first) {
    await checkKeys(page);
    await checkMouse(page);
  }
  await checkPrint(page, file);
  must(!faults.length, `${file}: ${faults.join('; ')}`);
  await page.close();
}

(async () => {
  const browser = await puppeteer.launch({executablePath: chromium, args: ['--no-sandbox', '--disable-dev-shm-usage']});
  try {
    for (const file of pages) await check(browser, file, file === pages[0]);
  } finally {
    await browser.close();
  }
})().catch(error => {
  console.error(error.message);
  process.exit(1);
});
