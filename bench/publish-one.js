import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startCounter } from './ingest/servers.js'
import { alignedText, bestOf } from './results.js'

/** How many keys the store holds, in how many folders, and how many files are published into how many of them. */
const inputs = {
  '1 new file beside 100': { held: 100, folders: 1, files: 1 },
  '1 new file beside 10,000': { held: 10_000, folders: 1, files: 1 },
  '1 new file beside 1,000,000': { held: 1_000_000, folders: 1, files: 1 },
  '1,000 new files in 1,000 new folders': { held: 0, folders: 1000, files: 1000 },
  '1,000 new files in 1,000 folders of 10': { held: 10_000, folders: 1000, files: 1000 },
  '1,000 new files in 1,000 folders of 1,000': { held: 1_000_000, folders: 1000, files: 1000 },
  '1,000 unchanged files of 1,000,000': { held: 1_000_000, folders: 1000, files: 1000, areHeld: true },
}

const ways = { minilake: 'publish', 'one listing of the table': 'list', 'find of each key': 'find' }

/**
 * A few files into a store that holds many: `publish`, and the two ways of looking keys up that it chooses between. The store is a
 * server with sorted keys in memory that lists 1,000 of them per request, as S3 does.
 */
export async function prepare() {
  const scripts = Object.fromEntries(
    ['server', 'publisher'].map((name) => [
      name,
      fileURLToPath(new URL(`./publish-one/${name}.js`, import.meta.url)),
    ]),
  )
  const contenders = Object.entries(inputs).flatMap(([input, task]) =>
    Object.entries(ways).map(([name, way]) => ({
      ...{ input, name, ours: way === 'publish', files: task.files, held: task.held },
      task: { ...task, way },
    })),
  )
  let server
  const serverOf = async ({ held, folders }) => {
    const args = [String(held), String(folders)]
    if (server?.args.join() !== args.join()) {
      await server?.stop()
      server = { args, ...(await startCounter(scripts.server, args)) }
    }
    return server
  }
  return {
    contenders,
    run: async ({ task }) => {
      const { endpoint, counted } = await serverOf(task)
      await counted()
      const seconds = await secondsOf([scripts.publisher, JSON.stringify({ ...task, endpoint })])
      return { seconds, requests: await counted() }
    },
    summarize: ({ task: _task, ...contender }, runs) => ({
      ...contender,
      ...bestOf(runs),
      requests: runs[0].requests,
    }),
    compare: (results) => results,
    table: (results) => {
      const lines = results.map(({ input, name, requests, seconds }) => [
        ...[input, name],
        ...['LIST', 'HEAD', 'GET', 'PUT'].map((method) => String(requests[method] ?? 0)),
        seconds.toFixed(2),
      ])
      return alignedText([['', '', 'LIST', 'HEAD', 'GET', 'PUT', 's'], ...lines], { textColumns: 2 })
    },
    close: async () => server?.stop(),
  }
}

async function secondsOf(args) {
  const environment = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
  let output = ''
  child.stdout.on('data', (text) => (output += text))
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with code ${code}`)
  return JSON.parse(output).seconds
}
