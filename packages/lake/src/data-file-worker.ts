import { parentPort, workerData } from 'node:worker_threads'
import { type FileTarget, openTarget } from './generate/file-target.js'
import { type DataFileJob, writeDataFile } from './generate/write-data-file.js'

/** What the main thread sends: a job, or the request to drop the one at hand. */
export type WorkerRequest = DataFileJob | 'abort'

// The thread of one worker, started with its target: jobs come in one at a time, and what became of each goes back.
const port = parentPort
const store = openTarget(workerData as FileTarget)
const abort = new AbortController()
let idle = true
port?.on('message', (request: WorkerRequest) => {
  if (request === 'abort') {
    abort.abort()
    if (idle) port.close()
    return
  }
  idle = false
  store
    .then((opened) => writeDataFile(request, { store: opened, signal: abort.signal }))
    .then(
      (written) => {
        idle = true
        // An error may hold what cannot be sent; its sentence is in `reason`.
        port.postMessage({ ...written, error: undefined })
        if (abort.signal.aborted) port.close()
      },
      (error: unknown) => {
        if (!abort.signal.aborted) throw error
        port.close()
      },
    )
})
