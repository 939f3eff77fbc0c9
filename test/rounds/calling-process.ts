import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { Table } from '@minilake/schema'
import { type LakePlace, lakeOptions } from './dying-lake.js'
import type { Step } from './step.js'

type Message = { is: 'begun' } | { is: 'completed' } | { is: 'failed'; message: string }

/** How a call in another process ended, and how long it ran. */
export interface CallEnd {
  /** With `message` where it failed. */
  is: 'completed' | 'failed' | 'killed'
  message?: string
  millis: number
  /** From the first moment in which a change was seen under way to the last one; 0 if none was seen. */
  changingMillis: number
}

/** The moment at which a process gets SIGKILL, unless its call has ended by then. */
export interface KillMoment {
  afterMillis: number
  /** After the call has begun, or after a change was first seen under way. */
  since: 'call' | 'change'
}

/** A process of its own that makes calls on lakes, one at a time. */
export interface CallingProcess {
  /** Makes the call of a step. `isChanging` is asked all the time meanwhile. Default: no kill, and no change is looked for. */
  call(
    step: Pick<Step, 'call'>,
    on: {
      table: Table
      place: LakePlace
      kill?: KillMoment | undefined
      isChanging?: () => Promise<boolean>
      resumeAfterSeconds?: number
    },
  ): Promise<CallEnd>
  /** Stops the process as Ctrl-Z does (SIGSTOP), until `wake`. */
  stop(): void
  wake(): void
  end(): void
}

/** Starts a process that runs the built library. */
export function callingProcess(): CallingProcess {
  const child: ChildProcess = fork(resolve('test/rounds/calling-process.mjs'), {
    serialization: 'advanced',
    stdio: 'pipe',
    execArgv: [], // not those of the test runner
  })
  let said = ''
  child.stderr?.on('data', (text: Buffer) => void (said += text.toString()))
  const exited = once(child, 'exit').then(() => 'exited' as const)
  const nextMessage = async () => {
    const message = await Promise.race([once(child, 'message') as Promise<[Message]>, exited])
    return message === 'exited' ? undefined : message[0]
  }
  return {
    call: async (step, { table, place, kill, isChanging, resumeAfterSeconds }) => {
      const options = {
        ...lakeOptions(table, place),
        ...(resumeAfterSeconds !== undefined && { resumeAfterSeconds }),
      }
      child.send({ options, ...(await step.call(table)) })
      const first = await nextMessage()
      const startedAt = performance.now()
      if (first?.is !== 'begun') throw new Error(`the call did not begin: ${JSON.stringify(first)} ${said}`)
      let hasEnded = false
      const ending = nextMessage().finally(() => (hasEnded = true))
      const seen: number[] = []
      const watching = (async () => {
        while (!hasEnded && (kill ?? isChanging)) {
          if (await isChanging?.()) seen.push(performance.now())
          const since = kill?.since === 'change' ? seen[0] : startedAt
          if (kill && since !== undefined && performance.now() - since >= kill.afterMillis)
            return void child.kill('SIGKILL')
          await (isChanging ? nextTurn() : wait(1))
        }
      })()
      const last = await ending
      const millis = performance.now() - startedAt
      await watching
      const times = { millis, changingMillis: (seen.at(-1) ?? 0) - (seen[0] ?? 0) }
      if (last !== undefined && last.is !== 'begun') return { ...last, ...times }
      if (!kill) throw new Error(`the process ended by itself: ${said}`)
      return { is: 'killed', ...times }
    },
    stop: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    end: () => void child.kill('SIGKILL'),
  }
}
