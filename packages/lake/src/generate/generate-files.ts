import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { FileParameters } from '@minilake/generator'
import { dataFileEncoding } from '../data-file-encoding.js'
import { type FileTarget, openTarget } from './file-target.js'
import { type WorkerRequest, writeDataFile, type WrittenDataFile } from './write-data-file.js'

/** How to write generated data files. */
export interface GenerateFilesOptions {
  target: FileTarget
  /** Replace files that have other content. Default false. */
  overwrite?: boolean
  /** Write the labels of each file too, as a file of their own table. Default false. */
  labels?: boolean
  /** Worker threads, each writing a file of its own; 1 works in this thread. Default: one per core. */
  workers?: number
  signal: AbortSignal
  /** Called after each file, in the order in which files are finished. */
  onFile?: (file: WrittenDataFile) => void
}

/** What became of the files. */
export interface GenerateReport {
  written: number
  replaced: number
  unchanged: number
  /** Of those, files that were compared with the bucket's by CRC, because its ETags say nothing. */
  unchangedByCrc: number
  /** Rows in the files that are in place, written now or earlier. */
  rows: number
  /** Bytes of those files. */
  bytes: number
  conflicts: WrittenDataFile[]
  /** Files in a bucket that does not reveal their content; they were not changed. */
  unverifiable: WrittenDataFile[]
  failures: WrittenDataFile[]
}

/**
 * Simulates, encodes and writes data files, each followed by its truth and, on request, its labels. The number of workers does not change the files. Rejects with
 * the signal's reason, or when a worker dies; no half-written file becomes visible.
 */
export async function generateFiles(
  plan: readonly FileParameters[],
  {
    target,
    overwrite = false,
    labels = false,
    workers = availableParallelism(),
    signal,
    onFile,
  }: GenerateFilesOptions,
): Promise<GenerateReport> {
  if (!Number.isSafeInteger(workers) || workers < 1)
    throw new RangeError(`workers expected a whole number of at least 1, got ${String(workers)}`)
  await dataFileEncoding() // a missing Snappy is reported once, not by each worker
  signal.throwIfAborted()
  const report: GenerateReport = {
    written: 0,
    replaced: 0,
    unchanged: 0,
    unchangedByCrc: 0,
    rows: 0,
    bytes: 0,
    conflicts: [],
    unverifiable: [],
    failures: [],
  }
  const finished = (file: WrittenDataFile) => {
    if (file.outcome === 'conflict') report.conflicts.push(file)
    else if (file.outcome === 'unverifiable') report.unverifiable.push(file)
    else if (file.outcome === 'failed') report.failures.push(file)
    else {
      report[file.outcome === 'published' ? 'written' : file.outcome] += 1
      if (file.comparedBy === 'CRC') report.unchangedByCrc += 1
      report.rows += file.rows
      report.bytes += file.size
    }
    onFile?.(file)
  }

  const jobs = plan.values()
  const threads = Math.min(workers, plan.length)
  if (threads <= 1) {
    const store = await openTarget(target)
    for (const parameters of jobs) {
      finished(await writeDataFile({ parameters, overwrite, labels }, { store, signal }))
    }
    return report
  }
  const lanes = Array.from({ length: threads }, () => startLane(target, signal))
  try {
    // The lanes share one iterator: a free lane takes the next file.
    await Promise.all(
      lanes.map(async (lane) => {
        for (const parameters of jobs) finished(await lane.run({ parameters, overwrite, labels }))
      }),
    )
  } finally {
    await Promise.all(lanes.map((lane) => lane.stop()))
  }
  for (const files of [report.conflicts, report.unverifiable, report.failures]) files.sort(byKey)
  return report
}

function byKey(a: WrittenDataFile, b: WrittenDataFile): number {
  return a.key < b.key ? -1 : 1
}

/** One worker thread and its current job. */
function startLane(target: FileTarget, signal: AbortSignal) {
  const worker = new Worker(new URL('./data-file-worker.js', import.meta.url), { workerData: target })
  let failure: Error | undefined
  let current: { resolve: (file: WrittenDataFile) => void; reject: (reason: Error) => void } | undefined
  const fail = (reason: string, cause?: unknown) => {
    failure ??= signal.aborted
      ? (signal.reason as Error)
      : new Error(`a worker ${reason}; run the same command again to continue`, { cause })
    current?.reject(failure)
  }
  const post = (request: WorkerRequest) => worker.postMessage(request)
  const ended = new Promise<void>((resolve) => {
    worker.on('message', (file: WrittenDataFile) => current?.resolve(file))
    worker.on('error', (cause) => fail(`died: ${String(cause)}`, cause))
    worker.on('exit', (code) => {
      fail(`ended early, with code ${code}`)
      resolve()
    })
  })
  // The worker drops its file, removes what it wrote of it, and ends.
  const abort = () => post('abort')
  signal.addEventListener('abort', abort, { once: true })

  return {
    run: (job: WorkerRequest) =>
      new Promise<WrittenDataFile>((resolve, reject) => {
        current = { resolve, reject }
        if (failure) reject(failure)
        else post(job)
      }),
    stop: async () => {
      signal.removeEventListener('abort', abort)
      abort()
      await ended
    },
  }
}
