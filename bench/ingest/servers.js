import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findStackProgram, programVersion } from './find-program.js'

/**
 * Starts a MinIO of the benchmark's own on a free port of this machine, with its data in `folder`: `minio` of the stack's programs,
 * else of the PATH. Throws where there is none.
 */
export async function startMinio({ folder }) {
  const minio = findStackProgram('minio')
  if (minio === undefined)
    throw new Error(
      'bench ingest expected a MinIO in the folder that MINILAKE_STACK_FOLDER names (minilake up --native builds it) or as minio on the PATH, got none: or name the S3 that runs by --endpoint',
    )
  const credentials = {
    AWS_ACCESS_KEY_ID: 'minilake-bench',
    AWS_SECRET_ACCESS_KEY: randomBytes(16).toString('hex'),
  }
  const [port, consolePort] = [await freePort(), await freePort()]
  const data = join(folder, 'minio')
  mkdirSync(data)
  const args = [
    'server',
    '--quiet',
    '--address',
    `127.0.0.1:${port}`,
    '--console-address',
    `127.0.0.1:${consolePort}`,
  ]
  const server = startProcess(minio, [...args, data], {
    MINIO_ROOT_USER: credentials.AWS_ACCESS_KEY_ID,
    MINIO_ROOT_PASSWORD: credentials.AWS_SECRET_ACCESS_KEY,
    MINIO_UPDATE: 'off',
  })
  const endpoint = `http://127.0.0.1:${port}`
  await untilReady(server, () =>
    fetch(`${endpoint}/minio/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return { endpoint, credentials, version: programVersion(minio), pid: server.child.pid, stop: server.stop }
}

/** Starts a server that takes uploads as S3 does, counts their bytes and forgets them. */
export function startSink() {
  return startCounter(fileURLToPath(new URL('./sink.js', import.meta.url)))
}

/** Starts a server, `node SCRIPT PORT ARGS`, that reports what it has counted. */
export async function startCounter(script, args = []) {
  const port = await freePort()
  const server = startProcess(process.execPath, [script, String(port), ...args])
  const endpoint = `http://127.0.0.1:${port}`
  /** What it has counted since the last call. */
  const counted = async () => (await fetch(`${endpoint}/`, { method: 'REPORT' })).json()
  await untilReady(server, () =>
    counted().then(
      () => true,
      () => false,
    ),
  )
  return { endpoint, counted, pid: server.child.pid, stop: server.stop }
}

function startProcess(command, args, environment) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  })
  let errors = ''
  child.stderr.on('data', (text) => (errors += text))
  const ended = new Promise((resolve) => child.on('close', resolve).on('error', resolve))
  const end = () => child.kill()
  process.prependListener('exit', end) // before its folder is removed
  return {
    child,
    errors: () => errors,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      process.off('exit', end)
      end()
      await ended
    },
  }
}

async function untilReady({ child, errors, isRunning }, isReady) {
  for (let waited = 0; !(await isReady()); waited += 50) {
    if (!isRunning() || waited > 30_000)
      throw new Error(
        `${child.spawnfile} expected to answer within 30 s, ${isRunning() ? 'did not' : `ended: ${errors()}`}`,
      )
    await wait(50)
  }
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}
