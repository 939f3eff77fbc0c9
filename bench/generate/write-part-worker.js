import { parentPort, workerData } from 'node:worker_threads'
import { preparePart } from './write-part.js'

const write = preparePart(workerData)
parentPort.once('message', write)
parentPort.postMessage('ready')
