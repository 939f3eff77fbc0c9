import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Counts that a round contributes to the evidence, such as `{ kills: 2 }`. */
export type RoundFacts = Readonly<Record<string, number>>

/** A run of many rounds. */
export interface RoundsOptions {
  /** Name of the evidence: docs/evidence/NAME.json. */
  name: string
  rounds: number
  /** The rounds of one seed are always the same. */
  seed: number
  /** One round, by a random generator of its own. Rejects when the round fails. */
  round: (random: Random) => Promise<RoundFacts>
}

interface Progress {
  seed: number
  commit: string
  rounds: number
  seconds: number
  facts: Record<string, number>
}

const progressFolder = '.rounds' // not in git

/**
 * Runs many rounds and writes the result as evidence, with commit and date. An interrupted run of the same commit continues after its last
 * finished round; a failed round rejects with its number and seed. Resolves with the sums of all facts.
 */
export async function runRounds({ name, rounds, seed, round }: RoundsOptions): Promise<RoundFacts> {
  const file = join(progressFolder, `${name}.json`)
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
  const progress = readProgress(file, { seed, commit })
  while (progress.rounds < rounds) {
    const start = performance.now()
    const facts = await round(randomOf(seed, progress.rounds)).catch((cause: unknown) => {
      throw new Error(`round ${progress.rounds + 1} of ${name} with seed ${seed} failed: ${String(cause)}`, {
        cause,
      })
    })
    progress.rounds += 1
    progress.seconds += (performance.now() - start) / 1000
    for (const [fact, count] of Object.entries(facts))
      progress.facts[fact] = (progress.facts[fact] ?? 0) + count
    mkdirSync(progressFolder, { recursive: true })
    writeFileSync(file, JSON.stringify(progress))
  }
  const evidence = {
    name,
    commit,
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    seed,
    rounds: progress.rounds,
    failures: 0,
    seconds: Math.round(progress.seconds),
    ...progress.facts,
  }
  mkdirSync('docs/evidence', { recursive: true })
  writeFileSync(`docs/evidence/${name}.json`, `${JSON.stringify(evidence, null, 2)}\n`)
  rmSync(file)
  return progress.facts
}

function readProgress(file: string, run: Pick<Progress, 'seed' | 'commit'>): Progress {
  const fresh: Progress = { ...run, rounds: 0, seconds: 0, facts: {} }
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Progress
    return found.seed === run.seed && found.commit === run.commit ? found : fresh
  } catch {
    return fresh
  }
}

/** Random numbers that depend on a seed alone. */
export interface Random {
  /** A whole number from 0 to `below` − 1. */
  below(below: number): number
  /** One of these. */
  pick<T>(choices: readonly T[]): T
}

/** The random generator of a round (mulberry32). */
export function randomOf(seed: number, round: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number) => next() % limit
  return {
    below,
    pick: (choices) => {
      const [first] = choices
      if (first === undefined) throw new RangeError('pick expected a choice, got none')
      return choices[below(choices.length)] ?? first
    },
  }
}
