import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { onTestFinished } from 'vitest'
import type { ChildJob, ChildWord } from './publishing-child.js'

/** Builds the program of the child processes, once for the tests of a file; `remove` deletes it. */
export async function buildChild() {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-child-'))
  await build({
    entry: [fileURLToPath(new URL('publishing-child.ts', import.meta.url))],
    outDir: folder,
    format: 'cjs',
    outExtension: () => ({ js: '.cjs' }),
    noExternal: [/./],
    ...{ config: false, silent: true, dts: false, platform: 'node', target: 'node20' },
  })
  return {
    program: join(folder, 'publishing-child.cjs'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A process that publishes one file; it is killed at the end of the test, if it still runs. */
export function childPublisher(program: string, job: ChildJob) {
  const child: ChildProcess = fork(program, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let complaint = ''
  child.stderr?.on('data', (text: Buffer) => (complaint += text.toString()))
  const words: ChildWord[] = []
  const waiting = new Set<() => void>()
  const wake = () => waiting.forEach((look) => look())
  child.on('message', (word: ChildWord) => {
    words.push(word)
    wake()
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  void ended.then(wake)
  onTestFinished(() => void child.kill('SIGKILL'))
  child.send(job)

  /** Waits until the child says something of this kind; rejects where it ends before. */
  const until = <W extends ChildWord['is']>(
    is: W,
    fits: (word: Extract<ChildWord, { is: W }>) => boolean = () => true,
  ) =>
    new Promise<Extract<ChildWord, { is: W }>>((resolve, reject) => {
      const look = () => {
        const found = words.find(
          (word): word is Extract<ChildWord, { is: W }> =>
            word.is === is && fits(word as Extract<ChildWord, { is: W }>),
        )
        if (found) resolve(found)
        else if (child.exitCode !== null || child.signalCode !== null) {
          reject(new Error(`the child ended before it said ${is}: ${complaint}`))
        } else return
        waiting.delete(look)
      }
      waiting.add(look)
      look()
    })

  return {
    until,
    go: () => child.send('go'),
    /** As `kill -9` does; resolves when it is gone. */
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
