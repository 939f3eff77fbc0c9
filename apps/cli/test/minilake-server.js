// A process that runs the built CLI again and again without a new start, one run after the other: run-minilake.ts sends it the
// folder, arguments and environment of each run, and receives the exit code and the output.
import { EventEmitter } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { WriteStream } from 'node:tty'
import { main } from '../dist/main.js'

let last = Promise.resolve()
process.on('message', ({ id, ...run }) => {
  last = last
    .then(() => minilake(run))
    .catch((error) => ({ code: null, stdout: '', stderr: `main rejected: ${error?.stack}` }))
    .then((result) => void process.send({ id, ...result }))
})
process.on('disconnect', () => process.exit())

/**
 * Runs the CLI as a process of its own would. Standard input is empty, and the output is no terminal unless `terminal` says how many
 * columns it has.
 */
async function minilake({ folder, args, environment, terminal }) {
  process.chdir(folder)
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment)
  const [stdout, stderr] = [textStream(), textStream()]
  const { hasColors, getColorDepth } = WriteStream.prototype
  if (terminal) Object.assign(stdout, { isTTY: true, hasColors, getColorDepth, ...terminal })
  const likeProcess = Object.assign(new EventEmitter(), {
    argv: [process.execPath, 'minilake', ...args],
    env: process.env,
    cwd: () => folder,
    stdin: Readable.from([]),
    stdout,
    stderr,
    exitCode: undefined,
  })
  await main(likeProcess)
  return { code: Number(likeProcess.exitCode ?? 0), stdout: stdout.text, stderr: stderr.text }
}

/** A stream that keeps its text. */
function textStream() {
  const stream = new Writable({
    decodeStrings: false,
    write: (text, _encoding, done) => {
      stream.text += text
      done()
    },
  })
  return Object.assign(stream, { text: '' })
}
