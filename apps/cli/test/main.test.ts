import { spawn } from 'node:child_process'
import { cp, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { beforeAll, describe, expect, test } from 'vitest'
import { bin, finished, freshFolder, minilakeIn, processIn, startMinilake } from './run-minilake.js'

describe('a process of its own', () => {
  test('generates, ingests, queries and verifies as a user starts it', async () => {
    const { folder } = await freshFolder()
    const minilake = processIn(folder)
    expect(await minilake('generate', '--days', '2', '--interval', '1m')).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^2 files generated in out\/: 2,880 rows, [\d.]+ kB\n$/),
    })
    expect((await minilake('ingest')).stderr).toMatch(/^2 files published in lake/)
    expect(await minilake('query', 'sql', 'SELECT count(*) AS n FROM hive.iot_dw.pump', '--json')).toEqual({
      code: 0,
      stdout: '[\n  {"n":2880}\n]\n',
      stderr: '',
    })
    expect(await minilake('verify')).toMatchObject({ code: 0, stderr: '' })
    expect(await minilake('verify', '--tabel', 'pump')).toEqual({
      code: 2,
      stdout: '',
      stderr: "minilake: unknown option '--tabel' (Did you mean --table?)\n",
    })
  })

  test('prints its version and its help', async () => {
    const { folder } = await freshFolder()
    const minilake = processIn(folder)
    expect(await minilake('--version')).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    })
    const help = await minilake('--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const option of [
      '--profile <profile>',
      '--lake <folder>',
      '--config <file>',
      '--json',
      '--quiet',
      '--verbose',
    ])
      expect(help.stdout).toContain(`  ${option} `)
    expect(await readdir(folder)).toEqual([])
  })

  test('that is not built says how to build it', async () => {
    const { folder } = await freshFolder()
    await cp(dirname(bin), join(folder, 'bin'), { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    const run = await finished(spawn(process.execPath, [join(folder, 'bin', 'minilake.js')]))
    expect(run).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^minilake is not built yet .*: run npx nx run cli:build/),
    })
  })

  // Windows has no signals, and its shell no head.
  describe.skipIf(process.platform === 'win32')('that is stopped', () => {
    test('by SIGTERM ends with the code 143', async () => {
      const { folder } = await freshFolder()
      const child = startMinilake(folder, ['ingest', '--watch'])
      const ended = finished(child)
      child.stderr.once('data', () => child.kill('SIGTERM')) // it watches
      expect(await ended).toEqual({
        code: 143,
        stdout: '',
        stderr:
          'watching out/ for finished files; Ctrl-C ends it\nstopped watching out/: 0 files published\n',
      })
    })

    test('by a reader that has seen enough ends without an error', async () => {
      const { folder } = await freshFolder()
      const sql = 'SELECT range AS n FROM range(1000000)'
      const script = `"$0" "$1" query sql "${sql}" --format csv | head -2; echo "code \${PIPESTATUS[0]}"`
      const run = await finished(
        spawn('bash', ['--norc', '-c', script, process.execPath, bin], { cwd: folder }),
      )
      expect(run).toEqual({ code: 0, stdout: 'n\n0\ncode 0\n', stderr: '' })
    })
  })
})

describe('errors with --json are one JSON object on stderr', () => {
  test('with --verbose also with the stack', async () => {
    const { minilake } = await freshFolder()
    const { stderr } = await minilake('import', 'missing.csv', '--json', '--verbose')
    expect(JSON.parse(stderr)).toMatchObject({
      error: { exitCode: 1, stack: expect.stringMatching(/cannot read missing\.csv.*\n +at /) },
    })
  })

  test('and so are warnings', async () => {
    const { minilake } = await freshFolder()
    const { code, stdout, stderr } = await minilake('verify', '--json')
    expect([code, stdout]).toEqual([1, '[]\n'])
    expect(JSON.parse(stderr)).toEqual({ warning: expect.stringMatching(/^nothing to verify/) })
  })

  test('--lake with a profile that has no folder is a usage error', async () => {
    const { minilake } = await freshFolder()
    const { code, stderr } = await minilake('status', '--lake', 'here', '--profile', 'stack', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        message: expect.stringMatching(
          /^--lake names the folder of an embedded lake, but the profile is stack/,
        ),
      },
    })
  })

  test.each([
    [
      ['verify', '--table', 'pmp'],
      2,
      {
        name: 'UsageError',
        message: '--table expected one of pump, pump_daily, got pmp (did you mean pump?)',
      },
    ],
    [
      ['verify', '--tabel', 'pump'],
      2,
      { name: 'UsageError', message: "unknown option '--tabel' (Did you mean --table?)" },
    ],
    [['querry'], 2, { name: 'UsageError', message: "unknown command 'querry' (Did you mean query?)" }],
    [
      ['alarms', '--above', 'high'],
      2,
      {
        name: 'UsageError',
        message:
          "option '--above <value>' argument 'high' is invalid. Expected a number, such as 150 or 149.5.",
      },
    ],
    [
      ['query', 'sql', 'SELECT * FROM hive.iot_dw.pumps'],
      1,
      {
        name: 'QueryError',
        message: expect.stringContaining('Table with name pumps does not exist!'),
        sql: 'SELECT * FROM hive.iot_dw.pumps',
        ...{ line: 1, column: 15 },
      },
    ],
    [
      ['import', 'missing.csv'],
      1,
      { name: 'Error', message: 'cannot read missing.csv: no such file or folder' },
    ],
  ])('%j', async (args, exitCode, error) => {
    const { minilake } = await freshFolder()
    const { code, stdout, stderr } = await minilake(...args, '--json')
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    expect(stderr).toMatch(/^[^\n]+\n$/)
    expect(JSON.parse(stderr)).toEqual({ error: { ...error, exitCode } })
  })
})

describe('--help', () => {
  /** A command's help; a group has subcommands, and does nothing by itself. */
  interface Help {
    path: string[]
    text: string
    isGroup: boolean
  }
  let helps: Help[]
  beforeAll(async () => {
    helps = await helpsBelow([])
  })

  async function helpsBelow(path: string[]): Promise<Help[]> {
    const run = await minilakeIn(process.cwd())(...path, '--help')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const [, list = ''] = /\nCommands:\n([^]*?)\n\n/.exec(run.stdout) ?? []
    const names = [...list.matchAll(/^ {2}(\S+)/gm)].map(([, name = '']) => name)
    const hasOptions = /^ {2}--/m.test(run.stdout)
    const help = { path, text: run.stdout, isGroup: names.length > 0 && (path.length === 0 || !hasOptions) }
    const below = names.filter((name) => name !== 'help').map((name) => helpsBelow([...path, name]))
    return [help, ...(await Promise.all(below)).flat()]
  }

  test('of every command says how to use it, and where the global options are', () => {
    expect(helps.map(({ path }) => path.join(' '))).toEqual([
      '',
      ...['demo', 'init', 'generate', 'import', 'ingest', 'stream', 'catalog'],
      ...['query', 'query hourly', 'query sql', 'query windows', 'sql'],
      ...['alarms', 'alarms kpi', 'quality'],
      ...[
        'verify',
        'status',
        'report',
        'files',
        'config',
        'doctor',
        'remove',
        'drop',
        'rewrite',
        'snapshots',
        'rollback',
        'maintain',
        'convert',
        'clean',
        'up',
        'down',
        'completion',
      ],
    ])
    for (const { path, text, isGroup } of helps) {
      expect(text).toContain(`Usage: ${['minilake', ...path].join(' ')} `)
      if (!isGroup)
        expect(text).toContain('\nGlobal options, such as --profile and --json: minilake --help\n')
    }
  })

  test('of every command has examples, of commands and options that exist', () => {
    const globals = helps[0]?.text ?? ''
    for (const { path, text } of helps) {
      const [, section = ''] = /\nExamples:\n((?: {2}.*\n)+)/.exec(text) ?? []
      const examples = section.split('\n').filter((line) => line !== '')
      expect(examples.length, path.join(' ')).toBeGreaterThan(0)
      for (const example of examples) checkExample(example, path, globals)
    }
  })

  function checkExample(example: string, path: readonly string[], globals: string): void {
    const [, line = ''] = /\bminilake (.*?)(?: >.*)?$/.exec(example) ?? []
    const words = [...line.matchAll(/"[^"]*"|'[^']*'|\S+/g)].map(([word]) => word)
    const help = helps.findLast((each) => each.path.every((name, index) => words[index] === name))
    expect(help?.path.slice(0, path.length), example).toEqual(path)
    expect(help?.isGroup, example).toBe(false)
    for (const [index, word] of words.entries()) {
      if (!word.startsWith('--')) continue
      const option = new RegExp(`^ +${word}( <.*?>)?(?: {2}|\\n)([^]*?)(?=\\n +-|\\n\\n)`, 'm')
      const found = option.exec(help?.text ?? '') ?? option.exec(globals)
      expect(found, `${word} in ${example}`).not.toBeNull()
      const value = words[index + 1]
      const takesValue = found?.[1] !== undefined
      if (takesValue) expect(value, example).toMatch(/^[^-]/)
      const [, choices] = /\(choices: (.*?)[,)]? default|\(choices: (.*?)\)/s.exec(found?.[2] ?? '') ?? []
      if (choices !== undefined) expect(choices, example).toContain(`"${value}"`)
    }
  }
})

describe('on a terminal', () => {
  const widths = [40, 80, 120, 200]

  test.each(widths)('of %d columns, tables, checks and help are no wider', async (columns) => {
    const { folder, minilake } = await freshFolder()
    await minilake('generate', '--days', '2', '--interval', '1m')
    await minilake('ingest')
    const onTerminal = minilakeIn(folder, {}, { columns })
    for (const args of [
      ['doctor'],
      ['status'],
      ['config'],
      ['query', 'hourly', '--limit', '3'],
      // Commander does not wrap a column of fewer than 40.
      ...(columns < 80 ? [] : [['generate', '--help']]),
    ]) {
      const { code, stdout } = await onTerminal(...args)
      expect(code, args.join(' ')).toBe(0)
      // A sentence may be broken by the terminal, and an example is there to be copied.
      const [shown = ''] = stripVTControlCharacters(stdout)
        .replace(/^config file: .*/, '')
        .split('\nExamples:')
      const lines = shown.split('\n')
      expect(lines.length).toBeGreaterThan(3)
      for (const line of lines)
        expect(stringWidth(line), `${args.join(' ')}: ${line}`).toBeLessThanOrEqual(columns)
    }
  })

  test('of 40 columns, doctor wraps its findings, colours its marks and loses nothing', async () => {
    const { folder, minilake } = await freshFolder()
    await minilake('generate', '--days', '1', '--interval', '1h')
    await minilake('ingest')
    const plain = await minilake('doctor')
    expect(plain.stdout).toContain('✓ config')
    const variables = {
      CI: undefined,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      TERM: 'xterm-256color',
    }
    const narrow = await minilakeIn(folder, variables, { columns: 40 })('doctor')
    expect(narrow.stdout).toMatch(/^\u001b\[32m✓\u001b\[39m config +none, profile/)
    const shown = stripVTControlCharacters(narrow.stdout)
    expect(shown.replace(/\s/g, '')).toBe(plain.stdout.replace(/\s/g, ''))
    expect(shown.split('\n').length).toBeGreaterThan(plain.stdout.split('\n').length)
    const noColour = await minilakeIn(folder, { ...variables, NO_COLOR: '1' }, { columns: 40 })('doctor')
    expect(noColour.stdout).toBe(shown)
  })
})
