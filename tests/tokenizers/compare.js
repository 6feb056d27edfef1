// compare.js TOKENIZER STRINGS IDS: counts the strings, a NUL behind each, for which gpt-tokenizer's r50k_base (where
// TOKENIZER is "r50k_base") or @huggingface/tokenizers with that file have other ids than a line of IDS, and
// prints the first of them.
const fs = require('fs')
const [, , name, stringsPath, idsPath] = process.argv

function encoder() {
  if (name === 'r50k_base') {
    const { encode } = require('gpt-tokenizer/encoding/r50k_base')
    return text => encode(text, { disallowedSpecial: new Set() })
  }
  const { Tokenizer } = require('@huggingface/tokenizers')
  const tokenizer = new Tokenizer(JSON.parse(fs.readFileSync(name, 'utf8')), {})
  return text => tokenizer.encode(text, { add_special_tokens: false }).ids
}

const encode = encoder()
const strings = fs.readFileSync(stringsPath, 'utf8').split('\0').slice(0, -1)
const lines = fs.readFileSync(idsPath, 'utf8').split('\n').slice(0, -1)
let different = 0
strings.forEach((text, i) => {
  const ids = encode(text).join(' ')
  if (ids === lines[i] || different++) return
  console.log(`${name}, string ${i + 1}: ${JSON.stringify(text.slice(0, 200))}`)
  console.log(`  theirs ${ids.slice(0, 300)}\n  ours   ${(lines[i] || '').slice(0, 300)}`)
})
console.log(`${name}: ${strings.length} strings, ${different} different`)
process.exit(different || strings.length !== lines.length || !strings.length ? 1 : 0)
