import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { OpenLakeOptions, StreamedBatch, StreamOptions, StreamReport } from '@minilake/lake'

type Said =
  | { is: 'assigned'; partitions: number[] }
  | { is: 'batch'; batch: StreamedBatch }
  | { is: 'trouble'; message: string }
  | { is: 'completed'; report: StreamReport }
  | { is: 'failed'; message: string }

/** A process of its own that streams a topic. */
export interface StreamingProcess {
  readonly said: readonly Said[]
  /** Resolves when the process has said something like this. Rejects if it exits before. */
  until(is: Said['is']): Promise<void>
  /** Resolves with the last that it said when it has exited. */
  exited(): Promise<Said | undefined>
  kill(signal: NodeJS.Signals): void
}

/** Starts a process that streams a topic with the built library. */
export function streamingProcess(call: {
  options: OpenLakeOptions
  topic: string
  stream: Omit<StreamOptions, 'signal' | 'onBatch'>
}): StreamingProcess {
  const child: ChildProcess = fork(resolve('test/stream/streaming-process.mjs'), {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [], // not those of the test runner
  })
  const said: Said[] = []
  child.on('message', (message: Said) => void said.push(message))
  const exit = once(child, 'exit')
  child.send(call)
  return {
    said,
    async until(is) {
      while (!said.some((each) => each.is === is)) {
        const event = await Promise.race([once(child, 'message'), exit.then(() => 'exit' as const)])
        if (event === 'exit' && !said.some((each) => each.is === is))
          throw new Error(`the stream ended early: ${JSON.stringify(said.at(-1))}`)
      }
    },
    async exited() {
      await exit
      return said.at(-1)
    },
    kill: (signal) => void child.kill(signal),
  }
}
