import { parentPort } from 'node:worker_threads'
import { type DataFileJob, writeDataFile } from './write-data-file.js'

/** What the main thread sends: a job, or the request to drop the one at hand. */
export type WorkerRequest = DataFileJob | 'abort'

// The thread of one worker: jobs come in one at a time, and what became of each goes back.
const port = parentPort
const abort = new AbortController()
let idle = true
port?.on('message', (request: WorkerRequest) => {
  if (request === 'abort') {
    abort.abort()
    if (idle) port.close()
    return
  }
  idle = false
  writeDataFile(request, abort.signal).then(
    (written) => {
      idle = true
      // An error may hold what cannot be sent; its sentence is in `reason`.
      port.postMessage({ ...written, error: undefined })
      if (abort.signal.aborted) port.close()
    },
    () => port.close(), // aborted
  )
})
