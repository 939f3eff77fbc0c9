import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { HourTruth, Truth } from '@minilake/generator'
import { runProgram } from '../infra/src/run-program.js'

const bin = fileURLToPath(new URL('../apps/cli/bin/minilake.js', import.meta.url))

/** What `minilake demo --profile stack` has made, and the right answers about it. */
export interface DemoLake {
  /** The folder of the run, with the `.env` of the stack. */
  folder: string
  /** What the simulation knows of each hour of the pump, in order. */
  hours: HourTruth[]
  /** Runs the built `minilake` in the folder and gives its standard output. Rejects when it fails. */
  minilake(...args: string[]): Promise<string>
  /** Removes the folder; the lake stays. */
  remove(): Promise<void>
}

/** Runs the demo on a stack in a fresh folder. What was simulated there before is removed. */
export async function demoLake({ envFile }: { envFile: string }): Promise<DemoLake> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-clients-'))
  await copyFile(envFile, join(folder, '.env'))
  const minilake = (...args: string[]) =>
    runProgram(process.execPath, [bin, ...args, '--profile', 'stack'], { cwd: folder, env: environment })
  await minilake('clean', '--yes')
  await minilake('demo')

  const truths = join(folder, 'out', '_truth', 'pump')
  const names = (await readdir(truths)).sort()
  const hours: HourTruth[] = []
  for (const name of names) {
    hours.push(...(JSON.parse(await readFile(join(truths, name), 'utf8')) as Truth).hours)
  }
  return { folder, hours, minilake, remove: () => rm(folder, { recursive: true }) }
}

// Settings of whoever runs the tests must not reach them.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^minilake_/i.test(name)),
)
