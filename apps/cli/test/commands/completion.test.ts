import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { freshFolder } from '../run-minilake.js'

const run = promisify(execFile)

/** The completion script of a shell, in a file of a fresh folder. */
async function scriptOf(shell: string) {
  const { folder, minilake } = await freshFolder()
  const { code, stdout, stderr } = await minilake('completion', shell)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const path = join(folder, `completion.${shell}`)
  await writeFile(path, stdout)
  return { folder, path, script: stdout }
}

describe.skipIf(process.platform === 'win32')('completion bash', () => {
  /** What bash offers for a command line, whose last word is being typed. */
  async function offered(...words: string[]): Promise<string[]> {
    const { folder, path } = await scriptOf('bash')
    await writeFile(join(folder, 'readings.csv'), '')
    const complete = `source "$0"; COMP_WORDS=(minilake "$@"); COMP_CWORD=$#; _minilake; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = await run('bash', ['--norc', '-c', complete, path, ...words], { cwd: folder })
    expect(stderr).toBe('')
    return stdout.split('\n').filter((word) => word !== '' && word !== 'completion.bash')
  }

  test.each([
    [['que'], ['query']],
    [
      ['query', ''],
      ['hourly', 'sql', 'windows'],
    ],
    [
      ['query', 'hourly', '--format', ''],
      ['table', 'csv', 'ndjson', 'json', 'parquet'],
    ],
    [['query', 'hourly', '--format', 'n'], ['ndjson']],
    [['--profile', 'stack', 'query', 'hourly', '--format', 'c'], ['csv']],
    [['generate', '--scenario', 'b'], ['busy']],
    [['--lake', 'query', 'doc'], ['doctor']],
    [['query', '--lake', 'hourly', 'wi'], ['windows']],
    [['alarms', 'k'], ['kpi']],
    [
      ['generate', '--ta'],
      ['--table', '--target'],
    ],
    [['query', 'sql', '--js'], ['--json']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [
      ['--profile', ''],
      ['embedded', 'stack'],
    ],
    [['status', '--profile', 's'], ['stack']],
    [['import', 'rea'], ['readings.csv']],
  ])('%j is completed by %j', async (words, expected) => {
    const found = await offered(...words)
    if (words.at(-1) === '') expect(found).toEqual(expect.arrayContaining(expected))
    else expect(found).toEqual(expected)
  })

  test('is registered for minilake', async () => {
    const { path } = await scriptOf('bash')
    const { stdout } = await run('bash', ['--norc', '-c', 'source "$0"; complete -p minilake', path])
    expect(stdout).toContain('-F _minilake minilake')
  })
})

test('completion zsh is a function of zsh that runs the script of bash', async () => {
  const [zsh, bash] = [await scriptOf('zsh'), await scriptOf('bash')]
  expect(zsh.script).toBe(`#compdef minilake\nautoload -U +X bashcompinit && bashcompinit\n${bash.script}`)
  if (await isInstalled('zsh')) await run('zsh', ['-n', zsh.path])
})

test('completion fish is a function of fish that knows the commands, options and values', async () => {
  const { script, path } = await scriptOf('fish')
  expect(script).toMatch(/^complete -c minilake -f -a '\(__minilake_complete\)'$/m)
  expect(script).toMatch(/^ +case 'query'\n +string split -- ' ' 'hourly sql windows [^']*--help'; return$/m)
  expect(script).toMatch(
    /^ +case 'query hourly --format'\n +string split -- ' ' 'table csv ndjson json parquet'; return$/m,
  )
  if (!(await isInstalled('fish'))) return
  const offers = 'source $argv[1]; complete -C "minilake query hourly --format "'
  const { stdout } = await run('fish', ['--no-config', '-c', offers, path])
  expect(stdout.trim().split('\n').sort()).toEqual(['csv', 'json', 'ndjson', 'parquet', 'table'])
})

test('completion refuses another shell', async () => {
  const { minilake } = await freshFolder()
  expect(await minilake('completion', 'tcsh')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      "minilake: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.\n",
  })
})

async function isInstalled(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  )
}
