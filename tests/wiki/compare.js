// Words of our texts against those of wtf_wikipedia's: compare.js LANGUAGE PAGES.json LEAST [JUDGED.tsv]
// prints a row of a Markdown table, and with JUDGED.tsv the largest differences; fails where F1 is below
// LEAST or the text has what it must not have. Lines of the JSON: title, wikitext, text.
'use strict'
const fs = require('fs')
const os = require('os')
const path = require('path')
const { spawnSync } = require('child_process')
const wtf = require('wtf_wikipedia')

const [language, file, least, judged] = process.argv.slice(2)
const pages = fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line))

// Where a writing has no blanks a character is a word.
const words = (text) =>
  text.normalize('NFC').match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+/gu) || []

const count = (list) => {
  const counts = new Map()
  for (const word of list) counts.set(word, (counts.get(word) || 0) + 1)
  return counts
}

// The words that both have, each as often as both have it.
const shared = (ours, theirs) => {
  const counts = count(theirs)
  let sum = 0
  for (const [word, times] of count(ours)) sum += Math.min(times, counts.get(word) || 0)
  return sum
}

// Runs of words that one has where the other has others or none: diff's hunks. wtf_wikipedia sets lists
// and quotations behind their section: what only moved is none.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lockstep-compare-'))
const hunks = (title, ours, theirs) => {
  if (ours.join(' ') === theirs.join(' ')) return []
  const names = [path.join(folder, 'ours'), path.join(folder, 'theirs')]
  fs.writeFileSync(names[0], ours.join('\n') + '\n')
  fs.writeFileSync(names[1], theirs.join('\n') + '\n')
  const lines = spawnSync('diff', names, { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout.split('\n')
  const found = []
  for (const line of lines) {
    if (/^\d/.test(line)) found.push({ title, ours: [], theirs: [] })
    if (line.startsWith('< ')) found[found.length - 1].ours.push(line.slice(2))
    if (line.startsWith('> ')) found[found.length - 1].theirs.push(line.slice(2))
  }
  const extra = (one, other) => {
    const counts = count(other)
    return one.filter((word) => !counts.get(word) || !counts.set(word, counts.get(word) - 1))
  }
  const [moreOurs, moreTheirs] = [count(extra(ours, theirs)), count(extra(theirs, ours))]
  const kept = (list, more) => list.filter((word) => more.get(word)).length
  return found.filter((hunk) => 2 * (kept(hunk.ours, moreOurs) + kept(hunk.theirs, moreTheirs)) >
    hunk.ours.length + hunk.theirs.length)
}

let ourWords = 0
let theirWords = 0
let both = 0
const differences = []
for (const page of pages) {
  const ours = words(page.text)
  const theirs = words(wtf(page.wikitext, { title: page.title, lang: language }).text())
  ourWords += ours.length
  theirWords += theirs.length
  both += shared(ours, theirs)
  if (judged) differences.push(...hunks(page.title, ours, theirs))
}
fs.rmSync(folder, { recursive: true })

const text = pages.map((page) => page.text).join('\n')
const times = (pattern) => (text.match(pattern) || []).length
const leftovers = times(/'''|\[\[|\{\{|\}\}|thumb\||<ref|\|\}|__[A-Z]{3,}__/g)
const brackets = times(/\(\s*[,;:.、，；]?\s*\)|\(\s*[,;]|[,;]\s*\)|（[，；、]?）/g)

// The text without what is in pairs of these marks and begins as the pattern says.
const without = (text, open, close, pattern) => {
  let kept = ''
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if (depth ? text.startsWith(open, at) : text.startsWith(open, at) && pattern.test(text.slice(at, at + 40))) depth++
    if (!depth) kept += text[at]
    if (depth && text.startsWith(close, at)) {
      depth--
      at += close.length - 1
    }
  }
  return kept
}
const running = (text) => {
  text = text.replace(/<!--[^]*?-->|<ref[^<>]*\/>|<ref[^]*?<\/ref>|<gallery[^]*?<\/gallery>/gi, '')
  text = without(text, '{|', '|}', /^/)
  text = without(text, '[[', ']]', /^\[\[(File|Image):/i)
  return without(text, '{{', '}}', /^\{\{(?!(convert|cvt)\|)/i)
}

// Numbers of {{convert}} in running text, and which of them are not there with a unit, or with another
// number and then a unit.
const converts = []
for (const page of pages)
  for (const [, number, unit] of running(page.wikitext).matchAll(/\{\{(?:convert|cvt)\|([\d,.]+)\|([^|}]+)/gi))
    converts.push({ page, number, unit })
const escaped = (number) => number.replace(/\./g, '\\.')
const range = '(?:(?:[ –×-]| to | and | or | by |\u00a0)+[\\d.,]+)*'
const missing = converts.filter(
  ({ page, number }) => !new RegExp(`(?<![\\d.,])${escaped(number)}${range}[ -]?[\\p{L}°/$]`, 'u').test(page.text))

const f1 = (2 * both) / (ourWords + theirWords)
console.log(`| ${language} | ${pages.length} | ${ourWords} | ${theirWords} | ${f1.toFixed(4)} | ${leftovers} | ` +
  `${brackets} | ${converts.length - missing.length} of ${converts.length} |`)
for (const { page, number, unit } of missing) console.error(`${page.title}: where are ${number} ${unit}?`)
if (!(f1 >= Number(least)) || leftovers || brackets > 3 || missing.length > converts.length / 100) {
  console.error(`${language}: worse than promised: F1 ${least}, no leftovers, 3 brackets, 99 % of the numbers`)
  process.exitCode = 1
}

// The largest differences, and who is right, as somebody found by reading.
const verdicts = new Map()
if (judged)
  for (const line of fs.readFileSync(judged, 'utf8').split('\n')) {
    const [title, start, verdict] = line.split('\t')
    verdicts.set(title + '\t' + start, verdict)
  }
const shown = (list) => list.slice(0, 8).join(' ') + (list.length > 8 ? ' …' : '')
differences.sort((a, b) => b.ours.length + b.theirs.length - a.ours.length - a.theirs.length)
for (const { title, ours, theirs } of differences.slice(0, 30)) {
  const start = (ours.length ? ours : theirs).slice(0, 4).join(' ')
  console.log(`| ${title} | ${ours.length} | ${shown(ours)} | ${theirs.length} | ${shown(theirs)} | ` +
    `${verdicts.get(title + '\t' + start) || '?'} |`)
}
