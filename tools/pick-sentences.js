// Picks sentences at random from the docs, the docstrings and the errors, for a reader to judge their English.
// usage: node tools/pick-sentences.js [SEED] [COUNT]   (default: a seed of its own, 10)
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const [seed = Date.now() % 1_000_000, count = 10] = process.argv.slice(2).map(Number)
const files = execFileSync('git', ['ls-files', '*.md', 'packages/*/src/*', 'apps/*/src/*', 'infra/src/*'], {
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => /\.(md|ts)$/.test(file) && !/CHANGELOG|LICENSE|wasm\.ts/.test(file))

const sentences = files.flatMap((file) => {
  const text = readFileSync(file, 'utf8')
  const passages = file.endsWith('.md') ? [...markdownPassages(text)] : [...docstrings(text), ...errors(text)]
  return passages.map(({ sentence, at }) => ({ sentence, where: `${file}:${lineOf(text, at)}` }))
})

console.log(`seed ${seed}: ${count} of ${sentences.length} sentences`)
let state = seed
for (let picked = 0; picked < count; picked++) {
  const { sentence, where } = sentences[random() % sentences.length]
  console.log(`\n${picked + 1}. ${sentence}\n   ${where}`)
}

function* markdownPassages(text) {
  const prose = text.replace(/^```[\s\S]*?^```/gm, blank).replace(/^(\||#|\s*[-*] \[).*$/gm, blank)
  yield* sentencesIn(prose)
}

function* docstrings(text) {
  for (const match of text.matchAll(/\/\*\*([\s\S]*?)\*\//g)) {
    const prose = match[1].replace(/@example[\s\S]*$/, blank).replace(/^\s*\* ?/gm, blank)
    for (const { sentence, at } of sentencesIn(prose)) yield { sentence, at: match.index + at }
  }
}

function* errors(text) {
  for (const match of text.matchAll(/new \w*(?:Error|Check)\(\s*(`[^`]+`|'[^']+'|"[^"]+")/g))
    yield { sentence: match[1].slice(1, -1), at: match.index }
}

function* sentencesIn(prose) {
  for (const match of prose.matchAll(/[A-Z`'"][^.!?]*(?:[.!?](?![\s])[^.!?]*)*[.!?:](?=\s|$)/g)) {
    const sentence = match[0].replace(/\s+/g, ' ').trim()
    if (sentence.split(' ').length >= 5) yield { sentence, at: match.index }
  }
}

function blank(text) {
  return text.replace(/[^\n]/g, ' ')
}

function lineOf(text, index) {
  return text.slice(0, index).split('\n').length
}

// xorshift32
function random() {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>>= 0)
}
