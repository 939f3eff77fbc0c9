import { parentPort, workerData } from 'node:worker_threads'
import { type FileTarget, openTarget } from './generate/file-target.js'
import { type WorkerRequest, writeDataFile } from './generate/write-data-file.js'

// A worker thread, started with its target: it receives one job at a time and sends back what became of it.
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
