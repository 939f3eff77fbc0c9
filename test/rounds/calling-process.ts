import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Table } from '@minilake/schema'
import { type LakePlace, lakeOptions } from './dying-lake.js'
import type { Step } from './operations.js'

type Message = { is: 'begun' } | { is: 'completed' } | { is: 'failed'; message: string }

/** How a call in another process ended, and how long it ran. */
export interface CallEnd {
  /** With `message` where it failed. */
  is: 'completed' | 'failed' | 'killed'
  message?: string
  millis: number
}

/** A process of its own that makes calls on lakes, one at a time. */
export interface CallingProcess {
  /** Makes the call of a step; SIGKILLs the process `killAfterMillis` after the call has begun, unless it has ended by then. */
  call(
    step: Pick<Step, 'call'>,
    on: {
      table: Table
      place: LakePlace
      killAfterMillis?: number | undefined
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
    call: async (step, { table, place, killAfterMillis, resumeAfterSeconds }) => {
      const options = {
        ...lakeOptions(table, place),
        ...(resumeAfterSeconds !== undefined && { resumeAfterSeconds }),
      }
      child.send({ options, ...(await step.call(table)) })
      const first = await nextMessage()
      const startedAt = performance.now()
      if (first?.is !== 'begun') throw new Error(`the call did not begin: ${JSON.stringify(first)} ${said}`)
      const timer =
        killAfterMillis === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMillis)
      const last = await nextMessage()
      clearTimeout(timer)
      const millis = performance.now() - startedAt
      if (last !== undefined && last.is !== 'begun') return { ...last, millis }
      if (killAfterMillis === undefined) throw new Error(`the process ended by itself: ${said}`)
      return { is: 'killed', millis }
    },
    stop: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    end: () => void child.kill('SIGKILL'),
  }
}
