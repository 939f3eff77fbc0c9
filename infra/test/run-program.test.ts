import { execPath } from 'node:process'
import { expect, test } from 'vitest'
import { runProgram } from '../src/run-program.js'

const run = (script: string, options = {}) => runProgram(execPath, ['-e', script], { env: {}, ...options })

test('returns the standard output, and passes on input, environment and folder', async () => {
  const script = 'process.stdin.pipe(process.stdout); console.log(process.env.NAME, process.cwd())'
  expect(await run(script, { input: 'given', env: { NAME: 'value' }, cwd: '/' })).toBe('value /\ngiven')
})

test('rejects with the last five lines of stdout and stderr', async () => {
  const script = 'for (let i = 1; i < 9; i += 1) console.error("line", i); process.exitCode = 3'
  await expect(run(script)).rejects.toThrow(
    `${execPath} exited with 3: line 4\nline 5\nline 6\nline 7\nline 8`,
  )
})

test('accepts a program that does not read its input', async () => {
  expect(await run('console.log("done")', { input: 'x'.repeat(1e6) })).toBe('done\n')
})

test('rejects if the program does not exist', async () => {
  await expect(runProgram('/nowhere/program', [], { env: {} })).rejects.toThrow('ENOENT')
})

test("rejects with the signal's reason if aborted before or after the start", async () => {
  const reason = new Error('enough')
  const forever = 'setInterval(() => {}, 1000)'
  await expect(run(forever, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const controller = new AbortController()
  const running = run(forever, { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 100)
  await expect(running).rejects.toBe(reason)
})
