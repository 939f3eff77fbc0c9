import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { FileParameters } from '@minilake/generator'
import type { WorkerRequest } from './data-file-worker.js'
import { writeDataFile, type WrittenDataFile } from './write-data-file.js'

/** How to generate data files. */
export interface GenerateOptions {
  /** The folder they are written to. */
  out: string
  /** Replace files of other content. Default false. */
  overwrite?: boolean
  /** Worker threads, each with a file of its own; 1 works in this thread. Default: one per core. */
  workers?: number
  signal: AbortSignal
  /** Called after each file, in the order in which they are finished. */
  onFile?: (file: WrittenDataFile) => void
}

/** What became of all files. */
export interface GenerateReport {
  written: number
  replaced: number
  unchanged: number
  /** Rows in the files that hold what they should, written now or before. */
  rows: number
  /** Bytes of those files. */
  bytes: number
  conflicts: WrittenDataFile[]
  failures: WrittenDataFile[]
}

/**
 * Simulates, encodes and writes data files, and beside them the truth about each. The files do not depend on how many
 * workers there are. Rejects with the signal's reason, or when a worker dies; no half file is left visible.
 */
export async function generateFiles(
  plan: readonly FileParameters[],
  { out, overwrite = false, workers = availableParallelism(), signal, onFile }: GenerateOptions,
): Promise<GenerateReport> {
  const report: GenerateReport = {
    written: 0,
    replaced: 0,
    unchanged: 0,
    rows: 0,
    bytes: 0,
    conflicts: [],
    failures: [],
  }
  const finished = (file: WrittenDataFile) => {
    if (file.outcome === 'conflict') report.conflicts.push(file)
    else if (file.outcome === 'failed') report.failures.push(file)
    else {
      report[file.outcome === 'published' ? 'written' : file.outcome] += 1
      report.rows += file.rows
      report.bytes += file.size
    }
    onFile?.(file)
  }

  const jobs = plan.values()
  const threads = Math.min(workers, plan.length)
  if (threads <= 1) {
    for (const parameters of jobs) finished(await writeDataFile({ parameters, out, overwrite }, signal))
    return report
  }
  const lanes = Array.from({ length: threads }, () => startLane(signal))
  try {
    // The lanes share one iterator: whichever is free takes the next file.
    await Promise.all(
      lanes.map(async (lane) => {
        for (const parameters of jobs) finished(await lane.run({ parameters, out, overwrite }))
      }),
    )
  } finally {
    await Promise.all(lanes.map((lane) => lane.stop()))
  }
  report.conflicts.sort(byKey)
  report.failures.sort(byKey)
  return report
}

function byKey(a: WrittenDataFile, b: WrittenDataFile): number {
  return a.key < b.key ? -1 : 1
}

/** One worker thread and the job it has at hand. */
function startLane(signal: AbortSignal) {
  const worker = new Worker(new URL('./data-file-worker.js', import.meta.url))
  let failure: Error | undefined
  let settle: { resolve: (file: WrittenDataFile) => void; reject: (reason: Error) => void } | undefined
  const fail = (error: Error) => {
    failure ??= error
    settle?.reject(failure)
  }
  const post = (request: WorkerRequest) => worker.postMessage(request)
  const ended = new Promise<void>((resolve) => {
    worker.on('message', (file: WrittenDataFile) => settle?.resolve(file))
    worker.on('error', (cause) => fail(new Error(`a worker died: ${String(cause)}`, { cause })))
    worker.on('exit', (code) => {
      fail(
        signal.aborted
          ? (signal.reason as Error)
          : new Error(`a worker ended before its work did, with code ${code}`),
      )
      resolve()
    })
  })
  // The worker drops its file, removes what it had written of it, and ends.
  const abort = () => post('abort')
  signal.addEventListener('abort', abort, { once: true })

  return {
    run: (job: WorkerRequest) =>
      new Promise<WrittenDataFile>((resolve, reject) => {
        settle = { resolve, reject }
        if (failure) reject(failure)
        else post(job)
      }),
    stop: async () => {
      signal.removeEventListener('abort', abort)
      if (signal.aborted) await ended
      else await worker.terminate()
    },
  }
}
