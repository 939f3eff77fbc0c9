import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Random, RoundFacts } from './evidence.js'

const bin = resolve('apps/cli/bin/minilake.js')

/**
 * Kills generate and ingest at random moments, then runs each command once more: every file must be there
 * once, whole, and agree with the truth, and a further run must change nothing.
 */
export async function killRound(random: Random): Promise<RoundFacts> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-kill-'))
  try {
    const table = random.pick(['pump', 'pump_daily'])
    const days = String(2 + random.below(4))
    const pumps = table === 'pump' ? [] : ['--pumps', '2']
    const generate = [
      'generate',
      '--table',
      table,
      '--days',
      days,
      '--interval',
      '1s',
      '--workers',
      '2',
      ...pumps,
    ]
    let kills = 0
    for (const command of [generate, ['ingest'], generate, ['ingest']]) {
      for (let attempt = random.below(3); attempt > 0; attempt--)
        if (await killed(folder, command, 150 + random.below(1200))) kills += 1
      const { code, stderr } = await run(folder, command)
      if (code !== 0) throw new Error(`minilake ${command.join(' ')} ended with ${code}: ${stderr}`)
    }
    const again = await run(folder, ['ingest'])
    if (!/^nothing new to publish: \d+ files? unchanged/m.test(again.stderr))
      throw new Error(`a further ingest expected nothing new, got: ${again.stderr}`)
    const verified = await run(folder, ['verify', '--table', table])
    if (verified.code !== 0) throw new Error(`verify failed: ${verified.stdout}${verified.stderr}`)
    return { kills }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Kills a command after some milliseconds; false when it had ended by then. */
async function killed(folder: string, args: readonly string[], millis: number): Promise<boolean> {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: 'ignore' })
  const ended = new Promise<boolean>((done) =>
    child.once('exit', (_code, signal) => done(signal === 'SIGKILL')),
  )
  await Promise.race([wait(millis), ended])
  child.kill('SIGKILL')
  return ended
}

async function run(folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, stdout, stderr }
}
