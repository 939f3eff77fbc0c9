import { Writable } from 'node:stream'
import { WriteStream } from 'node:tty'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { errorText } from '../../src/print/error-text.js'
import { coloured, terminalOn } from '../../src/print/terminal.js'

/** A stream that keeps its text; with `columns`, a terminal with as many. */
function streamOf(columns?: number) {
  let text = ''
  const writable = new Writable({
    decodeStrings: false,
    write: (written: string, _encoding, done) => {
      text += written
      done()
    },
  })
  const stream = writable as unknown as WriteStream
  if (columns !== undefined) {
    Object.assign(stream, {
      isTTY: true,
      columns,
      hasColors: () => WriteStream.prototype.hasColors.call(stream, 16),
      getColorDepth: () => WriteStream.prototype.getColorDepth.call(stream),
    })
  }
  return { stream, text: () => text }
}

function terminal(columns?: number, { quiet = false } = {}) {
  const [stdout, stderr] = [streamOf(columns), streamOf(columns)]
  const streams = { stdout: stdout.stream, stderr: stderr.stream }
  const on = terminalOn(streams, { quiet, signal: new AbortController().signal })
  return { on, stdout, stderr }
}

beforeEach(() => {
  const names = ['CI', 'NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS']
  for (const name of names) vi.stubEnv(name, undefined)
  vi.stubEnv('TERM', 'xterm-256color')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('colour', () => {
  test('is shown on a terminal, by the stream that the text goes to', () => {
    expect(coloured(streamOf(80).stream, 'red', 'failed')).toBe('\u001b[31mfailed\u001b[39m')
    const { on, stderr } = terminal(80)
    expect(on.colour('green', '✓')).toBe('\u001b[32m✓\u001b[39m')
    on.warn('look')
    expect(stderr.text()).toBe('\u001b[33mlook\u001b[39m\n')
  })

  test.each([
    ['where the output is no terminal', undefined, {}],
    ['with NO_COLOR', 80, { NO_COLOR: '1' }],
    ['on a terminal without colours', 80, { TERM: 'dumb' }],
  ])('is left out %s', (_, columns, variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    const { on, stderr } = terminal(columns)
    expect(on.colour('green', '✓')).toBe('✓')
    on.warn('look')
    expect(stderr.text()).toBe('look\n')
  })
})

test('the width is that of the terminal; what is no terminal is as wide as a table needs', () => {
  expect(terminal(40).on).toMatchObject({ columns: 40, width: 40 })
  expect(terminal().on).toMatchObject({ columns: 80, width: Infinity })
})

test('--quiet drops notes, and neither data nor warnings', async () => {
  const { on, stdout, stderr } = terminal(undefined, { quiet: true })
  on.note('by the way')
  on.warn('look')
  await on.data('1\n')
  expect([stdout.text(), stderr.text()]).toEqual(['1\n', 'look\n'])
})

describe('an error', () => {
  const cause = new Error('socket closed')
  const error = Object.assign(new Error('line one\n  line two', { cause }), {
    sql: 'SELECT 1',
    code: 'ECONNRESET',
  })
  const format = { json: false, verbose: false, exitCode: 1, process: { stderr: streamOf().stream } }

  test('is one line, red on a terminal', () => {
    expect(errorText(error, format)).toBe('minilake: line one line two\n')
    expect(errorText(error, { ...format, process: { stderr: streamOf(80).stream } })).toBe(
      '\u001b[31mminilake: line one line two\u001b[39m\n',
    )
  })

  test('as JSON has its name, message, code, SQL and exit code, on one line and without colour', () => {
    const text = errorText(error, { ...format, json: true, process: { stderr: streamOf(80).stream } })
    expect(text).toMatch(/^\{.*\}\n$/)
    expect(JSON.parse(text)).toEqual({
      error: {
        name: 'Error',
        message: 'line one line two',
        code: 'ECONNRESET',
        sql: 'SELECT 1',
        exitCode: 1,
      },
    })
    expect(JSON.parse(errorText('odd', { ...format, json: true }))).toEqual({
      error: { name: 'Error', message: 'odd', exitCode: 1 },
    })
  })

  test('with --verbose has its stack, SQL and causes', () => {
    const text = errorText(error, { ...format, verbose: true })
    expect(text).toMatch(/^minilake: Error: line one\n {2}line two\n {4}at /)
    expect(text).toContain('\nSQL: SELECT 1\n')
    expect(text).toContain('\ncaused by: Error: socket closed\n')
  })
})

test.each([
  [{}, false],
  [{ LANG: 'de_DE.UTF-8' }, false],
  [{ LANG: 'en_US.utf8', LC_ALL: '' }, false],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, true],
  [{ LC_CTYPE: 'de_DE.ISO-8859-1' }, true],
])('the locale %o says whether only ASCII can be shown: %s', (env, isAscii) => {
  const streams = { stdout: streamOf(80).stream, stderr: streamOf(80).stream }
  expect(terminalOn(streams, { quiet: false, signal: new AbortController().signal, env }).isAscii).toBe(
    isAscii,
  )
})
